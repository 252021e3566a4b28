"""Run the migrations once per process, however many ledgers the tests make.

A new ledger, and the target of every copy, runs all migrations: most of a second, nearly all of it
in making tables that a later migration alters. The first empty database of a process is migrated;
the next ones are sent what that came to, which is the same. A test that is about migrations says
so: `@pytest.mark.migrates`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, event, inspect

from ledger.store.db import schema

Work = Callable[[Connection], None]


class _Sent(NamedTuple):
    """A statement as the driver was sent it."""

    sql: str
    values: Any
    many: bool


_sent: dict[tuple[str, str | None], list[_Sent]] = {}
_sharing = False


def share() -> None:
    """Let this process, and those it forks, migrate an empty database once of each kind."""
    global _sharing  # noqa: PLW0603 - one process, one answer
    _sharing = True
    usual = schema._run_migrations

    def migrate(connection: Connection) -> None:
        if not _sharing or schema.current_revision(connection) is not None:
            usual(connection)
            return
        made = inspect(connection).default_schema_name
        key = (connection.dialect.name, made)
        if key in _sent:
            _send(connection, _sent[key])
        elif connection.dialect.name == "sqlite":
            usual(connection)
            _sent[key] = _contents(connection)
        else:
            _sent[key] = _recorded(connection, usual)

    schema._run_migrations = migrate


@contextmanager
def not_shared() -> Iterator[None]:
    """Let every database of the block run all migrations."""
    global _sharing  # noqa: PLW0603 - one process, one answer
    before, _sharing = _sharing, False
    try:
        yield
    finally:
        _sharing = before


def _recorded(connection: Connection, work: Work) -> list[_Sent]:
    """Do some work on a server; give the statements that it sent, but for questions."""
    told: list[_Sent] = []

    def hear(_on: Any, _cursor: Any, sql: str, values: Any, _context: Any, many: bool) -> None:
        if not sql.lstrip().upper().startswith("SELECT"):
            told.append(_Sent(sql, values, many))

    event.listen(connection, "before_cursor_execute", hear)
    work(connection)
    event.remove(connection, "before_cursor_execute", hear)
    return told


def _contents(connection: Connection) -> list[_Sent]:
    """Give what makes a file as it is: its tables, their rows, and then what guards them."""
    kept = connection.exec_driver_sql(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    ).all()
    made = [_Sent(sql, (), many=False) for kind, _, sql in kept if kind == "table"]
    for kind, name, _ in kept:
        rows = (
            connection.exec_driver_sql(f'SELECT * FROM "{name}"').all() if kind == "table" else []
        )
        if rows:
            places = ", ".join("?" for _ in rows[0])
            values = [tuple(row) for row in rows]
            made.append(_Sent(f'INSERT INTO "{name}" VALUES ({places})', values, many=True))
    return made + [_Sent(sql, (), many=False) for kind, _, sql in kept if kind != "table"]


def _send(connection: Connection, statements: list[_Sent]) -> None:
    """Send statements, and as many as the driver takes at once."""
    cursor = connection.connection.cursor()
    together = connection.dialect.name == "postgresql"
    waiting: list[str] = []
    for one in statements:
        if together and not one.values:
            waiting.append(one.sql.replace("%%", "%"))
            continue
        if waiting:
            cursor.execute(";\n".join(waiting))
            waiting.clear()
        (cursor.executemany if one.many else cursor.execute)(one.sql, one.values)
    if waiting:
        cursor.execute(";\n".join(waiting))
