"""Exchange rates: the rate between two currencies on a day, and its source.

Only quotes dated on or before the day count, so a report as of a past day never changes. A currency
that has ended keeps its last rate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final, Literal, NamedTuple, Protocol

from ledger.core.errors import InvalidInput
from ledger.core.numbers import normalise_digits, plain_numeral
from ledger.deals.deal import RATE_PLACES

PIVOT = "EUR"
"""The currency through which a cross rate is derived."""

MAX_RATE: Final = 10**15
"""Every rate is below this; a larger one is a typing error."""

_LONGEST_SHOWN: Final = 60

_MAX_STORED_MAGNITUDE, _MAX_STORED_DIGITS = 18, 40
"""The limits of a rate that is a number already: powers of ten, and digits. Deals recorded before
typed rates were limited to `RATE_PLACES` places have up to eighteen, and keep them."""

RateSource = Literal["same", "direct", "inverse", "through EUR"]


@dataclass(frozen=True, slots=True)
class Rate:
    """One quote: on `day` one `base` was `rate` of `quote`; both are ISO 4217 codes."""

    day: date
    base: str
    quote: str
    rate: Decimal
    source: str | None = None

    def __post_init__(self) -> None:
        """Assert that the rate is positive and finite."""
        assert self.rate.is_finite(), f"rate {self.rate} of {self.base} in {self.quote}"
        assert self.rate > 0, f"rate {self.rate} of {self.base} in {self.quote}"


class HeldQuote(NamedTuple):
    """The last version of the quote of a pair and day, and the request that recorded it."""

    figure: str
    withdrawn: bool
    request_id: int


class UnusableRate(InvalidInput, code="unusable-rate"):
    """The rate is not a positive decimal, or is given although nothing is exchanged."""

    default_why = "A rate is the price of one unit of a currency in another."
    default_next = "Write it as a plain number such as 1.085."


class RateFault(NamedTuple):
    """The reason why a text is not a rate. `code` is that of a bad cell in an imported table."""

    code: Literal["bad-number", "out-of-range"]
    what: str
    why: str = UnusableRate.default_why
    next_step: str = UnusableRate.default_next


def read_rate(text: str) -> Decimal | RateFault:
    """Parse a rate, whether typed, from a table or from the ECB's file.

    It has Latin, Persian or Arabic digits with at most one decimal mark (the point or U+066B), is
    above zero and below `MAX_RATE`, and has at most `RATE_PLACES` places, not counting zeros at the
    end.
    """
    numeral = plain_numeral(normalise_digits(text))
    if numeral is None:
        return RateFault("bad-number", f"{_quoted(text)} is not a plain decimal number.")
    if not numeral.digits:
        nothing = "No currency has a rate of zero; an unknown rate is not recorded."
        return RateFault("out-of-range", "A rate is above zero.", nothing)
    rate = numeral.shortened(RATE_PLACES)
    if rate is None:
        what = f"{_quoted(text)} has {numeral.decimals} places after the decimal point."
        why = f"Rates have at most {RATE_PLACES} places and are not rounded silently."
        way = "Round it, or record the rate in the other direction: cityfund rates add QUOTE BASE."
        return RateFault("bad-number", what, why, way)
    if rate.digits >= MAX_RATE * 10**rate.decimals:
        why = "A rate is below 10^15."
        return RateFault("bad-number", f"{_quoted(text)} is too large for a rate.", why)
    return rate.exact


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def parse_rate(text: str) -> Decimal:
    """Parse a rate as `read_rate` does. Raises `UnusableRate`."""
    conversion = read_rate(text)
    if isinstance(conversion, RateFault):
        raise UnusableRate(conversion.what, why=conversion.why, next_step=conversion.next_step)
    return conversion


def is_rate(value: Decimal) -> bool:
    """Return whether a number can be the rate of a deal: finite, above zero, of plausible size."""
    if not value.is_finite() or value <= 0:
        return False
    within = abs(value.adjusted()) <= _MAX_STORED_MAGNITUDE
    return within and len(value.as_tuple().digits) <= _MAX_STORED_DIGITS


class ConversionRate(NamedTuple):
    """A rate for conversion: `rate` of the second currency per unit of the first.

    `day` is the oldest day of its quotes (for `same`, the day of the request).
    """

    rate: Decimal
    day: date
    rate_source: RateSource


class RateDerivation(NamedTuple):
    """A conversion rate and its quotes: one, or two for a cross rate."""

    conversion: ConversionRate
    quotes: tuple[Rate, ...]


class RateLookup(Protocol):
    """A source of quotes: the store answers by SQL, a RateBook from memory."""

    def latest(self, base: str, quote: str, day: date) -> Rate | None:
        """Return the latest quote of exactly this pair on or before `day`."""
        ...


RateFinder = Callable[[str, str], ConversionRate | None]
"""Returns the rate from one unit's code to another's, or None if none is known."""


class RateBook:
    """Quotes in memory. Of two quotes for one pair and day the later one counts."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        """Index quotes by pair and day."""
        by_pair: dict[tuple[str, str], dict[date, Rate]] = {}
        for rate in rates:
            by_pair.setdefault((rate.base, rate.quote), {})[rate.day] = rate
        self._quotes = {
            pair: [by_day[day] for day in sorted(by_day)] for pair, by_day in by_pair.items()
        }

    def latest(self, base: str, quote: str, day: date) -> Rate | None:
        """Return the latest quote of exactly this pair on or before `day`."""
        quotes = self._quotes.get((base, quote), [])
        position = bisect_right(quotes, day, key=lambda rate: rate.day)
        return quotes[position - 1] if position else None


def find_rate(lookup: RateLookup, from_unit: str, to_unit: str, day: date) -> ConversionRate | None:
    """Return the rate from `from_unit` to `to_unit`, by the latest quotes on or before `day`.

    The rate source is the direct quote, else the inverse, else a cross rate through the euro; it is
    rounded half-even once, to twelve places. None if there is no source, or if the rate would round
    to zero.
    """
    if from_unit == to_unit:
        return ConversionRate(Decimal(1), day, "same")
    traced = trace_rate(lookup, from_unit, to_unit, day)
    return None if traced is None else traced.conversion


def trace_rate(
    lookup: RateLookup, from_unit: str, to_unit: str, day: date
) -> RateDerivation | None:
    """Derive a rate between two currencies as `find_rate` does, with its quotes."""
    leg = _leg(lookup, from_unit, to_unit, day) or _through_pivot(lookup, from_unit, to_unit, day)
    if leg is None:
        return None
    rate = _rounded(leg.exact)
    return (
        RateDerivation(ConversionRate(rate, leg.day, leg.rate_source), leg.quotes) if rate else None
    )


def rate_finder(lookup: RateLookup, day: date) -> RateFinder:
    """Return a finder for one day that looks up each pair of units only once."""

    @cache
    def conversion(from_unit: str, to_unit: str) -> ConversionRate | None:
        return find_rate(lookup, from_unit, to_unit, day)

    return conversion


def plain_rates(find: RateFinder) -> Callable[[str, str], Decimal | None]:
    """Return a finder of the bare rates, without their day and source."""

    def rate_of(from_unit: str, to_unit: str) -> Decimal | None:
        conversion = find(from_unit, to_unit)
        return None if conversion is None else conversion.rate

    return rate_of


class _Leg(NamedTuple):
    exact: Fraction
    day: date
    rate_source: RateSource
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
    """Round half-even to twelve places and drop trailing zeros, in any decimal context."""
    parts = round(exact * 10**RATE_PLACES)
    places = RATE_PLACES
    while places and parts % 10 == 0:
        parts //= 10
        places -= 1
    return Decimal((0, tuple(map(int, str(parts))), -places))
