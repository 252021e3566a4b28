"""A ledger in a SQLite file: the driver's settings, the file, and the translation of errors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from ledger.store.db.errors import (
    BUSY_SECONDS,
    DatabaseReadOnly,
    DatabaseUnreachable,
    DiskFull,
    DiskTrouble,
    LedgerBusy,
    LedgerDamaged,
    LedgerMissing,
    NotADatabase,
)

BEGIN_WRITING: Final = "BEGIN IMMEDIATE"
BEGIN_READING: Final = "BEGIN"

_PRIVATE: Final = 0o600
_READ_AT_ONCE: Final = 2**20


def make_engine(url: URL) -> Engine:
    """Build the engine of a SQLite URL; touches no file yet."""
    arguments = {"timeout": BUSY_SECONDS, "factory": FileConnection}
    engine = create_engine(url, isolation_level=None, connect_args=arguments)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "reset", _end_readings)
    return engine


class FileConnection(sqlite3.Connection):
    """A connection that ends with itself the readings of its rows.

    The traceback of an error refers to what was read when it came up. SQLite keeps a file open, and
    its locks, until the last reading is over; for the next file of that name in the same process it
    then says that the disk fails.
    """

    def __init__(self, *args: Any, **terms: Any) -> None:
        """Connect as the driver does."""
        super().__init__(*args, **terms)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *args: Any, **terms: Any) -> Any:
        """Give a cursor of the driver, and know of it for as long as anything else does."""
        cursor = super().cursor(*args, **terms)
        self._cursors.add(cursor)
        return cursor

    def end_readings(self) -> None:
        """Close all cursors."""
        for cursor in [*self._cursors]:
            cursor.close()
        self._cursors.clear()

    def close(self) -> None:
        """Close all cursors, then the file."""
        self.end_readings()
        super().close()


def _end_readings(connection: sqlite3.Connection, _record: Any, _state: Any) -> None:
    """End what is still read when a transaction is over."""
    if isinstance(connection, FileConnection):
        connection.end_readings()


@contextmanager
def references_not_enforced(engine: Engine) -> Iterator[None]:
    """Let the connections made meanwhile enforce no references; no transaction can change that."""

    def lift(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute("PRAGMA foreign_keys = OFF")

    engine.dispose()
    event.listen(engine, "connect", lift)
    try:
        yield
    finally:
        event.remove(engine, "connect", lift)
        engine.dispose()


def require_references(connection: Connection) -> None:
    """Refuse to end a transaction that enforced no references where a row lacks what it names."""
    faults = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if faults:
        named = ", ".join(
            sorted({f"{table} names a missing {other}" for table, _, other, _ in faults})
        )
        raise NotADatabase("The ledger cannot be upgraded.", why=f"Rows are missing: {named}.")


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not open transactions by itself: it would read outside of them.
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "synchronous = FULL", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}")


def database_file(url: URL) -> Path | None:
    """Give the file of a SQLite URL; None for a database in memory, or on a server."""
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or name == ":memory:":
        return None
    return Path(name)


def create_private_file(engine: Engine) -> None:
    """Make an empty database file that only its owner may read, before anything is in it."""
    path = database_file(engine.url)
    if path is None:
        return
    try:
        if path.exists() and not path.is_dir():
            _require_regular(path)
        if path.exists() and (path.is_dir() or path.stat().st_size > 0):
            return
        make_private_folders(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, _PRIVATE))
    except OSError as error:
        raise DatabaseUnreachable(
            f"The ledger file {path} cannot be made.", why=f"{error.strerror}."
        ) from error
    _switch_to_wal(engine)


def _switch_to_wal(engine: Engine) -> None:
    """Choose the write-ahead journal, which the file keeps; it is chosen outside transactions."""
    with closing(engine.raw_connection()) as connection:
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        except sqlite3.DatabaseError as error:
            raise (refusal_on(engine, error) or error) from error


def make_private_folders(folder: Path) -> None:
    """Make a folder and those above it; `mkdir` itself would leave those above open to all."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def require_file(engine: Engine) -> None:
    """Refuse with `LedgerMissing` where there is no file: opening it would make an empty one."""
    path = database_file(engine.url)
    if path is None:
        return
    try:
        exists = path.exists()
    except OSError as error:
        raise DatabaseUnreachable(
            f"The ledger file {path} cannot be reached.", why=f"{error.strerror}."
        ) from error
    if not exists:
        raise LedgerMissing(f"There is no ledger at {path}.")
    if path.is_dir():
        raise DatabaseUnreachable(f"{path} is no ledger.", why="It is a folder.")
    _require_regular(path)


def _require_regular(path: Path) -> None:
    """Refuse a pipe or a device, which may never answer who opens it."""
    if not path.is_file():
        raise DatabaseUnreachable(f"{path} is no ledger.", why="It is a pipe or a device.")


def refusal_on(engine: Engine, error: BaseException) -> Exception | None:
    """Turn a complaint into a refusal as `refusal_for` does, but tell failed reads from damage.

    SQLite reports a read that the system refused in the words for a damaged file.
    """
    path = database_file(engine.url)
    if path is not None and _names_damage(str(error)) and (trouble := _trouble_reading(path)):
        return trouble
    return refusal_for(error)


def require_damage(engine: Engine, error: BaseException | None = None) -> None:
    """Refuse to call a file damaged that the system could not read. Raises `DiskTrouble`.

    `error` is what SQLite said; without it the file alone is read through once more.
    """
    path = database_file(engine.url)
    if error is not None:
        trouble = refusal_on(engine, error)
        if isinstance(trouble, DiskTrouble):
            raise trouble
    elif path is not None:
        try:
            _read_through(path)
        except OSError as failed:
            raise DiskTrouble(_UNREAD, why=f"The system says: {failed.strerror}.") from failed


_UNREAD: Final = "The ledger's file could not be read."


def _names_damage(complaint: str) -> bool:
    return any(words in complaint for words in _DAMAGE)


_DAMAGE: Final = ("not a database", "disk image is malformed", "malformed database schema")
"""What SQLite says of a damaged file; it also says of JSON in a query that it is malformed."""


def _trouble_reading(path: Path) -> DiskTrouble | None:
    """Read a file that seems damaged once more; None where it is damaged, or others hold it.

    Where all of it can be read and SQLite finds nothing wrong, only the reading had failed.
    """
    what = _UNREAD
    try:
        _read_through(path)
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            # A quick check passes over the entries of indexes, of which SQLite says the same.
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except OSError as error:
        return DiskTrouble(what, why=f"The system says: {error.strerror}.")
    except sqlite3.Error as error:
        is_trouble = "I/O error" in str(error)
        return DiskTrouble(what, why=f"SQLite says: {error}.") if is_trouble else None
    if found != ("ok",):
        return None
    return DiskTrouble(what, why="A read failed; the file is complete and has no damage.")


def _read_through(path: Path) -> None:
    """Read all of a file; raises OSError where the system cannot."""
    descriptor, at = _kept_open(path), 0
    while part := os.pread(descriptor, _READ_AT_ONCE, at):
        at += len(part)


_KEPT: Final[dict[Path, int]] = {}
"""The descriptor of each file that was read through."""


def _kept_open(path: Path) -> int:
    """Open a file for reading, once, and for as long as the process lives or the file is there.

    To close it would release the locks that SQLite holds on it in this process: another program
    could then remove the write-ahead journal that this one goes on writing to.
    """
    kept = _KEPT.get(path)
    if kept is not None:
        if os.path.samestat(os.fstat(kept), path.stat()):
            return kept
        os.close(kept)  # another file has this name now
    _KEPT[path] = os.open(path, os.O_RDONLY)
    return _KEPT[path]


def refusal_for(error: BaseException) -> Exception | None:
    """Turn a complaint of the driver into a refusal with a way out; None where there is none."""
    complaint = str(error)
    if _names_damage(complaint):
        return NotADatabase("The ledger cannot be read.")
    if "Could not decode" in complaint:
        return LedgerDamaged("The ledger cannot be read.", why="A text in it is not valid UTF-8.")
    if not isinstance(error, sqlite3.OperationalError):
        return None
    return _refusal_of_operation(complaint)


def _refusal_of_operation(complaint: str) -> Exception:
    if "locked" in complaint or "busy" in complaint:
        return LedgerBusy("The ledger is busy.")
    if "full" in complaint:
        return DiskFull("The ledger could not be written.")
    if "I/O error" in complaint:
        return DiskTrouble("The ledger's files cannot be used.")
    if "readonly" in complaint:
        return DatabaseReadOnly("The ledger cannot be written.")
    if "no such table" in complaint or "no such column" in complaint:
        return NotADatabase(
            "This database is not a cityfund ledger.", why=f"The database says: {complaint}."
        )
    return DatabaseUnreachable(
        "The ledger cannot be opened.", why=f"The database says: {complaint}."
    )


def is_damage(error: BaseException | None) -> bool:
    """Say whether a complaint of the driver is about what is in the file."""
    return error is not None and isinstance(refusal_for(error), (NotADatabase, LedgerDamaged))
