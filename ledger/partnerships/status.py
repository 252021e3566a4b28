"""The status of a partnership on a day, and the outcome of all that came of it: two answers.

Both follow from dated events. An event can be a trace, which shows life in the tie, and can reach
an outcome; what a return or a release takes back is a quantity, so neither undoes an outcome.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from ledger.core.dates import months_after
from ledger.core.partial_dates import PartialDate, Period

SLEEPING_MONTHS: Final = 24
"""Without a trace for longer, a partnership sleeps, unless the ledger's setting says otherwise."""


class Status(StrEnum):
    """How a partnership stands on a day."""

    ENDED = "ended"
    ACTIVE = "active"
    NEW = "new"
    SLEEPING = "sleeping"


class Outcome(StrEnum):
    """What came of a partnership, each further than the one before."""

    NONE = "none"
    ASKED = "asked"
    INTERESTED = "interested"
    HELD = "held"
    DONE = "done"
    COMMITTED = "committed"
    DELIVERED = "delivered"


RANKS: Final = {outcome: rank for rank, outcome in enumerate(Outcome)}
"""How far each outcome is."""


class Event(NamedTuple):
    """Something that came of a partnership on a day: what it was, and of which record.

    What lasts is a trace on every day through `until`. `written` and `until_written` are the
    dates that these days were taken from, where these may be a year or a month.
    """

    day: date
    what: str
    record: str
    reaches: Outcome = Outcome.NONE
    until: date | None = None
    written: PartialDate | None = None
    until_written: PartialDate | None = None

    def trace_by(self, day: date) -> date | None:
        """Give the last day, up to a day, on which the event shows life; None before it."""
        if self.day > day:
            return None
        return self.day if self.until is None else max(self.day, min(self.until, day))

    def as_written(self, trace: date) -> PartialDate:
        """Give a day of the event as the date that it was taken from was written."""
        if trace == self.day and self.written is not None:
            return self.written
        if trace == self.until and self.until_written is not None:
            return self.until_written
        return PartialDate(trace.isoformat())


class Trace(NamedTuple):
    """The newest sign of life in a partnership, and its day as it was written."""

    day: date
    what: str
    record: str
    written: PartialDate


def newest_trace(events: Collection[Event], day: date) -> Trace | None:
    """Give the newest sign of life up to a day; of several, the one that reaches furthest."""
    found = [(trace, event) for event in events if (trace := event.trace_by(day)) is not None]
    if not found:
        return None
    newest, event = found[0] if len(found) == 1 else max(found, key=_newest_and_furthest)
    return Trace(newest, event.what, event.record, event.as_written(newest))


def _newest_and_furthest(one: tuple[date, Event]) -> tuple[date, int, str, str]:
    trace, event = one
    return trace, RANKS[event.reaches], event.record, event.what


def status_on(period: Period, trace: Trace | None, day: date, months: int) -> Status:
    """Give the status of a partnership on a day, by its newest trace within so many months."""
    if period.last < day:
        return Status.ENDED
    since = _months_before(day, months)
    if trace is not None and trace.day >= since:
        return Status.ACTIVE
    if period.begin is not None and period.begin.first >= since:
        return Status.NEW
    return Status.SLEEPING


@lru_cache(maxsize=8)
def _months_before(day: date, months: int) -> date:
    return months_after(day, -months)


def outcome_by(events: Iterable[Event], day: date) -> Outcome:
    """Give the furthest that was reached by a day."""
    reached = (event.reaches for event in events if event.day <= day)
    return max(reached, key=RANKS.__getitem__, default=Outcome.NONE)
