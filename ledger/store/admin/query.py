"""One reading statement of an analyst's own, over the ledger's tables and views.

Nothing can be written through it: on a server the transaction is read-only and the statement is
prepared, which admits one alone; a SQLite ledger is asked through an authorizer that knows reading.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.store.db.engine import on_server

_COMMENT: Final = re.compile(r"\s*(?:--[^\n]*(?:\n|$)|/\*.*?\*/)", re.DOTALL)
_FIRST_WORD: Final = re.compile(r"\s*\(*\s*(\w+)")
_READING: Final = frozenset({"select", "with", "values"})
_READS: Final = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
    }
)
_NOT_RUN: Final = frozenset({"load_extension", "fts3_tokenizer"})
_BLOCK: Final = 1_000
_SERVER_WRITES: Final = frozenset({"25006", "42501"})
"""What a server answers to a write in a reading transaction, and to one without the right."""


class QueryWrites(RefusedByRule, code="query-writes"):
    """A query would write, or do something else than read."""

    default_why = "The journal and the registers are written by acts alone, each with its receipt."
    default_next = "Write one statement that begins with SELECT, WITH or VALUES."


class QueryFailed(InvalidInput, code="query-failed"):
    """The database could not run a query."""

    default_why = "A query is one statement of SQL, over the views and tables of the ledger."
    default_next = "Correct it; the columns of the views are listed in the page on notebooks."


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The columns of a result, told apart where several have one name, and its rows, read once.

    The rows come in blocks of a thousand.
    """

    columns: Sequence[str]
    blocks: Iterator[Sequence[tuple[Any, ...]]]


@contextmanager
def run_query(connection: Connection, statement: str) -> Iterator[QueryResult]:
    """Run one statement that reads; the connection is in a reading transaction.

    Raises QueryWrites and QueryFailed, also while rows are read.
    """
    _require_reading(statement)
    cursor = connection.connection.cursor()
    try:
        with _refusing_writes(connection), _explained(connection):
            if on_server(connection):
                cursor.execute(statement, prepare=True)  # type: ignore[call-arg]  # psycopg's own
            else:
                cursor.execute(statement)
            names = [str(column[0]) for column in cursor.description or ()]
            yield QueryResult(_distinct(names), _blocks(cursor))
    finally:
        cursor.close()


def _require_reading(statement: str) -> None:
    plain = statement
    while match := _COMMENT.match(plain):
        plain = plain[match.end() :]
    word = _FIRST_WORD.match(plain)
    if word is None or word[1].casefold() not in _READING:
        raise QueryWrites("This is no statement that reads.")


def _blocks(cursor: Any) -> Iterator[Sequence[tuple[Any, ...]]]:
    while block := cursor.fetchmany(_BLOCK):
        yield block


def _distinct(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        number, made = 2, name or "column"
        while made in found:
            made, number = f"{name or 'column'}_{number}", number + 1
        found.append(made)
    return found


@contextmanager
def _refusing_writes(connection: Connection) -> Iterator[None]:
    """Let a SQLite connection read alone, for as long as the query runs."""
    if on_server(connection):
        yield
        return
    driver: Any = connection.connection.driver_connection

    def may(act: int, _one: str | None, name: str | None, *_where: str | None) -> int:
        is_safe = act in _READS and (name or "").casefold() not in _NOT_RUN
        return sqlite3.SQLITE_OK if is_safe else sqlite3.SQLITE_DENY

    driver.set_authorizer(may)
    try:
        yield
    finally:
        driver.set_authorizer(None)


@contextmanager
def _explained(connection: Connection) -> Iterator[None]:
    """Turn what the driver raises into refusals."""
    driver = connection.dialect.dbapi
    assert driver is not None, "a connection has its driver"
    try:
        yield
    except driver.Error as error:
        text = str(error).strip().partition("\n")[0]
        state = getattr(error, "sqlstate", None)
        if state in _SERVER_WRITES or "not authorized" in text or "prohibited" in text:
            raise QueryWrites(f"The statement would not only read: {text}.") from error
        raise QueryFailed(f"The query cannot be run: {text}.") from error
