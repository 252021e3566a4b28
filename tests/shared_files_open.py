"""Keep a SQLite file open for the next command of the same test.

A command opens its ledger's file once in its life, and reads the schema with it: hundreds of
tables, indexes and guards, which takes nearly half of the time of a short command. What a command
closes in good order is given, as if it were new, to the next one that opens the same file; nothing
is kept where the file is another one by then, or was changed by other means.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

KEPT = 3
"""Open files that wait in one process."""

LEDGERS = re.compile(r"ledger-\d+\.db")
"""The names of the files that `ledgers.py` makes; other files are what their tests are about."""

_File = tuple[int, ...]


class _Line(sqlite3.Connection):
    """A connection that knows by which terms it was made."""

    terms = ""
    path = Path()


class _Kept(NamedTuple):
    line: _Line
    file: _File


_kept: list[_Kept] = []
_of_a_parent: list[_Kept] = []
_turn = Lock()
_sharing = False


def share() -> None:
    """Let the engines of this process, and of those it forks, share open files from now on."""
    global _sharing  # noqa: PLW0603 - one process, one answer
    _sharing = True
    SQLiteDialect_pysqlite.connect = _connect  # type: ignore[method-assign,assignment]
    SQLiteDialect_pysqlite.do_close = _close  # type: ignore[method-assign]
    os.register_at_fork(after_in_child=_leave_to_parent)


@contextmanager
def not_shared() -> Iterator[None]:
    """Let each command of the block open its file by itself, for tests that are about that."""
    global _sharing  # noqa: PLW0603 - one process, one answer
    forget()
    before, _sharing = _sharing, False
    try:
        yield
    finally:
        _sharing = before


def forget() -> None:
    """Close the files that wait: their test is over."""
    with _turn:
        gone = [one.line for one in _kept]
        _kept.clear()
    for line in gone:
        line.close()


def _connect(dialect: SQLiteDialect_pysqlite, *args: Any, **terms: Any) -> sqlite3.Connection:
    path = Path(args[0]) if args and isinstance(args[0], str) else Path()
    own = "factory" in terms  # a test that counts statements makes its connections
    if not _sharing or own or not LEDGERS.fullmatch(path.name) or not path.is_file():
        return dialect.loaded_dbapi.connect(*args, **terms)  # type: ignore[no-any-return]
    wanted = repr((args, sorted(terms.items())))
    while (kept := _waiting(wanted)) is not None:
        if kept.file == _state(path):
            return kept.line
        kept.line.close()
    line: _Line = dialect.loaded_dbapi.connect(*args, factory=_Line, **terms)
    line.terms, line.path = wanted, path
    return line


def _waiting(wanted: str) -> _Kept | None:
    """Take the connection that was used last out of those that wait; threads share them."""
    with _turn:
        found = next((one for one in reversed(_kept) if one.line.terms == wanted), None)
        if found is not None:
            _kept.remove(found)
    return found


def _close(_dialect: SQLiteDialect_pysqlite, line: Any) -> None:
    """Close a connection, or keep it for the next that opens the same file."""
    state = _settled(line) if _sharing and isinstance(line, _Line) else None
    if state is None:
        line.close()
        return
    with _turn:
        if all(one.line is not line for one in _kept):  # it may be closed twice
            _kept.append(_Kept(line, state))
        oldest = _kept.pop(0) if len(_kept) > KEPT else None
    if oldest is not None:
        oldest.line.close()


def _settled(line: _Line) -> _File | None:
    """Write what waits in the log into the file, as closing does; None where it cannot be kept."""
    with suppress(sqlite3.Error):
        if line.in_transaction or line.isolation_level is not None:
            return None
        (mode,) = line.execute("PRAGMA main.journal_mode").fetchone()
        databases = line.execute("PRAGMA database_list").fetchall()
        if mode != "wal" or len(databases) > 1:
            return None
        (busy, *_) = line.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return None if busy else _state(line.path)
    return None


def _state(path: Path) -> _File | None:
    """Tell one state of a file, and of its folder's permissions, from another."""
    with suppress(OSError):
        file, folder = path.stat(), path.parent.stat()
        whose = (file.st_mode, file.st_uid, folder.st_mode, folder.st_ino)
        return (file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns, *whose)
    return None


def _leave_to_parent() -> None:
    """In a process that was forked: neither use nor close what belongs to the other one."""
    global _turn  # noqa: PLW0603 - its holder is not here
    _turn = Lock()
    _of_a_parent.extend(_kept)
    _kept.clear()
