"""Trials that fill their ledgers with little, for there are many of them."""

from __future__ import annotations

import pytest

from ledger.usecases import conformance_acts, conformance_filling


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance_filling, "NEEDS", 60)
    monkeypatch.setattr(conformance_filling, "OFFERS", 10)
    monkeypatch.setattr(conformance_filling, "DEALS", 20)
    monkeypatch.setattr(conformance_acts, "_ROUNDS", 1)
