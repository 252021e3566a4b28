"""Writing rows in bulk: collected by table, then one compiled insert for each table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert

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

    def add(self, table: Table, row: Mapping[str, Any]) -> None:
        """Put a row in line; every column of the table must be given."""
        self._waiting.setdefault(table.name, []).append(row)

    def holds_only(self, table: Table) -> bool:
        """Say whether rows of this table wait, and of no other."""
        return {name for name, rows in self._waiting.items() if rows} == {table.name}

    def flush(self, connection: Connection) -> None:
        """Write all waiting rows, tables in the order of their references."""
        if not self._waiting:
            return
        for table in _table_order():
            rows = self._waiting.pop(table.name, None)
            if rows:
                insert_rows(connection, table, rows)
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
    # One row goes through execute: executemany of the driver would give no other result.
    connection.exec_driver_sql(statement, values if len(values) > 1 else values[0])


_COMPILED: dict[tuple[str, str], tuple[str, tuple[tuple[str, _Convert], ...]]] = {}


def _compiled(table: Table, dialect: Dialect) -> tuple[str, tuple[tuple[str, _Convert], ...]]:
    key = (dialect.name, table.name)
    if key not in _COMPILED:
        compiled = insert(table).compile(dialect=dialect)
        order = compiled.positiontup or list(table.columns.keys())
        converters = tuple(
            (name, table.columns[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in order
        )
        _COMPILED[key] = (str(compiled), converters)
    return _COMPILED[key]
