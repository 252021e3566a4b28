"""Rates that officers add, change and withdraw; reports of rates and their versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from ledger.core.dates import require_not_future
from ledger.core.errors import InvalidInput, NotFound, NothingToChange
from ledger.core.factors import Side
from ledger.core.numbers import normalise_digits
from ledger.core.quantity import Unit, find_unit
from ledger.core.text import parse_text
from ledger.journal.moves import WrongUnit
from ledger.journal.receipts import Receipt
from ledger.rates.rates import (
    PIVOT,
    Rate,
    RateSource,
    find_rate,
    parse_rate,
    require_quotable,
    trace_rate,
)
from ledger.store.rates import QuoteVersion, held_quote, quote_versions
from ledger.store.session.snapshot import RATES, UNITS, Reader, Snapshot
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.journal.reversal import ReasonMissing
from ledger.usecases.receipt_terms import rate_terms

ADD_COMMAND: Final = "rates add"
"""The command by which an officer gives a rate of his own; an import leaves those alone."""


class SameCurrency(InvalidInput, code="same-currency"):
    """A rate between a currency and itself."""

    default_why = "One unit of a currency is one unit of it, on every day."
    default_next = "Name two currencies: EUR USD"


class NoSuchRate(NotFound, code="no-such-rate"):
    """A rate of a pair and day that the ledger does not have in force."""

    default_next = "See which days have one: cityfund rates history BASE QUOTE"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRate:
    """A rate as an officer says it: one `base` is `figure` of `quote`; all as typed."""

    base: str
    quote: str
    figure: str
    source: str | None = None


def currency(units: Mapping[str, Unit], typed: str) -> Unit:
    """Find a currency by its code. Raises `UnknownUnit`, and `WrongUnit` for a unit of work."""
    unit = find_unit(normalise_digits(typed), units)
    if unit.kind != "money":
        raise WrongUnit(
            f"{unit.code} is no currency.",
            why="Rates are between currencies; units of work are never exchanged.",
            next_step="Name two currencies by their ISO 4217 codes: EUR USD",
        )
    return unit


def currency_pair(units: Mapping[str, Unit], base: str, quote: str) -> tuple[str, str]:
    """Find two currencies. Raises `UnknownUnit`, `WrongUnit` and `SameCurrency`."""
    first, second = currency(units, base).code, currency(units, quote).code
    if first == second:
        raise SameCurrency(f"{first} and {second} are one currency.")
    return first, second


def add_rate(uow: UnitOfWork, typed_rate: OwnRate) -> Receipt:
    """Record a rate of the request's day, or another figure for it: that needs a reason.

    Raises what `currency_pair` and `parse_rate` raise, `FutureDate`, `FixedRate`, `ReasonMissing`
    and `NothingToChange`.
    """
    base, quote = currency_pair(uow.units, typed_rate.base, typed_rate.quote)
    day = uow.day
    require_not_future(day, uow.today)
    source = parse_text(typed_rate.source, "source")
    rate = Rate(day, base, quote, parse_rate(typed_rate.figure), source)
    require_quotable(rate)
    before = held_quote(uow.connection, base, quote, day)
    if before is not None:
        _require_change(uow, before, rate)
        old = f"{before.rate:f} ({before.source})" if before.source else f"{before.rate:f}"
        uow.note("rate-replaced", f"it stands instead of {old}, which stays readable")
    else:
        _warn_of_direct_quote(uow, rate)
    uow.add_rate(rate)
    changes = {} if before is None else {"rate": [f"{before.rate:f}", f"{rate.rate:f}"]}
    return uow.receipt(recorded=rate_terms(rate), changes=changes)


def withdraw_rate(uow: UnitOfWork, base: str, quote: str, day: date) -> Receipt:
    """Withdraw the rate of a pair and day: the day then has none. Raises `NoSuchRate`."""
    first, second = currency_pair(uow.units, base, quote)
    stored = held_quote(uow.connection, first, second, day)
    if stored is None:
        raise NoSuchRate(
            f"No rate of {first} in {second} is in force of {day}.",
            why=_missing_rate_reason(uow, first, second, day),
            next_step=f"See which days have one: cityfund rates history {first} {second}",
        )
    if uow.request.reason is None:
        raise ReasonMissing(f"A rate of {day} cannot be withdrawn without a reason.")
    uow.add_rate(stored, withdrawn=True)
    changes = {"rate": [f"{stored.rate:f}", None]}
    converted = find_rate(uow.rates, first, second, day)
    now = (
        "unknown"
        if converted is None
        else f"{converted.decimal:f}, of {converted.day} ({converted.rate_source})"
    )
    uow.note("rate-in-force", f"{first} in {second} on {day} is now {now}")
    uow.note("deals-unchanged", "deals keep the rate they were made at")
    recorded = rate_terms(stored)
    del recorded["rate"]  # the day has none from now on
    return uow.receipt(recorded=recorded, changes=changes)


def _require_change(uow: UnitOfWork, before: Rate, rate: Rate) -> None:
    pair_text = f"{rate.base} in {rate.quote} on {rate.day}"
    if (before.rate, before.source) == (rate.rate, rate.source or before.source):
        raise NothingToChange(
            f"The rate of {pair_text} is {before.rate:f} already.",
            next_step=f"See it with: cityfund rates history {rate.base} {rate.quote}",
        )
    if uow.request.reason is None:
        raise ReasonMissing(
            f"{pair_text} is {before.rate:f} already, and another figure came without a reason.",
            why="Both stay readable for ever, and so must why the second was given.",
        )


def _warn_of_direct_quote(uow: UnitOfWork, rate: Rate) -> None:
    """Note where a direct quote takes the place of a cross rate, or of no newer quote."""
    if uow.rates.latest(rate.base, rate.quote, uow.today) is not None:
        return
    converted = find_rate(uow.rates, rate.base, rate.quote, uow.today)
    if converted is None:
        return
    pair = f"{rate.base} in {rate.quote}"
    if converted.rate_source == "inverse" and converted.day > rate.day:
        text = f"{pair} stays at the newer inverse quote, of {converted.day}"
        uow.note("newer-inverse-quote", text)
    elif converted.rate_source == "through EUR":
        uow.note(
            "rate-source-changed",
            f"from {rate.day} on {pair} is taken from this direct quote, no longer from the cross "
            f"rate through {PIVOT} (last of {converted.day}): keep it up to date, or withdraw it",
        )


def _missing_rate_reason(uow: UnitOfWork, base: str, quote: str, day: date) -> str:
    if held_quote(uow.connection, quote, base, day) is not None:
        return f"It is quoted the other way round, as {quote} in {base}."
    last = uow.rates.latest(base, quote, day)
    if last is None:
        return "The ledger has no rate of this pair on or before that day."
    return f"The last one before is of {last.day}."


@dataclass(frozen=True, slots=True)
class RateRow:
    """How much of `quote` one `base` was; None is unknown. `day` is the oldest of its quotes'."""

    base: str
    quote: str
    rate: Decimal | None = None
    day: date | None = None
    age_days: int | None = None
    rate_source: RateSource | None = None
    rests_on: tuple[Rate, ...] = ()

    @property
    def sources(self) -> str | None:
        """The sources of the quotes, each once."""
        return (
            "; ".join(dict.fromkeys(quote.source for quote in self.rests_on if quote.source))
            or None
        )


def read_rates_snapshot(reader: Reader, *, whole: bool) -> Snapshot:
    """Read the rates of the day; `whole` with the needs and offers that currencies are used in."""
    used = [side.value for side in Side] if whole else []
    return reader.snapshot(UNITS, RATES, *used)


def rate_rows(snapshot: Snapshot, base: str | None, quote: str | None) -> list[RateRow]:
    """Give the rate of a pair, of one currency to the others, or of all to the base currency.

    The others are the ledger's base currency and those that needs and offers are counted in.
    Raises `UnknownUnit`, `WrongUnit` and `SameCurrency`.
    """
    own = snapshot.base_unit.code
    if base is None:
        return [_row(snapshot, code, own) for code in currencies_in_use(snapshot) if code != own]
    if quote is None:
        first = currency(snapshot.units, base).code
        others = [own, *(code for code in currencies_in_use(snapshot) if code != own)]
        return [_row(snapshot, first, code) for code in others if code != first]
    return [_row(snapshot, *currency_pair(snapshot.units, base, quote))]


def currencies_in_use(snapshot: Snapshot) -> list[str]:
    """Give the currencies that needs and offers are counted in, by code."""
    units_used = {record.unit for side in Side for record in snapshot.records(side.value).values()}
    return sorted(code for code in units_used if snapshot.units[code].kind == "money")


def _row(snapshot: Snapshot, base: str, quote: str) -> RateRow:
    assert snapshot.rates is not None
    traced = trace_rate(snapshot.rates, base, quote, snapshot.day)
    if traced is None:
        return RateRow(base, quote)
    rate = traced.conversion
    age = (snapshot.day - rate.day).days
    return RateRow(base, quote, rate.decimal, rate.day, age, rate.rate_source, traced.quotes)


QuoteState = Literal["in force", "superseded", "withdrawn", "withdrawal"]


@dataclass(frozen=True, slots=True)
class QuoteHistoryRow:
    """One version of a quote. `superseded_at` is when the next one of its day was recorded."""

    version: int
    state: QuoteState
    superseded_at: datetime | None
    of: QuoteVersion


def history_rows(
    reader: Reader, base: str, quote: str, since: date | None, *, revised: bool
) -> tuple[tuple[str, str], list[QuoteHistoryRow]]:
    """Give the pair's codes and its quotes with all their versions, the newest day first.

    With `revised` only the days of which there is more than one. Raises what `rate_rows` does.
    """
    codes = currency_pair(reader.snapshot(UNITS).units, base, quote)
    times = reader.times
    quotes = quote_versions(
        reader.connection, codes, since=since, until=times.as_of, known_at=times.known_at
    )
    days: dict[date, list[QuoteVersion]] = {}
    for quote_version in quotes:
        days.setdefault(quote_version.day, []).append(quote_version)
    newest_first = [rows for _, rows in sorted(days.items(), reverse=True)]
    return codes, [
        row
        for rows in newest_first
        if len(rows) > 1 or not revised
        for row in reversed([*_versions_of_day(rows)])
    ]


def _versions_of_day(rows: list[QuoteVersion]) -> Iterator[QuoteHistoryRow]:
    for number, (quote_version, next_version) in enumerate(
        zip(rows, [*rows[1:], None], strict=True), start=1
    ):
        state: QuoteState
        if quote_version.withdrawn:
            state = "withdrawal"
        elif next_version is None:
            state = "in force"
        else:
            state = "withdrawn" if next_version.withdrawn else "superseded"
        yield QuoteHistoryRow(
            number, state, next_version.recorded_at if next_version else None, quote_version
        )
