"""Keep a server's connections for the next command of the same process and ledger.

A command opens a connection of its own, once in its life. For a new one the server starts a
process that reads its catalogue, plans every query and translates every guard anew: two thirds of
the time of a short write. Tests run thousands of commands in one process, so what a command
closes in good order is given, as if it were new, to the next one that asks for the same.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from waiting_lines import WaitingLines

KEPT = 6
"""Connections that wait in one process; the tests' server takes 200 from all of them."""

_Line = psycopg.Connection[Any]


class _Kept(NamedTuple):
    terms: Any
    line: _Line


_waiting: WaitingLines[_Kept] = WaitingLines(KEPT)


def share() -> None:
    """Let the engines of this process, and of those it forks, share connections from now on."""
    PGDialect_psycopg.connect = _connect  # type: ignore[method-assign,assignment]
    PGDialect_psycopg.do_close = _close  # type: ignore[method-assign]
    _waiting.share()


def not_shared() -> AbstractContextManager[None]:
    """Let each command of the block make its own connection, for tests that are about that."""
    return _waiting.not_shared()


def forget(database: str | None = None) -> None:
    """Close the connections that wait, or those to one database."""
    _waiting.forget(lambda one: database in {None, one.line.info.dbname})


def backends(database: str) -> list[int]:
    """Give the server's processes behind the connections to one database that wait."""
    infos = [one.line.info for one in _waiting.all() if not one.line.closed]
    return [info.backend_pid for info in infos if info.dbname == database]


def take(*args: Any, **terms: Any) -> _Line:
    """Give a connection as `psycopg.connect` does: one that waits, or a new one."""
    # Each engine brings its own copy of the same converters.
    key = repr((args, sorted({**terms, "context": "context" in terms}.items())))
    while (one := _waiting.take(lambda kept: kept.terms == key)) is not None:
        if _as_new(one.line):
            one.line.autocommit = terms.get("autocommit", False)
            return one.line
    line: _Line = psycopg.connect(*args, **terms)
    line._cityfund_terms = key  # type: ignore[attr-defined]
    return line


def give_back(line: _Line) -> None:
    """Close a connection, or keep it for the next that asks for the same."""
    key = getattr(line, "_cityfund_terms", None)
    if key is None or not _waiting.sharing or not _in_good_order(line):
        line.close()
        return
    _waiting.keep(_Kept(key, line))


def _connect(_dialect: PGDialect_psycopg, *args: Any, **terms: Any) -> _Line:
    return take(*args, **terms)


def _close(_dialect: PGDialect_psycopg, line: _Line) -> None:
    give_back(line)


def _in_good_order(line: _Line) -> bool:
    """Say whether nothing is open on a connection, and nobody put cursors of his own in."""
    idle = not line.closed and line.info.transaction_status == TransactionStatus.IDLE
    return idle and line.autocommit and line.cursor_factory is psycopg.Cursor


def _as_new(line: _Line) -> bool:
    """Take back what was set on a connection; say whether it still stands."""
    try:
        line.execute("RESET ALL")
    except psycopg.Error:
        line.close()
        return False
    line._notice_handlers.clear()
    return True
