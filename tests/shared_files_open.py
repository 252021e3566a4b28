"""Keep a SQLite file open for the next command of the same test.

A command opens its ledger's file once in its life, and reads the schema with it: hundreds of
tables, indexes and guards, which takes nearly half of the time of a short command. What a command
closes in good order is given, as if it were new, to the next one that opens the same file, and so
is what another engine has open and does not use; nothing is kept where the file is another one by
then, or was changed by other means.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakSet

from sqlalchemy import Engine, QueuePool
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from waiting_lines import WaitingLines

from ledger.store.db.errors import BUSY_SECONDS
from ledger.store.db.sqlite import FileConnection

KEPT = 3
"""Open files that wait in one process."""

BUSY_MS = int(BUSY_SECONDS * 1000)
"""How long a connection of the program waits for the others."""

LEDGERS = re.compile(r"(ledger-\d+|demo|fund|transit)\.db")
"""The names of the files that `ledgers.py` makes, and of those of the demonstration and of pages;
other files are what their tests are about."""

_TERMS = {"check_same_thread": False, "timeout": BUSY_SECONDS}
"""How the program connects to a file."""

_File = tuple[int, ...]


class Line(FileConnection):
    """A connection that knows by which terms it was made, and to which file."""

    terms = ""
    path = Path()


class _Kept(NamedTuple):
    line: Line
    file: _File


_waiting: WaitingLines[_Kept] = WaitingLines(KEPT)
_engines: WeakSet[Engine] = WeakSet()


def share() -> None:
    """Let the engines of this process, and of those it forks, share open files from now on."""
    usual = Engine.__init__

    def known(self: Engine, *args: Any, **more: Any) -> None:
        usual(self, *args, **more)
        if self.dialect.name == "sqlite":
            _engines.add(self)

    Engine.__init__ = known  # type: ignore[method-assign]
    SQLiteDialect_pysqlite.connect = _connect  # type: ignore[method-assign,assignment]
    SQLiteDialect_pysqlite.do_close = _close  # type: ignore[method-assign]
    # SQLite remembers in memory which locks its process holds, and the system gives those to no
    # child: one that opened a file that its parent has open would take none of them.
    os.register_at_fork(before=_waiting.forget)
    _waiting.share()


def not_shared() -> AbstractContextManager[None]:
    """Let each command of the block open its file by itself, for tests that are about that."""
    return _waiting.not_shared()


def forget() -> None:
    """Close the files that wait: their test is over."""
    _waiting.forget()


def take(path: Path) -> sqlite3.Connection:
    """Give a connection that opens no transactions by itself: one that waits, or a new one."""
    if not _is_shared(path):
        return sqlite3.connect(path, isolation_level=None)
    line = _line(path, (str(path),), _TERMS)
    line.isolation_level = None
    return line


def give_back(line: sqlite3.Connection) -> None:
    """Close a connection, or keep it for the next that opens the same file."""
    state = _settled(line) if _waiting.sharing and isinstance(line, Line) else None
    if state is None or not isinstance(line, Line):
        line.close()
        return
    line.end_readings()
    _waiting.keep(_Kept(line, state))


def last_of(path: Path) -> Line | None:
    """Take the connection that waits for a file and was used last; close the others."""
    _leave_unused(path)
    taken = None
    while (kept := _waiting.take(lambda one: one.line.path == path, newest=True)) is not None:
        if taken is None and kept.file == _state(path):
            taken = kept.line
        else:
            kept.line.close()
    return taken


def keep(line: Line) -> None:
    """Let a connection wait for the next command that opens its file as it is now."""
    state = _state(line.path)
    assert state is not None
    _waiting.keep(_Kept(line, state))


def _is_shared(path: Path) -> bool:
    return _waiting.sharing and LEDGERS.fullmatch(path.name) is not None and path.is_file()


def _connect(dialect: SQLiteDialect_pysqlite, *args: Any, **terms: Any) -> sqlite3.Connection:
    path = Path(args[0]) if args and isinstance(args[0], str) else Path()
    plain = terms.get("factory", FileConnection) is FileConnection  # one that tells has another
    if not plain or not _is_shared(path):
        return dialect.loaded_dbapi.connect(*args, **terms)  # type: ignore[no-any-return]
    terms.pop("factory", None)
    return _line(path, args, terms)


def _line(path: Path, args: tuple[Any, ...], terms: dict[str, Any]) -> Line:
    wanted = repr((args, sorted(terms.items())))
    found = _last_as_it_is(wanted, path)
    if found is None and _leave_unused(path):
        found = _last_as_it_is(wanted, path)
    if found is not None:
        return found
    line: Line = sqlite3.connect(*args, factory=Line, **terms)
    line.terms, line.path = wanted, path
    return line


def _last_as_it_is(wanted: str, path: Path) -> Line | None:
    """Take the connection of the terms that was used last, if its file is as it left it."""
    while (kept := _waiting.take(lambda one: one.line.terms == wanted, newest=True)) is not None:
        if kept.file == _state(path):
            return kept.line
        kept.line.close()
    return None


def _leave_unused(path: Path) -> bool:
    """Let the engines of a file close what they have open and do not use just now."""
    left = False
    for engine in [*_engines]:
        pool = engine.pool
        if engine.url.database == str(path) and isinstance(pool, QueuePool) and pool.checkedin():
            engine.dispose()
            left = True
    return left


def _close(_dialect: SQLiteDialect_pysqlite, line: Any) -> None:
    give_back(line)


def _settled(line: Line) -> _File | None:
    """Write what waits in the log into the file, as closing does; None where it cannot be kept."""
    with suppress(sqlite3.Error):
        if line.in_transaction or line.isolation_level is not None:
            return None
        (mode,) = line.execute("PRAGMA main.journal_mode").fetchone()
        databases = line.execute("PRAGMA database_list").fetchall()
        if mode != "wal" or len(databases) > 1:
            return None
        # A reader of the file is not waited for: the connection is closed then.
        (waits,) = line.execute("PRAGMA busy_timeout").fetchone()
        line.execute("PRAGMA busy_timeout = 0")
        (busy, *_) = line.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        line.execute(f"PRAGMA busy_timeout = {waits}")
        return None if busy else _state(line.path)
    return None


def _state(path: Path) -> _File | None:
    """Tell one state of a file, and of its folder's permissions, from another."""
    with suppress(OSError):
        file, folder = path.stat(), path.parent.stat()
        whose = (file.st_mode, file.st_uid, folder.st_mode, folder.st_ino)
        return (file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns, *whose)
    return None
