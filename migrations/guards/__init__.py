"""The guards: SQL files that hold the ledger's rules in the database itself.

They describe the newest schema. An upgrade takes them down, migrates, and puts them back in the
same transaction; so a table rebuilt on the way cannot lose them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, UniqueConstraint, insert, select, text

from ledger.journal import ALLOWED_MOVES
from ledger.store.tables import APPEND_ONLY_TABLES, allowed_move

_FOLDER: Final = Path(__file__).parent
_PLAIN_FILES: Final = ("entry.sql", "movement.sql", "balance.sql", "holder.sql")
_NAME: Final = re.compile(r"CREATE TRIGGER (\w+)")
_STATEMENT: Final = re.compile(r"CREATE TRIGGER .*?\nEND;", re.DOTALL)
_VERSION_SUFFIX: Final = "_version"


def guards(dialect: str) -> dict[str, str]:
    """Give every guard of an engine: its name and the statement that makes it."""
    found: dict[str, str] = {}
    for script in _scripts(_FOLDER / dialect):
        for statement in _STATEMENT.findall(script):
            match = _NAME.match(statement)
            assert match is not None
            found[match.group(1)] = statement.removesuffix(";")
    return found


def _scripts(folder: Path) -> Iterator[str]:
    append_only = (folder / "append_only.sql").read_text(encoding="utf-8")
    versions = (folder / "versions.sql").read_text(encoding="utf-8")
    for table in APPEND_ONLY_TABLES:
        yield append_only.format(table=table.name, same_key=_same_key(table))
        if table.name.endswith(_VERSION_SUFFIX):
            owner = table.primary_key.columns.keys()[0]
            yield versions.format(table=table.name, owner=owner)
    for name in _PLAIN_FILES:
        yield (folder / name).read_text(encoding="utf-8")


def _same_key(table: Table) -> str:
    """Say in SQL that a kept row has a key of the new one: the primary or any unique key."""
    keys = [list(table.primary_key.columns.keys())]
    keys += sorted(
        list(constraint.columns.keys())
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    )
    return " OR ".join(
        "(" + " AND ".join(f"kept.{column} = NEW.{column}" for column in key) + ")" for key in keys
    )


def present(connection: Connection) -> dict[str, str]:
    """Read the guards that stand in the database now."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    return dict(rows.all())


def take_down(connection: Connection) -> None:
    """Drop every guard, inside the transaction of an upgrade."""
    for name in present(connection):
        connection.execute(text(f'DROP TRIGGER "{name}"'))


def put_up(connection: Connection) -> None:
    """Write the table of allowed moves and make every guard of the newest schema."""
    kept = set(connection.execute(select(allowed_move)))
    missing = sorted(ALLOWED_MOVES - kept)
    if missing:
        connection.execute(insert(allowed_move), [move._asdict() for move in missing])
    for statement in guards(connection.dialect.name).values():
        connection.exec_driver_sql(statement)
