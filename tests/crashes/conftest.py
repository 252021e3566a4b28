"""Where processes die: new ledgers on each engine, and the seed of a run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hands import seed_of
from ledgers import Ledgers


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return seed_of(request)


@pytest.fixture
def new_ledger(ledgers: Ledgers) -> Callable[[], str]:
    """Give what makes a ledger that nothing has happened to, which no other process has open."""
    made = ledgers.new()
    ledgers.settle(made)
    return lambda: ledgers.copy(made)
