"""Deals: one offer's part in one need, and how a part splits across two units without loss.

The fund is a broker, so nothing can be recorded as held by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from ledger.core.errors import RefusedByRule

RATE_PLACES: Final = 12
"""The most decimal places of a rate that is recorded as a decimal."""

RATE_DIGITS: Final = 12
"""Significant digits of the decimal that stands beside an exact rate."""

_SIGNIFICANT: Final = Context(prec=RATE_DIGITS, rounding=ROUND_HALF_EVEN)


def decimal_rate(rate: Fraction) -> Decimal:
    """Return a rate as a decimal: exact within `RATE_PLACES`, else of `RATE_DIGITS` digits."""
    parts = rate * 10**RATE_PLACES
    if parts.denominator == 1:
        return _without_zeros(Decimal((0, tuple(map(int, str(parts.numerator))), -RATE_PLACES)))
    return _without_zeros(_SIGNIFICANT.divide(Decimal(rate.numerator), Decimal(rate.denominator)))


def recorded_rate(rate: Decimal | Fraction) -> tuple[Decimal, Fraction | None]:
    """Return the two terms of a deal that record a rate: its decimal, and what that rounds."""
    if isinstance(rate, Decimal):
        return rate, None
    shown = decimal_rate(rate)
    return shown, None if shown == rate else rate


def exact_rate(rate: Decimal, rate_exact: Fraction | None) -> Fraction:
    """Return the rate to convert by, from the two terms that record it."""
    return _fraction(rate) if rate_exact is None else rate_exact


@lru_cache(maxsize=1024)
def _fraction(rate: Decimal) -> Fraction:
    # Few rates stand in many deals, and an act asks for that of every deal of its need.
    return Fraction(rate)


def significant_rate(rate: Decimal) -> Decimal:
    """Return a rate rounded half-even to `RATE_DIGITS` significant digits."""
    return _SIGNIFICANT.plus(rate)


def exact_text(rate: Fraction) -> str:
    """Return an exact rate as `numerator/denominator`."""
    return f"{rate.numerator}/{rate.denominator}"


def _without_zeros(rate: Decimal) -> Decimal:
    text = f"{rate:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


@dataclass(frozen=True, slots=True)
class Deal:
    """The terms of one deal. `rate` is the number of offer units per need unit.

    `rate_exact` is given where `rate` only rounds it; `exact_rate` is the one to convert by.
    `offer`, `need`, `rate` and `instrument` never change; a hold at other terms opens another deal.
    `rate_road` is the rate source (given, direct, inverse, cross rate) and `rate_day` the day of
    its oldest quote; both are None within one unit. `held_until` is the last day on which a hold
    may be committed. After a release with a reason the pair is not proposed before `not_before`, or
    for twelve months where that is not said.
    """

    code: str
    offer: str
    need: str
    rate: Decimal = Decimal(1)
    rate_exact: Fraction | None = None
    rate_road: str | None = None
    rate_day: date | None = None
    instrument: str | None = None
    held_until: date | None = None
    due_on: date | None = None
    note: str | None = None
    origin: str | None = None
    not_before: date | None = None

    @property
    def exact_rate(self) -> Fraction:
        """The rate as a fraction, which is never rounded."""
        return exact_rate(self.rate, self.rate_exact)


def offer_amount_to_hold(
    need_amount: int, rate: Fraction, need_decimals: int, offer_decimals: int
) -> int:
    """Convert a part of a need into the offer's unit, rounded up so that it suffices."""
    if rate == 1 and need_decimals == offer_decimals:
        return need_amount
    exact = need_amount * rate * Fraction(10) ** (offer_decimals - need_decimals)
    return -(-exact.numerator // exact.denominator)


def need_amount_within(
    offer_amount: int, rate: Fraction, need_decimals: int, offer_decimals: int
) -> int:
    """Return the largest part of a need that an amount of the offer can hold, by the same rate."""
    exact = offer_amount / rate / Fraction(10) ** (offer_decimals - need_decimals)
    return exact.numerator // exact.denominator


def offer_part(offer_stage: int, need_stage: int, need_part: int) -> int:
    """Split the offer's side of a stage in proportion to the need's side.

    The result is the floor of the proportion, except that the part which empties the need's stage
    takes all that is left: in any order of parts, both sides end at exactly zero.
    """
    assert 0 < need_part <= need_stage, f"a part of {need_part} out of {need_stage}"
    if need_part == need_stage:
        return offer_stage
    return offer_stage * need_part // need_stage


class BrokerNotBank(RefusedByRule, code="broker-not-bank"):
    """Money, days or work would be recorded as held by the fund itself."""

    default_why = (
        "The fund is a broker, not a bank: money goes from the provider to the project, "
        "and the ledger only records it."
    )
    default_next = "Record the provider's offer and introduce it to a need."
