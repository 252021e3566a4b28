"""Deals: one offer's part in one need, and how a part splits across two units without loss.

The fund is a broker, so nothing can be recorded as held by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger.core.errors import RefusedByRule

RATE_PLACES = 12
"""Decimal places of a rate derived from the rates table (half-even); an officer may give fewer."""


@dataclass(frozen=True, slots=True)
class Deal:
    """The terms of one deal. `rate` is the number of offer units per need unit.

    `offer`, `need`, `rate` and `instrument` never change; a hold at other terms opens another deal.
    `rate_road` is the rate source (given, direct, inverse, cross rate) and `rate_day` the day of
    its oldest quote; both are None within one unit. `held_until` is the last day on which a hold
    may be committed.
    """

    code: str
    offer: str
    need: str
    rate: Decimal = Decimal(1)
    rate_road: str | None = None
    rate_day: date | None = None
    instrument: str | None = None
    held_until: date | None = None
    due_on: date | None = None
    note: str | None = None


def offer_amount_to_hold(
    need_amount: int, rate: Decimal, need_decimals: int, offer_decimals: int
) -> int:
    """Convert a part of a need into the offer's unit, rounded up so that it suffices."""
    if rate == 1 and need_decimals == offer_decimals:
        return need_amount
    exact = need_amount * Fraction(rate) * Fraction(10) ** (offer_decimals - need_decimals)
    return -(-exact.numerator // exact.denominator)


def need_amount_within(
    offer_amount: int, rate: Decimal, need_decimals: int, offer_decimals: int
) -> int:
    """Return the largest part of a need that an amount of the offer can hold, by the same rate."""
    exact = offer_amount / Fraction(rate) / Fraction(10) ** (offer_decimals - need_decimals)
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
