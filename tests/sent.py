"""What a driver is sent through an engine, taken down: statements and commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Engine, event


class Statement(NamedTuple):
    """One statement as the program sent it to the driver; `many`: by executemany."""

    sql: str
    parameters: Any
    many: bool = False


@contextmanager
def recorded(engine: Engine) -> Iterator[list[Statement]]:
    """Take down every statement that the driver is sent through an engine, commits included."""
    told: list[Statement] = []
    engine.dispose()

    def before(dialect: Any, record: Any, words: Any, settings: dict[str, Any]) -> None:
        if dialect.name == "sqlite":
            settings["factory"] = _telling_connection(told)

    def after(connection: Any, record: Any) -> None:
        for name in ("cursor_factory", "server_cursor_factory"):
            if hasattr(connection, name):
                setattr(connection, name, _telling(getattr(connection, name), told))

    def commit(connection: Any) -> None:
        told.append(Statement("COMMIT", ()))

    listeners = {"do_connect": before, "connect": after, "commit": commit}
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield told
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)
        engine.dispose()


def _telling(plain: type[Any], told: list[Statement]) -> type[Any]:
    """Give a kind of cursor that tells what it is sent."""

    class Telling(plain):
        def execute(self, sql: str, parameters: Any = (), **more: Any) -> Any:
            told.append(Statement(sql, parameters))
            return super().execute(sql, parameters, **more)

        def executemany(self, sql: str, parameters: Any, **more: Any) -> Any:
            told.append(Statement(sql, parameters, many=True))
            return super().executemany(sql, parameters, **more)

    return Telling


def _telling_connection(told: list[Statement]) -> type[sqlite3.Connection]:
    teller = _telling(sqlite3.Cursor, told)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = teller) -> Any:
            return super().cursor(factory)

    return Connection
