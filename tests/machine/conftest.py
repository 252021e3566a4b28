"""The ledger that every run of the machine starts from a copy of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from both_books import NOON, build
from ledgers import Ledgers


@pytest.fixture(scope="session")
def undeclared(run_ledgers: Ledgers) -> str:
    """Give the URL of a ledger with needs and offers, none of them declared as yet."""
    url = run_ledgers.new()
    with time_machine.travel(NOON - timedelta(minutes=1), tick=True):
        build(url)
    run_ledgers.settle(url)
    return url


@pytest.fixture
def opened(undeclared: str, ledgers: Ledgers) -> Callable[[], str]:
    """Give what opens another ledger like it, and drops the one opened before."""

    def another() -> str:
        ledgers.drop_all()
        return ledgers.copy(undeclared)

    return another
