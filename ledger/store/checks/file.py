"""Faults of a database below the level of records: damaged pages, cells and references.

In a file SQLite looks through its own pages; the kinds of cells and the text in them are compared
with the columns of this program, as SQLite accepts any. A server keeps pages and kinds itself.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain, islice
from typing import Any, Final

from sqlalchemy import Boolean, Column, Connection, Integer, LargeBinary, Table
from sqlalchemy.exc import DatabaseError, DBAPIError
from sqlalchemy.types import TypeDecorator

from ledger.checks.file import FileFaults
from ledger.store.checks.extent import tables_with_rows
from ledger.store.db import tables
from ledger.store.db.engine import on_server
from ledger.store.db.sqlite import is_damage, require_damage

_MOST: Final = 100
"""So many faults of one kind are read; a damaged page can spoil every row after it."""

_SHORT: Final = 40
_INVALID_INDEXES: Final = (
    "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indrelid"
    " WHERE NOT indisvalid AND relnamespace = quote_ident(current_schema())::regnamespace"
    " ORDER BY 1"
)


def read_file_faults(connection: Connection) -> FileFaults:
    """Look for faults in the database that a connection reads."""
    every = tables.every_table()
    if on_server(connection):
        faults = chain(_missing_references(connection, every), _invalid_indexes(connection))
        return FileFaults(len(every), faults, (_note_of_server(connection),))
    faults = chain(
        _damaged_pages(connection),
        _guarded(connection, _lost_references(connection)),
        _faults_of_rows(connection, every),
    )
    return FileFaults(len(every), faults)


def _faults_of_rows(connection: Connection, every: Sequence[Table]) -> Iterator[str]:
    """Find spoiled cells, then spoiled texts, of the tables with rows."""
    try:
        filled = tables_with_rows(connection, every)
    except DatabaseError as error:
        if not is_damage(error.orig):
            raise
        filled = frozenset(table.name for table in every)  # each says by itself what is damaged
    for find in (_spoiled_cells, _spoiled_texts):
        for table in every:
            if table.name in filled:
                yield from _guarded(connection, find(connection, table))


def errors_of_no_row(connection: Connection) -> tuple[type[Exception], ...]:
    """Give the errors of reading that say nothing of the rows: on a server, all of its own."""
    return (DBAPIError,) if on_server(connection) else ()


def _damaged_pages(connection: Connection) -> Iterator[str]:
    """Let SQLite look through the pages, the indexes and the constraints of the file."""
    try:
        rows = connection.exec_driver_sql(f"PRAGMA integrity_check({_MOST})").scalars().all()
    except DatabaseError as error:
        if not is_damage(error.orig):
            raise
        require_damage(connection.engine, error.orig)
        yield f"the file is damaged: {error.orig}"
        return
    if rows != ["ok"]:
        require_damage(connection.engine)
    for line in rows:
        if line != "ok":
            yield f"the file is damaged: {' '.join(str(line).split())}"


def _lost_references(connection: Connection) -> Iterator[str]:
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
    for table, row, other, _ in islice(rows, _MOST):
        yield f"row {row} of the table {table} names a row of {other} that is not there"


def _guarded(connection: Connection, faults: Iterator[str]) -> Iterator[str]:
    """Give faults until the database cannot read on, and why."""
    try:
        yield from faults
    except DatabaseError as error:
        if not is_damage(error.orig):
            raise
        require_damage(connection.engine, error.orig)
        yield f"the file cannot be read on: {error.orig}"


def _rows_of_file(connection: Connection, statement: str) -> Iterator[tuple[Any, ...]]:
    """Read rows by the driver alone: describing the columns took longer than reading a table."""
    with _cursor(connection, statement) as rows:
        yield from rows


@contextmanager
def _cursor(connection: Connection, statement: str) -> Iterator[Iterator[tuple[Any, ...]]]:
    driver: Any = connection.connection.cursor()
    try:
        driver.execute(statement)
        yield driver
    except sqlite3.DatabaseError as error:
        raise DatabaseError(statement, None, error) from error
    finally:
        driver.close()


def _spoiled_cells(connection: Connection, table: Table) -> Iterator[str]:
    """Find the cells that hold another kind of value than their column takes."""
    rows = _rows_of_file(connection, _selecting_spoiled(table))
    for key, *flags in islice(rows, _MOST):
        for name, is_wrong in zip(table.columns.keys(), flags, strict=True):
            if is_wrong:
                yield f"{name} of {table.name} {_shown(key)} is not of the kind that is due"


@cache
def _selecting_spoiled(table: Table) -> str:
    conditions = [f"({_wrong_kind(column)})" for column in table.columns]
    any_of_them = " OR ".join(conditions)
    return (
        f"SELECT {_key(table)}, {', '.join(conditions)}"  # noqa: S608 - names of the schema
        f" FROM {table.name} WHERE {any_of_them}"
    )


def _spoiled_texts(connection: Connection, table: Table) -> Iterator[str]:
    """Find the texts that are not valid UTF-8."""
    names = [column.name for column in table.columns if _kind(column) == "text"]
    if not names:
        return
    quoted = [f'"{name}"' for name in names]
    try:
        columns = ", ".join(quoted)
        every = f"SELECT {columns} FROM {table.name}"  # noqa: S608 - as above
        with _cursor(connection, every) as rows_of_table:
            deque(rows_of_table, maxlen=0)  # reading them is what fails
    except DatabaseError as error:
        if "decode" not in str(error.orig):
            raise
    else:
        return
    blobs = ", ".join(f"CAST({one} AS BLOB)" for one in quoted)
    every = f"SELECT {_key(table)}, {blobs} FROM {table.name}"  # noqa: S608 - as above
    rows = connection.exec_driver_sql(every)
    for key, *texts in rows:
        for name, text in zip(names, texts, strict=True):
            if text is not None and not _is_utf8(text):
                yield f"{name} of {table.name} {_shown(key)} is not valid text"


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _key(table: Table) -> str:
    """Select a row's key as bytes, which can always be read."""
    columns = [f"coalesce(\"{one.name}\", '')" for one in table.primary_key.columns]
    joined = " || '/' || ".join(columns)
    return f"CAST({joined} AS BLOB)"


def _shown(key: bytes | None) -> str:
    text = (key or b"?").decode(errors="backslashreplace")
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}..."


def _wrong_kind(column: Column[Any]) -> str:
    due = f"'{_kind(column)}'" + (", 'null'" if column.nullable else "")
    wrong = f'typeof("{column.name}") NOT IN ({due})'
    if isinstance(column.type, Boolean):
        wrong += f' OR "{column.name}" NOT IN (0, 1)'
    return wrong


def _kind(column: Column[Any]) -> str:
    """Give the kind of value that SQLite stores for a column."""
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, (Integer, Boolean)):
        return "integer"
    return "blob" if isinstance(kind, LargeBinary) else "text"


def _missing_references(connection: Connection, every: Sequence[Table]) -> Iterator[str]:
    """Find references to rows that are not there: a server looks only while rows are written.

    Of tables without rows nothing is asked: to plan that takes a server longer than all the rest.
    """
    filled = tables_with_rows(connection, every)
    queries = [one for table in every if table.name in filled for one in _references_of(table)]
    if not queries:
        return
    union = " UNION ALL ".join(queries)
    lost = f"SELECT * FROM ({union}) AS found WHERE lost > 0 ORDER BY 1, 2"  # noqa: S608 - as above
    for name, other, count in connection.exec_driver_sql(lost):
        rows = "a row" if count == 1 else f"{count} rows"
        yield f"{rows} of the table {name} name a row of {other} that is not there"


@cache
def _references_of(table: Table) -> tuple[str, ...]:
    """Build for each reference of a table what counts the rows that name a missing one."""
    queries = []
    for constraint in sorted(table.foreign_key_constraints, key=lambda one: [*one.column_keys]):
        pairs = [(one.parent.name, one.column.name) for one in constraint.elements]
        other = constraint.referred_table.name
        same = " AND ".join(f'other."{theirs}" = own."{ours}"' for ours, theirs in pairs)
        given = " AND ".join(f'own."{ours}" IS NOT NULL' for ours, _ in pairs)
        queries.append(
            f"SELECT '{table.name}' AS name, '{other}' AS other, count(*) AS lost"  # noqa: S608 - as above
            f" FROM {table.name} own WHERE {given}"
            f" AND NOT EXISTS (SELECT 1 FROM {other} other WHERE {same})"
        )
    return tuple(queries)


def _invalid_indexes(connection: Connection) -> Iterator[str]:
    for name in connection.exec_driver_sql(_INVALID_INDEXES).scalars():
        yield f"the index {name} is not valid: its making was interrupted"


def _note_of_server(connection: Connection) -> str:
    query = "SELECT current_setting('data_checksums', true)"
    state = connection.exec_driver_sql(query).scalar()
    checksums = "are on" if state == "on" else "are off, so that it cannot"
    return (
        "The pages of the database are not examined here: the server does so by its data "
        f"checksums, which {checksums}."
    )
