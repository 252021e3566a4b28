"""Codes for a shell that completes a word: read-only, without the database toolkit, never failing.

Importing SQLAlchemy takes longer than a person waits for a completion, so the driver is asked
directly.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

_ABOUT: Final = {
    "office": "name",
    "city": "name",
    "provider": "name",
    "project": "title",
    "need": None,
    "offer": None,
    "deal": None,
}
_MOST = 200
_SECONDS = 2
_SQLITE = "sqlite://"
_POSTGRESQL = "postgresql://"


def codes(db_url: str, kind: str, prefix: str) -> list[tuple[str, str]]:
    """Give the codes of a kind that begin so, in any case, each with its name where it has one.

    At most 200, in order. An empty list where the ledger cannot be read, for whatever reason.
    """
    if kind not in _ABOUT:
        return []
    scheme, _, rest = db_url.partition("://")
    engine = scheme.partition("+")[0]
    pattern = _begins_with(prefix)
    if engine == "sqlite":
        return _from_sqlite(f"{_SQLITE}{rest}", kind, pattern)
    if engine == "postgresql":
        return _from_postgresql(f"{_POSTGRESQL}{rest}", kind, pattern)
    return []


def _begins_with(prefix: str) -> str:
    escaped = prefix.upper().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


def _statement(kind: str, mark: str) -> str:
    # Only names from the table above are put into the text; what was typed is a parameter.
    about = _ABOUT[kind]
    named = (
        f"COALESCE((SELECT v.{about} FROM {kind}_version v WHERE v.{kind}_id = {kind}.id"
        " ORDER BY v.version DESC LIMIT 1), '')"
        if about
        else "''"
    )
    return (
        f"SELECT code, {named} FROM {kind} WHERE upper(code) LIKE {mark} ESCAPE '\\'"  # noqa: S608
        f" ORDER BY code LIMIT {_MOST}"
    )


def _from_sqlite(db_url: str, kind: str, pattern: str) -> list[tuple[str, str]]:
    name = db_url.removeprefix(f"{_SQLITE}/").partition("?")[0]
    if not Path(name).is_file():
        return []
    address = f"file:{quote(name)}?mode=ro"
    try:
        connection = sqlite3.connect(address, uri=True, timeout=_SECONDS)
        try:
            return connection.execute(_statement(kind, "?"), (pattern,)).fetchall()
        finally:
            connection.close()
    except sqlite3.Error:
        return []


def _from_postgresql(db_url: str, kind: str, pattern: str) -> list[tuple[str, str]]:
    try:
        import psycopg  # noqa: PLC0415 - an extra, there only where it is used
    except ImportError:
        return []
    try:
        with psycopg.connect(db_url, connect_timeout=_SECONDS) as connection:
            connection.read_only = True
            return connection.execute(_statement(kind, "%s"), (pattern,)).fetchall()
    except psycopg.Error:
        return []
