"""What currencies were in one another on a day, and every version of a quote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from ledger.factors import Side
from ledger.rates import Rate, Road, trace_rate
from ledger.store.picture import Picture
from ledger.store.rates import QuoteVersion, quote_versions
from ledger.usecases.rate_acts import currency, pair


@dataclass(frozen=True, slots=True)
class RateRow:
    """How much of `quote` one `base` was; None is unknown. `day` is the oldest of its quotes'."""

    base: str
    quote: str
    rate: Decimal | None = None
    day: date | None = None
    age_days: int | None = None
    road: Road | None = None
    rests_on: tuple[Rate, ...] = ()

    @property
    def sources(self) -> str | None:
        """The sources of the quotes, each once."""
        return "; ".join(dict.fromkeys(one.source for one in self.rests_on if one.source)) or None


def rate_rows(picture: Picture, base: str | None, quote: str | None) -> list[RateRow]:
    """Give the rate of a pair, of one currency to the others, or of all to the base currency.

    The others are the ledger's base currency and those that needs and offers are counted in.
    Raises `UnknownUnit`, `WrongUnit` and `SameCurrency`.
    """
    own = picture.base_unit.code
    if base is None:
        return [_row(picture, one, own) for one in currencies_in_use(picture) if one != own]
    if quote is None:
        first = currency(picture.units, base).code
        others = [own, *(one for one in currencies_in_use(picture) if one != own)]
        return [_row(picture, first, one) for one in others if one != first]
    return [_row(picture, *pair(picture.units, base, quote))]


def currencies_in_use(picture: Picture) -> list[str]:
    """Give the currencies that needs and offers are counted in, by code."""
    used = {record.unit for side in Side for record in picture.records(side.value).values()}
    return sorted(code for code in used if picture.units[code].kind == "money")


def _row(picture: Picture, base: str, quote: str) -> RateRow:
    traced = trace_rate(picture.rates, base, quote, picture.day)
    if traced is None:
        return RateRow(base, quote)
    rate, day, road = traced.found
    return RateRow(base, quote, rate, day, (picture.day - day).days, road, traced.quotes)


Standing = Literal["in force", "superseded", "withdrawn", "withdrawal"]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a quote. `superseded_at` is when the next one of its day was recorded."""

    version: int
    standing: Standing
    superseded_at: datetime | None
    of: QuoteVersion


def history_rows(
    picture: Picture, base: str, quote: str, since: date | None, *, revised: bool
) -> tuple[tuple[str, str], list[VersionRow]]:
    """Give the pair's codes and its quotes with all their versions, the newest day first.

    With `revised` only the days of which there is more than one. Raises what `rate_rows` does.
    """
    codes = pair(picture.units, base, quote)
    times = picture.times
    found = quote_versions(
        picture.connection, codes, since=since, until=times.as_of, known_at=times.known_at
    )
    days: dict[date, list[QuoteVersion]] = {}
    for one in found:
        days.setdefault(one.day, []).append(one)
    chosen = [rows for _, rows in sorted(days.items(), reverse=True)]
    return codes, [
        row for rows in chosen if len(rows) > 1 or not revised for row in reversed([*_of_day(rows)])
    ]


def _of_day(rows: list[QuoteVersion]) -> Iterator[VersionRow]:
    for number, (one, after) in enumerate(zip(rows, [*rows[1:], None], strict=True), start=1):
        standing: Standing
        if one.withdrawn:
            standing = "withdrawal"
        elif after is None:
            standing = "in force"
        else:
            standing = "withdrawn" if after.withdrawn else "superseded"
        yield VersionRow(number, standing, after.recorded_at if after else None, one)
