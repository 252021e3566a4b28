"""The trend of the gaps over a span of days, from what the nights kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.errors import NotFound
from ledger.factors import Stage
from ledger.gap_filters import column_named, read_filter
from ledger.gap_groups import GroupRow
from ledger.gap_trend import SpanBackwards, Trend, require_kept, thinned
from ledger.journal import Stages
from ledger.rates import finder
from ledger.store.book import Ledger
from ledger.store.gap_snapshots import Stood, changes_until, nights_with_gaps
from ledger.store.picture import Picture
from ledger.store.rates import StoredRates
from ledger.usecases.gaps import positions


class NoNightInSpan(NotFound):
    """A trend was asked for over days on which no night recorded the gaps."""

    code = "no-night-in-span"
    default_why = "A trend is made of what the nights kept, and none ran in that span."
    default_next = "Ask for another span, or begin: cityfund reconcile"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendQuery:
    """What to follow: filters and columns as of the gap report, the span, and how closely.

    Without `first` the trend begins with the first night there was; without `last` it ends today.
    """

    where: Sequence[str] = ()
    by: Sequence[str] = ()
    first: date | None = None
    last: date | None = None
    every: str = "night"
    include_inactive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GapTrend:
    """The sums of each night in order; places and topics are called what they are called now."""

    by: Sequence[str]
    base_currency: str
    first: date
    last: date
    points: list[tuple[date, list[GroupRow]]]


def gap_trend(ledger: Ledger, query: TrendQuery) -> GapTrend:
    """Add up the gaps night by night.

    Raises for unknown columns, unreadable filters and spans, and `NoNightInSpan`.
    """
    filters = [read_filter(text) for text in query.where]
    by = [column_named(text) for text in query.by]
    require_kept([*by, *(one.column for one in filters)])
    with ledger.picture() as picture:
        days = thinned(_nights(picture, query), query.every)
        trend = Trend(
            {one.need.code: one for one in positions(picture)},
            by,
            filters,
            picture.base_unit,
            include_inactive=query.include_inactive,
        )
        return GapTrend(
            by=by,
            base_currency=picture.base_unit.code,
            first=days[0],
            last=days[-1],
            points=_points(picture, trend, days),
        )


def _nights(picture: Picture, query: TrendQuery) -> list[date]:
    first, last = query.first or date.min, query.last or picture.day
    if last < first:
        raise SpanBackwards(f"{last} is before {first}.")
    days = nights_with_gaps(picture.connection, first, last)
    if not days:
        since = f"between {first} and {last}" if query.first else f"through {last}"
        raise NoNightInSpan(f"No night recorded the gaps {since}.")
    return days


def _points(
    picture: Picture, trend: Trend, days: Sequence[date]
) -> list[tuple[date, list[GroupRow]]]:
    changes = deque(changes_until(picture.connection, days[-1]))
    rates = StoredRates(picture.connection)
    points = []
    for day in days:
        while changes and changes[0].day <= day:
            one = changes.popleft()
            trend.change(one.need, one.stood.status, _stages(one.stood))
        points.append((day, trend.sums(finder(rates, day))))
    return points


def _stages(stood: Stood) -> Stages:
    return {
        Stage.OPEN: stood.free,
        Stage.HELD: stood.held,
        Stage.COMMITTED: stood.committed,
        Stage.DELIVERED: stood.delivered,
        Stage.WITHDRAWN: stood.withdrawn,
    }
