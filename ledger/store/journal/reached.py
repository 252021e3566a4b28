"""Read how far some deals ever got, by the entries of a day and of a moment that stand.

An entry is taken back by a reversal that stands. Whether a reversal does may depend on any number
of others, so the conditions here say only what is sure: an entry with a reversal that nothing
reverses is taken back, and one without any stands. The few in between are judged in `journal`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Connection, FromClause, exists, select

from ledger.core.factors import Stage
from ledger.journal.entries import Act
from ledger.journal.reached import REACHING, DealEntry, first_days, last_deliveries
from ledger.store.db.clock import known_by
from ledger.store.db.queries import chunked
from ledger.store.db.tables import deal, entry
from ledger.store.journal.balances import Times

_ACTS = (*REACHING, Act.REVERSE)
_STEP = entry.c.id, deal.c.code, entry.c.act, entry.c.effective_on, entry.c.reverses


def stages_reached(
    connection: Connection, deals: Iterable[str], times: Times, day: date
) -> dict[str, dict[Stage, date]]:
    """Read the first day on which each of some deals reached each stage by a day, as known then.

    Of a deal only the first act that reached each stage is read, and all acts only where a reversal
    was itself reversed.
    """
    steps: list[DealEntry] = []
    for codes in chunked(sorted(set(deals))):
        first = [*_first_steps(connection, codes, Times(day, times.known_at))]
        unsure = {one.deal for one, was_reversed in first if was_reversed}
        steps += [one for one, _ in first if one.deal not in unsure]
        steps += _steps(connection, sorted(unsure), times, day)
    return first_days(steps)


def _first_steps(
    connection: Connection, deals: Sequence[str], times: Times
) -> Iterator[tuple[DealEntry, bool]]:
    """Read the first entry by which each deal got to each stage, and whether it was reversed.

    A deal that gets further without a stage before has reached that too. None is surely reversed.
    """
    one = (
        select(entry.c.id)
        .where(entry.c.deal_id == deal.c.id, *counts_at(entry, times), ~is_surely_reversed(times))
        .order_by(entry.c.effective_on, entry.c.id)
        .correlate(deal)
        .limit(1)
    )
    acts = [*REACHING]
    first = (one.where(entry.c.act.in_(acts[at:])).scalar_subquery() for at in range(len(acts)))
    rows = connection.execute(select(*first).where(deal.c.code.in_(deals)))
    numbers = {number for row in rows for number in row if number is not None}
    query = select(*_STEP, was_reversed(times)).join(deal, deal.c.id == entry.c.deal_id)
    for chunk in chunked([*numbers]):
        for *terms, reversed_ in connection.execute(query.where(entry.c.id.in_(chunk))):
            yield DealEntry(*terms), bool(reversed_)


def last_delivery_days(
    connection: Connection, deals: Iterable[str], times: Times, day: date
) -> dict[str, date]:
    """Read the day of the last delivery of some deals that stands by a day, as known then."""
    return last_deliveries(_steps(connection, sorted(set(deals)), times, day))


def _steps(
    connection: Connection, deals: list[str], times: Times, day: date
) -> Iterator[DealEntry]:
    query = (
        select(*_STEP)
        .join(deal, deal.c.id == entry.c.deal_id)
        .where(entry.c.act.in_(_ACTS), entry.c.effective_on <= day)
        .order_by(entry.c.id)
    )
    if times.known_at is not None:
        query = query.where(known_by(entry, times.known_at))
    for codes in chunked(deals):
        for row in connection.execute(query.where(deal.c.code.in_(codes))):
            yield DealEntry(*row)


def counts_at(entries: FromClause, times: Times) -> Iterator[ColumnElement[bool]]:
    """Give the conditions that entries count at two times."""
    if times.as_of is not None:
        yield entries.c.effective_on <= times.as_of
    if times.known_at is not None:
        yield known_by(entries, times.known_at)


def was_reversed(times: Times) -> ColumnElement[bool]:
    """Select the entries that have a reversal, which may itself be reversed."""
    back = entry.alias("back")
    return exists().where(back.c.reverses == entry.c.id, *counts_at(back, times))


def is_surely_reversed(times: Times) -> ColumnElement[bool]:
    """Select the entries that have a reversal without a reversal of its own."""
    back, again = entry.alias("back"), entry.alias("again")
    undone = exists().where(again.c.reverses == back.c.id, *counts_at(again, times))
    return (
        exists()
        .where(back.c.reverses == entry.c.id, *counts_at(back, times))
        .where(~undone.correlate_except(again))
        .correlate_except(back)
    )
