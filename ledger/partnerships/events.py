"""The dated events of a partnership: of its undertakings, and of what has it in its origins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from ledger.core.dates import months_after
from ledger.core.factors import Stage
from ledger.meetings.records import Meeting
from ledger.partnerships.records import PARTNERSHIP, Undertaking
from ledger.partnerships.status import Event, Outcome
from ledger.registers.pairs import Approach

Key = tuple[str, str]
"""A record by its register and its code."""

REACHED: Final = {
    Stage.HELD: Outcome.HELD,
    Stage.COMMITTED: Outcome.COMMITTED,
    Stage.DELIVERED: Outcome.DELIVERED,
}


class DealAct(NamedTuple):
    """An act of a deal as it was recorded: the stage it moved to, and what it reverses."""

    number: int
    deal: str
    act: str
    day: date
    to_stage: Stage
    reverses: int | None = None


def undertaking_event(one: Undertaking, recorded_on: date, months: int) -> Event | None:
    """Give the event of an undertaking that was done; None of one that was not.

    What lasts without a last day lasts for so many months after its newest version was recorded,
    so that somebody has to confirm it.
    """
    if one.done_on is None:
        return None
    until = None
    if one.lasts:
        until = months_after(recorded_on, months) if one.until is None else one.until.last
    return Event(
        one.done_on.first,
        "undertaking done",
        one.code,
        Outcome.DONE,
        until,
        written=one.done_on,
        until_written=one.until,
    )


def approach_events(one: Approach) -> Iterator[Event]:
    """Give the events of an approach; one that was sent in error has none."""
    if one.withdrawn:
        return
    yield Event(one.sent_on, "approach sent", one.code, Outcome.ASKED)
    if one.interested_on is not None:
        yield Event(one.interested_on, "approach interested", one.code, Outcome.INTERESTED)
    if one.declined_on is not None:
        yield Event(one.declined_on, "approach declined", one.code)


def meeting_events(one: Meeting) -> Iterator[Event]:
    """Give the event of a meeting that was held."""
    if not one.cancelled:
        yield Event(one.from_, "meeting", one.code)


def deal_events(acts: Iterable[DealAct]) -> Iterator[Event]:
    """Give the events of deals, by the acts that stand: no reversal of theirs does.

    An act that was reversed is no event, and neither is its reversal.
    """
    every = list(acts)
    undone: set[int] = set()
    # A reversal comes after what it reverses, so the newest are known to stand first.
    for one in sorted(every, key=lambda act: -act.number):
        if one.reverses is not None and one.number not in undone:
            undone.add(one.reverses)
    for one in every:
        if one.reverses is None and one.number not in undone:
            yield Event(
                one.day, f"deal {one.act}", one.deal, REACHED.get(one.to_stage, Outcome.NONE)
            )


def events_by_record(
    undertakings: Iterable[tuple[Undertaking, date]],
    approaches: Iterable[Approach],
    meetings: Iterable[Meeting],
    acts: Iterable[DealAct],
    months: int,
) -> dict[Key, list[Event]]:
    """Give the events of records, by kind and code; those of undertakings by their partnership.

    Each undertaking comes with the day on which its newest version was recorded.
    """
    events: defaultdict[Key, list[Event]] = defaultdict(list)
    for undertaking, recorded_on in undertakings:
        done = undertaking_event(undertaking, recorded_on, months)
        if done is not None:
            events[PARTNERSHIP, undertaking.partnership].append(done)
    for approach in approaches:
        events["approach", approach.code] += approach_events(approach)
    for meeting in meetings:
        events["meeting", meeting.code] += meeting_events(meeting)
    for event in deal_events(acts):
        events["deal", event.record].append(event)
    return dict(events)


def events_of(
    code: str, came_of: Iterable[Key], events: Mapping[Key, Iterable[Event]]
) -> Iterator[Event]:
    """Give the events of a partnership: its own, and those of all records that came of it.

    `came_of` is everything whose chain of origins leads to the partnership. Undertakings are
    events of the partnership that they are made under.
    """
    for key in ((PARTNERSHIP, code), *came_of):
        yield from events.get(key, ())
