"""Opening a database: the engine, its settings, and the two kinds of transaction."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

from ledger.errors import Busy, CannotOpen, StorageTrouble

BUSY_SECONDS: Final = 30
"""How long a writer waits for another before it gives up; also the bound on one write."""

_PRIVATE: Final = 0o600
_WRITES: Final = "cityfund_writes"


class UnknownDatabase(CannotOpen):
    """The URL names an engine this program does not keep ledgers on."""

    default_why = "A ledger is kept in a SQLite file."
    default_next = "Give a URL such as sqlite:///ledger.db with --db or CITYFUND_DB."


class LedgerMissing(CannotOpen):
    """There is no ledger at the URL."""

    default_why = "The file does not exist, and only `cityfund init` makes one."
    default_next = "Check --db or CITYFUND_DB, or run: cityfund init"


class NotADatabase(CannotOpen):
    """The file is there but cannot be read as a database."""

    default_why = "It is not a SQLite file, or it is damaged."
    default_next = "Check --db or CITYFUND_DB; restore a backup if this was your ledger."


class DatabaseUnreachable(CannotOpen):
    """The database cannot be opened: a folder that is missing or may not be entered, say."""

    default_next = "Check --db or CITYFUND_DB, and who may read and write there."


class DatabaseReadOnly(CannotOpen):
    """The database cannot be written to."""

    default_why = "The file or its folder may not be written by this user."
    default_next = "Ask its owner for write access, or copy the ledger to a place of your own."


class LedgerBusy(Busy):
    """Another program has been writing for longer than a writer waits."""

    default_why = f"Another write held the ledger for more than {BUSY_SECONDS} seconds."
    default_next = "Nothing was written. Run the same command again in a moment."


class DiskFull(StorageTrouble):
    """The disk under the ledger has no room left."""

    default_why = "The disk is full, so the act could not be made durable."
    default_next = "Nothing was written. Make room and run the same command again."


class DiskTrouble(StorageTrouble):
    """The disk under the ledger does not do what it is asked."""

    default_why = "The system could not read or write there; most often the disk is full."
    default_next = "Look at the free space and the disk, then run the same command again."


def make_engine(url: str) -> Engine:
    """Build the engine for a ledger's URL; touches no file yet.

    Raises `UnknownDatabase` where the URL is malformed or names an engine not supported.
    """
    try:
        parsed = make_url(url)
        dialect = parsed.get_backend_name()
    except (ArgumentError, NoSuchModuleError) as error:
        raise UnknownDatabase("The database URL is not understood.") from error
    if dialect != "sqlite":
        raise UnknownDatabase(f"This program keeps no ledgers on {dialect}.")
    engine = create_engine(parsed, isolation_level=None, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    del record
    # The driver must not open transactions by itself: it would read outside of them.
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "synchronous = FULL", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock before it reads: what it checked is still so when it writes.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def database_file(url: URL) -> Path | None:
    """Give the file of a SQLite URL; None for a database in memory."""
    name = url.database
    if not name or name == ":memory:":
        return None
    return Path(name)


def create_private_file(engine: Engine) -> None:
    """Make an empty database file that only its owner may read, before anything is in it."""
    path = database_file(engine.url)
    if path is None:
        return
    try:
        if path.exists() and (path.is_dir() or path.stat().st_size > 0):
            return
        _make_private_folders(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, _PRIVATE))
    except OSError as error:
        raise DatabaseUnreachable(
            f"The ledger file {path} cannot be made.", why=f"{error.strerror}."
        ) from error
    _switch_to_wal(engine)


def _switch_to_wal(engine: Engine) -> None:
    """Choose the write-ahead journal, which the file keeps; it is chosen outside transactions."""
    with translated(), closing(engine.raw_connection()) as connection:
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            raise _refusal_for(str(error)) from error


def _make_private_folders(folder: Path) -> None:
    """Make a folder and those above it; `mkdir` itself would leave those above open to all."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def require_file(engine: Engine) -> None:
    """Refuse with `LedgerMissing` where there is no file: opening it would make an empty one."""
    path = database_file(engine.url)
    if path is None:
        return
    try:
        found = path.exists()
    except OSError as error:
        raise DatabaseUnreachable(
            f"The ledger file {path} cannot be reached.", why=f"{error.strerror}."
        ) from error
    if not found:
        raise LedgerMissing(f"There is no ledger at {path}.")
    if path.is_dir():
        raise DatabaseUnreachable(f"{path} is no ledger.", why="It is a folder.")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read in one transaction: every query sees the same moment."""
    with translated(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, *, keep: bool = True) -> Iterator[Connection]:
    """Write in one transaction that is committed at the end, or rolled back where not `keep`."""
    with translated(), engine.connect() as plain:
        connection = plain.execution_options(**{_WRITES: True})
        transaction = connection.begin()
        try:
            yield connection
        except BaseException:
            transaction.rollback()
            raise
        if keep:
            transaction.commit()
        else:
            transaction.rollback()


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's complaints about files and locks into refusals with a way out."""
    try:
        yield
    except OperationalError as error:
        raise _refusal_for(str(error.orig)) from error
    except DatabaseError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise NotADatabase("The ledger cannot be read.") from error
        raise


def _refusal_for(complaint: str) -> Exception:
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
