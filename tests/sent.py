"""What a driver is sent through an engine: taken down, or replaced."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Engine, event


class Statement(NamedTuple):
    """One statement as the program sent it to the driver; `many`: by executemany."""

    sql: str
    parameters: Any
    many: bool = False


Heard = Callable[[Statement], str]
"""Takes a statement that is about to be sent, and gives the SQL to send."""


@contextmanager
def recorded(engine: Engine) -> Iterator[list[Statement]]:
    """Take down every statement that the driver is sent through an engine, commits included."""
    told: list[Statement] = []

    def take_down(statement: Statement) -> str:
        told.append(statement)
        return statement.sql

    listeners = hear(engine, take_down)
    try:
        yield told
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)
        engine.dispose()


def hear(engine: Engine, heard: Heard) -> dict[str, Callable[..., None]]:
    """Hand over every statement that the driver is to be sent; give the engine's new listeners."""
    engine.dispose()

    def before(dialect: Any, record: Any, words: Any, settings: dict[str, Any]) -> None:
        if dialect.name == "sqlite":
            settings["factory"] = _telling_connection(heard)

    def after(connection: Any, record: Any) -> None:
        for name in ("cursor_factory", "server_cursor_factory"):
            if hasattr(connection, name):
                setattr(connection, name, _telling(getattr(connection, name), heard))

    def commit(connection: Any) -> None:
        heard(Statement("COMMIT", ()))

    listeners = {"do_connect": before, "connect": after, "commit": commit}
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    return listeners


def _telling(plain: type[Any], heard: Heard) -> type[Any]:
    """Give a kind of cursor that tells what it is to send."""

    class Telling(plain):
        def execute(self, sql: str, parameters: Any = (), **more: Any) -> Any:
            return super().execute(heard(Statement(sql, parameters)), parameters, **more)

        def executemany(self, sql: str, parameters: Any, **more: Any) -> Any:
            sent = heard(Statement(sql, parameters, many=True))
            return super().executemany(sent, parameters, **more)

    return Telling


def _telling_connection(heard: Heard) -> type[sqlite3.Connection]:
    teller = _telling(sqlite3.Cursor, heard)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = teller) -> Any:
            return super().cursor(factory)

    return Connection
