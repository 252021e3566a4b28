"""The meetings of a body in the order of their days, and those that are expected of its seats.

A meeting is expected of a seat on whose first day the seat is in force, if its role has a step.
Meetings that were cancelled are not held, and have no place.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from ledger.meetings.records import Meeting


class SeatTime(NamedTuple):
    """A seat of a city in the body, as engagement asks of it.

    `first` and `last` are its first and last day in force, None where they are not known, or for
    an open end. `expects` says that its role has a step, `decides` that the step is deciding, and
    `bore` that something came of it: a record whose chain of origins leads to it.
    """

    code: str
    city: str
    first: date | None
    last: date | None
    expects: bool
    decides: bool
    bore: bool = False

    def holds_on(self, day: date) -> bool:
        """Say whether the seat is in force on a day."""
        begun = self.first is None or self.first <= day
        return begun and (self.last is None or day <= self.last)


class Span(NamedTuple):
    """Days from a first through a last, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Count the days."""
        return (self.last - self.first).days + 1


class Expected(NamedTuple):
    """The meetings that are expected of a city in a span.

    `ranges` are their places, apart from each other: the first and that after the last. `meetings`
    is how many they are, and `incomplete` how many of them have a list that is not complete.
    """

    ranges: tuple[tuple[int, int], ...]
    meetings: int
    incomplete: int


class Calendar:
    """The meetings of a body that were held; the place of each is its number in their order."""

    def __init__(self, meetings: Iterable[Meeting]) -> None:
        """Take the meetings of a body, cancelled ones too."""
        held = (one for one in meetings if not one.cancelled)
        self.held = sorted(held, key=lambda one: (one.from_, one.code))
        self.days = [one.from_ for one in self.held]
        """The first days of the meetings, in their order."""
        self.place_of = {one.code: place for place, one in enumerate(self.held)}
        self._expected: dict[tuple[object, ...], Expected] = {}

    def within(self, span: Span) -> list[Meeting]:
        """Give the meetings that began in a span."""
        first, end = self.places_in(span)
        return self.held[first:end]

    def places_in(self, span: Span) -> tuple[int, int]:
        """Give the place of the first meeting that began in a span, and that after the last."""
        return bisect_left(self.days, span.first), bisect_right(self.days, span.last)

    @cached_property
    def _open_before(self) -> list[int]:
        """How many meetings before each place have a list that is not complete."""
        return [*accumulate((not one.complete for one in self.held), initial=0)]

    def expected(self, seats: Iterable[SeatTime], span: Span) -> Expected:
        """Give the meetings of a span that are expected of a city, by its seats.

        Seats without a known beginning are left out. Many cities have seats of the same times.
        """
        times = [(one.first, one.last) for one in seats if one.expects and one.first is not None]
        key = (*times, span)
        found = self._expected.get(key)
        if found is None:
            found = self._expected[key] = self._of_times(times, span)
        return found

    def _of_times(self, times: Iterable[tuple[date, date | None]], span: Span) -> Expected:
        through, _ = self.places_in(span)
        ranges = []
        for first, last in sorted(times, key=itemgetter(0)):
            within = Span(max(first, span.first), min(last or span.last, span.last))
            begin, end = self.places_in(within)
            if max(begin, through) < end:
                ranges.append((max(begin, through), end))
                through = end
        incomplete = self._open_before
        return Expected(
            ranges=tuple(ranges),
            meetings=sum(end - first for first, end in ranges),
            incomplete=sum(incomplete[end] - incomplete[first] for first, end in ranges),
        )


def overlaps(seat: SeatTime, span: Span) -> bool:
    """Say whether a seat is in force on a day of a span."""
    begun = seat.first is None or seat.first <= span.last
    return begun and (seat.last is None or span.first <= seat.last)


def days_of(seats: Iterable[SeatTime], span: Span) -> int:
    """Count the days of a span on which at least one of the seats is in force."""
    periods = sorted(
        (max(one.first or span.first, span.first), min(one.last or span.last, span.last))
        for one in seats
        if overlaps(one, span)
    )
    days, through = 0, date.min
    for first, last in periods:
        begin = first.toordinal() if through < first else through.toordinal() + 1
        days += max(0, last.toordinal() - begin + 1)
        through = max(through, last)
    return days


def years_of(span: Span) -> list[Span]:
    """Split a span into its calendar years."""
    return [
        Span(max(span.first, date(year, 1, 1)), min(span.last, date(year, 12, 31)))
        for year in range(span.first.year, span.last.year + 1)
    ]
