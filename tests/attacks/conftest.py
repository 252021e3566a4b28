"""A sealed ledger to attack."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from ledgers import Ledgers
from sealed_world import Sealed, furnish_and_seal


@pytest.fixture(scope="session")
def sealed_once(run_ledgers: Ledgers) -> Sealed:
    """Give a ledger with every kind of leaf, sealed three times, that nobody writes to."""
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=True):
        return furnish_and_seal(run_ledgers)
