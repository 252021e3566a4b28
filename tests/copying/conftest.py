"""A furnished ledger on each engine, and empty places on each to move to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from copying import furnish
from ledgers import ENGINES, Ledgers, PostgresqlLedgers, SqliteLedgers, copy_or_new
from world import NOON, World


@pytest.fixture(params=ENGINES)
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledgers]:
    """Give empty places on either engine."""
    made: Ledgers
    if request.param == "sqlite":
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        made = SqliteLedgers(folder)
    else:
        made = PostgresqlLedgers(request.getfixturevalue("postgresql_server"))
    yield made
    made.drop_all()


@pytest.fixture(scope="session")
def furnished_once(run_ledgers: Ledgers) -> str:
    """Give the URL of a ledger that was furnished once, for the tests to copy."""
    url = run_ledgers.new()
    with time_machine.travel(NOON - timedelta(minutes=1), tick=True):
        world = World(url)
        furnish(world)
        world.ledger.engine.dispose()
    run_ledgers.settle(url)
    return url


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "furnished")


@pytest.fixture
def furnished(world: World) -> World:
    """Give a ledger with something of everything in it."""
    return world
