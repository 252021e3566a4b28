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
from typing import Any, Final, Literal, NamedTuple, Protocol

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.core.numbers import normalise_digits, plain_numeral
from ledger.deals.deal import RATE_PLACES, decimal_rate
from ledger.reference.units import euro_rates

PIVOT = "EUR"
"""The currency through which a cross rate is derived."""

MAX_RATE: Final = 10**15
"""Every rate is below this; a larger one is a typing error."""

RATE_DAYS: Final = 30
"""Reports name a rate that rests on an older quote, unless told another number of days."""

_LONGEST_SHOWN: Final = 60

_MAX_STORED_MAGNITUDE, _MAX_STORED_DIGITS = 18, 40
"""The limits of a rate that is a number already: powers of ten, and digits. Deals recorded before
typed rates were limited to `RATE_PLACES` places have up to eighteen, and keep them."""

RateSource = Literal["same", "direct", "inverse", "through EUR", "fixed"]
"""`fixed`: the conversion rate of a currency that joined the euro; it is never out of date."""


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


class FixedRate(RefusedByRule, code="fixed-rate"):
    """A new quote of a currency that the euro has replaced."""

    default_why = "From its changeover on a currency converts at the rate fixed by the Council."
    default_next = "Leave it out: the fixed rate is used without being recorded."


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


def is_rate(rate: Decimal | Fraction) -> bool:
    """Return whether a number can be the rate of a deal: finite, above zero, of plausible size."""
    value = rate if isinstance(rate, Decimal) else decimal_rate(rate)
    if not value.is_finite() or value <= 0:
        return False
    within = abs(value.adjusted()) <= _MAX_STORED_MAGNITUDE
    return within and len(value.as_tuple().digits) <= _MAX_STORED_DIGITS


class ConversionRate(NamedTuple):
    """A rate for conversion: `rate` of the second currency per unit of the first, exactly.

    `day` is the oldest day of its quotes: of `same` the day of the request, of `fixed` the day of
    the changeover. A fixed rate beside a quote does not count as old.
    """

    rate: Fraction
    day: date
    rate_source: RateSource

    @property
    def decimal(self) -> Decimal:
        """The rate as a decimal, for people."""
        return decimal_rate(self.rate)

    def is_old(self, today: date, most_days: int) -> bool:
        """Return whether a quote behind the rate is more than `most_days` days old."""
        return self.rate_source not in ("same", "fixed") and (today - self.day).days > most_days


class RateDerivation(NamedTuple):
    """A conversion rate and its quotes: one, or two for a cross rate."""

    conversion: ConversionRate
    quotes: tuple[Rate, ...]


class RateLookup(Protocol):
    """A source of quotes: the store answers by SQL, a RateBook from memory."""

    def latest(self, base: str, quote: str, day: date) -> Rate | None:
        """Return the latest quote of exactly this pair on or before `day`."""
        ...


class OldRate(NamedTuple):
    """A rate that a report converted by although it rests on an old quote, of `day`."""

    base: str
    quote: str
    day: date
    age_days: int

    def to_dict(self) -> dict[str, Any]:
        """Return the rate as in the answer of a report."""
        return self._asdict()


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

    The rate source is the newer of the direct and the inverse quote (of one day: the direct), else
    a cross rate through the euro. Currencies that joined the euro convert at their fixed rate from
    the changeover on, into other currencies through the euro. None if there is no source.
    """
    if from_unit == to_unit:
        return ConversionRate(Fraction(1), day, "same")
    traced = trace_rate(lookup, from_unit, to_unit, day)
    return None if traced is None else traced.conversion


def trace_rate(
    lookup: RateLookup, from_unit: str, to_unit: str, day: date
) -> RateDerivation | None:
    """Derive a rate between two currencies as `find_rate` does, with its quotes."""
    joined = any(joined_euro(unit, day) for unit in (from_unit, to_unit))
    leg = (
        None
        if joined and PIVOT not in (from_unit, to_unit)
        else _leg(lookup, from_unit, to_unit, day)
    )
    leg = leg or _through_pivot(lookup, from_unit, to_unit, day)
    if leg is None:
        return None
    return RateDerivation(ConversionRate(leg.exact, leg.day, leg.rate_source), leg.quotes)


class DayRates:
    """Finds the rates of one day: each pair of units is looked up only once, and known as used."""

    def __init__(self, lookup: RateLookup, day: date) -> None:
        """Start with none used."""
        self._lookup, self._day = lookup, day
        self._used: dict[tuple[str, str], ConversionRate | None] = {}

    def __call__(self, from_unit: str, to_unit: str) -> ConversionRate | None:
        """Return the rate between two units, or None if none is known."""
        pair = (from_unit, to_unit)
        if pair not in self._used:
            self._used[pair] = find_rate(self._lookup, from_unit, to_unit, self._day)
        return self._used[pair]

    def old(self, most_days: int) -> list[OldRate]:
        """Return the rates that were used although a quote is older than `most_days`."""
        return old_rates(self, self._used, self._day, most_days)


def rate_finder(lookup: RateLookup, day: date) -> DayRates:
    """Return a finder for one day."""
    return DayRates(lookup, day)


def oldest_of_each(rates: Iterable[OldRate]) -> list[OldRate]:
    """Return of several old rates of one pair the one that was the oldest when it was used."""
    result: dict[tuple[str, str], OldRate] = {}
    for one in rates:
        known = result.setdefault((one.base, one.quote), one)
        if one.age_days > known.age_days:
            result[one.base, one.quote] = one
    return [result[pair] for pair in sorted(result)]


def plain_rates(find: RateFinder) -> Callable[[str, str], Fraction | None]:
    """Return a finder of the bare rates, without their day and source."""

    def rate_of(from_unit: str, to_unit: str) -> Fraction | None:
        conversion = find(from_unit, to_unit)
        return None if conversion is None else conversion.rate

    return rate_of


def old_rates(
    rate_of: RateFinder, pairs: Iterable[tuple[str, str]], today: date, most_days: int
) -> list[OldRate]:
    """Return the rates of some pairs of currencies that rest on a quote older than `most_days`."""
    found = ((pair, rate_of(*pair)) for pair in sorted(set(pairs)))
    return [
        OldRate(*pair, rate.day, (today - rate.day).days)
        for pair, rate in found
        if rate is not None and rate.is_old(today, most_days)
    ]


def joined_euro(currency: str, day: date) -> bool:
    """Return whether a currency had been replaced by the euro on a day."""
    fixed = euro_rates().get(currency)
    return fixed is not None and fixed.day <= day


def require_quotable(rate: Rate) -> None:
    """Refuse a quote of a currency that had joined the euro by its day. Raises `FixedRate`."""
    for currency in (rate.base, rate.quote):
        if joined_euro(currency, rate.day):
            fixed = euro_rates()[currency]
            raise FixedRate(
                f"{currency} has joined the euro: one euro is {fixed.rate} {currency} from "
                f"{fixed.day} on ({fixed.source})."
            )


class _Leg(NamedTuple):
    exact: Fraction
    day: date
    rate_source: RateSource
    quotes: tuple[Rate, ...]


def _leg(lookup: RateLookup, base: str, quote: str, day: date) -> _Leg | None:
    other = quote if base == PIVOT else base
    if PIVOT in (base, quote) and joined_euro(other, day):
        fixed = euro_rates()[other]
        own = Rate(fixed.day, PIVOT, other, fixed.rate, fixed.source)
        exact = Fraction(own.rate) if base == PIVOT else 1 / Fraction(own.rate)
        return _Leg(exact, own.day, "fixed", (own,))
    direct, inverse = lookup.latest(base, quote, day), lookup.latest(quote, base, day)
    if direct is not None and (inverse is None or inverse.day <= direct.day):
        return _Leg(Fraction(direct.rate), direct.day, "direct", (direct,))
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
    moving = [leg.day for leg in (first, second) if leg.rate_source != "fixed"]
    oldest = min(moving or (first.day, second.day))
    source: RateSource = "through EUR" if moving else "fixed"
    return _Leg(first.exact * second.exact, oldest, source, quotes)
