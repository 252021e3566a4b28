"""The trend of the gaps: the sums of the gap report, night by night."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.core.errors import NotFound
from ledger.core.factors import Stage
from ledger.core.filters import Filter, Note, Selection, no_note
from ledger.gaps.filters import column_named, gap_selection
from ledger.gaps.groups import GroupRow
from ledger.gaps.rows import BaseCurrency, GapRow, gap_rows
from ledger.gaps.trend import SpanBackwards, Trend, last_of_each_period, require_in_snapshots
from ledger.journal.entries import Stages
from ledger.rates.rates import RATE_DAYS, OldRate, old_rates, oldest_of_each, rate_finder
from ledger.store.gap_snapshots import NeedSnapshot, nights_with_gaps, snapshot_changes
from ledger.store.rates import StoredRates
from ledger.store.register_codes import places_in_time
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import RATES, Reader, Snapshot
from ledger.usecases.gaps import filters_of


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
    note: Note = no_note
    rate_days: int = RATE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class GapTrend:
    """The sums of each night in order; places and topics are called what they are called now.

    `old_rates` are those by which a night's amounts are converted although a quote was old then; of
    several nights, the night on which it was the oldest.
    """

    by: Sequence[str]
    base_currency: str
    first: date
    last: date
    points: list[tuple[date, list[GroupRow]]]
    old_rates: list[OldRate]


def gap_trend(ledger: Ledger, query: TrendQuery) -> GapTrend:
    """Add up the gaps night by night.

    Raises for unknown columns, unreadable filters and spans, and `NoNightInSpan`.
    """
    by = [column_named(text) for text in query.by]
    with ledger.reader() as reader:
        filters = filters_of(reader, query.where)
        require_in_snapshots([*by, *(one.column for one in filters)])
        days = last_of_each_period(_nights(reader, query), query.every)
        snapshot = reader.snapshot("need", RATES)
        needs, places = snapshot.need_facts, places_in_time(reader.connection, "need")
        trend = Trend(
            {code: needs[code] for code in places if code in needs},
            by,
            _selection(snapshot, filters, query.note),
            snapshot.base_unit,
            include_inactive=query.include_inactive,
        )
        base = snapshot.base_unit.code
        points, old = _points(reader, trend, days, base, query.rate_days)
        return GapTrend(
            by=by,
            base_currency=base,
            first=days[0],
            last=days[-1],
            points=points,
            old_rates=oldest_of_each(old),
        )


def _selection(snapshot: Snapshot, filters: Sequence[Filter], note: Note) -> Selection[GapRow]:
    """Make the selection of the rows of any night; today's rows are noted and have to fit it."""
    selection = gap_selection(filters)
    if filters:
        base = BaseCurrency(snapshot.base_unit, snapshot.rate_of)
        rows = gap_rows(snapshot.need_facts.values(), base, include_inactive=True)
        selection.rows(rows, note)
    return selection


def _nights(reader: Reader, query: TrendQuery) -> list[date]:
    first, last = query.first or date.min, query.last or reader.day
    if last < first:
        raise SpanBackwards(f"{last} is before {first}.")
    days = nights_with_gaps(reader.connection, first, last)
    if not days:
        since = f"between {first} and {last}" if query.first else f"through {last}"
        raise NoNightInSpan(f"No night recorded the gaps {since}.")
    return days


def _points(
    reader: Reader, trend: Trend, days: Sequence[date], base: str, rate_days: int
) -> tuple[list[tuple[date, list[GroupRow]]], list[OldRate]]:
    """Return the sums of each night, and the old rates of each."""
    changes = deque(snapshot_changes(reader.connection, days[-1]))
    rates = StoredRates(reader.connection)
    points, old = [], list[OldRate]()
    for day in days:
        while changes and changes[0].day <= day:
            one = changes.popleft()
            trend.change(one.need, one.snapshot.status, _stages(one.snapshot))
        rate_of = rate_finder(rates, day)
        groups = trend.sums(rate_of)
        points.append((day, groups))
        converted = {(group.unit, base) for group in groups if group.base_counted}
        old += old_rates(rate_of, converted, day, rate_days)
    return points, old


def _stages(snapshot: NeedSnapshot) -> Stages:
    return {
        Stage.OPEN: snapshot.free,
        Stage.HELD: snapshot.held,
        Stage.COMMITTED: snapshot.committed,
        Stage.DELIVERED: snapshot.delivered,
        Stage.WITHDRAWN: snapshot.withdrawn,
    }
