"""A furnished ledger that was sealed, the seal kept outside it, and a few words for its tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from ledgers import Ledgers
from sealed_world import Sealed, furnish_and_seal
from world import World

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def sealed_once(run_ledgers: Ledgers) -> Sealed:
    """Give a ledger that nobody writes to, sealed three times."""
    with time_machine.travel(NOON, tick=True):
        return furnish_and_seal(run_ledgers)


@pytest.fixture
def sealed(sealed_once: Sealed, ledgers: Ledgers) -> Iterator[World]:
    """Give a copy of it to write to."""
    with time_machine.travel(datetime(2026, 11, 23, 15, tzinfo=UTC), tick=True):
        made = World(ledgers.furnished(sealed_once.url))
        yield made
        made.ledger.engine.dispose()


@pytest.fixture
def proof_file(tmp_path: Path) -> Path:
    """Give where a proof is written."""
    return tmp_path / "proof.json"
