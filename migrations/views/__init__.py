"""The documented read-only views for analysts' own tools: one SQL file each, of the same name.

That of origins is made here, from the registers whose records can name one.

Like the guards they describe the newest schema, and are down while a migration runs: a rebuilt
table would break a view that stands on it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect

from ledger.registers.table import origin_kinds, versioned

_FOLDER: Final = Path(__file__).parent


def views() -> dict[str, str]:
    """Give every view: its name and the statement that makes it."""
    files = sorted(_FOLDER.glob("v_*.sql"))
    return {
        **{file.stem: file.read_text(encoding="utf-8") for file in files},
        "v_origin": _origins(),
    }


def _origins() -> str:
    """Give the view of all origins: one row for each record that names one, of every register."""
    parts = (_origins_of(spec.name) for spec in versioned().values() if spec.origin is not None)
    return f"CREATE VIEW v_origin AS\n{'UNION ALL'.join(parts)}"


def _origins_of(kind: str) -> str:
    named = "\n        ".join(
        f"WHEN '{origin}' THEN (SELECT code FROM {origin} WHERE id = terms.origin_id)"  # noqa: S608
        for origin in origin_kinds()
    )
    return f"""
SELECT
    '{kind}' AS kind,
    own.code AS code,
    terms.origin_kind AS origin_kind,
    CASE terms.origin_kind
        {named}
    END AS origin_code
FROM {kind} AS own
JOIN {kind}_version AS terms ON terms.{kind}_id = own.id
    AND terms.version = (
        SELECT max(later.version) FROM {kind}_version AS later WHERE later.{kind}_id = own.id
    )
    AND NOT terms.in_error
WHERE terms.origin_id IS NOT NULL
"""  # noqa: S608 - names of the program's own tables


def take_down(connection: Connection) -> None:
    """Drop every view, inside the transaction of an upgrade."""
    for name in set(inspect(connection).get_view_names()) & set(views()):
        connection.exec_driver_sql(f"DROP VIEW {name}")


def put_up(connection: Connection) -> None:
    """Make every view of the newest schema."""
    for statement in views().values():
        connection.exec_driver_sql(statement)
