"""How far a city is present, effective and deciding in a body, from records and not from claims.

For one body and one span of days, per city with a seat in it or an attendance:

- *expected*: the meetings of the span, not cancelled, on whose first day the city held a seat of a
  step. A seat without a known beginning expects none before the first that the city is known to
  have attended. *Not recorded*: those without a row for the city whose list is not complete.
- *present* = (attended + part + online among expected) ÷ (expected - not recorded).
- *effective* = meetings where present with a contribution ÷ meetings where present, those as a
  guest included.
- *deciding*: seats of step deciding in force at the end of the span. *Days*: days of the span with
  one ÷ days of the span. A seat is *used* if something came of it, or if its city contributed or
  moved something at a meeting of the body while it was in force.
- *step*: present if present reaches its mark; effective if effective reaches its own too; deciding
  if a deciding seat in force is used too. What is unknown reaches no step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from ledger.meetings.calendar import Calendar, Expected, SeatTime, Span, days_of, overlaps
from ledger.meetings.records import Attendance, Meeting, Motion, Target
from ledger.registers.network import DECIDING, EFFECTIVE, PRESENT, PRESENT_WORDS

_PLACES: Final = 10_000
MARKS: Final = {PRESENT: Decimal("0.8"), EFFECTIVE: Decimal("0.5")}
"""What the shares have to reach where no target is in force."""


class Share(NamedTuple):
    """A part of a whole, with both numbers."""

    part: int
    whole: int

    @property
    def value(self) -> Decimal | None:
        """Give the share to four places, rounded down; None where the divisor is zero."""
        return _to_four_places(self.part, self.whole)

    def reaches(self, mark: Decimal) -> bool:
        """Say whether the share, exactly, is at least a mark; an unknown one is not."""
        return bool(self.whole) and Decimal(self.part) >= mark * self.whole

    def __add__(self, other: object) -> Share:
        """Add the parts and the wholes of two shares."""
        if not isinstance(other, Share):
            return NotImplemented
        return Share(self.part + other.part, self.whole + other.whole)


@lru_cache(maxsize=4096)
def _to_four_places(part: int, whole: int) -> Decimal | None:
    """Divide, rounding down; the cities of a report have few different shares."""
    return Decimal(part * _PLACES // whole).scaleb(-4) if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """The figures of one city in one body over one span, or of several cities added up."""

    expected: int
    not_recorded: int
    present: Share
    part: int
    apologies: int
    as_guest: int
    contributions: Mapping[str, int]
    effective: Share
    deciding: int
    used: int
    days: Share

    def step(self, marks: Mapping[str, Decimal]) -> str | None:
        """Give the step that is reached, by the marks of the two shares; None for none."""
        if not self.present.reaches(marks[PRESENT]):
            return None
        if not self.effective.reaches(marks[EFFECTIVE]):
            return PRESENT
        return DECIDING if self.used else EFFECTIVE

    def reaches(self, target: Target) -> bool:
        """Say whether the figure that a target is about is at least its value."""
        if target.measure == DECIDING:
            return self.deciding >= target.value
        share = self.present if target.measure == PRESENT else self.effective
        return share.reaches(target.value)

    def figure(self, measure: str) -> Decimal | None:
        """Give the figure of a measure; None where it is unknown."""
        if measure == DECIDING:
            return Decimal(self.deciding)
        return (self.present if measure == PRESENT else self.effective).value


class _AttendanceCounts(NamedTuple):
    """The attendance of a city, counted.

    Of the meetings that were expected of it: `presences` by their words, `at_incomplete` where the
    list is not complete, and `present`. Of all meetings where it was `there`, as a guest too:
    `active`, which are those with a contribution, and `contributions` by their words.
    """

    presences: Mapping[str, int]
    at_incomplete: int
    present: int
    there: int
    active: int
    contributions: Mapping[str, int]


_NOTHING: Final[Counter[str]] = Counter()


def _counted(words: Sequence[str]) -> Mapping[str, int]:
    return Counter(words) if words else _NOTHING


@dataclass(frozen=True, kw_only=True)
class BodyRecords:
    """What is recorded of one body through a day: its meetings, seats, attendance, and motions.

    `motions` are those made at its meetings. `first` is the first day of the body where that is
    known.
    """

    body: str
    meetings: Sequence[Meeting]
    attendance: Iterable[Attendance] = ()
    seats: Sequence[SeatTime] = ()
    motions: Iterable[Motion] = ()
    targets: Sequence[Target] = ()
    first: date | None = None

    @cached_property
    def calendar(self) -> Calendar:
        """The meetings that were held, in their order."""
        return Calendar(self.meetings)

    @cached_property
    def rows(self) -> dict[str, dict[str, Attendance]]:
        """The attendance of each city at meetings that were held, by meeting."""
        rows: dict[str, dict[str, Attendance]] = {}
        held = self.calendar.place_of
        for one in self.attendance:
            if one.meeting in held:
                rows.setdefault(one.city, {})[one.meeting] = one
        return rows

    @cached_property
    def seats_of(self) -> dict[str, list[SeatTime]]:
        """The seats of each city."""
        seats: dict[str, list[SeatTime]] = {}
        for one in self.seats:
            seats.setdefault(one.city, []).append(one)
        return seats

    @cached_property
    def contributed_on(self) -> dict[tuple[str, str], list[date]]:
        """The days on which cities contributed or moved something: see `contributed_on`."""
        meetings = {one.code: one for one in self.calendar.held}
        return contributed_on(meetings, self.attendance, self.motions)

    @property
    def never_expected(self) -> list[SeatTime]:
        """The seats without a known beginning of cities that are not known to have attended."""
        unknown = (one for one in self.seats if one.first is None and one.expects)
        return [one for one in unknown if self._first_attended(one.city) is None]

    @property
    def first_day(self) -> date | None:
        """The first day of which anything is recorded; None where nothing is."""
        days = [one.from_ for one in self.meetings]
        days += [one.first for one in self.seats if one.first is not None]
        return min([*days, *([self.first] if self.first else [])], default=None)

    def cities(self, span: Span) -> list[str]:
        """Name the cities with a seat in the span, or an attendance at a meeting in it."""
        seated = {one.city for one in self.seats if overlaps(one, span)}
        in_span = {one.code for one in self.calendar.within(span)}
        attended = {city for city, rows in self.rows.items() if rows.keys() & in_span}
        return sorted(seated | attended)

    def engagement(self, city: str, span: Span) -> Engagement:
        """Compute the figures of one city over a span."""
        seats = self.seats_of.get(city, ())
        rows = self.rows.get(city)
        deciding = [one for one in seats if one.decides]
        expected = self.calendar.expected([self._begun(city, one) for one in seats], span)
        if rows is not None or deciding:
            return self._figures(expected, rows or {}, deciding, span)
        # Cities that never attended nor decided have the same figures where the same is expected.
        key = expected.ranges, span
        found = self._of_absent.get(key)
        if found is None:
            found = self._of_absent[key] = self._figures(expected, {}, (), span)
        return found

    @cached_property
    def _of_absent(self) -> dict[tuple[object, ...], Engagement]:
        """The figures of cities that never attended, by what is expected of them in a span."""
        return {}

    def _figures(
        self,
        expected: Expected,
        rows: Mapping[str, Attendance],
        deciding: Sequence[SeatTime],
        span: Span,
    ) -> Engagement:
        counts = self._attendance(rows, span, expected.ranges)
        not_recorded = expected.incomplete - counts.at_incomplete
        in_force = [one for one in deciding if one.holds_on(span.last)]
        return Engagement(
            expected=expected.meetings,
            not_recorded=not_recorded,
            present=Share(counts.present, expected.meetings - not_recorded),
            part=counts.presences.get("part", 0),
            apologies=counts.presences.get("apologies", 0),
            as_guest=counts.there - counts.present,
            contributions=counts.contributions,
            effective=Share(counts.active, counts.there),
            deciding=len(in_force),
            used=sum([self._is_used(one, span.last) for one in in_force]),
            days=Share(days_of(deciding, span) if deciding else 0, span.days),
        )

    def _attendance(
        self, rows: Mapping[str, Attendance], span: Span, ranges: Sequence[tuple[int, int]]
    ) -> _AttendanceCounts:
        """Count the attendance of a city at meetings of a span, in one pass over its rows."""
        calendar = self.calendar
        begin, through = calendar.places_in(span)
        at_incomplete = present = there = active = 0
        presences: list[str] = []
        contributions: list[str] = []
        for code, row in rows.items():
            place = calendar.place_of[code]
            if not begin <= place < through:
                continue
            is_present = row.presence in PRESENT_WORDS
            if is_present:
                there += 1
                active += bool(row.did)
                contributions += row.did
            for first, end in ranges:
                if first <= place < end:
                    present += is_present
                    presences.append(row.presence)
                    at_incomplete += not calendar.held[place].complete
        return _AttendanceCounts(
            presences=_counted(presences),
            at_incomplete=at_incomplete,
            present=present,
            there=there,
            active=active,
            contributions=_counted(contributions),
        )

    def _begun(self, city: str, seat: SeatTime) -> SeatTime:
        """Give a seat with the day from which meetings are expected of it.

        Where its beginning is not known, that is the first meeting that the city is known to have
        attended; where it attended none, none is expected.
        """
        if seat.first is not None or not seat.expects:
            return seat
        first = self._first_attended(city)
        return seat._replace(first=first, expects=first is not None)

    def _first_attended(self, city: str) -> date | None:
        rows = self.rows.get(city, {}).values()
        places = (self.calendar.place_of[one.meeting] for one in rows if one.is_present)
        first = min(places, default=None)
        return None if first is None else self.calendar.days[first]

    def _is_used(self, seat: SeatTime, last: date) -> bool:
        """Say whether a seat was used by a day."""
        days = self.contributed_on.get((seat.city, self.body), ())
        return seat.bore or any(seat.holds_on(day) and day <= last for day in days)

    def marks(self, city: str, day: date) -> Mapping[str, Decimal]:
        """Give what the shares of a city have to reach on a day: its target, or the body's."""
        if not self.targets:
            return MARKS
        targets = self._targets(city, day)
        return {
            measure: next((one.value for one in targets if one.measure == measure), usual)
            for measure, usual in MARKS.items()
        }

    def _targets(self, city: str, day: date) -> list[Target]:
        """Give the targets in force for a city, its own first, then the latest."""
        found = [one for one in self.targets if one.city in (None, city) and one.holds_on(day)]
        found.sort(key=lambda one: one.code)
        found.sort(key=lambda one: one.from_ or date.min, reverse=True)
        return sorted(found, key=lambda one: one.city is None)

    def state_of(self, target: Target, city: str, day: date) -> TargetState:
        """Say whether a target is met, missed or open for a city on a day.

        The figure is that of the target's own span, through the day it is to be reached by.
        """
        last = min(target.by, day)
        first = target.from_ or self.first_day or last
        reached = self.engagement(city, Span(min(first, last), last))
        word = "missed" if target.by < day else "open"
        figure = reached.figure(target.measure)
        return TargetState(target, city, figure, "met" if reached.reaches(target) else word)


def contributed_on(
    meetings: Mapping[str, Meeting], attendance: Iterable[Attendance], motions: Iterable[Motion]
) -> dict[tuple[str, str], list[date]]:
    """Give the days on which cities contributed in bodies, by city and body.

    A day stands once for each thing that a city did at a meeting that was held, motions included.
    """
    days: dict[tuple[str, str], list[date]] = {}
    done = [
        (one.meeting, one.city, len(one.did)) for one in attendance if one.did and one.is_present
    ]
    done += [(one.meeting, one.by, 1) for one in motions]
    for code, city, count in done:
        meeting = meetings.get(code)
        if meeting is not None and not meeting.cancelled:
            days.setdefault((city, meeting.body), []).extend([meeting.from_] * count)
    return days


class TargetState(NamedTuple):
    """Where a city stands with a target: the figure it has, and met, missed or open."""

    target: Target
    city: str
    figure: Decimal | None
    state: str


def add_up(figures: Sequence[Engagement]) -> Engagement:
    """Add the figures of several cities up; shares are those of the sums."""
    total: Counter[str] = Counter()
    for one in figures:
        total.update(one.contributions)
    return Engagement(
        expected=sum(one.expected for one in figures),
        not_recorded=sum(one.not_recorded for one in figures),
        present=_sum(one.present for one in figures),
        part=sum(one.part for one in figures),
        apologies=sum(one.apologies for one in figures),
        as_guest=sum(one.as_guest for one in figures),
        contributions=total,
        effective=_sum(one.effective for one in figures),
        deciding=sum(one.deciding for one in figures),
        used=sum(one.used for one in figures),
        days=_sum(one.days for one in figures),
    )


def _sum(shares: Iterable[Share]) -> Share:
    total = Share(0, 0)
    for one in shares:
        total += one
    return total
