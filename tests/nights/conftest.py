"""What the tests of nights start from: a world at noon whose nights are run, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from hands import seed_of
from nights_world import NOON, Nights


@pytest.fixture
def nights(ledger_url: str) -> Iterator[Nights]:
    with time_machine.travel(NOON, tick=True):
        made = Nights(ledger_url)
        yield made
        made.ledger.engine.dispose()


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return seed_of(request)
