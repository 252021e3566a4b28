"""What the product relies on holds on a database: guards, races, retries, transactions, plans.

`pytest tests/compatibility --database-url URL` asks the database at that URL, in a scratch place
of its own; without a URL, SQLite and the tests' own PostgreSQL server are asked. `-s` shows the
figures.
"""

from __future__ import annotations

import pytest
from compatibility_checks import (
    ON_A_SERVER,
    ON_A_SERVERS_LEDGER,
    ON_ANY_DATABASE,
    ON_ANY_LEDGER,
)
from hands import tell


@pytest.mark.parametrize("check", ON_ANY_DATABASE)
def test_on_an_empty_database(check, empty_database):
    tell(f"{check}: {ON_ANY_DATABASE[check](empty_database)}")


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("check", ON_A_SERVER)
def test_on_an_empty_database_of_a_server(check, empty_database):
    tell(f"{check}: {ON_A_SERVER[check](empty_database)}")


@pytest.mark.parametrize("check", ON_ANY_LEDGER)
def test_on_a_filled_ledger(check, filled_ledger):
    tell(f"{check}: {ON_ANY_LEDGER[check](filled_ledger)}")


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("check", ON_A_SERVERS_LEDGER)
def test_on_a_filled_ledger_of_a_server(check, filled_ledger):
    tell(f"{check}: {ON_A_SERVERS_LEDGER[check](filled_ledger)}")
