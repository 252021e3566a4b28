"""The acts of deals that say what came of a partnership, recorded at two times.

A deal may have any number of acts. Two of them say all: the newest, and one that reached the
furthest stage. The database finds these by its indexes, and reads no others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from ledger.core.factors import Stage
from ledger.partnerships.events import REACHED, DealAct
from ledger.partnerships.status import RANKS
from ledger.store.db.queries import chunked
from ledger.store.db.tables import deal, entry, movement, request
from ledger.store.journal.balances import Times
from ledger.store.journal.entries import is_lapse
from ledger.store.journal.reached import counts_at, is_surely_reversed, was_reversed

_FURTHEST_FIRST: Final = (Stage.DELIVERED, Stage.COMMITTED, Stage.HELD)


def read_deal_acts(
    connection: Connection, times: Times, day: date, deals: Collection[int]
) -> list[DealAct]:
    """Read the newest act of some deals by a day, and one that reached the furthest stage.

    Deals are named by their ids. Of the acts of one day the newest is the one that reached
    furthest, of equal ones the last by name. An act that a reversal takes back does not count, nor
    does the lapse of a hold, which is no act of anybody.
    """
    found: list[DealAct] = []
    for some in chunked([*deals]):
        deciding = [*_deciding(connection, times, day, some)]
        unsure = {one.deal_id for one in deciding if one.was_reversed}
        found += [one.act for one in deciding if one.deal_id not in unsure]
        found += _every_act(connection, times, unsure) if unsure else ()
    return found


class _Deciding(NamedTuple):
    """An act that may say what came of a deal; one that was reversed may stand again."""

    act: DealAct
    deal_id: int
    was_reversed: bool


def _deciding(
    connection: Connection, times: Times, day: date, deals: Collection[int]
) -> Iterator[_Deciding]:
    """Read the acts that decide; the few whose reversal was reversed are not judged here."""
    one = (
        _acts(times, entry.c.id)
        .where(
            entry.c.deal_id == deal.c.id,
            entry.c.reverses.is_(None),
            entry.c.effective_on <= day,
            ~is_surely_reversed(times),
        )
        .correlate(deal)
        .limit(1)
    )
    newest = one.order_by(entry.c.effective_on.desc(), _rank().desc(), entry.c.act.desc())
    furthest = [one.where(movement.c.to_stage == stage) for stage in _FURTHEST_FIRST]
    reached = func.coalesce(*(query.scalar_subquery() for query in furthest))
    query = select(newest.scalar_subquery(), reached).where(deal.c.id.in_(deals))
    numbers = {number for row in connection.execute(query) for number in row if number is not None}
    rows = _acts(times, *_TERMS, deal.c.id, was_reversed(times))
    for chunk in chunked([*numbers]):
        for *terms, identity, may_stand in connection.execute(
            rows.where(entry.c.deal_id == deal.c.id, entry.c.id.in_(chunk))
        ):
            yield _Deciding(DealAct(*terms), identity, bool(may_stand))


def _every_act(connection: Connection, times: Times, deals: Collection[int]) -> Iterator[DealAct]:
    """Read all acts of deals in the order of recording, reversals included."""
    query = _acts(times, *_TERMS).where(entry.c.deal_id == deal.c.id, deal.c.id.in_(deals))
    for row in connection.execute(query.order_by(entry.c.id, movement.c.line)):
        yield DealAct(*row)


_TERMS: Final = (
    *(entry.c.id, deal.c.code, entry.c.act, entry.c.effective_on),
    *(movement.c.to_stage, entry.c.reverses),
)


def _acts(times: Times, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select what moved on the need's side of deals; which deals is still to be said."""
    return (
        select(*columns)
        .select_from(entry)
        .join(movement, movement.c.entry_id == entry.c.id)
        .join(request, request.c.id == entry.c.request_id)
        .where(movement.c.deal_id == deal.c.id, movement.c.holder_id == deal.c.need_id)
        .where(~is_lapse(), *counts_at(entry, times))
    )


def _rank() -> ColumnElement[int]:
    """Select how far the outcome is that an act reached."""
    ranks = {stage: RANKS[outcome] for stage, outcome in REACHED.items()}
    return case(*((movement.c.to_stage == stage, rank) for stage, rank in ranks.items()), else_=0)
