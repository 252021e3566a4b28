"""Read how far some deals ever got, by the entries of a day and of a moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import Connection, select

from ledger.core.factors import Stage
from ledger.journal.entries import Act
from ledger.journal.reached import REACHING, DealEntry, first_days, last_deliveries
from ledger.store.db.clock import known_by
from ledger.store.db.queries import chunked
from ledger.store.db.tables import deal, entry
from ledger.store.journal.balances import Times

_ACTS = (*REACHING, Act.REVERSE)


def stages_reached(
    connection: Connection, deals: Iterable[str], times: Times, day: date
) -> dict[str, dict[Stage, date]]:
    """Read the first day on which each of some deals reached each stage by a day, as known then."""
    return first_days(_steps(connection, sorted(set(deals)), times, day))


def last_delivery_days(
    connection: Connection, deals: Iterable[str], times: Times, day: date
) -> dict[str, date]:
    """Read the day of the last delivery of some deals that stands by a day, as known then."""
    return last_deliveries(_steps(connection, sorted(set(deals)), times, day))


def _steps(
    connection: Connection, deals: list[str], times: Times, day: date
) -> Iterator[DealEntry]:
    query = (
        select(entry.c.id, deal.c.code, entry.c.act, entry.c.effective_on, entry.c.reverses)
        .join(deal, deal.c.id == entry.c.deal_id)
        .where(entry.c.act.in_(_ACTS), entry.c.effective_on <= day)
        .order_by(entry.c.id)
    )
    if times.known_at is not None:
        query = query.where(known_by(entry, times.known_at))
    for codes in chunked(deals):
        for row in connection.execute(query.where(deal.c.code.in_(codes))):
            yield DealEntry(*row)
