"""Amounts of several units: added up by unit, and money in the base currency at the day's rates.

A missing rate or amount is never a zero: each sum says how many amounts it could not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.core.quantity import Unit, quantity_text
from ledger.gaps.rows import BaseCurrency, coverage_ratio
from ledger.rates.rates import RateFinder

MONEY: Final = "money"


class Amount(NamedTuple):
    """An amount in the smallest part of its unit; None is unknown."""

    amount: int | None
    unit: Unit


class BaseSum(NamedTuple):
    """A sum of money in the base currency; None if no amount could be counted.

    `rate_date` is the oldest day of the quotes used, None where none was needed.
    """

    amount: int | None
    counted: int
    not_counted: int
    rate_date: date | None = None


class RateUsed(NamedTuple):
    """A rate by which amounts of a currency were converted, and the oldest day of its quotes."""

    unit: str
    base: str
    rate: Decimal
    date: date


def sum_in_base(amounts: Iterable[Amount], base: BaseCurrency) -> BaseSum:
    """Add up money in the base currency, each amount rounded half-even; no other units."""
    total, counted, not_counted = 0, 0, 0
    days: set[date] = set()
    for amount, unit in amounts:
        if unit.kind != MONEY:
            continue
        converted = None if amount is None else base.convert(amount, unit)
        if converted is None:
            not_counted += 1
            continue
        total, counted = total + converted, counted + 1
        day = base.rate_date(unit)
        days |= set() if day is None else {day}
    return BaseSum(total if counted else None, counted, not_counted, min(days, default=None))


def texts_by_unit(amounts: Iterable[Amount]) -> list[str]:
    """Add up the known amounts by unit, as exact texts in order; zeros are left out."""
    sums: dict[str, int] = {}
    units: dict[str, Unit] = {}
    for amount, unit in amounts:
        units[unit.code] = unit
        sums[unit.code] = sums.get(unit.code, 0) + (amount or 0)
    return [quantity_text(sums[code], units[code]) for code in sorted(sums) if sums[code]]


def rates_used(
    units: Iterable[Unit], base: Unit, rate_of: RateFinder
) -> tuple[list[RateUsed], list[str]]:
    """Return the rates by which currencies are converted, and the currencies without a rate."""
    used: list[RateUsed] = []
    without: list[str] = []
    for unit in sorted({one.code: one for one in units}.values(), key=lambda one: one.code):
        if unit.kind != MONEY or unit.code == base.code:
            continue
        conversion = rate_of(unit.code, base.code)
        if conversion is None:
            without.append(unit.code)
        else:
            used.append(RateUsed(unit.code, base.code, conversion.decimal, conversion.day))
    return used, without


def share_of(part: int | None, whole: int | None) -> Decimal | None:
    """Return a share of four places, rounded down; None if one is unknown or the whole is zero."""
    return None if part is None or whole is None else coverage_ratio(part, whole)


def lower_median(values: Sequence[int]) -> int | None:
    """Return the middle value, of two the lower; None of none."""
    return sorted(values)[(len(values) - 1) // 2] if values else None
