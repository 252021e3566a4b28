"""Distinguish a rounding difference from a difference in money, in a deal of two currencies."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from ledger.statements.facts import DealEntry, DealFacts

FEWEST_DIGITS = 5
"""Rates are published with at least this many digits; a coarser one is another rate."""

_MOST_DIGITS = 16
_PARTS = 2
"""The ledger rounds a part by less than one smallest part, and the provider may do the same."""


def is_rate_rounding(entry: DealEntry, deal: DealFacts, amount: int, unit: str) -> bool:
    """Return whether rounding the rate, or the converted amount, explains the difference."""
    if not deal.is_cross_currency or (amount < 0) != (entry.need_amount < 0):
        return False
    theirs = abs(amount)
    if unit == deal.offer_unit.code:
        ours, known, shift = abs(entry.offer_amount), abs(entry.need_amount), _shift(deal)
    elif unit == deal.need_unit.code:
        ours, known, shift = abs(entry.need_amount), abs(entry.offer_amount), -_shift(deal)
    else:
        return False
    into_offer = unit == deal.offer_unit.code
    if 0 < abs(theirs - ours) <= _PARTS and ours > 10 * _PARTS:
        return True
    if _exceeds_rounding(theirs, known, deal.rate, shift, into_offer=into_offer):
        return False
    # A provider that quotes the inverse publishes it with as many digits.
    factors = (*_rounded_rates(deal.rate), *(1 / one for one in _rounded_rates(1 / deal.rate)))
    exact = known * Fraction(10) ** shift
    return any(abs(theirs - exact * (one if into_offer else 1 / one)) < 1 for one in factors)


def _exceeds_rounding(
    theirs: int, known: int, rate: Fraction, shift: int, *, into_offer: bool
) -> bool:
    """Return whether the difference is too large for any rounding of the rate."""
    over, under = rate.as_integer_ratio()
    over, under = (over, under) if into_offer else (under, over)
    over, under = over * 10 ** max(shift, 0), under * 10 ** max(-shift, 0)
    exact = known * over
    apart: int = abs(theirs * under - exact)
    most: int = exact * 10 // 10**FEWEST_DIGITS + 2 * under
    return apart > most


def _shift(deal: DealFacts) -> int:
    return deal.offer_unit.decimals - deal.need_unit.decimals


def _rounded_rates(rate: Fraction) -> list[Fraction]:
    over, under = map(Decimal, rate.as_integer_ratio())
    rounded = (
        Context(prec=digits, rounding=ROUND_HALF_EVEN).divide(over, under)
        for digits in range(FEWEST_DIGITS, _MOST_DIGITS)
    )
    return list(map(Fraction, dict.fromkeys(rounded)))
