"""Writing rows in bulk: collected by table, then one compiled insert for each table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Table

from ledger.store.db.prepared import send
from ledger.store.db.tables import metadata

_Convert = Callable[[Any], Any]


def _table_order() -> tuple[Table, ...]:
    return _sorted_tables(len(metadata.tables))


@cache
def _sorted_tables(converted: int) -> tuple[Table, ...]:
    # Tables of nights and statements are known once their module is imported.
    assert converted == len(metadata.tables)
    return tuple(metadata.sorted_tables)


class RowBuffer:
    """Rows waiting to be written, in an order that every reference and guard accepts."""

    def __init__(self) -> None:
        """Start empty."""
        self._pending: dict[str, list[Mapping[str, Any]]] = {}
        self._written: set[str] = set()

    def add(self, table: Table, row: Mapping[str, Any]) -> None:
        """Put a row in line; every column of the table must be given."""
        self._pending.setdefault(table.name, []).append(row)

    def add_all(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put many rows in line."""
        if rows:
            self._pending.setdefault(table.name, []).extend(rows)

    def has_rows_beyond(self, table: Table) -> bool:
        """Say whether rows of other tables than this one wait, or were written."""
        return bool((self._written | self._pending.keys()) - {table.name})

    def has_rows(self, table: Table) -> bool:
        """Say whether rows of this table wait to be written."""
        return table.name in self._pending

    def flush(self, connection: Connection) -> None:
        """Write all waiting rows, tables in the order of their references."""
        for table in _table_order():
            rows = self._pending.pop(table.name, None)
            if rows:
                insert_rows(connection, table, rows)
                self._written.add(table.name)
        assert not self._pending


def insert_rows(connection: Connection, table: Table, rows: list[Mapping[str, Any]]) -> None:
    """Insert rows by one compiled statement and plain tuples, not one Core call each."""
    pick = itemgetter(*_insert_statement(table, connection.dialect).names)
    insert_tuples(connection, table, list(map(pick, rows)))


def insert_tuples(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of the table's columns."""
    statement, _, converts = _insert_statement(table, connection.dialect)
    # One row goes through execute: executemany of the driver would give no other result.
    if len(rows) == 1:
        values = list(rows[0])
        for at, convert in converts:
            values[at] = convert(values[at])
        send(connection, statement, values)
        return
    # Column by column: a loop over rows and columns would take as long as the inserts.
    columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for at, convert in converts:
        columns[at] = _convert_column(columns[at], convert)
    send(connection, statement, list(zip(*columns, strict=True)), many=True)


def _convert_column(column: Iterable[Any], convert: _Convert) -> Iterable[Any]:
    """Convert each distinct value once: a day, a stage or a moment stands in many rows."""
    values = list(column)
    if any(isinstance(value, Decimal) for value in values):
        # Equal decimals may have been written differently, and are kept as written.
        return map(convert, values)
    converted = {value: convert(value) for value in set(values)}
    return map(converted.__getitem__, values)


class _InsertStatement(NamedTuple):
    """An insert in the words of an engine, its columns, and which of them are to be converted."""

    statement: str
    names: tuple[str, ...]
    converts: tuple[tuple[int, _Convert], ...]


_STATEMENTS: dict[tuple[str, str], _InsertStatement] = {}


def _insert_statement(table: Table, dialect: Dialect) -> _InsertStatement:
    key = (dialect.name, table.name)
    if key not in _STATEMENTS:
        converts = (
            column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns
        )
        _STATEMENTS[key] = _InsertStatement(
            _insert_sql(table, dialect),
            tuple(column.name for column in table.columns),
            tuple((at, one) for at, one in enumerate(converts) if one is not None),
        )
    return _STATEMENTS[key]


def _insert_sql(table: Table, dialect: Dialect) -> str:
    """Write the insert of every column with plain places for values, which drivers take fastest."""
    preparer = dialect.identifier_preparer
    place = "?" if dialect.paramstyle == "qmark" else "%s"
    names = ", ".join(preparer.format_column(column) for column in table.columns)
    places = ", ".join(place for _ in table.columns)
    return f"INSERT INTO {preparer.format_table(table)} ({names}) VALUES ({places})"  # noqa: S608
