"""Read the releases with a reason that left a deal with nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, or_, select

from ledger.approaches.pauses import Release
from ledger.core.factors import Side
from ledger.journal.entries import LAPSE_REASON, Act
from ledger.store.db.clock import known_by
from ledger.store.db.tables import deal, deal_balance, entry, need, offer, provider
from ledger.store.journal.balances import Times
from ledger.store.journal.entries import reversed_entries


def reasoned_releases(
    connection: Connection, times: Times, since: date, also: Mapping[str, date]
) -> list[Release]:
    """Read the releases after a day, with a reason of somebody's, of deals that are empty now.

    `also` names the deals of which earlier ones are read too, each with the day on which its pair
    is proposed again. A release that was reversed does not count.
    """
    left = deal_balance.c
    query = (
        select(entry.c.id, need.c.code, provider.c.code, deal.c.code)
        .add_columns(entry.c.effective_on, entry.c.reason)
        .join(deal, deal.c.id == entry.c.deal_id)
        .join(need, need.c.id == deal.c.need_id)
        .join(offer, offer.c.id == deal.c.offer_id)
        .join(provider, provider.c.id == offer.c.provider_id)
        .join(deal_balance, (left.deal_id == deal.c.id) & (left.side == Side.NEED))
        .where(entry.c.act == Act.RELEASE)
        .where(or_(entry.c.effective_on > since, deal.c.code.in_(list(also))))
        .where(entry.c.reason.is_not(None), entry.c.reason != LAPSE_REASON)
        .where(~or_(left.held > 0, left.committed > 0, left.delivered > 0))
        .order_by(entry.c.effective_on, entry.c.id)
    )
    if times.as_of is not None:
        query = query.where(entry.c.effective_on <= times.as_of)
    if times.known_at is not None:
        query = query.where(known_by(entry, times.known_at))
    rows = connection.execute(query).all()
    undone = reversed_entries(connection) if rows else frozenset()
    return [
        Release(*row[1:])._replace(not_before=also.get(row[3]))
        for row in rows
        if row[0] not in undone
    ]
