"""Every acceptance test lives at noon of one day, in an office with a fresh ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from acceptance_office import Office
from world import NOON


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """Travel to the day of the tests; the clock runs on from there."""
    with time_machine.travel(NOON, tick=True) as moved:
        yield moved


@pytest.fixture
def office(ledger_url: str, tmp_path: Path, clock: time_machine.Coordinates) -> Office:
    """Open an office on a ledger that nothing has happened to yet."""
    return Office(ledger_url, tmp_path)
