"""Which writes are still running on a server, and since when: what they hold back is not settled.

A write draws its transaction id before it reads the moment it is recorded at. The server's list of
locks names the ids that are running, and each request keeps the id of the transaction that wrote
it. So a write that runs was begun after every recorded request with a smaller id; the list of
sessions says since when exactly, where the user may see it. Ids are compared within one server
alone: a request that was copied keeps the id of the server it was made on. A write that ended
between a reader's snapshot and its look at the locks is found by its request, which the snapshot
does not show.

Transactions of other databases, those of the server's own vacuuming, which is no user's, and the
one that holds the lock of the night, write nothing here. A prepared transaction has no session.
Where a server has no such lists, the time limits of a write decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from ledger.store.db.engine import autocommit_connection
from ledger.store.db.postgresql import LONGEST_BEGIN, SERVER_ID
from ledger.store.db.types import from_microseconds

_HOLDERS: Final = text(
    "SELECT CAST(own.transactionid AS text) AS xid, own.pid, "
    "txid_snapshot_xmax(txid_current_snapshot()) AS next "
    "FROM pg_locks AS own JOIN pg_locks AS held "
    "ON held.virtualtransaction = own.virtualtransaction AND held.pid IS NOT DISTINCT FROM own.pid "
    "JOIN pg_database AS here ON here.datname = current_database() "
    "WHERE own.locktype = 'transactionid' AND own.mode = 'ExclusiveLock' AND own.granted "
    "AND (own.pid IS NULL OR EXISTS (SELECT 1 FROM pg_stat_activity AS session "
    "WHERE session.pid = own.pid AND session.usesysid IS NOT NULL AND session.datid = here.oid)) "
    "GROUP BY own.transactionid, own.pid HAVING NOT coalesce(bool_or("
    "held.relation = CAST(to_regclass('night_lock') AS oid) AND held.mode = 'RowShareLock'), false)"
    " AND NOT (coalesce(bool_or(held.database NOT IN (0, here.oid)), false)"
    " AND NOT coalesce(bool_or(held.database = here.oid), false))"
)
_SESSIONS: Final = text(
    "SELECT CAST(backend_xid AS text) AS xid, usename, clock_timestamp() - xact_start AS age "
    "FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND xact_start IS NOT NULL"
)
_BEFORE: Final = text(
    "SELECT recorded_at FROM request WHERE transaction_id < :transaction "
    "AND server_id = current_setting(:setting, true) ORDER BY id DESC LIMIT 1"
)
_NEWEST: Final = text("SELECT id, recorded_at FROM request ORDER BY id DESC LIMIT 1000")
_NOT_THERE: Final = frozenset({"0A000", "42883", "42P01", "42703", "42704"})
"""What an engine says that has no such lists, functions or columns."""
_FIRST: Final = from_microseconds(0)


class RunningWrite(NamedTuple):
    """A write that a reader does not see, and that may be recorded at `since` or later.

    `process` and `user` are those of its session on the server, where they are known.
    """

    since: datetime
    process: int | None
    user: str | None


def oldest_running(connection: Connection, moment: datetime) -> RunningWrite | None:
    """Give the write that this transaction does not see and that holds most back, if there is one.

    `moment` is the present one of the ledger's clock, read before this.
    """
    try:
        with connection.begin_nested():
            running = [*_running(connection, moment), *_ended_since(connection)]
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in _NOT_THERE:
            raise
        return None
    return min(running, key=lambda one: one.since, default=None)


def _running(connection: Connection, moment: datetime) -> Iterator[RunningWrite]:
    holders = connection.execute(_HOLDERS).all()
    sessions = {row.xid: row for row in connection.execute(_SESSIONS)} if holders else {}
    for xid, process, following in holders:
        session = sessions.get(xid)
        if session is not None:
            yield RunningWrite(moment - session.age, process, session.usename)
        else:
            since = _begun_after(connection, _whole(int(xid), following), moment)
            yield RunningWrite(since, process, None)


def _whole(short: int, following: int) -> int:
    """Give the whole id of a transaction whose last 32 bits are known, near another one."""
    return following + (short - following + _HALF) % (2 * _HALF) - _HALF


_HALF: Final = 2**31


def _begun_after(connection: Connection, transaction: int, moment: datetime) -> datetime:
    """Give a moment that the write with an id was not begun before."""
    before = connection.execute(
        _BEFORE, {"transaction": transaction, "setting": SERVER_ID}
    ).scalar()
    return _FIRST if before is None else min(from_microseconds(before) - LONGEST_BEGIN, moment)


def _ended_since(connection: Connection) -> Iterator[RunningWrite]:
    """Give the writes that were recorded after this transaction's snapshot was taken."""
    seen = {row.id for row in connection.execute(_NEWEST)}
    with autocommit_connection(connection.engine) as fresh:
        newest = fresh.execute(_NEWEST).all()
    for number, recorded_at in newest:
        if number not in seen:
            yield RunningWrite(from_microseconds(recorded_at), None, None)
