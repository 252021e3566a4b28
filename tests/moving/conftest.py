"""A furnished ledger on each engine, and empty places on each to move to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from house import furnish
from ledgers import ENGINES, Ledgers, PostgresqlLedgers, SqliteLedgers
from world import World


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


@pytest.fixture
def furnished(world: World) -> World:
    """Give a ledger with something of everything in it."""
    furnish(world)
    return world
