"""The database that the compatibility tests ask: the one at --database-url, or one per engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import shared_schema
from filled_ledger import Size, make_filled_ledger
from scratch_place import scratch
from sqlalchemy import Engine


@pytest.fixture(scope="session")
def database_url(
    engine_name: str, pytestconfig: pytest.Config, request: pytest.FixtureRequest
) -> str:
    """Give the URL of the database under test."""
    given = pytestconfig.getoption("database_url")
    return given or request.getfixturevalue("run_ledgers").empty()


@pytest.fixture(scope="session")
def empty_database(database_url: str) -> Iterator[Engine]:
    """Give an empty scratch place in the database under test."""
    with scratch(database_url) as engine:
        yield engine


@pytest.fixture(scope="session")
def filled_ledger(database_url: str) -> Iterator[Engine]:
    """Give a filled ledger in a scratch place of the database under test."""
    # What is to be shown is that this server takes the migrations themselves.
    with shared_schema.not_shared(), scratch(database_url) as engine:
        make_filled_ledger(engine, Size())
        yield engine
