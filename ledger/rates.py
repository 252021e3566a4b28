"""Exchange rates: what one unit of money is in another, on a day, and by which road it was found.

Only what was quoted on or before the day counts, so a report as of a past day never changes.
A currency that has ended keeps its last rate: the latest quote simply grows old.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Literal, NamedTuple, Protocol

from ledger.deals import RATE_PLACES

PIVOT = "EUR"
"""The currency through which two others meet that were never quoted against each other."""

Road = Literal["same", "direct", "inverse", "through EUR"]


@dataclass(frozen=True, slots=True)
class Rate:
    """One quote: on `day` one `base` was `rate` of `quote`; both are ISO 4217 codes."""

    day: date
    base: str
    quote: str
    rate: Decimal
    source: str | None = None

    def __post_init__(self) -> None:
        """Refuse at birth what would turn amounts into nothing or their opposite."""
        assert self.rate.is_finite(), f"rate {self.rate} of {self.base} in {self.quote}"
        assert self.rate > 0, f"rate {self.rate} of {self.base} in {self.quote}"


class FoundRate(NamedTuple):
    """A usable rate: `rate` of the second currency per unit of the first.

    `day` is the oldest day of the quotes it rests on (for `same`, the day asked).
    """

    rate: Decimal
    day: date
    road: Road


class TracedRate(NamedTuple):
    """A found rate and the quotes it rests on: one, or two where it goes through the euro."""

    found: FoundRate
    quotes: tuple[Rate, ...]


class RateLookup(Protocol):
    """Where quotes are kept; the store answers by SQL, a RateBook from memory."""

    def latest(self, base: str, quote: str, day: date) -> Rate | None:
        """Give the latest quote of exactly this pair on or before `day`."""
        ...


RateFinder = Callable[[str, str], FoundRate | None]
"""Gives the rate from one unit's code to another's, or None where none is known."""


class RateBook:
    """Quotes in memory. Of two quotes for one pair and day the one given later counts."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        """Sort quotes by pair and day."""
        by_pair: dict[tuple[str, str], dict[date, Rate]] = {}
        for rate in rates:
            by_pair.setdefault((rate.base, rate.quote), {})[rate.day] = rate
        self._quotes = {
            pair: [by_day[day] for day in sorted(by_day)] for pair, by_day in by_pair.items()
        }

    def latest(self, base: str, quote: str, day: date) -> Rate | None:
        """Give the latest quote of exactly this pair on or before `day`."""
        quotes = self._quotes.get((base, quote), [])
        position = bisect_right(quotes, day, key=lambda rate: rate.day)
        return quotes[position - 1] if position else None


def find_rate(lookup: RateLookup, from_unit: str, to_unit: str, day: date) -> FoundRate | None:
    """Find how many `to_unit` one `from_unit` is, by the latest quotes on or before `day`.

    The direct quote, else the inverse, else through the euro; rounded half-even once, to twelve
    places. None where no road leads there, or where the rate would round to nothing.
    """
    if from_unit == to_unit:
        return FoundRate(Decimal(1), day, "same")
    traced = trace_rate(lookup, from_unit, to_unit, day)
    return None if traced is None else traced.found


def trace_rate(lookup: RateLookup, from_unit: str, to_unit: str, day: date) -> TracedRate | None:
    """Find a rate between two currencies as `find_rate` does, with the quotes it rests on."""
    leg = _leg(lookup, from_unit, to_unit, day) or _through_pivot(lookup, from_unit, to_unit, day)
    if leg is None:
        return None
    rate = _rounded(leg.exact)
    return TracedRate(FoundRate(rate, leg.day, leg.road), leg.quotes) if rate else None


def finder(lookup: RateLookup, day: date) -> RateFinder:
    """Fix the day, and ask the lookup for each pair of units only once."""

    @cache
    def found(from_unit: str, to_unit: str) -> FoundRate | None:
        return find_rate(lookup, from_unit, to_unit, day)

    return found


class _Leg(NamedTuple):
    exact: Fraction
    day: date
    road: Road
    quotes: tuple[Rate, ...]


def _leg(lookup: RateLookup, base: str, quote: str, day: date) -> _Leg | None:
    direct = lookup.latest(base, quote, day)
    if direct is not None:
        return _Leg(Fraction(direct.rate), direct.day, "direct", (direct,))
    inverse = lookup.latest(quote, base, day)
    if inverse is not None:
        return _Leg(1 / Fraction(inverse.rate), inverse.day, "inverse", (inverse,))
    return None


def _through_pivot(lookup: RateLookup, base: str, quote: str, day: date) -> _Leg | None:
    if PIVOT in (base, quote):
        return None
    first = _leg(lookup, base, PIVOT, day)
    second = _leg(lookup, PIVOT, quote, day)
    if first is None or second is None:
        return None
    quotes = (*first.quotes, *second.quotes)
    return _Leg(first.exact * second.exact, min(first.day, second.day), "through EUR", quotes)


def _rounded(exact: Fraction) -> Decimal:
    """Round half-even to twelve places and drop trailing zeros, free of any decimal context."""
    parts = round(exact * 10**RATE_PLACES)
    places = RATE_PLACES
    while places and parts % 10 == 0:
        parts //= 10
        places -= 1
    return Decimal((0, tuple(map(int, str(parts))), -places))
