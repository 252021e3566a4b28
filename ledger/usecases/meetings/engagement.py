"""The engagement of cities in bodies: how far each is present, effective and deciding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any, Final

from ledger.core.filters import UnknownColumn
from ledger.core.memory import garbage_collection_paused
from ledger.core.quantity_errors import quote_text
from ledger.gaps.trend import SpanBackwards, UnknownPeriod
from ledger.meetings.calendar import SeatTime, Span, years_of
from ledger.meetings.engagement import BodyRecords, Engagement, TargetState, add_up
from ledger.reference.terms import Step
from ledger.registers.network import CONTRIBUTIONS, EFFECTIVE, MEASURES, PRESENT
from ledger.seats.report import SeatRecords
from ledger.store.registers import find_code, load_where
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.usecases.seats import seat_records

RULE: Final = (
    "present = (attended + part + online among expected) ÷ (expected - not recorded); "
    "effective = meetings where present with a contribution ÷ meetings where present; "
    "deciding = deciding seats in force at the end of the span; "
    "days = days of the span with one ÷ days of the span; "
    "step = present if present reaches its mark, effective if effective reaches its own too, "
    "deciding if a deciding seat in force is used too; "
    "marks are the targets in force, else 0.8 and 0.5; shares are rounded down to four places"
)
"""How the figures are made, in short; the help and the documentation say it at length."""

CITY: Final = "city"
GROUPED_BY: Final = (CITY, "office", "country")
YEAR: Final = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementQuery:
    """What to report: of one body or all, of each city or group, over a span or its years."""

    body: str | None = None
    by: str = CITY
    first: date | None = None
    last: date | None = None
    every: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementReport:
    """The rows by body, span and city or group, the targets, and how much was not counted.

    `cancelled` are the cancelled meetings by body and day, `unbegun` the seats without a known
    beginning by body and group, and `groups` the group of each city: all that filters ask for.
    """

    as_of: date
    known_at: datetime | None
    rows: list[dict[str, Any]]
    targets: list[dict[str, Any]]
    not_counted: dict[str, int]
    by: str = CITY
    cancelled: tuple[tuple[str, date], ...] = ()
    unbegun: tuple[tuple[str, str], ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)

    def of_rows(self, rows: list[dict[str, Any]]) -> EngagementReport:
        """Keep some of the rows, with their targets and what those did not count."""
        shown = {(row["body"], str(row[self.by])) for row in rows}
        spans = [(row["body"], row["from"], row["to"]) for row in rows]
        targets = [one for one in self.targets if (one["body"], self.groups[one["city"]]) in shown]
        not_counted = {
            "cancelled_meetings": sum(
                any(body == other and first <= day <= last for other, first, last in spans)
                for body, day in self.cancelled
            ),
            "attendance_not_recorded": sum(row["not_recorded"] for row in rows),
            "beginning_not_known": sum(one in shown for one in self.unbegun),
        }
        return replace(self, rows=rows, targets=targets, not_counted=not_counted)


@garbage_collection_paused()
def report_engagement(reader: Reader, query: EngagementQuery) -> EngagementReport:
    """Report engagement at the asked times.

    Raises `UnknownCode`, `UnknownColumn`, `UnknownPeriod` and `SpanBackwards`.
    """
    _require_known(query)
    body = _body_of(reader, query)
    snapshot = reader.snapshot("meeting", "attendance", "motion", "target", "seat")
    chosen = [one for one in read_bodies(reader, snapshot) if body in (None, one.body)]
    reports = [_BodyReport(snapshot, one, query) for one in chosen]
    not_counted: Counter[str] = Counter()
    for one in reports:
        not_counted.update(one.not_counted())
    return EngagementReport(
        as_of=snapshot.day,
        known_at=snapshot.known_at,
        rows=[row for one in reports for row in one.rows()],
        targets=[row for one in reports for row in one.targets()],
        not_counted=dict(not_counted),
        by=query.by,
        cancelled=tuple(one for report in reports for one in report.cancelled()),
        unbegun=tuple(one for report in reports for one in report.unbegun()),
        groups=_groups(snapshot, snapshot.records(CITY), query.by),
    )


def _body_of(reader: Reader, query: EngagementQuery) -> str | None:
    """Give the body that is asked for, else the association that is set; None for every body."""
    if query.body is None:
        return reader.settings.association
    return find_code(reader.connection, "body", query.body, reader.times.known_at)


def _require_known(query: EngagementQuery) -> None:
    """Refuse a grouping, a division or a span that the report does not have."""
    if query.by not in GROUPED_BY:
        raise UnknownColumn(
            f"There is no column {quote_text(query.by)} to group by.",
            why="Engagement is that of cities, added up by office or country where asked for.",
            next_step=f"Give --by {' or '.join(GROUPED_BY)}.",
        )
    if query.every not in (None, YEAR):
        raise UnknownPeriod(
            f"There is no period {quote_text(str(query.every))} here.",
            why="A span is divided into calendar years.",
            next_step="Give --every year, or omit it.",
        )
    if query.first is not None and query.last is not None and query.last < query.first:
        raise SpanBackwards(
            f"{query.last} is before {query.first}.",
            why="A span runs from an earlier day to a later one.",
        )


class _BodyReport:
    """The report of one body."""

    def __init__(self, snapshot: Snapshot, records: BodyRecords, query: EngagementQuery) -> None:
        self._snapshot = snapshot
        self._records = records
        self._by = query.by
        last = min(query.last or snapshot.day, snapshot.day)
        first = query.first or records.first_day or last
        self._span = Span(first, last)
        spans = [] if first > last else [self._span]
        self._spans = [year for one in spans for year in years_of(one)] if query.every else spans

    @cached_property
    def _figures(self) -> list[tuple[Span, dict[str, Engagement]]]:
        """The figures of each city of a span, span by span."""
        records = self._records
        return [
            (span, {city: records.engagement(city, span) for city in records.cities(span)})
            for span in self._spans
        ]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give a row for each span and city, or group of cities."""
        body = self._snapshot.records("body")[self._records.body]
        of_body = {"body": body.code, "body_name": body.name}
        for span, figures in self._figures:
            head = {**of_body, "from": span.first, "to": span.last}
            if self._by == CITY:
                yield from self._of_cities(head, span, figures)
            else:
                for name, cities in sorted(self._grouped(figures).items()):
                    of_group = {city: figures[city] for city in cities}
                    yield {**head, self._by: name, **self._group_figures(span, of_group)}

    def _of_cities(
        self, head: Mapping[str, Any], span: Span, figures: Mapping[str, Engagement]
    ) -> Iterator[dict[str, Any]]:
        """Give the rows of cities; those of which the figures are one value share its columns."""
        cities, targets = self._snapshot.records(CITY), self._targets_of
        columns: dict[int, dict[str, Any]] = {}
        for code, one in figures.items():
            shown = columns.get(id(one))
            if shown is None:
                shown = columns[id(one)] = figures_row(one)
            city, marks = cities[code], self._records.marks(code, span.last)
            yield {
                **head,
                CITY: city.code,
                "city_name": city.name,
                "office": city.office,
                "country": city.country,
                **shown,
                "present_mark": marks[PRESENT],
                "effective_mark": marks[EFFECTIVE],
                "step": one.step(marks),
                "targets": targets.get(code, []),
            }

    def _grouped(self, cities: Iterable[str]) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for city, group in _groups(self._snapshot, cities, self._by).items():
            groups.setdefault(group, []).append(city)
        return groups

    def _group_figures(self, span: Span, figures: Mapping[str, Engagement]) -> dict[str, Any]:
        """Add the figures of several cities up, and count the cities at each step."""
        steps = Counter(
            one.step(self._records.marks(city, span.last)) for city, one in figures.items()
        )
        return {
            "cities": len(figures),
            **figures_row(add_up([*figures.values()])),
            **{f"cities_{measure}": steps[measure] for measure in MEASURES},
        }

    @cached_property
    def _targets_of(self) -> dict[str, list[str]]:
        """Where each city stands, by city: each is asked for in the rows of its own."""
        named: dict[str, list[str]] = {}
        for one in self._target_states:
            named.setdefault(one.city, []).append(f"{one.target.code} {one.state}")
        return named

    @cached_property
    def _target_states(self) -> list[TargetState]:
        """Where each city stands with each target of the body, and of its own."""
        cities = self._records.cities(self._span)
        return [
            self._records.state_of(target, city, self._snapshot.day)
            for target in sorted(self._records.targets, key=lambda one: one.code)
            for city in (cities if target.city is None else [target.city])
        ]

    def targets(self) -> Iterator[dict[str, Any]]:
        """Give a row for each target and city."""
        for target, city, figure, state in self._target_states:
            yield {
                "target": target.code,
                "body": target.body,
                "city": city,
                "measure": target.measure,
                "value": target.value,
                "from": target.from_,
                "by": target.by,
                "figure": figure,
                "state": state,
            }

    def not_counted(self) -> dict[str, int]:
        """Say what the figures leave out, and how much of it there is."""
        figures = [one for _, by_city in self._figures for one in by_city.values()]
        return {
            "cancelled_meetings": sum(_is_in(day, self._span) for _, day in self.cancelled()),
            "attendance_not_recorded": sum(one.not_recorded for one in figures),
            "beginning_not_known": len(self._records.never_expected),
        }

    def cancelled(self) -> Iterator[tuple[str, date]]:
        """Give the body and the day of each cancelled meeting."""
        meetings = self._records.meetings
        return ((self._records.body, one.from_) for one in meetings if one.cancelled)

    def unbegun(self) -> Iterator[tuple[str, str]]:
        """Give the body and the group of each seat that no meeting is expected of."""
        for seat in self._records.never_expected:
            yield self._records.body, group_of(self._snapshot, seat.city, self._by)


def group_of(snapshot: Snapshot, city: str, by: str) -> str:
    """Return the group that a city is added up in."""
    return city if by == CITY else str(getattr(snapshot.records(CITY)[city], by))


def _groups(snapshot: Snapshot, cities: Iterable[str], by: str) -> dict[str, str]:
    """Return the group of each of some cities; without groups each is its own."""
    if by == CITY:
        return {city: city for city in cities}
    return {city: group_of(snapshot, city, by) for city in cities}


def _is_in(day: date, span: Span) -> bool:
    return span.first <= day <= span.last


def figures_row(figures: Engagement) -> dict[str, Any]:
    """Give the figures as columns: each share beside both its numbers."""
    present, effective, days = figures.present, figures.effective, figures.days
    contributions = figures.contributions
    return {
        "expected": figures.expected,
        "not_recorded": figures.not_recorded,
        "present": present.value,
        "present_count": present.part,
        "present_of": present.whole,
        "part": figures.part,
        "apologies": figures.apologies,
        "as_guest": figures.as_guest,
        "contributions": sum(contributions.values()),
        **{word: contributions.get(word, 0) for word in CONTRIBUTIONS},
        "effective": effective.value,
        "effective_count": effective.part,
        "effective_of": effective.whole,
        "deciding": figures.deciding,
        "used": figures.used,
        "days": days.value,
        "days_count": days.part,
        "days_of": days.whole,
    }


def city_engagement(reader: Reader, snapshot: Snapshot, city: str) -> list[dict[str, Any]]:
    """Give the rows of one city, of each body with a seat or an attendance of it.

    `snapshot` is of the city and what hangs under it: the bodies' other meetings are read here.
    """
    codes = {one.body for one in snapshot.records("seat").values() if one.body is not None}
    codes |= {one.body for one in snapshot.records("meeting").values()}
    known_at = reader.times.known_at
    bodies = load_where(reader.connection, "body", "code", codes, known_at)
    ids = [one.id for one in bodies.values()]
    of_bodies = {
        kind: [
            one.record
            for one in load_where(reader.connection, kind, "body", ids, known_at).values()
        ]
        for kind in ("meeting", "target")
    }
    meetings = {one.code: one for one in of_bodies["meeting"] if one.from_ <= reader.day}
    targets = {one.code: one for one in of_bodies["target"] if one.city in (None, city)}
    whole = replace(
        snapshot,
        registers={
            **snapshot.registers,
            "body": {code: one.record for code, one in bodies.items()},
            "meeting": {**snapshot.records("meeting"), **meetings},
            "target": targets,
        },
    )
    query = EngagementQuery()
    reports = [_BodyReport(whole, one, query) for one in read_bodies(reader, whole)]
    return [row for one in reports for row in one.rows() if row["city"] == city]


def read_bodies(reader: Reader, snapshot: Snapshot) -> list[BodyRecords]:
    """Gather the records of each body in a snapshot, by code."""
    meetings = _by(snapshot.records("meeting").values(), attrgetter("body"))
    body_of = {code: one.body for code, one in snapshot.records("meeting").items()}
    attendance = _by_body(snapshot.records("attendance").values(), body_of)
    motions = _by_body(snapshot.records("motion").values(), body_of)
    targets = _by(snapshot.records("target").values(), attrgetter("body"))
    records = seat_records(reader, snapshot, contributions=False)
    seats = _by(seat_times(records, snapshot.day), itemgetter(0))
    return [
        BodyRecords(
            body=code,
            meetings=meetings.get(code, []),
            attendance=attendance.get(code, []),
            seats=[seat for _, seat in seats.get(code, [])],
            motions=motions.get(code, []),
            targets=targets.get(code, []),
            first=None if body.from_ is None else body.from_.first,
        )
        for code, body in snapshot.records("body").items()
    ]


def _by(records: Iterable[Any], key: Callable[[Any], str]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for one in records:
        groups.setdefault(key(one), []).append(one)
    return groups


def _by_body(records: Iterable[Any], body_of: Mapping[str, str]) -> dict[str, list[Any]]:
    """Group what is recorded of meetings by their bodies."""
    groups: dict[str, list[Any]] = {}
    for one in records:
        groups.setdefault(body_of[one.meeting], []).append(one)
    return groups


def seat_times(records: SeatRecords, day: date) -> Iterator[tuple[str, SeatTime]]:
    """Give each seat in a body that has begun on a day, with the body's code."""
    bore = {code for code, came in records.came_of.items() if not came.is_nothing}
    for seat in records.seats:
        if seat.body is None:
            continue
        held = records.held(seat)
        first, last = held.span
        if first > day:
            continue
        step = held.step
        yield (
            seat.body,
            SeatTime(
                code=seat.code,
                city=seat.city,
                first=None if seat.from_ is None else first,
                last=None if last == date.max else last,
                expects=step is not Step.NONE,
                decides=step is Step.DECIDING,
                bore=seat.code in bore,
            ),
        )
