"""Statements that every act sends, compiled once for each engine and sent by the driver's cursor.

Selects are `Prepared`; the rows of a table go in by one insert. Executing a statement through Core
takes several times as long as SQLite takes to answer it, and an act sends two dozen. Statements of
reports and rare acts stay with Core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from hashlib import sha256
from itertools import chain, islice
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Dialect, LargeBinary, SelectBase, Table
from sqlalchemy.exc import DBAPIError

from ledger.store.db import tables
from ledger.store.db.types import hashed_default, text_columns

ResultRow = tuple[Any, ...]
Parameters = Sequence[Any] | dict[str, Any]
_Convert = Callable[[Any], Any]


class Prepared:
    """A select whose rows come as plain tuples, each value as the column's type reads it."""

    def __init__(self, query: SelectBase) -> None:
        """Keep the query; it is written for an engine when it is first sent there."""
        self._query = query
        self._compiled: dict[str, _CompiledQuery] = {}

    def rows(self, connection: Connection, **given: Any) -> list[ResultRow]:
        """Send the query with its parameters, as plain numbers and texts; give all rows."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._query, dialect)
        rows = _fetch(connection, compiled.sql, compiled.parameters(given))
        return [_convert_row(row, compiled.converts) for row in rows] if compiled.converts else rows

    def first(self, connection: Connection, **given: Any) -> ResultRow | None:
        """Give the first row; None where there is none."""
        rows = self.rows(connection, **given)
        return rows[0] if rows else None

    def value(self, connection: Connection, **given: Any) -> Any:
        """Give the first column of the first row; None where there is no row."""
        row = self.first(connection, **given)
        return None if row is None else row[0]


class _CompiledQuery(NamedTuple):
    """A query in the words of an engine, and which columns of its rows are to be converted."""

    sql: str
    places: tuple[str, ...] | None
    defaults: dict[str, Any]
    converts: tuple[tuple[int, _Convert], ...]

    def parameters(self, given: dict[str, Any]) -> Parameters:
        """Give the parameters as the driver takes them: by place, or by name."""
        if self.defaults:
            given = {**self.defaults, **given}
        return given if self.places is None else [given[name] for name in self.places]


def _compile(query: SelectBase, dialect: Dialect) -> _CompiledQuery:
    compiled = query.compile(dialect=dialect)
    converts = (
        column.type.dialect_impl(dialect).result_processor(dialect, None)
        for column in query.selected_columns
    )
    return _CompiledQuery(
        sql=str(compiled),
        places=tuple(compiled.positiontup or ()) if compiled.positional else None,
        defaults={name: value for name, value in compiled.params.items() if value is not None},
        converts=tuple((at, one) for at, one in enumerate(converts) if one is not None),
    )


def _convert_row(row: ResultRow, converts: tuple[tuple[int, _Convert], ...]) -> ResultRow:
    values = list(row)
    for at, convert in converts:
        values[at] = convert(values[at])
    return tuple(values)


def placeholders(connection: Connection, count: int) -> str:
    """Write the places of some values in a statement for the driver."""
    return ", ".join(("?" if connection.dialect.paramstyle == "qmark" else "%s",) * count)


def fetch_parts(
    connection: Connection, sql: str, parameters: Sequence[Any]
) -> Iterator[list[ResultRow]]:
    """Send a select by the driver's cursor and give its rows, many at once."""
    cursor = send(connection, sql, parameters)
    try:
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield rows
    except connection.dialect.loaded_dbapi.Error as error:
        raise _wrap_driver_error(connection, sql, error) from error


def _fetch(connection: Connection, sql: str, parameters: Parameters) -> list[ResultRow]:
    """Send a select and give its rows; SQLite finds some of its trouble in a row far down."""
    cursor = send(connection, sql, parameters)
    try:
        rows: list[ResultRow] = cursor.fetchall()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _wrap_driver_error(connection, sql, error) from error
    return rows


def send(connection: Connection, sql: str, parameters: Any, *, many: bool = False) -> Any:
    """Send a statement by the driver's cursor in the open transaction; give that cursor.

    Raises what Core raises of the driver's complaints.
    """
    cursor = connection.connection.cursor()
    try:
        if many:
            cursor.executemany(sql, parameters)
        else:
            cursor.execute(sql, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _wrap_driver_error(connection, sql, error) from error
    return cursor


def _wrap_driver_error(connection: Connection, sql: str, error: Exception) -> BaseException:
    """Say a driver's complaint as Core says it; a line that broke is not used again."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection, None)  # type: ignore[arg-type]
    if lost:
        connection.invalidate(error)
    driver_error = dialect.loaded_dbapi.Error
    return DBAPIError.instance(
        sql, None, error, driver_error, dialect=dialect, connection_invalidated=lost
    )


def insert_rows(connection: Connection, table: Table, rows: list[Mapping[str, Any]]) -> None:
    """Insert rows by one compiled statement and plain tuples, not one Core call each."""
    insert_tuples(connection, table, list(map(_picked(table), rows)))


def insert_tuples(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of the table's columns."""
    statement, converts = _insert_statement(table, connection.dialect)
    # One row goes through execute: executemany of the driver would give no other result.
    if len(rows) == 1:
        values = list(rows[0])
        for at, convert in converts:
            values[at] = convert(values[at])
        send(connection, statement, values)
        return
    _insert_columns(connection, table, _converted(rows, converts))


def _converted(
    rows: Sequence[Sequence[Any]], converts: Iterable[tuple[int, _Convert]]
) -> list[Sequence[Any]]:
    """Give the columns of rows, converted: a loop over rows and columns would take far longer."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for at, convert in converts:
        columns[at] = list(convert_column(columns[at], convert))
    return columns


def _insert_columns(connection: Connection, table: Table, columns: Sequence[Sequence[Any]]) -> None:
    """Insert rows that are given as columns, each value as the driver takes it."""
    statement, left = _insert_statement(table, connection.dialect).statement, len(columns[0])
    rows = zip(*columns, strict=True)
    if connection.dialect.name == "sqlite":
        at_once = _rows_of_a_statement(table)
        some = _insert_sql_of_some(table, connection.dialect, at_once)
        while left >= at_once:
            send(connection, some, [*chain.from_iterable(islice(rows, at_once))])
            left -= at_once
    if left:
        send(connection, statement, list(rows), many=True)


def insert_all_tuples(connection: Connection, table: Table, rows: Iterator[Sequence[Any]]) -> None:
    """Insert rows as they are made, some at once, so that few of very many are in memory."""
    while block := [*islice(rows, ROWS_AT_ONCE)]:
        insert_tuples(connection, table, block)


def convert_column(column: Iterable[Any], convert: _Convert) -> Iterable[Any]:
    """Convert each distinct value once: a day, a stage or a moment stands in many rows."""
    values = list(column)
    distinct = {*values}
    if Decimal in {*map(type, distinct)}:
        # Equal decimals may have been written differently, and are kept as written.
        return map(convert, values)
    if len(distinct) == 1:
        return [convert(values[0])] * len(values)
    converted = {value: convert(value) for value in distinct}
    return map(converted.__getitem__, values)


_MOST_ROWS: Final = 50
_MOST_VALUES: Final = 900
"""Fewer than any release of SQLite takes in one statement."""


def _rows_of_a_statement(table: Table) -> int:
    """Give how many rows one statement of SQLite inserts.

    Before a statement whose guards may refuse it changes a page, SQLite keeps a copy of that page:
    of each page of the table and its indexes once a statement, and so once for many rows.
    """
    return min(_MOST_ROWS, _MOST_VALUES // len(table.columns))


_SQL_OF_SOME: dict[str, str] = {}


def _insert_sql_of_some(table: Table, dialect: Dialect, count: int) -> str:
    sql = _SQL_OF_SOME.get(table.name)
    if sql is None:
        start, _, places = _insert_statement(table, dialect).statement.partition(" VALUES ")
        sql = _SQL_OF_SOME[table.name] = f"{start} VALUES {', '.join([places] * count)}"
    return sql


class _InsertStatement(NamedTuple):
    """An insert in the words of an engine, and which of its values are to be converted."""

    statement: str
    converts: tuple[tuple[int, _Convert], ...]


_STATEMENTS: dict[tuple[str, str], _InsertStatement] = {}


_PICKED: dict[str, Callable[[Mapping[str, Any]], ResultRow]] = {}


def _picked(table: Table) -> Callable[[Mapping[str, Any]], ResultRow]:
    """Give what takes the values of a table's columns, in their order, out of a row."""
    pick = _PICKED.get(table.name)
    if pick is None:
        pick = _PICKED[table.name] = itemgetter(*(column.name for column in table.columns))
    return pick


def _insert_statement(table: Table, dialect: Dialect) -> _InsertStatement:
    key = (dialect.name, table.name)
    if key not in _STATEMENTS:
        converts = (
            column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns
        )
        _STATEMENTS[key] = _InsertStatement(
            _insert_sql(table, dialect),
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


ROWS_AT_ONCE: Final = 1000
"""So many rows are written at once, and wait at most before a write of very many goes on."""


def _table_places() -> Mapping[str, int]:
    return _places_among(len(tables.metadata.tables))


@cache
def _places_among(known: int) -> Mapping[str, int]:
    # Tables of nights, statements and further registers are made when they are first asked for.
    assert known == len(tables.metadata.tables)
    return {table.name: place for place, table in enumerate(tables.metadata.sorted_tables)}


HASHED_APART: Final = frozenset({"request", "receipt", "disclosure"})
"""The tables whose rows the hash of a request covers by its own terms and by salted hashes."""

_quoted: Final[Callable[[str], str]] = encode_basestring


class _Hashed(NamedTuple):
    """How the rows of a table are hashed: its columns but texts, in the order of their names.

    A column has its place, its name as JSON, and what it had in rows of before it was there, if
    anything. `binary` are the places of bytes, and `converts` makes what a file would hold.
    """

    head: str
    columns: tuple[tuple[int, str, Any], ...]
    binary: tuple[int, ...]
    converts: tuple[tuple[int, _Convert], ...]


@cache
def _hashed(table: Table) -> _Hashed:
    from sqlalchemy.dialects.sqlite.base import (  # noqa: PLC0415 - a server's reader does without
        SQLiteDialect,
    )

    texts = text_columns(table)
    places = sorted(enumerate(table.columns), key=lambda one: one[1].name)
    binary = [at for at, column in places if isinstance(column.type, LargeBinary)]
    dialect = SQLiteDialect()
    converts = (
        (at, column.type.dialect_impl(dialect).bind_processor(dialect))
        for at, column in places
        if at not in binary
    )
    return _Hashed(
        f"{_quoted(table.name)}:",
        tuple(
            (at, f"{_quoted(column.name)}:", hashed_default(column))
            for at, column in places
            if column.name not in texts
        ),
        tuple(binary),
        tuple((at, one) for at, one in converts if one is not None),
    )


def hashes_of_stored(table: Table, columns: Sequence[Sequence[Any]]) -> list[bytes]:
    """Hash rows by their columns, as the tables of a file hold them or as a server does.

    What is empty or has its default is left out: a column that is added later to a table changes
    no hash of an earlier row. Texts that can be erased are left out too.
    """
    return _hashes(_hashed(table), list(columns))


def hash_of_rows(hashes: Iterable[bytes]) -> str:
    """Hash all rows of a request by their hashes, as `WrittenRows` does."""
    return sha256(b"".join(sorted(hashes))).hexdigest()


def _hashes(hashed: _Hashed, columns: list[Sequence[Any]]) -> list[bytes]:
    for at in hashed.binary:
        columns[at] = [None if value is None else bytes(value).hex() for value in columns[at]]
    # What all rows have alike is written once, around the places of what differs.
    line, varying = hashed.head, list[Sequence[Any]]()
    for at, name, default in hashed.columns:
        column, distinct = columns[at], {*columns[at]}
        if len(distinct) == 1:
            line += _hashed_cell(name, default, *distinct).replace("%", "%%")
        elif default is None and {*map(type, distinct)} == {int}:  # as of ids and moments
            line += f"{name}%d,"
            varying.append(column)
        else:
            line += "%s"
            varying.append(_hashed_cells(name, default, column, distinct))
    if not varying:
        return [sha256((line % ()).encode()).digest()] * len(columns[0])
    return [sha256((line % row).encode()).digest() for row in zip(*varying, strict=True)]


def _hashed_cell(name: str, default: Any, value: Any) -> str:
    if value is None or value == default:
        return ""
    return f"{name}{_quoted(value)}," if isinstance(value, str) else f"{name}{value:d},"


def _hashed_cells(name: str, default: Any, column: Sequence[Any], distinct: set[Any]) -> list[str]:
    """Give the cells of a column as they are hashed.

    Each value that many rows have is written once: a day, a sector or a city.
    """
    if 2 * len(distinct) > len(column):
        return [
            ""
            if value is None or value == default
            else (f"{name}{_quoted(value)}," if isinstance(value, str) else f"{name}{value:d},")
            for value in column
        ]
    written = {value: _hashed_cell(name, default, value) for value in distinct}
    return [*map(written.__getitem__, column)]


class WrittenRows:
    """The hashes of the rows that one request wrote, which the hash of the request covers.

    They are hashed in their own order, so that it does not matter in which rows were written.
    """

    def __init__(self) -> None:
        """Start with no rows."""
        # Apart by their first bits: only a part of them is sorted at once.
        self.parts: Final = [bytearray() for _ in range(16)]

    def add(self, table: Table, rows: Sequence[ResultRow]) -> None:
        """Take in rows as they are written, their values in the order of the table's columns."""
        hashed = _hashed(table)
        self.add_hashes(_hashes(hashed, _converted(rows, hashed.converts)))

    def add_columns(self, table: Table, columns: list[Sequence[Any]]) -> None:
        """Take in rows as the columns of a file hold them."""
        self.add_hashes(_hashes(_hashed(table), columns))

    def add_hashes(self, hashes: Iterable[bytes]) -> None:
        """Take in the hashes of rows."""
        parts = self.parts
        for one in hashes:
            parts[one[0] >> 4] += one

    def hex(self) -> str:
        """Give the hash of all rows."""
        digest = sha256()
        for part in filter(None, self.parts):
            text = part.decode("latin-1")  # sorted as bytes are, in a fraction of the time
            ones = sorted([text[at : at + _BYTES] for at in range(0, len(text), _BYTES)])
            digest.update("".join(ones).encode("latin-1"))
        return digest.hexdigest()


_BYTES: Final = sha256().digest_size


class RowBuffer:
    """Rows waiting to be written, in an order that every reference and guard accepts.

    They wait as the values of their columns, which take a fraction of the memory of mappings.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.hashes = WrittenRows()
        """Those of the rows that were written."""
        self._pending: dict[str, list[ResultRow]] = {}
        self._made: dict[str, Iterator[ResultRow]] = {}
        self._written: set[str] = set()
        self.count = 0
        """How many rows wait."""

    def add(self, table: Table, row: Mapping[str, Any]) -> None:
        """Put a row in line; every column of the table must be given."""
        self.add_tuple(table, _picked(table)(row))

    def add_tuple(self, table: Table, row: ResultRow) -> None:
        """Put a row in line whose values stand in the order of the table's columns."""
        self._pending.setdefault(table.name, []).append(row)
        self.count += 1

    def add_all(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put many rows in line."""
        if rows:
            self._pending.setdefault(table.name, []).extend(map(_picked(table), rows))
            self.count += len(rows)

    def add_made(self, table: Table, names: Sequence[str], rows: Iterator[ResultRow]) -> None:
        """Put rows in line that are made while they are written; `names` are all the columns."""
        assert [*names] == [column.name for column in table.columns]
        self._made[table.name] = rows

    def has_rows_beyond(self, table: Table) -> bool:
        """Say whether rows of other tables than this one wait, or were written."""
        return bool((self._written | self._pending.keys()) - {table.name})

    def has_rows(self, table: Table) -> bool:
        """Say whether rows of this table wait to be written."""
        return table.name in self._pending

    def flush(self, connection: Connection) -> None:
        """Write all waiting rows, tables in the order of their references."""
        place = _table_places()
        for name in sorted(self._pending.keys() | self._made.keys(), key=place.__getitem__):
            rows = chain(self._pending.pop(name, ()), self._made.pop(name, ()))
            while block := [*islice(rows, ROWS_AT_ONCE)]:
                self._write(connection, tables.metadata.tables[name], block)
            self._written.add(name)
        self.count = 0

    def _write(self, connection: Connection, table: Table, rows: Sequence[ResultRow]) -> None:
        """Insert rows and take in their hashes, which cover what a file holds."""
        is_hashed = table.name not in HASHED_APART
        if is_hashed and connection.dialect.name == "sqlite" and len(rows) > 1:
            converts = _insert_statement(table, connection.dialect).converts
            columns = _converted(rows, converts)
            _insert_columns(connection, table, columns)
            self.hashes.add_columns(table, columns)
            return
        insert_tuples(connection, table, rows)
        if is_hashed:
            self.hashes.add(table, rows)
