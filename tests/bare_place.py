"""A sealed ledger without its guards, to be changed by raw SQL: each attempt begins anew."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from ledgers import sqlite_file
from psycopg.rows import dict_row
from sqlalchemy import Connection
from tampering import Refused, Row

from ledger.store.db import engine as engines

_LOOKS = {"cityfund_transaction": "looks"}


class FileSql:
    """A SQLite file without its guards."""

    def __init__(self, path: Path) -> None:
        self.raw = sqlite3.connect(path, isolation_level=None)
        self.raw.row_factory = sqlite3.Row
        self.raw.execute("PRAGMA synchronous = OFF")
        self.raw.execute("PRAGMA ignore_check_constraints = ON")

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> None:
        try:
            self.raw.execute(statement, values)
        except sqlite3.DatabaseError as error:
            raise Refused(str(error)) from error

    def rows(self, table: str) -> list[Row]:
        return [dict(row) for row in self.raw.execute(f'SELECT * FROM "{table}"')]


class ServerSql:
    """A transaction on a server, in a ledger without its guards."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self.driver = driver

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> None:
        try:
            self.driver.execute(statement.replace("?", "%s").encode(), values)
        except psycopg.DatabaseError as error:
            raise Refused(str(error)) from error

    def rows(self, table: str) -> list[Row]:
        with self.driver.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(f'SELECT * FROM "{table}"'.encode()).fetchall()


Sql = FileSql | ServerSql
Place = Callable[[], Any]


@contextmanager
def _in_a_file(url: str, folder: Path) -> Iterator[tuple[Sql, Place]]:
    base, copy = sqlite_file(url), folder / "attacked.db"

    @contextmanager
    def attempt() -> Iterator[tuple[Sql, Connection]]:
        for ending in ("", "-wal", "-shm"):
            Path(f"{copy}{ending}").unlink(missing_ok=True)
        shutil.copy(base, copy)
        sql = FileSql(copy)
        engine = engines.make_engine(f"sqlite:///{copy}")
        with closing(sql.raw), engine.connect() as connection:
            yield sql, connection.execution_options(**_LOOKS)
        engine.dispose()

    reader = FileSql(base)
    with closing(reader.raw):
        yield reader, attempt


@contextmanager
def _on_a_server(url: str, folder: Path) -> Iterator[tuple[Sql, Place]]:
    del folder
    engine = engines.make_engine(url)
    with engine.connect() as plain:
        connection = plain.execution_options(**_LOOKS)
        driver: psycopg.Connection[Any] = connection.connection.dbapi_connection  # type: ignore[assignment]

        @contextmanager
        def attempt() -> Iterator[tuple[Sql, Connection]]:
            driver.execute("BEGIN")
            try:
                yield ServerSql(driver), connection
            finally:
                driver.execute("ROLLBACK")

        yield ServerSql(driver), attempt
    engine.dispose()


def bare_place(url: str, folder: Path) -> AbstractContextManager[tuple[Sql, Place]]:
    """Give what reads a ledger without guards, and what begins an attempt on it."""
    return _in_a_file(url, folder) if url.startswith("sqlite") else _on_a_server(url, folder)
