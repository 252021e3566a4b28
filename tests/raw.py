"""SQL that goes round the program: the same few words for the drivers of both engines."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import psycopg
import shared_connections
import shared_files_open

Refused = (sqlite3.DatabaseError, psycopg.DatabaseError)
"""What either driver raises where the database refuses a statement."""

_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
}


_ITS_OWN = ("foreign_keys = ON", "trusted_schema = ON", "busy_timeout = 5000")
_THE_PROGRAMS = ("trusted_schema = OFF", f"busy_timeout = {shared_files_open.BUSY_MS}")
"""What differs between a connection as the driver makes it and one of the program."""

_SETS = re.compile(r"\s*PRAGMA\b", re.IGNORECASE)
"""A statement that may set something on a connection, which nobody else has after it."""


class Raw:
    """A connection of its own; every statement stands by itself unless it begins with BEGIN."""

    def __init__(self, url: str) -> None:
        self.engine = url.partition(":")[0]
        self._set = self._closed = False
        self.connection: sqlite3.Connection | psycopg.Connection[Any]
        if self.engine == "sqlite":
            self.connection = shared_files_open.take(Path(url.removeprefix("sqlite:///")))
            for pragma in _ITS_OWN:
                self.connection.execute(f"PRAGMA {pragma}")
        else:
            self.connection = shared_connections.take(url, autocommit=True)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Run a statement, `?` for each value; give the driver's cursor."""
        if isinstance(self.connection, sqlite3.Connection):
            self._set |= _SETS.match(statement) is not None
            return self.connection.execute(statement, values)
        if not values:
            return self.connection.execute(statement.encode())
        statement = statement.replace("%", "%%").replace("?", "%s")
        return self.connection.execute(statement.encode(), values)

    def execute_all(self, statements: Sequence[str]) -> None:
        """Run many statements without values in one transaction, on a server in one turn."""
        if not isinstance(self.connection, sqlite3.Connection):
            self.connection.execute(";\n".join(statements).encode())
            return
        for statement in ("BEGIN", *statements, "COMMIT"):
            self.execute(statement)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Run a query; give its rows by the names of their columns."""
        cursor = self.execute(statement, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def tables(self) -> list[str]:
        """Name every table."""
        return [name for (name,) in self.execute(_TABLES[self.engine]).fetchall()]

    def all_rows(self) -> dict[str, list[Any]]:
        """Give every row of every table, in the order in which the database gives them."""
        names, connection = self.tables(), self.connection
        # A server is asked for all of them in one turn.
        with connection.pipeline() if isinstance(connection, psycopg.Connection) else nullcontext():
            cursors = [self.execute(f'SELECT * FROM "{name}"') for name in names]
            return {name: one.fetchall() for name, one in zip(names, cursors, strict=True)}

    def answers(self) -> bool:
        """Say whether the connection still stands."""
        try:
            self.execute("SELECT 1").fetchall()
        except Refused:
            return False
        return True

    def close(self) -> None:
        """Close the connection; what was not committed is rolled back."""
        if isinstance(self.connection, sqlite3.Connection):
            self._close_file(self.connection)
        else:
            shared_connections.give_back(self.connection)

    def _close_file(self, line: sqlite3.Connection) -> None:
        """Leave a file to the next who opens it, as the program would, or close it for good."""
        if self._closed:
            return
        self._closed = True
        if self._set:
            line.close()
            return
        if line.in_transaction:
            line.rollback()
        for pragma in _THE_PROGRAMS:
            line.execute(f"PRAGMA {pragma}")
        shared_files_open.give_back(line)
