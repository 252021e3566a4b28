"""Keep a SQLite file open for the next command of the same test.

A command opens its ledger's file once in its life, and reads the schema with it: hundreds of
tables, indexes and guards, which takes nearly half of the time of a short command. What a command
closes in good order is given, as if it were new, to the next one that opens the same file; nothing
is kept where the file is another one by then, or was changed by other means.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import AbstractContextManager, suppress
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from waiting_lines import WaitingLines

from ledger.store.db.sqlite import FileConnection

KEPT = 3
"""Open files that wait in one process."""

LEDGERS = re.compile(r"ledger-\d+\.db")
"""The names of the files that `ledgers.py` makes; other files are what their tests are about."""

_File = tuple[int, ...]


class _Line(FileConnection):
    """A connection that knows by which terms it was made."""

    terms = ""
    path = Path()


class _Kept(NamedTuple):
    line: _Line
    file: _File


_waiting: WaitingLines[_Kept] = WaitingLines(KEPT)


def share() -> None:
    """Let the engines of this process, and of those it forks, share open files from now on."""
    SQLiteDialect_pysqlite.connect = _connect  # type: ignore[method-assign,assignment]
    SQLiteDialect_pysqlite.do_close = _close  # type: ignore[method-assign]
    _waiting.share()


def not_shared() -> AbstractContextManager[None]:
    """Let each command of the block open its file by itself, for tests that are about that."""
    return _waiting.not_shared()


def forget() -> None:
    """Close the files that wait: their test is over."""
    _waiting.forget()


def _connect(dialect: SQLiteDialect_pysqlite, *args: Any, **terms: Any) -> sqlite3.Connection:
    path = Path(args[0]) if args and isinstance(args[0], str) else Path()
    plain = terms.get("factory", FileConnection) is FileConnection  # one that tells has another
    if not _waiting.sharing or not plain or not LEDGERS.fullmatch(path.name) or not path.is_file():
        return dialect.loaded_dbapi.connect(*args, **terms)  # type: ignore[no-any-return]
    terms["factory"] = _Line
    wanted = repr((args, sorted(terms.items(), key=itemgetter(0))))
    while (kept := _last_of(wanted)) is not None:
        if kept.file == _state(path):
            return kept.line
        kept.line.close()
    line: _Line = dialect.loaded_dbapi.connect(*args, **terms)
    line.terms, line.path = wanted, path
    return line


def _last_of(wanted: str) -> _Kept | None:
    """Take the connection of the terms that was used last."""
    return _waiting.take(lambda one: one.line.terms == wanted, newest=True)


def _close(_dialect: SQLiteDialect_pysqlite, line: Any) -> None:
    """Close a connection, or keep it for the next that opens the same file."""
    state = _settled(line) if _waiting.sharing and isinstance(line, _Line) else None
    if state is None:
        line.close()
        return
    _waiting.keep(_Kept(line, state))


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
