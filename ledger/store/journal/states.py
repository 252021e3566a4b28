"""Needs, offers and deals as they stand: records with their balances, each in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, and_, func, literal_column, select

from ledger.core.factors import DEAL_STAGES, STAGES_OF, Side
from ledger.journal.entries import Stages
from ledger.store import registers
from ledger.store.db import tables
from ledger.store.db.prepared import Prepared, ResultRow
from ledger.store.journal.balances import COLUMN_OF, deal_stages
from ledger.store.registers import StoredRecord


class AccountNow(NamedTuple):
    """A need or an offer as stored, its stages, and the date of its latest movement if any."""

    stored: StoredRecord
    stages: Stages
    last_on: date | None


def read_account(connection: Connection, side: Side, **condition: Any) -> AccountNow | None:
    """Read a need or an offer by its `id` or exact `code`, and its stages, in one statement."""
    ((column, value),) = condition.items()
    row = _account_query(side, column).first(connection, wanted=value)
    if row is None:
        return None
    size = 1 + len(tables.BALANCE_STAGES)
    (stored,) = registers.stored_records(side.value, [row[:-size]])
    amounts = dict(zip(tables.BALANCE_STAGES, row[-size:], strict=False))
    # One that was never declared has no balance.
    stages = {stage: amounts[COLUMN_OF[stage]] or 0 for stage in STAGES_OF[side]}
    return AccountNow(stored, stages, row[-1])


@cache
def _account_query(side: Side, by: str) -> Prepared:
    identity, movement = registers.identity_of(side).c.id, tables.movement.c
    last = select(func.max(movement.effective_on)).where(movement.holder_id == identity)
    balance = tables.balance
    query = registers.select_current(side.value, by=by)
    query = query.outerjoin(balance, balance.c.holder_id == identity)
    return Prepared(query.add_columns(*balance.c[*tables.BALANCE_STAGES], last.scalar_subquery()))


@dataclass(frozen=True, slots=True)
class DealState:
    """Where both sides of a deal stand, and the date of its latest act if it has any."""

    stages: dict[Side, Stages]
    last_on: date | None


def read_deals(connection: Connection, **condition: Any) -> list[tuple[StoredRecord, DealState]]:
    """Read a deal by its `id` or exact `code`, or those of a need (`need_id`), as they stand."""
    ((column, value),) = condition.items()
    rows = _deals_query(column).rows(connection, wanted=value)
    stored = registers.stored_records("deal", (row[:-_OF_STATE] for row in rows))
    return list(zip(stored, (_deal_state(row[-_OF_STATE:]) for row in rows), strict=True))


_OF_STATE: Final = 1 + len(Side) * len(DEAL_STAGES)


def _deal_state(row: ResultRow) -> DealState:
    *amounts, last_on = row
    size = len(DEAL_STAGES)
    # A side of which nothing was moved has no balance.
    sides = {
        side: dict(zip(DEAL_STAGES, of_side, strict=True))
        for side, of_side in zip(Side, (amounts[:size], amounts[size:]), strict=True)
        if of_side[0] is not None
    }
    return DealState(sides, last_on)


@cache
def _deals_query(by: str) -> Prepared:
    deal, entry = tables.deal.c, tables.entry.c
    query = registers.select_current("deal", by=by)
    for side in Side:
        balance = tables.deal_balance.alias(f"{side}_side")
        own = (balance.c.deal_id == deal.id, balance.c.side == literal_column(f"'{side}'"))
        query = query.outerjoin(balance, and_(*own))
        query = query.add_columns(*balance.c[*DEAL_STAGES])
    last = select(func.max(entry.effective_on)).where(entry.deal_id == deal.id)
    return Prepared(query.add_columns(last.scalar_subquery()))


def all_deal_states(connection: Connection) -> dict[int, DealState]:
    """Give where every deal stands, by id."""
    dates: dict[int, date] = dict(connection.execute(_last_acts()).all())
    states: dict[int, DealState] = {}
    for (identity, side), stages in deal_stages(connection).items():
        states.setdefault(identity, DealState({}, dates.get(identity))).stages[side] = stages
    return states


@cache
def _last_acts() -> Select[Any]:
    entry = tables.entry.c
    query = select(entry.deal_id, func.max(entry.effective_on))
    return query.where(entry.deal_id.is_not(None)).group_by(entry.deal_id)
