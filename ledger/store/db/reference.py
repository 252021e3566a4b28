"""The shipped reference tables in the database, for joins in views and analysts' own queries.

They are copies: the program reads its own files. A newer program brings newer copies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, insert, select, type_coerce, update
from sqlalchemy.types import NullType

from ledger.reference import places, terms
from ledger.registers.records import ACTIVE_STATUSES
from ledger.store.db import tables
from ledger.store.db.prepared import Prepared


def load_reference_tables(connection: Connection) -> None:
    """Update every reference table to the shipped data; rows no longer shipped are kept."""
    for table, rows in _shipped_tables():
        _update_table(connection, table, rows)


def shipped_rows() -> dict[str, dict[str, dict[str, Any]]]:
    """Give what this program ships: the rows of every reference table by code."""
    return {table.name: {row["code"]: row for row in rows} for table, rows in _shipped_tables()}


def stored_rows(connection: Connection) -> dict[str, dict[Any, dict[str, Any]]]:
    """Read what is kept in every reference table, as it stands there, by code."""
    by_table: dict[str, dict[Any, dict[str, Any]]] = {}
    for table in tables.REFERENCE_TABLES:
        names, query = _as_stored(table)
        rows = (dict(zip(names, row, strict=True)) for row in query.rows(connection))
        by_table[table.name] = {row["code"]: row for row in rows}
    return by_table


@cache
def _as_stored(table: Table) -> tuple[tuple[str, ...], Prepared]:
    columns: list[ColumnElement[Any]] = [
        type_coerce(column, NullType()).label(column.name) for column in table.columns
    ]
    return tuple(table.columns.keys()), Prepared(select(*columns))


def _shipped_tables() -> Iterator[tuple[Table, Iterable[dict[str, Any]]]]:
    yield tables.region, _regions()
    yield tables.country, _countries()
    yield tables.sector, _sectors()
    yield tables.project_status, _statuses()
    yield tables.instrument, _instruments()
    yield tables.seat_role, _seat_roles()


def _update_table(connection: Connection, table: Table, shipped: Iterable[dict[str, Any]]) -> None:
    stored = {row.code: row._asdict() for row in connection.execute(select(table))}
    rows = list(shipped)
    missing = [row for row in rows if row["code"] not in stored]
    if missing:
        connection.execute(insert(table), missing)
    for row in rows:
        if stored.get(row["code"], row) != row:
            connection.execute(update(table).where(table.c.code == row["code"]).values(row))


def _regions() -> Iterable[dict[str, Any]]:
    # Parents first, as the table refers to itself.
    waiting = list(places.regions().values())
    placed: set[str] = set()
    while waiting:
        ready = [region for region in waiting if not region.parent or region.parent in placed]
        assert ready, "the regions' parents form a circle"
        for region in ready:
            yield {"code": region.code, "name": region.name, "parent": region.parent or None}
        placed.update(region.code for region in ready)
        waiting = [region for region in waiting if region.code not in placed]


def _countries() -> Iterable[dict[str, Any]]:
    for country in places.countries().values():
        yield {
            "code": country.alpha2,
            "alpha3": country.alpha3,
            "name": country.name,
            "region": country.region,
            "subregion_name": places.subregion_name(country.alpha2),
        }


def _sectors() -> Iterable[dict[str, Any]]:
    for sector in terms.sectors().values():
        yield {"code": sector.code, "title": sector.title, "dac": sector.dac or None}


def _statuses() -> Iterable[dict[str, Any]]:
    for status in terms.project_statuses().values():
        active = status.code in ACTIVE_STATUSES
        yield {"code": status.code, "title": status.title, "active": active}


def _instruments() -> Iterable[dict[str, Any]]:
    for instrument in terms.instruments().values():
        yield {
            "code": instrument.code,
            "name": instrument.name,
            "iati_finance_type": instrument.iati_finance_type or None,
        }


def _seat_roles() -> Iterable[dict[str, Any]]:
    for role in terms.seat_roles().values():
        yield {"code": role.code, "name": role.name, "step": role.step.value}
