"""Give a test the SQLite file that an earlier test of the same process had, with other bytes.

A connection reads the schema of its file once: hundreds of tables, indexes and guards, which takes
longer than most acts do. A file whose schema is still that of the template, and that nothing but
one waiting connection has open, is written over with the template's bytes. That connection then
finds that another program changed the file: it forgets the rows, and keeps the schema and what it
had prepared as long as the number of the schema is the same.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import shared_files_open
from shared_files_open import Line

_COUNTER, _SCHEMA_NUMBER, _VALID_FOR = slice(24, 28), slice(40, 44), slice(92, 96)
"""Where a file counts its changes, by which a connection tells that another one made some, and
where it numbers the states of its schema."""

_FIRST_OF_OURS, _APART = 0x40000000, 0x1000
"""The counts that are written, far from each other and from those that connections come to."""

_PRIVATE = 0o700

_SCHEMA = """
    SELECT group_concat(type || ' ' || name || ' ' || rootpage || ' ' || ifnull(sql, ''), ';')
    FROM (SELECT * FROM sqlite_master ORDER BY rowid)
"""
_BY_THE_PROGRAM: Final = {
    "busy_timeout": shared_files_open.BUSY_MS,
    "foreign_keys": 1,
    "synchronous": 2,
    "trusted_schema": 0,
}
"""What the program sets on a connection."""

_AS_USUAL: Final = (
    *("automatic_index", "cache_size", "cache_spill", "cell_size_check", "checkpoint_fullfsync"),
    *("defer_foreign_keys", "fullfsync", "ignore_check_constraints", "journal_size_limit"),
    *("legacy_alter_table", "locking_mode", "max_page_count", "mmap_size", "query_only"),
    *("read_uncommitted", "recursive_triggers", "reverse_unordered_selects", "secure_delete"),
    *("temp_store", "threads", "wal_autocheckpoint", "writable_schema"),
)
"""What it leaves as it is in a new connection."""

_counts = itertools.cycle(range(_FIRST_OF_OURS, 2 * _FIRST_OF_OURS, _APART))
_numbers = itertools.count(1)


class _Waiting(NamedTuple):
    """A connection that alone has its file open, and the schema that it knows."""

    line: Line
    schema: str


class ReusedFiles:
    """The files of one process that wait for their next test, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schemas: dict[Path, str] = {}
        """The schema of each template, from when it was first given."""
        self._waiting: list[_Waiting] = []
        self._of_a_parent: list[_Waiting] = []
        os.register_at_fork(after_in_child=self._leave_to_parent)
        with closing(sqlite3.connect(folder / "usual.db")) as usual:
            self._as_opened = {**_settings(usual, _AS_USUAL), **_BY_THE_PROGRAM}

    def take(self, template: Path) -> Path:
        """Give a file that is as a template: one that waits, or a new one."""
        while self._waiting:
            one = self._waiting.pop()
            with suppress(sqlite3.Error, OSError):
                self._fill(one.line, template)
                if self._is_known(template, one):
                    shared_files_open.keep(one.line)
                    return one.line.path
            one.line.close()
        number = next(_numbers)
        folder = self._folder / f"{os.getpid()}-{number}"
        folder.mkdir(mode=_PRIVATE)
        return Path(shutil.copy(template, folder / f"ledger-{number}.db"))

    def offer(self, path: Path, template: Path) -> None:
        """Keep a file for a next test, if that can be."""
        line = shared_files_open.last_of(path)
        if line is not None:
            with suppress(sqlite3.Error, OSError):
                schema = _schema(line)
                if schema == self._schema_of(template) and self._is_as_opened(line):
                    self._waiting.append(_Waiting(line, schema))
                    return
            line.close()
        shutil.rmtree(path.parent, ignore_errors=True)

    def close(self) -> None:
        """Close what waits."""
        while self._waiting:
            self._waiting.pop().line.close()

    def _leave_to_parent(self) -> None:
        self._of_a_parent.extend(self._waiting)
        self._waiting.clear()

    def _schema_of(self, template: Path) -> str:
        if template not in self._schemas:
            with closing(sqlite3.connect(f"{template.as_uri()}?mode=ro", uri=True)) as line:
                self._schemas[template] = _schema(line)
        return self._schemas[template]

    def _is_as_opened(self, line: Line) -> bool:
        """Say whether a connection is as the program opened it, and alone has its file open."""
        line.row_factory, line.text_factory = None, str
        line.set_authorizer(None)
        line.set_trace_callback(None)
        line.set_progress_handler(None, 0)
        if _settings(line, self._as_opened) != self._as_opened:
            return False
        line.execute("PRAGMA busy_timeout = 0")
        # Only a connection that is alone can leave the write-ahead journal.
        (mode,) = line.execute("PRAGMA main.journal_mode = DELETE").fetchone()
        return bool(mode == "delete")

    def _is_known(self, template: Path, one: _Waiting) -> bool:
        """Say whether a file that was filled has the schema that its connection knows."""
        if template not in self._schemas:
            self._schemas[template] = _schema(one.line)
        return self._schemas[template] == one.schema

    def _fill(self, line: Line, template: Path) -> None:
        """Write a file over, and leave its folder and its connection as they are for a new one."""
        path, content = line.path, bytearray(template.read_bytes())
        with path.open("rb") as file:
            header = file.read(_SCHEMA_NUMBER.stop)
        if content[_SCHEMA_NUMBER] != header[_SCHEMA_NUMBER]:
            raise OSError(f"{template} has another schema than {path}")
        path.parent.chmod(_PRIVATE)
        path.chmod(template.stat().st_mode & 0o777)
        for other in path.parent.iterdir():
            if other != path:
                shutil.rmtree(other) if other.is_dir() else other.unlink()
        content[_COUNTER] = content[_VALID_FOR] = next(_counts).to_bytes(4, "big")
        with path.open("r+b") as file:
            file.write(content)
            file.truncate()
        line.execute("SELECT count(*) FROM unit").fetchone()  # reads in which mode the file is now
        (mode,) = line.execute("PRAGMA main.journal_mode").fetchone()
        if mode != "wal":
            raise OSError(f"{path} is in mode {mode}")
        line.execute(f"PRAGMA busy_timeout = {shared_files_open.BUSY_MS}")


def _schema(line: sqlite3.Connection) -> str:
    (schema,) = line.execute(_SCHEMA).fetchone()
    if "sqlite_stat" in schema:
        # What ANALYZE counted is read with the schema, and can differ where the schema does not.
        raise sqlite3.NotSupportedError("counts of ANALYZE")
    return str(schema)


def _settings(line: sqlite3.Connection, names: Iterable[str]) -> dict[str, Any]:
    return {name: line.execute(f"PRAGMA {name}").fetchone()[0] for name in names}
