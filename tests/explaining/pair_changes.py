"""Making a told change by hand, from its words for scripts alone, and the next smaller one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from eligibility_worlds import DAY, World

from ledger.core.factors import Stage
from ledger.core.quantity import format_amount
from ledger.journal.balance import Balance
from ledger.matching.near_misses import Change
from ledger.matching.pairs import PairFacts

_LISTS = ("topics", "sectors", "countries", "cities", "excluded_countries", "instruments")
_DAYS = ("valid_from", "valid_until", "available_from", "needed_by")
_TICKETS = ("min_ticket", "max_ticket")


def pairs_in(world: World) -> Iterator[PairFacts]:
    """Give every pair of a world."""
    for need in world.needs:
        between = world.outstanding.get(need.need.code, {})
        for offer in world.offers:
            rate = world.rate_of(need.balance.unit.code, offer.balance.unit.code)
            yield PairFacts(need, offer, DAY, rate, between)


def applied(pair: PairFacts, change: Change) -> PairFacts:
    """Make a change by what its column would hold."""
    assert change.value is not None
    if change.kind == "project":
        project = replace(pair.need.project, **{change.column: change.value})
        return replace(pair, need=replace(pair.need, project=project))
    side = pair.need if change.kind == "need" else pair.offer
    unit = side.balance.unit
    if change.column == "quantity":
        total = int(Decimal(change.value).scaleb(unit.decimals))
        balance = _restood(side.balance, total - side.balance.required)
        return replace(pair, **{change.kind: replace(side, balance=balance)})
    value = _value(change, unit.decimals)
    record = getattr(side, change.kind)
    side = replace(side, **{change.kind: replace(record, **{change.column: value})})
    if change.column == "valid_until":
        side = replace(side, balance=_back(side.balance, Stage.EXPIRED))
    if change.column == "withdrawn":
        side = replace(side, balance=_back(side.balance, Stage.WITHDRAWN))
    return replace(pair, **{change.kind: side})


def smaller(pair: PairFacts, change: Change) -> Change | None:
    """Give the change that changes one smallest step less; None where it has no size."""
    value, decimals = change.value, 0
    if change.column in (*_TICKETS, "quantity"):
        side = pair.need if change.kind == "need" else pair.offer
        decimals = side.balance.unit.decimals
        step = 1 if change.column == "min_ticket" else -1
        amount = int(Decimal(str(value)).scaleb(decimals)) + step
        return change._replace(value=format_amount(amount, decimals)) if amount > 0 else None
    if change.column == "max_share":
        share = Decimal(str(value)) - Decimal("0.0001")
        return change._replace(value=str(share)) if share > 0 else None
    if change.column in _DAYS:
        later = change.column in ("valid_from", "available_from")
        step = timedelta(days=1 if later else -1)
        return change._replace(value=str(date.fromisoformat(str(value)) + step))
    return None


def _value(change: Change, decimals: int) -> Any:
    value = str(change.value)
    if change.column in _LISTS:
        return tuple(part for part in value.split(";") if part)
    if change.column in _DAYS:
        return date.fromisoformat(value)
    if change.column in _TICKETS:
        return int(Decimal(value).scaleb(decimals))
    if change.column == "max_share":
        return Decimal(value)
    return {"yes": True, "no": False}.get(value, value)


def _restood(balance: Balance, more: int) -> Balance:
    free = Stage.OPEN if balance.side.value == "need" else Stage.AVAILABLE
    stages = {**balance.stages, free: balance.free + more}
    return replace(balance, stages=stages)


def _back(balance: Balance, stage: Stage) -> Balance:
    amount = balance.stages.get(stage, 0)
    stages = {**balance.stages, stage: 0, Stage.AVAILABLE: balance.free + amount}
    return replace(balance, stages=stages)
