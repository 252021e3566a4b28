"""Codes for shell completion: read-only, without SQLAlchemy, never failing.

Importing SQLAlchemy takes longer than a person waits for a completion, so the driver is used
directly.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from ledger.registers.table import versioned

_LIMIT = 200
_TIMEOUT_SECONDS = 2


def complete_codes(db_url: str, kind: str, prefix: str) -> list[tuple[str, str]]:
    """List the codes of a kind with a prefix, ignoring case, each with its name if it has one.

    At most 200, in order; an empty list if the ledger cannot be read.
    """
    if kind not in versioned() and kind != "proposal":
        return []
    scheme, _, rest = db_url.partition("://")
    read = {"sqlite": _read_file, "postgresql": _read_server, "postgres": _read_server}
    name = scheme.partition("+")[0]
    return sorted(read[name](rest, kind, _like_pattern(prefix))) if name in read else []


def _like_pattern(prefix: str) -> str:
    escaped = prefix.upper().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


def _statement(kind: str) -> str:
    # Only names from the specifications are put into the text; what was typed is the parameter.
    name_column = versioned()[kind].title if kind in versioned() else None
    name_sql = "''"
    if name_column is not None:
        name_sql = f"""COALESCE((SELECT v.{name_column} FROM {kind}_version v
            WHERE v.{kind}_id = {kind}.id ORDER BY v.version DESC LIMIT 1), '')"""  # noqa: S608
    return f"""SELECT code, {name_sql} FROM {kind}
        WHERE upper(code) LIKE ? ESCAPE '\\' {_there(kind)}
        ORDER BY code LIMIT {_LIMIT}"""  # noqa: S608


def _there(kind: str) -> str:
    """Leave out what is recorded in error, of a kind that has versions."""
    if kind not in versioned():
        return ""
    return f"""AND EXISTS (SELECT 1 FROM {kind}_version v WHERE v.{kind}_id = {kind}.id
        AND NOT v.in_error AND NOT EXISTS (SELECT 1 FROM {kind}_version later
            WHERE later.{kind}_id = v.{kind}_id AND later.version > v.version))"""  # noqa: S608


def _former_statement(kind: str) -> str:
    """Select the former codes of a kind, each with the code that its record has now."""
    changes = f"{kind}_identity_change"
    return f"""SELECT {changes}.former_code, 'now ' || {kind}.code FROM {changes}
        JOIN {kind} ON {kind}.id = {changes}.{kind}_id
        WHERE upper({changes}.former_code) LIKE ? ESCAPE '\\'
            AND {changes}.former_code <> {kind}.code LIMIT {_LIMIT}"""  # noqa: S608


def _statements(kind: str) -> list[str]:
    changes = kind in versioned() and versioned()[kind].until_acts
    return [_statement(kind), *([_former_statement(kind)] if changes else [])]


def _read_file(rest: str, kind: str, pattern: str) -> list[tuple[str, str]]:
    path = Path(rest.partition("?")[0].removeprefix("/"))
    if not path.is_file():
        return []
    address = f"file:{quote(str(path))}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_TIMEOUT_SECONDS)) as connection:
            return [row for one in _statements(kind) for row in connection.execute(one, (pattern,))]
    except sqlite3.Error:
        return []


def _read_server(rest: str, kind: str, pattern: str) -> list[tuple[str, str]]:
    try:
        import psycopg  # noqa: PLC0415 - only where the ledger is on a server
    except ImportError:
        return []
    statements = [one.replace("?", "%s").encode() for one in _statements(kind)]
    try:
        with psycopg.connect(
            f"postgresql://{rest}", connect_timeout=_TIMEOUT_SECONDS
        ) as connection:
            return [row for one in statements for row in connection.execute(one, (pattern,))]
    except psycopg.Error:
        return []
