"""The gap report: what every need still lacks and who could help; and the trend of the gaps."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledger.core.errors import NotFound
from ledger.core.factors import Stage
from ledger.core.filters import Filter
from ledger.eligibility.counts import EligibleCount, count_eligible, outstanding_by_need
from ledger.gaps.filters import column_named, filtered, read_filter
from ledger.gaps.groups import GroupRow, Total, group_rows, totals
from ledger.gaps.rows import BaseCurrency, GapRow, NeedPosition, gap_rows
from ledger.gaps.trend import SpanBackwards, Trend, last_of_each_period, require_in_snapshots
from ledger.journal.entries import Stages
from ledger.rates.rates import rate_finder
from ledger.reference import subregion_name
from ledger.store.gap_snapshots import NeedSnapshot, nights_with_gaps, snapshot_changes
from ledger.store.journal.balances import NOW, Times
from ledger.store.rates import StoredRates
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class GapQuery:
    """What to report: filters such as `country=IR`, columns to group by, and the two times."""

    where: Sequence[str] = ()
    by: Sequence[str] = ()
    times: Times = NOW
    include_inactive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReport:
    """The rows ordered by project and need, their groups where asked for, and the totals."""

    as_of: date
    known_at: datetime | None
    base_currency: str
    by: Sequence[str]
    rows: list[GapRow]
    groups: list[GroupRow]
    totals: list[Total]


def report_gaps(ledger: Ledger, query: GapQuery) -> GapReport:
    """Report the gaps at the asked times; raises for unknown columns and unreadable filters."""
    filters = [read_filter(text) for text in query.where]
    by = [column_named(text) for text in query.by]
    with ledger.snapshot(query.times) as snapshot:
        return _report(snapshot, query, filters, by)


def _report(
    snapshot: Snapshot, query: GapQuery, filters: Iterable[Filter], by: Sequence[str]
) -> GapReport:
    base = BaseCurrency(snapshot.base_unit, snapshot.rate_of)
    all_rows = gap_rows(
        positions(snapshot), base, count(snapshot), include_inactive=query.include_inactive
    )
    rows = filtered(all_rows, filters)
    return GapReport(
        as_of=snapshot.day,
        known_at=query.times.known_at,
        base_currency=snapshot.base_unit.code,
        by=by,
        rows=rows,
        groups=group_rows(rows, by) if by else [],
        totals=totals(rows, snapshot.base_unit),
    )


def positions(snapshot: Snapshot) -> list[NeedPosition]:
    """Give every need with where it stood."""
    return [
        NeedPosition(
            facts.need,
            facts.project,
            facts.city,
            facts.city.office,
            subregion_name(facts.city.country),
            facts.balance,
        )
        for facts in snapshot.need_facts.values()
    ]


def count(snapshot: Snapshot) -> dict[str, EligibleCount]:
    """Count the offers each need could turn to, without trying every pair."""

    def rate_of(need_unit: str, offer_unit: str) -> Decimal | None:
        conversion = snapshot.rate_of(need_unit, offer_unit)
        return None if conversion is None else conversion.rate

    return count_eligible(
        snapshot.need_facts.values(),
        snapshot.offer_facts.values(),
        snapshot.day,
        rate_of,
        outstanding_by_need(snapshot.deals.values()),
    )


class NoNightInSpan(NotFound, code="no-night-in-span"):
    """A trend was asked for over days on which no night recorded the gaps."""

    default_why = "A trend is based on nightly runs, and none ran in that period."
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
    require_in_snapshots([*by, *(one.column for one in filters)])
    with ledger.snapshot() as snapshot:
        days = last_of_each_period(_nights(snapshot, query), query.every)
        trend = Trend(
            {one.need.code: one for one in positions(snapshot)},
            by,
            filters,
            snapshot.base_unit,
            include_inactive=query.include_inactive,
        )
        return GapTrend(
            by=by,
            base_currency=snapshot.base_unit.code,
            first=days[0],
            last=days[-1],
            points=_points(snapshot, trend, days),
        )


def _nights(snapshot: Snapshot, query: TrendQuery) -> list[date]:
    first, last = query.first or date.min, query.last or snapshot.day
    if last < first:
        raise SpanBackwards(f"{last} is before {first}.")
    days = nights_with_gaps(snapshot.connection, first, last)
    if not days:
        since = f"between {first} and {last}" if query.first else f"through {last}"
        raise NoNightInSpan(f"No night recorded the gaps {since}.")
    return days


def _points(
    snapshot: Snapshot, trend: Trend, days: Sequence[date]
) -> list[tuple[date, list[GroupRow]]]:
    changes = deque(snapshot_changes(snapshot.connection, days[-1]))
    rates = StoredRates(snapshot.connection)
    points = []
    for day in days:
        while changes and changes[0].day <= day:
            one = changes.popleft()
            trend.change(one.need, one.snapshot.status, _stages(one.snapshot))
        points.append((day, trend.sums(rate_finder(rates, day))))
    return points


def _stages(stood: NeedSnapshot) -> Stages:
    return {
        Stage.OPEN: stood.free,
        Stage.HELD: stood.held,
        Stage.COMMITTED: stood.committed,
        Stage.DELIVERED: stood.delivered,
        Stage.WITHDRAWN: stood.withdrawn,
    }
