"""A ledger on a PostgreSQL server: the driver's settings, and what the server complains of.

Readers and writers see one moment each (REPEATABLE READ). Of two writers who change one row at
once the server stops the second, whose write is then repeated on the result of the first. Every
change to a need, an offer or a deal, in its quantities or its terms, updates its balance row. So
no act relies on a row that another transaction is changing, and acts on different records never
conflict. What is recorded under an office, a city, a provider or a project holds its identity row
by a foreign key, and a mark of that record as in error changes the row: of the two, one waits and
is then refused. What is about a record by its code alone, as a note or an identifier, meets that
mark at an advisory lock of the record (`ledger.store.recorded`). A level of SERIALIZABLE would
watch whole pages of indexes that every write adds to, and stop nearly everybody who writes at the
same time. Where a rule compares records that change no common row, as two meetings of one body,
their writers take an advisory lock (`ledger.store.session.siblings`). Nothing else here is beyond
what the engines that speak PostgreSQL's protocol have as well.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Text,
    bindparam,
    case,
    cast,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.engine import URL

from ledger.core.errors import LedgerError
from ledger.store.db.errors import (
    BUSY_SECONDS,
    DatabaseForbids,
    DatabaseGone,
    DatabaseReadOnly,
    DatabaseUnreachable,
    DiskFull,
    DiskTrouble,
    DriverMissing,
    LedgerBusy,
    LedgerMissing,
    NotADatabase,
    UnknownDatabase,
    WriteConflict,
    WriteTooSlow,
)

BEGIN_WRITING: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ"
BEGIN_READING: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
BEGIN_LOCKING: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"

# What the driver notes of a line that it is closing anyway is no message to an officer.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

_DRIVER: Final = "postgresql+psycopg"
_DRIVERS: Final = ("postgresql", "postgres", _DRIVER)
_CONNECT_SECONDS: Final = 10

# Waiting for a lock ends with the time limit of a write, and dates are ISO on every server. A role
# or a database may be set not to wait for the disk: an act is told of once it is there.
_SESSION: Final = f"""
DO $session$ BEGIN
    PERFORM set_config('datestyle', 'ISO', false), set_config('timezone', 'UTC', false),
        CASE current_setting('synchronous_commit')
            WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END,
        set_config('lock_timeout', '{BUSY_SECONDS}s', false),
        set_config('idle_in_transaction_session_timeout', '{2 * BUSY_SECONDS}s', false);
    BEGIN
        PERFORM set_config('cityfund.server_id',
            (SELECT CAST(system_identifier AS text) FROM pg_control_system()), false);
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
END $session$
"""  # noqa: S608 - its numbers are ours

_TRANSACTION_LIMIT: Final = "transaction_timeout"

SERVER_ID: Final = "cityfund.server_id"
"""The setting of a session that has the identifier of its server, where that can be had."""

LIFT_TIMEOUTS: Final = (
    "SELECT set_config('statement_timeout', '0', true), "
    "set_config('idle_in_transaction_session_timeout', '0', true), "
    f"CASE WHEN current_setting('{_TRANSACTION_LIMIT}', true) IS NOT NULL "
    f"THEN set_config('{_TRANSACTION_LIMIT}', '0', true) END"
)
"""Sent in a transaction that may take long and that no other one waits for."""


def make_engine(url: URL) -> Engine:
    """Build the engine of a PostgreSQL URL; asks no server yet.

    Raises `UnknownDatabase` for another driver than psycopg 3, `DriverMissing` without it.
    """
    if url.drivername not in _DRIVERS:
        raise UnknownDatabase(
            f"This program does not use {url.drivername}.",
            why="It speaks to PostgreSQL through psycopg 3.",
        )
    arguments = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
    try:
        engine = create_engine(
            url.set(drivername=_DRIVER),
            isolation_level="AUTOCOMMIT",  # transactions are begun in words, by their kind
            use_native_hstore=False,
            connect_args=arguments,
        )
    except ModuleNotFoundError as error:
        raise DriverMissing("A ledger on PostgreSQL cannot be opened.") from error
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.execute(_SESSION)


WRITE_LIMITS: Final[Mapping[str, float]] = {
    "statement_timeout": BUSY_SECONDS,
    "idle_in_transaction_session_timeout": BUSY_SECONDS - 5,
    _TRANSACTION_LIMIT: BUSY_SECONDS + 10,
}
"""The seconds after which the server itself ends a write that a stalled program left open.

The program refuses to commit after `BUSY_SECONDS`. If it stalls then, the server ends the write
after the idle limit, or after that of the transaction where it has one (PostgreSQL 17): in either
case before what was recorded at that moment counts as settled (`STABLE_AFTER`).
"""


LONGEST_BEGIN: Final = timedelta(seconds=1)
"""A write that takes longer to draw its transaction's id and then its moment begins anew."""


def write_limit(name: str) -> ColumnElement[Any]:
    """Give the SQL that sets a limit for this transaction; its seconds are bound by its name."""
    limited = func.set_config(name, cast(bindparam(name, type_=Text), Text), True)  # noqa: FBT003
    if name != _TRANSACTION_LIMIT:
        return limited
    return case((func.current_setting(name, True).is_not(None), limited))  # noqa: FBT003 - SQL's


def write_limits() -> dict[str, str]:
    """Give the values to bind for `write_limit`."""
    return {name: f"{round(seconds * 1000)}ms" for name, seconds in WRITE_LIMITS.items()}


_MOST_LOCKED: Final = 50
"""How many numbers are locked one by one, before all of a name are: a server has few locks."""


def lock_numbers(connection: Connection, name: str, numbers: Iterable[int]) -> None:
    """Take the advisory locks of some numbers of a name, or of all, until the transaction ends."""
    ordered = sorted(numbers)
    if len(ordered) > _MOST_LOCKED:
        connection.execute(select(func.pg_advisory_xact_lock(_lock_of(name))))
        return
    connection.execute(select(func.pg_advisory_xact_lock_shared(_lock_of(name))))
    for number in ordered:
        connection.execute(select(func.pg_advisory_xact_lock(_lock_of(f"{name}/{number}"))))


def _lock_of(name: str) -> int:
    """Give the number of a lock by its name."""
    digest = sha256(f"cityfund/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def server_moment(server: datetime) -> datetime:
    """Give the moment of the server's clock, the one that all who share the ledger have.

    Tests that live on another day put a clock of theirs in this function's place.
    """
    return server


def refusal_for(error: BaseException, *, lost: bool) -> Exception | None:
    """Turn a complaint of the server into a refusal with a way out; None where there is none.

    `lost` says that the line to the server broke.
    """
    state = getattr(error, "sqlstate", None)
    message = _first_line(error)
    if state is None:
        return _refusal_without_state(message, lost=lost)
    template = _BY_STATE.get(state) or _BY_CLASS.get(state[:2])
    if template is None:
        return None
    refusal, what, why = template
    return refusal(what) if why is None else refusal(what, why=why.format(message=message))


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].removesuffix(".") if lines else type(error).__name__


def _refusal_without_state(message: str, *, lost: bool) -> Exception:
    # libpq itself speaks here: no server answered, or the one that did is gone.
    if lost:
        return DatabaseGone("The database server went away.")
    if any(words in message for words in _NO_CONNECTION_LEFT):
        return _no_connection_left(message)
    if "does not exist" in message and "database" in message:
        return LedgerMissing(
            "There is no such database on the server.",
            why=f"The server says: {message}.",
            next_step="Make it (createdb NAME), then run: cityfund init",
        )
    return DatabaseUnreachable(
        "The database server cannot be reached.",
        why=f"The driver says: {message}.",
        next_step="See that the server runs, and check --db: host, port, user and password.",
    )


_NO_CONNECTION_LEFT: Final = (
    "remaining connection slots",
    "too many clients",
    "too many connections",
    "no more connections allowed",
)
"""What servers, and what stands before them, say while no connection is free.

It is said while the connection is made, of which the driver gives the words and not the state.
"""


def _no_connection_left(message: str) -> LedgerBusy:
    return LedgerBusy(
        "The database server has no free connection.",
        why=f"The server says: {message}.",
        next_step="Nothing was written. Run the same command again in a moment.",
    )


_Refusal = tuple[type[LedgerError], str, str | None]
_SERVER_MESSAGE: Final = "The server says: {message}."
_BY_STATE: Final[Mapping[str, _Refusal]] = {
    "40001": (WriteConflict, "Others were writing to the same records.", None),
    "40P01": (WriteConflict, "Others were writing to the same records.", None),
    "23505": (WriteConflict, "Others were adding the same records.", None),
    "42P07": (WriteConflict, "Others were making the same ledger.", None),
    "42710": (WriteConflict, "Others were making the same ledger.", None),
    "55P03": (LedgerBusy, "The ledger is busy.", None),
    "53300": (LedgerBusy, "The database server has no free connection.", _SERVER_MESSAGE),
    "57014": (WriteTooSlow, "The write took too long.", None),
    "25P03": (WriteTooSlow, "The write took too long.", None),
    "25P04": (WriteTooSlow, "The write took too long.", None),
    "53100": (DiskFull, "The ledger could not be written.", None),
    "58030": (DiskTrouble, "The disk of the server fails.", _SERVER_MESSAGE),
    "25006": (DatabaseReadOnly, "The ledger cannot be written.", _SERVER_MESSAGE),
    "42501": (DatabaseForbids, "The database does not let this user do that.", _SERVER_MESSAGE),
    "3D000": (LedgerMissing, "There is no such database on the server.", _SERVER_MESSAGE),
    "42P01": (NotADatabase, "This database is not a cityfund ledger.", _SERVER_MESSAGE),
    "42703": (NotADatabase, "This database is not a cityfund ledger.", _SERVER_MESSAGE),
}
_BY_CLASS: Final[Mapping[str, _Refusal]] = {
    "08": (DatabaseGone, "The database server went away.", None),
    "28": (DatabaseUnreachable, "The database server does not let this user in.", _SERVER_MESSAGE),
    "57": (DatabaseGone, "The database server is stopping or starting.", None),
    "XX": (DiskTrouble, "The database is damaged.", _SERVER_MESSAGE),
}
