"""What deals placed and gave back on the days of a year, for limits that hold for each year."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select

from ledger.core.factors import Stage
from ledger.store.db import tables
from ledger.store.db.clock import known_by
from ledger.store.journal.balances import NOW, Times


def placed_in_year(connection: Connection, year: int, times: Times = NOW) -> dict[str, int]:
    """Return the net amount that each deal took from its need in a year, by the deal's code.

    At these times: what counts by then, as known then.
    """
    last = min(date(year, 12, 31), times.as_of or date.max)
    query, values = _of_year(), {"first": date(year, 1, 1), "last": last}
    if times.known_at is not None:
        query = query.join(tables.entry, tables.entry.c.id == tables.movement.c.entry_id)
        query = query.where(known_by(tables.entry, times.known_at))
    placed: defaultdict[str, int] = defaultdict(int)
    for deal, source, amount in connection.execute(query, values):
        placed[deal] += amount if source is Stage.OPEN else -amount
    return dict(placed)


@cache
def _of_year() -> Select[Any]:
    movement, deal = tables.movement.c, tables.named("deal")
    return (
        select(deal.c.code, movement.from_stage, movement.amount)
        .join_from(tables.movement, deal, deal.c.id == movement.deal_id)
        .where(
            or_(movement.from_stage == Stage.OPEN, movement.to_stage == Stage.OPEN),
            movement.effective_on.between(bindparam("first"), bindparam("last")),
        )
    )
