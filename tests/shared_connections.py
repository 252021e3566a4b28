"""Keep a server's connections for the next command of the same process and ledger.

A command opens a connection of its own, once in its life. For a new one the server starts a
process that reads its catalogue, plans every query and translates every guard anew: two thirds of
the time of a short write. Tests run thousands of commands in one process, so what a command
closes in good order is given, as if it were new, to the next one that asks for the same.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, NamedTuple

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

KEPT = 6
"""Connections that wait in one process; the tests' server takes 200 from all of them."""

_Line = psycopg.Connection[Any]


class _Kept(NamedTuple):
    terms: Any
    line: _Line


_kept: deque[_Kept] = deque()
_of_a_parent: list[_Kept] = []
_turn = Lock()
_sharing = False


def share() -> None:
    """Let the engines of this process, and of those it forks, share connections from now on."""
    global _sharing  # noqa: PLW0603 - one process, one answer
    _sharing = True
    PGDialect_psycopg.connect = _connect  # type: ignore[method-assign,assignment]
    PGDialect_psycopg.do_close = _close  # type: ignore[method-assign]
    os.register_at_fork(after_in_child=_leave_to_parent)


@contextmanager
def not_shared() -> Iterator[None]:
    """Let each command of the block make its own connection, for tests that are about that."""
    global _sharing  # noqa: PLW0603 - one process, one answer
    forget()
    before, _sharing = _sharing, False
    try:
        yield
    finally:
        _sharing = before


def forget(database: str | None = None) -> None:
    """Close the connections that wait, or those to one database."""
    with _turn:
        gone = [one for one in _kept if database in {None, one.line.info.dbname}]
        for one in gone:
            _kept.remove(one)
    for one in gone:
        one.line.close()


def backends(database: str) -> list[int]:
    """Give the server's processes behind the connections to one database that wait."""
    with _turn:
        infos = [one.line.info for one in _kept if not one.line.closed]
    return [info.backend_pid for info in infos if info.dbname == database]


def take(*args: Any, **terms: Any) -> _Line:
    """Give a connection as `psycopg.connect` does: one that waits, or a new one."""
    # Each engine brings its own copy of the same converters.
    key = repr((args, sorted({**terms, "context": "context" in terms}.items())))
    while (one := _waiting(key)) is not None:
        if _as_new(one.line):
            one.line.autocommit = terms.get("autocommit", False)
            return one.line
    line: _Line = psycopg.connect(*args, **terms)
    line._cityfund_terms = key  # type: ignore[attr-defined]
    return line


def _waiting(key: str) -> _Kept | None:
    """Take the oldest connection of the terms out of those that wait; threads share them."""
    with _turn:
        found = next((one for one in _kept if one.terms == key), None)
        if found is not None:
            _kept.remove(found)
    return found


def give_back(line: _Line) -> None:
    """Close a connection, or keep it for the next that asks for the same."""
    key = getattr(line, "_cityfund_terms", None)
    if key is None or not _sharing or not _in_good_order(line):
        line.close()
        return
    with _turn:
        if all(one.line is not line for one in _kept):  # it may be closed twice
            _kept.append(_Kept(key, line))
        oldest = _kept.popleft() if len(_kept) > KEPT else None
    if oldest is not None:
        oldest.line.close()


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


def _leave_to_parent() -> None:
    """In a process that was forked: neither use nor close what belongs to the other one."""
    global _turn  # noqa: PLW0603 - its holder is not here
    _turn = Lock()
    _of_a_parent.extend(_kept)
    _kept.clear()
