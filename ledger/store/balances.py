"""Reading where needs, offers and deals stand: the kept balances, or a fold of the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
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

from ledger.factors import DEAL_STAGES, FREE_STAGE, STAGES_OF, Side, Stage
from ledger.journal import Stages, Step
from ledger.store.tables import balance, deal_balance, entry, holder, movement

_FREE: Final = "free"
_FREE_STAGES: Final = tuple(FREE_STAGE.values())
_COLUMN_OF: Final = {
    **{stage: stage.value for stages in STAGES_OF.values() for stage in stages},
    **dict.fromkeys(_FREE_STAGES, _FREE),
}


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
    return {stage: int(getattr(row, _COLUMN_OF[stage])) for stage in STAGES_OF[side]}


def holder_rows(
    connection: Connection, times: Times = NOW, ids: Iterable[int] | None = None
) -> dict[int, Any]:
    """Give the row of stage columns of every holder (or only of `ids`) by id.

    A holder that nothing had happened to by then is missing.
    """
    only = None if ids is None else list(ids)
    if times.are_now:
        rows = connection.execute(_of(_kept_holders(), balance.c.holder_id, only)).all()
    else:
        rows = _summed(connection, _folded_holders, times, movement.c.holder_id, only)
    return {row.holder_id: row for row in rows}


def holder_stages(
    connection: Connection, side: Side, times: Times = NOW, ids: Iterable[int] | None = None
) -> dict[int, Stages]:
    """Give the stages of holders known to be of one side, by id, at the asked times."""
    rows = holder_rows(connection, times, ids)
    return {identity: stages_of_side(side, row) for identity, row in rows.items()}


@cache
def _kept_holders() -> Select[Any]:
    return select(balance)


@cache
def _folded_holders(*, by_date: bool, by_moment: bool, halves: bool) -> Select[Any]:
    """Sum the journal per holder: one grouped pass over the timeline index, no other table."""
    sums = [_sum(stages, halves).label(column) for column, stages in _STAGES_BY_COLUMN.items()]
    query = select(movement.c.holder_id, *sums).group_by(movement.c.holder_id)
    return _bounded(query, by_date=by_date, by_moment=by_moment)


_STAGES_BY_COLUMN: Final = {
    column: tuple(stage for stage, name in _COLUMN_OF.items() if name == column)
    for column in dict.fromkeys(_COLUMN_OF.values())
}


_HALF: Final = literal_column(str(2**32), BigInteger)


def _summed(
    connection: Connection,
    make: Callable[..., Select[Any]],
    times: Times,
    column: ColumnElement[int],
    only: list[int] | None,
) -> Sequence[Any]:
    """Run a query that sums the journal, by halves where a passing sum exceeds 64 bits.

    What stands in a stage never does; but SQLite adds in no promised order, and its sum() fails
    loudly on the way.
    """
    asked, parameters = _asked(times), _parameters(times)
    try:
        query = _of(make(**asked, halves=False), column, only)
        return connection.execute(query, parameters).all()
    except OperationalError as error:
        if "integer overflow" not in str(error.orig):
            raise
    query = _of(make(**asked, halves=True), column, only)
    return connection.execute(query, parameters).all()


def _of(query: Select[Any], column: ColumnElement[int], only: list[int] | None) -> Select[Any]:
    return query if only is None else query.where(column.in_(only))


def _sum(stages: tuple[Stage, ...], halves: bool) -> ColumnElement[int]:  # noqa: FBT001
    amount: ColumnElement[int] = movement.c.amount
    if not halves:
        return func.sum(_signed(stages, amount))
    high = func.sum(_signed(stages, amount.op("/")(_HALF)))
    return high * _HALF + func.sum(_signed(stages, amount % _HALF))


def _signed(stages: tuple[Stage, ...], amount: ColumnElement[int]) -> ColumnElement[int]:
    return case(
        (movement.c.to_stage.in_(stages), amount),
        (movement.c.from_stage.in_(stages), -amount),
        else_=0,
    )


def _asked(times: Times) -> dict[str, bool]:
    return {"by_date": times.as_of is not None, "by_moment": times.known_at is not None}


def _parameters(times: Times) -> dict[str, Any]:
    given = {"as_of": times.as_of, "known_at": times.known_at}
    return {name: value for name, value in given.items() if value is not None}


def _bounded(query: Select[Any], *, by_date: bool, by_moment: bool) -> Select[Any]:
    if by_date:
        query = query.where(movement.c.effective_on <= bindparam("as_of"))
    if by_moment:
        query = query.where(movement.c.recorded_at <= bindparam("known_at"))
    return query


def deal_stages(
    connection: Connection, times: Times = NOW, ids: Iterable[int] | None = None
) -> dict[tuple[int, Side], Stages]:
    """Give held, committed and delivered of both sides of every deal (or only of `ids`)."""
    only = None if ids is None else list(ids)
    if times.are_now:
        rows = connection.execute(_of(select(deal_balance), deal_balance.c.deal_id, only)).all()
    else:
        rows = _summed(connection, _folded_deals, times, movement.c.deal_id, only)
    return {
        (row.deal_id, Side(row.side)): {stage: int(getattr(row, stage)) for stage in DEAL_STAGES}
        for row in rows
    }


@cache
def _folded_deals(*, by_date: bool, by_moment: bool, halves: bool) -> Select[Any]:
    sums = [_sum((stage,), halves).label(stage) for stage in DEAL_STAGES]
    query = (
        select(movement.c.deal_id, holder.c.side, *sums)
        .join(holder, holder.c.id == movement.c.holder_id)
        .where(movement.c.deal_id.is_not(None))
        .group_by(movement.c.deal_id, holder.c.side)
    )
    return _bounded(query, by_date=by_date, by_moment=by_moment)


def last_dates(connection: Connection, ids: Iterable[int] | None) -> dict[int, date]:
    """Give the latest effective date of each holder (or only of `ids`) that has any movement."""
    query = select(movement.c.holder_id, func.max(movement.c.effective_on)).group_by(
        movement.c.holder_id
    )
    if ids is not None:
        query = query.where(movement.c.holder_id.in_(list(ids)))
    return dict(connection.execute(query).all())


def last_acts(connection: Connection, ids: Iterable[int] | None) -> dict[int, date]:
    """Give the latest effective date of each deal (or only of `ids`) that has any act."""
    query = (
        select(entry.c.deal_id, func.max(entry.c.effective_on))
        .where(entry.c.deal_id.is_not(None))
        .group_by(entry.c.deal_id)
    )
    if ids is not None:
        query = query.where(entry.c.deal_id.in_(list(ids)))
    return dict(connection.execute(query).all())


def steps(connection: Connection, holder_id: int) -> list[Step]:
    """Read every movement of one holder as steps of its timeline."""
    query = select(
        movement.c.effective_on,
        movement.c.entry_id,
        movement.c.line,
        movement.c.from_stage,
        movement.c.to_stage,
        movement.c.amount,
    ).where(movement.c.holder_id == holder_id)
    return [Step(*row) for row in connection.execute(query)]
