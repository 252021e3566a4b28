"""The acts of deals that came of partnerships, as they were recorded at two times."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from ledger.partnerships.events import DealAct
from ledger.store.db import tables
from ledger.store.db.clock import known_by
from ledger.store.db.queries import chunked
from ledger.store.journal.balances import Times
from ledger.store.journal.entries import is_lapse


def read_deal_acts(connection: Connection, times: Times, deals: Collection[int]) -> list[DealAct]:
    """Read the acts of some deals by their ids, reversals included, in the order of recording.

    That a hold lapsed is no act of anybody, and left out.
    """
    entry, movement, deal = tables.entry, tables.movement, tables.deal
    query = (
        select(
            *(entry.c.id, deal.c.code, entry.c.act, entry.c.effective_on),
            *(movement.c.to_stage, entry.c.reverses),
        )
        .select_from(movement)
        .join(entry, entry.c.id == movement.c.entry_id)
        .join(tables.request, tables.request.c.id == entry.c.request_id)
        .join(deal, deal.c.id == movement.c.deal_id)
        .where(movement.c.holder_id == deal.c.need_id, ~is_lapse())
        .order_by(entry.c.id, movement.c.line)
    )
    if times.as_of is not None:
        query = query.where(entry.c.effective_on <= times.as_of)
    if times.known_at is not None:
        query = query.where(known_by(entry, times.known_at))
    return [
        DealAct(*row)
        for chunk in chunked([*deals])
        for row in connection.execute(query.where(movement.c.deal_id.in_(chunk)))
    ]
