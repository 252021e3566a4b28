"""The table of rates: quotes in all their versions, and the rates in force.

Rows never change. Of the rows of one pair and day the last recorded is in force; if that is a
withdrawal, the day has no rate.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    FromClause,
    String,
    and_,
    bindparam,
    func,
    select,
    true,
    type_coerce,
)

from ledger.rates.rates import HeldQuote, Rate, RateBook
from ledger.store.db import tables
from ledger.store.db.clock import known_by
from ledger.store.db.prepared import Prepared
from ledger.store.db.types import to_microseconds

QUOTE_COLUMNS: Final = ("day", "base", "quote", "rate", "source")


def quote_columns(rate: FromClause) -> Iterable[ColumnElement[Any]]:
    """Give the columns of a quote, in the order of its fields."""
    return rate.c[QUOTE_COLUMNS]


def read_rates(
    connection: Connection, as_of: date | None = None, known_at: datetime | None = None
) -> dict[tuple[date, str, str], Rate]:
    """Read the rates in force by day and pair: of several for one, the latest recorded.

    With `as_of` those of days until then, with `known_at` those recorded by then.
    """
    rate = tables.rate
    query = select(*quote_columns(rate), rate.c.withdrawn).order_by(rate.c.id)
    if as_of is not None:
        query = query.where(rate.c.day <= as_of)
    if known_at is not None:
        query = query.where(known_by(rate, known_at))
    rates: dict[tuple[date, str, str], Rate] = {}
    for *quote, withdrawn in connection.execute(query):
        stored = Rate(*quote)
        if withdrawn:
            rates.pop((stored.day, stored.base, stored.quote), None)
        else:
            rates[stored.day, stored.base, stored.quote] = stored
    return rates


def newest_day(connection: Connection) -> date | None:
    """Give the day of the newest quote, None where there is none."""
    return connection.execute(select(func.max(tables.rate.c.day))).scalar()


class StoredRates:
    """The rates table as the rule of exchange looks at it, asked pair by pair: for one act."""

    def __init__(self, connection: Connection, known_at: datetime | None = None) -> None:
        """Look at the rates as now, or as known at a moment."""
        self._connection = connection
        self._known_at = known_at

    def latest(self, base: str, quote: str, day: date) -> Rate | None:
        """Give the latest quote of exactly this pair on or before `day`."""
        query, known = (
            _latest(known=self._known_at is not None),
            _known_at_parameter(self._known_at),
        )
        row = query.first(self._connection, base=base, quote=quote, day=day.isoformat(), **known)
        return None if row is None else Rate(*row)


def read_day_rates(connection: Connection, day: date, known_at: datetime | None = None) -> RateBook:
    """Read the rates of a day in one statement, as now or as known at a moment: for reports.

    They are the latest quotes on or before that day, and answer for no other.
    """
    query, known = _latest_of_all(known=known_at is not None), _known_at_parameter(known_at)
    rows = query.rows(connection, day=day.isoformat(), **known)
    return RateBook(Rate(*row) for row in rows)


def _known_at_parameter(moment: datetime | None) -> dict[str, int]:
    return {} if moment is None else {"known_at": to_microseconds(moment)}


@cache
def _latest(*, known: bool) -> Prepared:
    rate = tables.rate
    pair = and_(rate.c.base == bindparam("base"), rate.c.quote == bindparam("quote"))
    return Prepared(_newest(select(*quote_columns(rate)).where(pair), known=known))


@cache
def _latest_of_all(*, known: bool) -> Prepared:
    """Try every pair of currencies whose first was ever quoted: the index answers each at once.

    To group the whole table by pairs would read all days of all years for a few dozen rows.
    """
    rate, quotes = tables.rate, tables.rate.alias("found")
    base, quote = tables.unit.alias("base"), tables.unit.alias("quote")
    ever = select(func.min(rate.c.quote)).where(rate.c.base == base.c.code).scalar_subquery()
    pair = and_(rate.c.base == base.c.code, rate.c.quote == quote.c.code)
    newest = _newest(select(rate.c.id).where(pair), known=known).scalar_subquery()
    return Prepared(
        select(*quote_columns(quotes))
        .select_from(base.join(quote, true()).join(quotes, quotes.c.id == newest))
        .where(base.c.kind == "money", quote.c.kind == "money", ever.is_not(None))
    )


def _newest(query: Any, *, known: bool) -> Any:
    """Keep of the rates of a pair the last in force on or before the day.

    The index is walked from the day backwards and left at the first row that counts.
    """
    rate, later = tables.rate, tables.rate.alias("later")
    last = select(func.max(later.c.id)).where(
        later.c.base == rate.c.base, later.c.quote == rate.c.quote, later.c.day == rate.c.day
    )
    if known:
        last = last.where(known_by(later))
        # Said of the row itself too: what was learned later is passed over without a look aside.
        query = query.where(known_by(rate))
    counts = and_(~rate.c.withdrawn, rate.c.id == last.correlate(rate).scalar_subquery())
    by_day = rate.c.day <= bindparam("day", type_=Date)
    return query.where(by_day, counts).order_by(rate.c.day.desc(), rate.c.id.desc()).limit(1)


def held_quotes(
    connection: Connection, base: str, since: date | None = None
) -> dict[tuple[date, str], HeldQuote]:
    """Read the last row of every day and currency quoted against a base, withdrawals too."""
    rate = tables.rate
    figure = type_coerce(rate.c.rate, String)
    query = select(rate.c.day, rate.c.quote, figure, rate.c.withdrawn, rate.c.request_id)
    query = query.where(rate.c.base == base).order_by(rate.c.id)
    if since is not None:
        query = query.where(rate.c.day >= since)
    rows = connection.execute(query)
    return {(day, quote): HeldQuote(*rest) for day, quote, *rest in map(tuple, rows)}


def requests_of_command(connection: Connection, requests: Iterable[int], command: str) -> set[int]:
    """Give those of some requests that were said as this command."""
    request = tables.request
    query = select(request.c.id).where(request.c.id.in_(set(requests)))
    return set(connection.execute(query.where(request.c.command == command)).scalars())


def held_quote(connection: Connection, base: str, quote: str, day: date) -> Rate | None:
    """Read the rate in force of exactly this pair and day; None where there is none."""
    quotes = StoredRates(connection).latest(base, quote, day)
    return quotes if quotes is not None and quotes.day == day else None


class QuoteVersion(NamedTuple):
    """One row of the table with who recorded it, when and why; a withdrawal ends a figure."""

    day: date
    rate: Decimal
    source: str | None
    withdrawn: bool
    recorded_at: datetime
    actor: str
    system_user: str
    host: str
    command: str
    reason: str | None


def quote_versions(
    connection: Connection,
    pair: tuple[str, str],
    *,
    since: date | None = None,
    until: date | None = None,
    known_at: datetime | None = None,
) -> list[QuoteVersion]:
    """Read every row of a pair, oldest day first and each day's in recorded order."""
    rate, request = tables.rate, tables.request
    own = [rate.c[name] for name in ("day", "rate", "source", "withdrawn", "recorded_at")]
    provenance = [request.c[name] for name in ("actor", "system_user", "host", "command", "input")]
    query = (
        select(*own, *provenance)
        .join(request, request.c.id == rate.c.request_id)
        .where(rate.c.base == pair[0], rate.c.quote == pair[1])
        .order_by(rate.c.day, rate.c.id)
    )
    if since is not None:
        query = query.where(rate.c.day >= since)
    if until is not None:
        query = query.where(rate.c.day <= until)
    if known_at is not None:
        query = query.where(known_by(rate, known_at))
    rows = [tuple(row) for row in connection.execute(query)]
    reasons = {row[-1]: json.loads(row[-1]).get("reason") for row in rows}
    return [QuoteVersion._make((*row[:-1], reasons[row[-1]])) for row in rows]
