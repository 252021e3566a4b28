"""Read the restrictions and exemptions of a ledger, all of them: there are few."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Connection, column, select, table

from ledger.restrictions.bars import NO_RESTRICTIONS, Restrictions
from ledger.store.db.prepared import Prepared
from ledger.store.registers import load_all


def read_restrictions(connection: Connection, known_at: datetime | None = None) -> Restrictions:
    """Read all restrictions and exemptions, as now or as known at a moment."""
    if _ANY.first(connection) is None:
        return NO_RESTRICTIONS
    every = (load_all(connection, kind, known_at) for kind in ("restriction", "exemption"))
    restrictions, exemptions = (tuple(one.record for one in kept.values()) for kept in every)
    return Restrictions(restrictions, exemptions)


_ANY: Final = Prepared(select(column("id", BigInteger)).select_from(table("restriction")).limit(1))
"""Asks by the name of the table alone: making those of a register takes thousands of calls."""
