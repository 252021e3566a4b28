"""Create a SQLite file atomically: write it under a temporary name, verify it, then rename it.

If writing ends early, the final name is still free. A killed process leaves a private file
`.cityfund-….part` in the same folder.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL

from ledger.core.errors import StorageTrouble
from ledger.store.admin.copy import TargetInUse
from ledger.store.db.engine import make_engine
from ledger.store.db.errors import NotADatabase
from ledger.store.db.sqlite import refusal_for

_PRIVATE: Final = 0o600
_SIDE_FILES: Final = ("-wal", "-shm", "-journal")
_PAGES: Final = 2000


class CannotWriteFile(StorageTrouble, code="cannot-write-file"):
    """The file of a copy or a backup could not be written."""

    default_why = "The system refused it; nothing was left half written."
    default_next = "Look at the folder, the free space and who may write there."


@contextmanager
def new_file(path: Path, *, or_empty: bool = False) -> Iterator[Path]:
    """Provide an empty private file to write a database to, and rename it at the end.

    With `or_empty`, an existing file of zero bytes may be replaced. Raises `TargetInUse` and
    `CannotWriteFile`.
    """
    _require_free(path, or_empty=or_empty)
    try:
        descriptor, name = tempfile.mkstemp(prefix=".cityfund-", suffix=".part", dir=path.parent)
        os.close(descriptor)
    except OSError as error:
        raise CannotWriteFile(f"{path} cannot be written: {error.strerror}.") from error
    temporary = Path(name)
    try:
        yield temporary
        _move_into_place(temporary, path, or_empty=or_empty)
    except OSError as error:
        raise CannotWriteFile(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        for leftover in (temporary, *_side_files(temporary)):
            leftover.unlink(missing_ok=True)


def _side_files(path: Path) -> list[Path]:
    return [path.with_name(path.name + side) for side in _SIDE_FILES]


def _require_free(path: Path, *, or_empty: bool) -> None:
    if os.path.lexists(path) and not (or_empty and path.is_file() and path.stat().st_size == 0):
        raise TargetInUse(f"{path} is there already.")
    # SQLite would apply the pending changes in such a file to the new database.
    for leftover in _side_files(path):
        if os.path.lexists(leftover):
            raise TargetInUse(
                f"{leftover} is left of another ledger.",
                next_step="Move it to where its ledger is.",
            )


def _move_into_place(temporary: Path, path: Path, *, or_empty: bool) -> None:
    _make_durable(temporary)
    _require_free(path, or_empty=or_empty)
    if path.exists():
        temporary.replace(path)
    else:
        _take_free_name(temporary, path)
    if os.name == "posix":
        _make_durable(path.parent)


def _take_free_name(temporary: Path, path: Path) -> None:
    """Give a whole file a name that nobody has, in one step: a kill leaves no empty file there."""
    try:
        os.link(temporary, path)
    except FileExistsError as error:
        raise TargetInUse(f"{path} is there already.") from error
    except OSError:  # not every file system has a second name for a file
        _reserve_name(path)
        try:
            temporary.replace(path)
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _reserve_name(path: Path) -> None:
    try:
        # Creating the file reserves the name; from then on it may be replaced.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
    except FileExistsError as error:
        raise TargetInUse(f"{path} is there already.") from error


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_engine(path: Path, *, fast: bool = False) -> Engine:
    """Build the engine of a file; `fast` gives up durability, for a file discarded on failure."""
    engine = make_engine(URL.create("sqlite", database=str(path)))
    if fast:
        event.listen(engine, "connect", _disable_durability)
    return engine


def read_only_engine(path: Path) -> Engine:
    """Build the engine of a file that is only read, even in a folder without write access."""
    if os.access(path.parent, os.W_OK) or any(side.exists() for side in _side_files(path)):
        return file_engine(path)
    # Nothing can write there, so SQLite may treat the file as immutable.
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    return make_engine(URL.create("sqlite", database=f"file:{quote(str(path))}", query=query))


def _disable_durability(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "cache_size = -65536"):
        connection.execute(f"PRAGMA {pragma}")


def copy_pages(source: Connection, path: Path) -> None:
    """Copy the pages of a SQLite database as this transaction sees them; others may write."""
    driver = source.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    with _translate_sqlite_errors(), closing(sqlite3.connect(path)) as target:
        _disable_durability(target, None)
        driver.backup(target, pages=_PAGES)


def finish_file(path: Path) -> None:
    """Switch a written file to WAL and let SQLite check it. Raises `NotADatabase` if damaged."""
    with _translate_sqlite_errors(), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if result != "ok":
        raise NotADatabase("The ledger is damaged.", why=f"SQLite says: {result}.")


@contextmanager
def _translate_sqlite_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise (refusal_for(error) or error) from error
