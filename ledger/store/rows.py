"""Writing rows in bulk: collected by table, then one compiled insert for each table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table

from ledger.store.tables import metadata

_Convert = Callable[[Any], Any] | None


@cache
def _table_order() -> tuple[Table, ...]:
    return tuple(metadata.sorted_tables)


class RowBuffer:
    """Rows waiting to be written, in an order that every reference and guard accepts."""

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: dict[str, list[Mapping[str, Any]]] = {}
        self._written: set[str] = set()

    def add(self, table: Table, row: Mapping[str, Any]) -> None:
        """Put a row in line; every column of the table must be given."""
        self._waiting.setdefault(table.name, []).append(row)

    def holds_more_than(self, table: Table) -> bool:
        """Say whether rows of other tables than this one wait, or were written."""
        return bool((self._written | self._waiting.keys()) - {table.name})

    def flush(self, connection: Connection) -> None:
        """Write all waiting rows, tables in the order of their references."""
        for table in _table_order():
            rows = self._waiting.pop(table.name, None)
            if rows:
                insert_rows(connection, table, rows)
                self._written.add(table.name)
        assert not self._waiting


def insert_rows(connection: Connection, table: Table, rows: list[Mapping[str, Any]]) -> None:
    """Insert rows by one compiled statement and plain tuples, not one Core call each."""
    statement, converters = _compiled(table, connection.dialect)
    values = [
        tuple(
            convert(row[name]) if convert is not None else row[name] for name, convert in converters
        )
        for row in rows
    ]
    _insert(connection, statement, values)


def insert_tuples(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of the table's columns."""
    statement, named = _compiled(table, connection.dialect)
    converters = [(place, convert) for place, (_, convert) in enumerate(named) if convert]
    values = [list(row) for row in rows]
    for row in values:
        for place, convert in converters:
            row[place] = convert(row[place])
    _insert(connection, statement, [tuple(row) for row in values])


def _insert(connection: Connection, statement: str, values: list[tuple[Any, ...]]) -> None:
    # One row goes through execute: executemany of the driver would give no other result.
    connection.exec_driver_sql(statement, values if len(values) > 1 else values[0])


_COMPILED: dict[tuple[str, str], tuple[str, tuple[tuple[str, _Convert], ...]]] = {}


def _compiled(table: Table, dialect: Dialect) -> tuple[str, tuple[tuple[str, _Convert], ...]]:
    key = (dialect.name, table.name)
    if key not in _COMPILED:
        converters = tuple(
            (column.name, column.type.dialect_impl(dialect).bind_processor(dialect))
            for column in table.columns
        )
        _COMPILED[key] = (_statement(table, dialect), converters)
    return _COMPILED[key]


def _statement(table: Table, dialect: Dialect) -> str:
    """Write the insert of every column with plain places for values, which drivers take fastest."""
    preparer = dialect.identifier_preparer
    place = "?" if dialect.paramstyle == "qmark" else "%s"
    names = ", ".join(preparer.format_column(column) for column in table.columns)
    places = ", ".join(place for _ in table.columns)
    return f"INSERT INTO {preparer.format_table(table)} ({names}) VALUES ({places})"  # noqa: S608
