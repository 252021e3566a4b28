"""The balances of all needs, offers and deals: the stored ones, or a fold of the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    select,
)
from sqlalchemy.exc import OperationalError

from ledger.core.factors import DEAL_STAGES, FREE_STAGE, STAGES_OF, Side, Stage
from ledger.journal.entries import Stages
from ledger.store.db.clock import entries_known_by_correction
from ledger.store.db.queries import chunked
from ledger.store.db.tables import balance, deal_balance, holder, movement

_IDS: Final[BindParameter[Any]] = bindparam("ids", expanding=True)
_FREE: Final = "free"
_FREE_STAGES: Final = tuple(FREE_STAGE.values())
COLUMN_OF: Final = {
    **{stage: stage.value for stages in STAGES_OF.values() for stage in stages},
    **dict.fromkeys(_FREE_STAGES, _FREE),
}
"""The column of the stored balances that each stage is in."""
_AMOUNTS_OF: Final = {
    side: attrgetter(*(COLUMN_OF[stage] for stage in stages)) for side, stages in STAGES_OF.items()
}
_ALL_AMOUNTS: Final = attrgetter(*dict.fromkeys(COLUMN_OF.values()))


@dataclass(frozen=True, slots=True)
class Times:
    """The two times a report is asked for; None is now.

    `as_of` is a date of the officer's, counted through its end; `known_at` a machine's moment.
    """

    as_of: date | None = None
    known_at: datetime | None = None

    @property
    def are_now(self) -> bool:
        """Say whether the kept balances answer the question."""
        return self.as_of is None and self.known_at is None


NOW: Final = Times()


def stages_of_side(side: Side, row: Any | None) -> Stages:
    """Read a row of stage columns as a side's stages; without a row nothing has happened yet."""
    if row is None:
        return dict.fromkeys(STAGES_OF[side], 0)
    return dict(zip(STAGES_OF[side], map(int, _AMOUNTS_OF[side](row)), strict=True))


def account_rows(
    connection: Connection, times: Times = NOW, ids: Sequence[int] | None = None
) -> dict[int, Any]:
    """Give the row of stage columns of each account by id, of all where no ids are named.

    An account that nothing had happened to by then is missing.
    """
    return {row.holder_id: row for row in _account_rows(connection, times, ids)}


def _account_rows(connection: Connection, times: Times, ids: Sequence[int] | None) -> Iterable[Any]:
    if times.are_now:
        return _run_chunks(connection, _stored_balances, ids)
    return _run_sums(connection, _summed_balances, times, ids)


def required_amounts(connection: Connection, times: Times = NOW) -> dict[int, int]:
    """Give all that each account requires or puts up, by id: a stage of another side is zero."""
    return {
        row.holder_id: sum(map(int, _ALL_AMOUNTS(row)))
        for row in _account_rows(connection, times, None)
    }


def account_stages(connection: Connection, side: Side, times: Times = NOW) -> dict[int, Stages]:
    """Give the stages of holders known to be of one side, by id, at the asked times."""
    rows = account_rows(connection, times)
    return {identity: stages_of_side(side, row) for identity, row in rows.items()}


def _run_chunks(
    connection: Connection,
    make_query: Callable[..., Select[Any]],
    ids: Sequence[int] | None,
    parameters: Mapping[str, Any] | None = None,
    **conditions: bool,
) -> Iterable[Any]:
    """Run a query over everything, or over some ids in as many parts as their number asks for."""
    query, more = make_query(**conditions, by_id=ids is not None), parameters or {}
    if ids is None:
        return connection.execute(query, more)
    return [
        row for chunk in chunked(ids) for row in connection.execute(query, {**more, "ids": chunk})
    ]


@cache
def _stored_balances(*, by_id: bool) -> Select[Any]:
    query = select(balance)
    return query.where(balance.c.holder_id.in_(_IDS)) if by_id else query


@cache
def _summed_balances(
    *, by_date: bool, by_moment: bool, by_entry: bool, halves: bool, by_id: bool
) -> Select[Any]:
    """Sum the journal per holder: one grouped pass over the timeline index, no other table."""
    sums = [_sum(stages, halves).label(column) for column, stages in _STAGES_BY_COLUMN.items()]
    query = select(movement.c.holder_id, *sums).group_by(movement.c.holder_id)
    if by_id:
        query = query.where(movement.c.holder_id.in_(_IDS))
    return _restrict(query, by_date=by_date, by_moment=by_moment, by_entry=by_entry)


_STAGES_BY_COLUMN: Final = {
    column: tuple(stage for stage, name in COLUMN_OF.items() if name == column)
    for column in dict.fromkeys(COLUMN_OF.values())
}


_HALF: Final = literal_column(str(2**32), BigInteger)


def _run_sums(
    connection: Connection,
    make_query: Callable[..., Select[Any]],
    times: Times,
    ids: Sequence[int] | None,
) -> list[Any]:
    """Run a query that sums the journal, by halves where a passing sum exceeds 64 bits.

    What stands in a stage never does; but SQLite adds in no promised order, and its sum() fails
    loudly on the way.
    """
    known_entry = entries_known_by_correction(connection, times.known_at)
    conditions = {**_conditions(times), "by_entry": known_entry > 0}
    parameters = {**_parameters(times), "known_entry": known_entry}
    try:
        return [*_run_chunks(connection, make_query, ids, parameters, **conditions, halves=False)]
    except OperationalError as error:
        if "integer overflow" not in str(error.orig):
            raise
    return [*_run_chunks(connection, make_query, ids, parameters, **conditions, halves=True)]


def _sum(stages: tuple[Stage, ...], halves: bool) -> ColumnElement[int]:  # noqa: FBT001
    amount: ColumnElement[int] = movement.c.amount
    if not halves:
        return func.sum(_signed_amount(stages, amount))
    high = func.sum(_signed_amount(stages, amount.op("/")(_HALF)))
    return high * _HALF + func.sum(_signed_amount(stages, amount % _HALF))


def _signed_amount(stages: tuple[Stage, ...], amount: ColumnElement[int]) -> ColumnElement[int]:
    return case(
        (movement.c.to_stage.in_(stages), amount),
        (movement.c.from_stage.in_(stages), -amount),
        else_=0,
    )


def _conditions(times: Times) -> dict[str, bool]:
    return {"by_date": times.as_of is not None, "by_moment": times.known_at is not None}


def _parameters(times: Times) -> dict[str, Any]:
    parameters = {"as_of": times.as_of, "known_at": times.known_at}
    return {name: value for name, value in parameters.items() if value is not None}


def _restrict(query: Select[Any], *, by_date: bool, by_moment: bool, by_entry: bool) -> Select[Any]:
    """Keep what counts at two times, with entries known by a correction of the clock."""
    if by_date:
        query = query.where(movement.c.effective_on <= bindparam("as_of"))
    if by_moment:
        known = movement.c.recorded_at <= bindparam("known_at")
        if by_entry:
            known |= movement.c.entry_id <= bindparam("known_entry")
        query = query.where(known)
    return query


DealStages = dict[tuple[int, Side], Stages]
"""The stages of both sides of deals, by the deal's id and the side."""


def deal_stages(
    connection: Connection, times: Times = NOW, ids: Sequence[int] | None = None
) -> DealStages:
    """Give held, committed and delivered of both sides of deals, of all where no ids are named."""
    if times.are_now:
        rows = _run_chunks(connection, _stored_deal_balances, ids)
    else:
        rows = _run_sums(connection, _summed_deal_balances, times, ids)
    return {
        (row.deal_id, Side(row.side)): {stage: int(getattr(row, stage)) for stage in DEAL_STAGES}
        for row in rows
    }


@cache
def _stored_deal_balances(*, by_id: bool) -> Select[Any]:
    query = select(deal_balance)
    return query.where(deal_balance.c.deal_id.in_(_IDS)) if by_id else query


@cache
def _summed_deal_balances(
    *, by_date: bool, by_moment: bool, by_entry: bool, halves: bool, by_id: bool
) -> Select[Any]:
    sums = [_sum((stage,), halves).label(stage) for stage in DEAL_STAGES]
    query = (
        select(movement.c.deal_id, holder.c.side, *sums)
        .join(holder, holder.c.id == movement.c.holder_id)
        .where(movement.c.deal_id.is_not(None))
        .group_by(movement.c.deal_id, holder.c.side)
    )
    if by_id:
        query = query.where(movement.c.deal_id.in_(_IDS))
    return _restrict(query, by_date=by_date, by_moment=by_moment, by_entry=by_entry)
