"""What the check of exact values reads of single cells: days that exist, words there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Date, String, Table, func, or_, select
from sqlalchemy import type_coerce as taken_as

from ledger.checks.kept import AmountFault
from ledger.store import tables
from ledger.store.check_reading import ONE_WRITER, raw, stream
from ledger.store.types import Word


def read_spoiled_cells(connection: Connection) -> Iterator[AmountFault]:
    """Find days that the calendar lacks, and words that are none of their list."""
    for table in tables.metadata.sorted_tables:
        for column in table.columns:
            wrong = _wrong(connection, column)
            if wrong is not None:
                yield from _faults(connection, table, column, wrong)


def _wrong(connection: Connection, column: Column[Any]) -> ColumnElement[bool] | None:
    kept = taken_as(column, String)
    if isinstance(column.type, Word):
        return kept.not_in([word.value for word in column.type.words])
    # Elsewhere the column's type admits days alone; the program reads the years it can write.
    if isinstance(column.type, Date) and connection.dialect.name == ONE_WRITER:
        # Counted from, a day that the calendar lacks becomes another.
        there = func.date(kept, "+0 days")
        return or_(there.is_distinct_from(kept), func.typeof(kept) != "text")
    return None


def _faults(
    connection: Connection, table: Table, column: Column[Any], wrong: ColumnElement[bool]
) -> Iterator[AmountFault]:
    key = [raw(one) for one in table.primary_key.columns]
    query = select(*key, raw(column)).where(column.is_not(None), wrong)
    for *parts, value in stream(connection, query):
        yield AmountFault(table.name, "/".join(map(str, parts)), column.name, value)
