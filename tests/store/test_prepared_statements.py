"""Statements sent by the driver's cursor: the same rows and the same complaints as through Core."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.exc import DBAPIError
from world import World

from ledger.store.db import tables
from ledger.store.db.errors import DatabaseGone
from ledger.store.db.prepared import Prepared, send


@pytest.fixture
def metro(world: World) -> World:
    world.need("100 EUR", topic="monorail")
    world.offer("100 EUR", sectors=("transport",), instruments=("grant", "loan"))
    world.introduce("1 EUR")
    return world


@pytest.mark.parametrize("table", ["request", "offer_version", "entry", "movement", "deal", "rate"])
def test_rows_come_as_core_reads_them(metro, table):
    query = select(tables.metadata.tables[table])
    with metro.ledger.read() as connection:
        through_core = [tuple(row) for row in connection.execute(query)]

        assert Prepared(query).rows(connection) == through_core


def test_parameters_go_by_name_whatever_the_driver_calls_its_places(metro):
    entry = tables.entry
    query = select(entry.c.act).where(entry.c.lines == bindparam("lines"), entry.c.id > 1).limit(1)
    with metro.ledger.read() as connection:
        assert Prepared(query).value(connection, lines=2) == "introduce"
        assert Prepared(query).value(connection, lines=9) is None


COMPLAINED_OF = (
    "SELECT 1 FROM no_such_table",
    "INSERT INTO unit (code, decimals, kind, name, request_id) VALUES ('EUR', 2, 'money', '', 1)",
    "INSERT INTO unit (code, decimals, kind, name, request_id) VALUES ('XYZ', 9, 'money', '', 1)",
    "INSERT INTO unit (code, decimals, kind, name, request_id) VALUES ('XYZ', 2, 'money', '', 0)",
)


@pytest.mark.parametrize("statement", COMPLAINED_OF)
def test_a_complaint_is_raised_as_core_raises_it(metro, statement):
    def through_core(connection):
        connection.exec_driver_sql(statement)

    def by_the_driver(connection):
        send(connection, statement, ())

    assert complaint(metro, by_the_driver) == complaint(metro, through_core)


def complaint(world: World, sending: Callable[[Connection], None]) -> tuple[Any, ...]:
    writers = world.ledger.engine.execution_options(cityfund_transaction="writes")
    with pytest.raises(DBAPIError) as caught, writers.begin() as connection:
        sending(connection)
    return type(caught.value), type(caught.value.orig), caught.value.statement


@pytest.mark.only_on("postgresql")
def test_a_line_that_breaks_is_told_and_not_used_again(metro):
    def breaking(uow):
        mine = Prepared(select(func.pg_backend_pid())).value(uow.connection)
        with closing(metro.raw()) as raw:
            raw.execute("SELECT pg_terminate_backend(?, 5000)", (mine,))
        uow.record("city", "MHD")

    with pytest.raises(DatabaseGone):
        metro.do(breaking)

    assert metro.introduce("1 EUR")["deal"] == "D-0001"
