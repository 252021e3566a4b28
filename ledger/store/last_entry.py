"""Reading the entry that was recorded last."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from ledger.journal import Entry
from ledger.store.balances import NOW, Times
from ledger.store.journal import read_entries
from ledger.store.tables import entry


def last_entry(connection: Connection, times: Times = NOW) -> Entry | None:
    """Read the last entry that counts at these times; None where nothing was recorded yet."""
    newest = select(func.max(entry.c.id))
    if times.as_of is not None:
        newest = newest.where(entry.c.effective_on <= times.as_of)
    if times.known_at is not None:
        newest = newest.where(entry.c.recorded_at <= times.known_at)
    return next(read_entries(connection, entry.c.id == newest.scalar_subquery()), None)
