"""What became of each offer: used, lapsing soon, idle, and what lapsed or was taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from ledger.core.factors import Factor
from ledger.core.quantity import Unit, format_amount, format_known
from ledger.eligibility.rules import OfferFacts
from ledger.gaps.rows import BaseCurrency
from ledger.registers.records import Offer
from ledger.summaries.amounts import MONEY, Amount, share_of, sum_in_base

LAPSE_DAYS: Final = 30
"""How near the end of its validity an offer lapses soon, unless told otherwise."""

RULE: Final = (
    "used = (committed + delivered) / (quantity - withdrawn), four places, rounded down, unknown "
    "where the divisor is zero; what expired stays in the divisor; use: used up if nothing is "
    "available and nothing expired, over if nothing can be taken up any more, lapsing if something "
    "is available and its last day lies within the days, not begun before its first day, idle if "
    "nothing of it is held, committed or delivered, else in use; in base: each "
    "amount at the latest rate on or before the day, rounded half-even"
)
"""What the report says of its figures."""


class Use(StrEnum):
    """What an offer is to its readers, in the order of what is to be done about it."""

    LAPSING = "lapsing"
    IDLE = "idle"
    IN_USE = "in use"
    NOT_BEGUN = "not begun"
    USED_UP = "used up"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """One offer with its stages, its use on the day and what is available in the base currency."""

    facts: OfferFacts
    use: Use
    used: Decimal | None
    days_left: int | None
    age_days: int
    available_base: int | None
    rate_date: date | None

    @property
    def offer(self) -> Offer:
        """The terms of the offer."""
        return self.facts.offer

    @property
    def unit(self) -> Unit:
        """The unit of its amounts."""
        return self.facts.balance.unit

    def to_dict(self, base: Unit) -> dict[str, Any]:
        """Return the row for machines, amounts as exact decimal texts."""
        balance, decimals = self.facts.balance, self.unit.decimals
        return {
            "offer": self.offer.code,
            "provider": self.facts.provider.code,
            "provider_name": self.facts.provider.name,
            "provider_kind": self.facts.provider.kind,
            "factor": self.offer.factor.value,
            "use": self.use.value,
            "unit": self.unit.code,
            "quantity": format_amount(balance.required, decimals),
            "available": format_amount(balance.free, decimals),
            "held": format_amount(balance.held, decimals),
            "committed": format_amount(balance.committed, decimals),
            "delivered": format_amount(balance.delivered, decimals),
            "withdrawn": format_amount(balance.withdrawn, decimals),
            "expired": format_amount(balance.expired, decimals),
            "share_used": self.used,
            "declared_on": self.offer.declared_on,
            "valid_until": self.offer.valid_until,
            "days_left": self.days_left,
            "age_days": self.age_days,
            "available_base": format_known(self.available_base, base.decimals),
            "base_currency": base.code,
            "rate_date": self.rate_date,
        }


def use_of(facts: OfferFacts, day: date, within: int) -> Use:
    """Return the use of an offer on a day; it lapses soon if its last day lies `within` days."""
    offer, balance = facts.offer, facts.balance
    in_deals = balance.held + balance.committed + balance.delivered
    if balance.free == 0:
        return Use.USED_UP if in_deals and not balance.expired else Use.OVER
    if offer.is_over(day):
        return Use.OVER
    if offer.valid_until is not None and offer.valid_until <= day + timedelta(days=within):
        return Use.LAPSING
    if offer.valid_from is not None and day < offer.valid_from:
        return Use.NOT_BEGUN
    return Use.IN_USE if in_deals else Use.IDLE


def offer_rows(
    offers: Iterable[OfferFacts], day: date, base: BaseCurrency, within: int = LAPSE_DAYS
) -> list[OfferRow]:
    """Return the offers that have a quantity, those to be acted on first, then by last day."""
    order = list(Use)
    rows = [_row(facts, day, base, within) for facts in offers if facts.balance.quantified]
    return sorted(
        rows,
        key=lambda row: (
            order.index(row.use),
            row.offer.valid_until or date.max,
            row.offer.code,
        ),
    )


def _row(facts: OfferFacts, day: date, base: BaseCurrency, within: int) -> OfferRow:
    balance, until = facts.balance, facts.offer.valid_until
    return OfferRow(
        facts=facts,
        use=use_of(facts, day, within),
        used=share_of(balance.committed + balance.delivered, balance.required - balance.withdrawn),
        days_left=None if until is None or until < day else (until - day).days,
        age_days=(day - facts.offer.declared_on).days,
        available_base=base.convert(balance.free, balance.unit),
        rate_date=base.rate_date(balance.unit),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTotal:
    """The offers of one factor and unit, or all money in the base currency; None is unknown."""

    factor: Factor
    unit: Unit
    offers: int
    quantity: int | None
    used: int | None
    available: int | None
    lapsing: int | None
    idle: int | None
    counted: int
    not_counted: int
    in_base: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the total for machines, amounts as exact decimal texts."""
        names = ("quantity", "used", "available", "lapsing", "idle")
        return {
            "factor": self.factor.value,
            "unit": self.unit.code,
            "offers": self.offers,
            **{name: format_known(getattr(self, name), self.unit.decimals) for name in names},
            "counted": self.counted,
            "not_counted": self.not_counted,
            "in_base": self.in_base,
        }


def offer_totals(rows: Sequence[OfferRow], base: BaseCurrency) -> list[OfferTotal]:
    """Return a total per factor and unit, then all money in the base currency if units differ."""
    groups: dict[tuple[Factor, str], list[OfferRow]] = {}
    for row in rows:
        groups.setdefault((row.offer.factor, row.unit.code), []).append(row)
    order = list(Factor)
    keys = sorted(groups, key=lambda key: (order.index(key[0]), key[1]))
    totals = [_unit_total(groups[key]) for key in keys]
    money = [row for row in rows if row.unit.kind == MONEY]
    if any(row.unit.code != base.unit.code for row in money):
        totals.append(_base_total(money, base))
    return totals


_PARTS: Final = ("quantity", "used", "available", "lapsing", "idle")


def _parts(row: OfferRow) -> dict[str, int]:
    balance = row.facts.balance
    return {
        "quantity": balance.required,
        "used": balance.committed + balance.delivered,
        "available": balance.free,
        "lapsing": balance.free if row.use is Use.LAPSING else 0,
        "idle": balance.free if row.use is Use.IDLE else 0,
    }


def _unit_total(rows: Sequence[OfferRow]) -> OfferTotal:
    parts = [_parts(row) for row in rows]
    return OfferTotal(
        factor=rows[0].offer.factor,
        unit=rows[0].unit,
        offers=len(rows),
        quantity=sum(one["quantity"] for one in parts),
        used=sum(one["used"] for one in parts),
        available=sum(one["available"] for one in parts),
        lapsing=sum(one["lapsing"] for one in parts),
        idle=sum(one["idle"] for one in parts),
        counted=len(rows),
        not_counted=0,
    )


def _base_total(rows: Sequence[OfferRow], base: BaseCurrency) -> OfferTotal:
    sums = {
        name: sum_in_base((Amount(_parts(row)[name], row.unit) for row in rows), base)
        for name in _PARTS
    }
    return OfferTotal(
        factor=Factor.MONEY,
        unit=base.unit,
        offers=len(rows),
        quantity=sums["quantity"].amount,
        used=sums["used"].amount,
        available=sums["available"].amount,
        lapsing=sums["lapsing"].amount,
        idle=sums["idle"].amount,
        counted=sums["quantity"].counted,
        not_counted=sums["quantity"].not_counted,
        in_base=True,
    )
