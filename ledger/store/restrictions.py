"""Read the restrictions and exemptions of a ledger, all of them: there are few."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Connection, select

from ledger.restrictions.bars import NO_RESTRICTIONS, Restrictions
from ledger.store.db.prepared import Prepared
from ledger.store.registers import identity_of, load_all


def read_restrictions(connection: Connection, known_at: datetime | None = None) -> Restrictions:
    """Read all restrictions and exemptions, as now or as known at a moment."""
    if _any().first(connection) is None:
        return NO_RESTRICTIONS
    every = (load_all(connection, kind, known_at) for kind in ("restriction", "exemption"))
    restrictions, exemptions = (tuple(one.record for one in kept.values()) for kept in every)
    return Restrictions(restrictions, exemptions)


@cache
def _any() -> Prepared:
    # Made when restrictions are asked for: the tables of a register take long.
    return Prepared(select(identity_of("restriction").c.id).limit(1))
