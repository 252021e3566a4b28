"""Errors of the database: it cannot be opened, is busy, full, or gone."""

from __future__ import annotations

from typing import Final

from ledger.core.dates import LONGEST_WRITE
from ledger.core.errors import Busy, CannotOpen, StorageTrouble

BUSY_SECONDS: Final = LONGEST_WRITE.seconds
"""How long a writer waits for another before it gives up; also the bound on one write."""


class UnknownDatabase(CannotOpen, code="unknown-database"):
    """The URL names an engine this program does not keep ledgers on."""

    default_why = "A ledger is kept in a SQLite file or on a PostgreSQL server."
    default_next = (
        "Give a URL such as sqlite:///ledger.db or postgresql://user@host/database "
        "with --db or CITYFUND_DB."
    )


class DriverMissing(CannotOpen, code="driver-missing"):
    """The URL names PostgreSQL, and its driver is not installed."""

    default_why = "PostgreSQL needs the driver psycopg, which is installed only where asked for."
    default_next = "Install it: pip install 'cityfund[postgresql]'"


class LedgerMissing(CannotOpen, code="ledger-missing"):
    """There is no ledger at the URL."""

    default_why = "The file does not exist, and only `cityfund init` makes one."
    default_next = "Check --db or CITYFUND_DB, or run: cityfund init"


class NotADatabase(CannotOpen, code="not-a-database"):
    """The file is there but cannot be read as a database."""

    default_why = "It is not a SQLite file, or it is damaged."
    default_next = "Check --db or CITYFUND_DB; restore a backup if this was your ledger."


class LedgerDamaged(CannotOpen, code="ledger-damaged"):
    """The ledger can be opened, but holds what this program never wrote."""

    default_why = "A page or a cell of it is damaged, or another program changed it."
    default_next = (
        "See what is damaged: cityfund check file. Keep a copy of the file, then restore the last "
        "backup: cityfund db restore FILE --db URL"
    )


class DatabaseUnreachable(CannotOpen, code="database-unreachable"):
    """The database cannot be opened: a folder that is missing or a server that does not answer."""

    default_next = "Check --db or CITYFUND_DB, and who may read and write there."


class DatabaseReadOnly(CannotOpen, code="database-read-only"):
    """The database cannot be written to."""

    default_why = "The file or its folder may not be written by this user."
    default_next = "Ask its owner for write access, or copy the ledger to a place of your own."


class DatabaseForbids(CannotOpen, code="database-forbids"):
    """The database's user may not do what the act needs."""

    default_next = "Ask the database's administrator for the rights, or name another user in --db."


class DatabaseGone(CannotOpen, code="database-gone"):
    """The database server stopped, or the line to it broke, before the act was recorded."""

    default_why = "The server stopped or the line to it broke; nothing was written."
    default_next = "Run the same command again when the server is back."


class AnswerLost(CannotOpen, code="answer-lost"):
    """The database went away while it was recording the act: the outcome is unknown."""

    default_why = "The server stopped or the line broke while the act was being recorded."
    default_next = "Run the same command again with the same --key: it is executed only once."


class LedgerBusy(Busy, code="ledger-busy"):
    """Another program has been writing for longer than a writer waits."""

    default_why = f"Another write held the ledger for more than {BUSY_SECONDS} seconds."
    default_next = "Nothing was written. Run the same command again in a moment."


class WriteConflict(Busy, code="write-conflict"):
    """Others kept changing what the write rests on, however often it was tried."""

    default_why = "Other officers were writing to the same records at the same moment, each time."
    default_next = "Nothing was written. Run the same command again in a moment."


class WriteTooSlow(Busy, code="write-too-slow"):
    """A write on a shared ledger took longer than a write may."""

    default_why = (
        f"On a shared ledger a write ends within {BUSY_SECONDS} seconds, so that reports of what "
        "was known when stay the same."
    )
    default_next = "Nothing was written. Run it again when less is going on, or in smaller parts."


class DiskFull(StorageTrouble, code="disk-full"):
    """The disk under the ledger has no room left."""

    default_why = "The disk is full, so the act could not be made durable."
    default_next = "Nothing was written. Make room and run the same command again."


class DiskTrouble(StorageTrouble, code="disk-trouble"):
    """The disk of the ledger fails."""

    default_why = "The system could not read or write there; most often the disk is full."
    default_next = "Look at the free space and the disk, then run the same command again."
