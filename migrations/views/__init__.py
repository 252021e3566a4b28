"""The documented read-only views for analysts' own tools: one SQL file each, of the same name.

Like the guards they describe the newest schema, and are down while a migration runs: a rebuilt
table would break a view that stands on it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect

_FOLDER: Final = Path(__file__).parent


def views() -> dict[str, str]:
    """Give every view: its name and the statement that makes it."""
    files = sorted(_FOLDER.glob("v_*.sql"))
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def take_down(connection: Connection) -> None:
    """Drop every view, inside the transaction of an upgrade."""
    for name in set(inspect(connection).get_view_names()) & set(views()):
        connection.exec_driver_sql(f"DROP VIEW {name}")


def put_up(connection: Connection) -> None:
    """Make every view of the newest schema."""
    for statement in views().values():
        connection.exec_driver_sql(statement)
