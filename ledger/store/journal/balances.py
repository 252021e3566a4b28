"""Reading where needs, offers and deals stand: the kept balances, or a fold of the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
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
from ledger.journal.entries import Stages, TimelinePosting
from ledger.store.db.prepared import Prepared
from ledger.store.db.tables import (
    BALANCE_STAGES,
    balance,
    deal,
    deal_balance,
    entry,
    holder,
    movement,
)

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


def account_rows(connection: Connection, times: Times = NOW) -> dict[int, Any]:
    """Give the row of stage columns of every holder by id.

    A holder that nothing had happened to by then is missing.
    """
    if times.are_now:
        rows: Sequence[Any] = connection.execute(_stored_balances()).all()
    else:
        rows = _run_sums(connection, _summed_balances, times)
    return {row.holder_id: row for row in rows}


def account_stages(connection: Connection, side: Side, times: Times = NOW) -> dict[int, Stages]:
    """Give the stages of holders known to be of one side, by id, at the asked times."""
    rows = account_rows(connection, times)
    return {identity: stages_of_side(side, row) for identity, row in rows.items()}


@cache
def _stored_balances() -> Select[Any]:
    return select(balance)


@cache
def _summed_balances(*, by_date: bool, by_moment: bool, halves: bool) -> Select[Any]:
    """Sum the journal per holder: one grouped pass over the timeline index, no other table."""
    sums = [_sum(stages, halves).label(column) for column, stages in _STAGES_BY_COLUMN.items()]
    query = select(movement.c.holder_id, *sums).group_by(movement.c.holder_id)
    return _restrict(query, by_date=by_date, by_moment=by_moment)


_STAGES_BY_COLUMN: Final = {
    column: tuple(stage for stage, name in _COLUMN_OF.items() if name == column)
    for column in dict.fromkeys(_COLUMN_OF.values())
}


_HALF: Final = literal_column(str(2**32), BigInteger)


def _run_sums(
    connection: Connection,
    make_query: Callable[..., Select[Any]],
    times: Times,
) -> Sequence[Any]:
    """Run a query that sums the journal, by halves where a passing sum exceeds 64 bits.

    What stands in a stage never does; but SQLite adds in no promised order, and its sum() fails
    loudly on the way.
    """
    conditions, parameters = _conditions(times), _parameters(times)
    try:
        return connection.execute(make_query(**conditions, halves=False), parameters).all()
    except OperationalError as error:
        if "integer overflow" not in str(error.orig):
            raise
    return connection.execute(make_query(**conditions, halves=True), parameters).all()


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


def _restrict(query: Select[Any], *, by_date: bool, by_moment: bool) -> Select[Any]:
    if by_date:
        query = query.where(movement.c.effective_on <= bindparam("as_of"))
    if by_moment:
        query = query.where(movement.c.recorded_at <= bindparam("known_at"))
    return query


def deal_stages(connection: Connection, times: Times = NOW) -> dict[tuple[int, Side], Stages]:
    """Give held, committed and delivered of both sides of every deal."""
    if times.are_now:
        rows: Sequence[Any] = connection.execute(_stored_deal_balances()).all()
    else:
        rows = _run_sums(connection, _summed_deal_balances, times)
    return {
        (row.deal_id, Side(row.side)): {stage: int(getattr(row, stage)) for stage in DEAL_STAGES}
        for row in rows
    }


@cache
def _stored_deal_balances() -> Select[Any]:
    return select(deal_balance)


@cache
def _summed_deal_balances(*, by_date: bool, by_moment: bool, halves: bool) -> Select[Any]:
    sums = [_sum((stage,), halves).label(stage) for stage in DEAL_STAGES]
    query = (
        select(movement.c.deal_id, holder.c.side, *sums)
        .join(holder, holder.c.id == movement.c.holder_id)
        .where(movement.c.deal_id.is_not(None))
        .group_by(movement.c.deal_id, holder.c.side)
    )
    return _restrict(query, by_date=by_date, by_moment=by_moment)


def account_now(connection: Connection, side: Side, identity: int) -> tuple[Stages, date | None]:
    """Give the stages of one holder, and the latest effective date of its movements if any."""
    row = _account_query().first(connection, id=identity)
    if row is None:
        return dict.fromkeys(STAGES_OF[side], 0), None
    amounts = dict(zip(BALANCE_STAGES, row, strict=False))
    return {stage: int(amounts[_COLUMN_OF[stage]]) for stage in STAGES_OF[side]}, row[-1]


@cache
def _account_query() -> Prepared:
    wanted: BindParameter[int] = bindparam("id")
    last = select(func.max(movement.c.effective_on)).where(movement.c.holder_id == wanted)
    query = select(*(balance.c[stage] for stage in BALANCE_STAGES), last.scalar_subquery())
    return Prepared(query.where(balance.c.holder_id == wanted))


@dataclass(frozen=True, slots=True)
class DealState:
    """Where both sides of a deal stand, and the date of its latest act if it has any."""

    stages: dict[Side, Stages]
    last_on: date | None


def deal_states(connection: Connection, **condition: int) -> dict[int, DealState]:
    """Give where the deals of a need stand (`need_id`), or one deal (`id`), by their ids."""
    (column,) = condition
    states: dict[int, DealState] = {}
    for identity, side, last_on, *amounts in _deal_states_query(column).rows(
        connection, **condition
    ):
        stages = dict(zip(DEAL_STAGES, map(int, amounts), strict=True))
        states.setdefault(identity, DealState({}, last_on)).stages[side] = stages
    return states


@cache
def _deal_states_query(by: str) -> Prepared:
    last = select(func.max(entry.c.effective_on)).where(entry.c.deal_id == deal_balance.c.deal_id)
    query = select(
        deal_balance.c.deal_id,
        deal_balance.c.side,
        last.scalar_subquery(),
        *(deal_balance.c[stage.value] for stage in DEAL_STAGES),
    ).join(deal, deal.c.id == deal_balance.c.deal_id)
    return Prepared(query.where(deal.c[by] == bindparam(by)))


def last_dates(connection: Connection) -> dict[int, date]:
    """Give the latest effective date of each holder that has any movement."""
    query = select(movement.c.holder_id, func.max(movement.c.effective_on))
    return dict(connection.execute(query.group_by(movement.c.holder_id)).all())


def all_deal_states(connection: Connection) -> dict[int, DealState]:
    """Give where every deal stands, by id."""
    dates: dict[int, date] = dict(connection.execute(_last_acts()).all())
    states: dict[int, DealState] = {}
    for (identity, side), stages in deal_stages(connection).items():
        states.setdefault(identity, DealState({}, dates.get(identity))).stages[side] = stages
    return states


@cache
def _last_acts() -> Select[Any]:
    query = select(entry.c.deal_id, func.max(entry.c.effective_on))
    return query.where(entry.c.deal_id.is_not(None)).group_by(entry.c.deal_id)


def read_timeline(connection: Connection, holder_id: int) -> list[TimelinePosting]:
    """Read every movement of one holder as steps of its timeline."""
    query = select(
        movement.c.effective_on,
        movement.c.entry_id,
        movement.c.line,
        movement.c.from_stage,
        movement.c.to_stage,
        movement.c.amount,
    ).where(movement.c.holder_id == holder_id)
    return [TimelinePosting(*row) for row in connection.execute(query)]
