"""The deliveries that stand: no reversal of theirs is in force."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.core.factors import Stage
from ledger.store.db import tables
from ledger.store.journal.entries import reversed_entries


class Delivery(NamedTuple):
    """What one entry delivered of a deal, in parts of the need's unit."""

    entry: int
    deal: str
    day: date
    amount: int


def counted_deliveries(connection: Connection) -> list[Delivery]:
    """Read every delivery that is not reversed, in the order of recording."""
    entry, movement, deal = tables.entry, tables.movement, tables.deal
    query = (
        select(entry.c.id, deal.c.code, entry.c.effective_on, movement.c.amount)
        .select_from(movement)
        .join(entry, entry.c.id == movement.c.entry_id)
        .join(deal, deal.c.id == movement.c.deal_id)
        .where(movement.c.to_stage == Stage.DELIVERED, movement.c.holder_id == deal.c.need_id)
        .where(entry.c.reverses.is_(None))
        .order_by(entry.c.id, movement.c.line)
    )
    rows = connection.execute(query).all()
    undone = reversed_entries(connection) if rows else frozenset()
    return [Delivery(*row) for row in rows if row[0] not in undone]
