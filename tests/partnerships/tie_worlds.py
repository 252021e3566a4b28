"""Random partnerships with all that may have come of them, and a second reading of what did.

The second reading asks day by day and record by record what the definitions say, and knows
nothing of events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

from asks import an_approach
from hypothesis import strategies as st
from ties import a_partnership, an_undertaking

from ledger.core.factors import Stage
from ledger.core.partial_dates import parse_partial_date
from ledger.meetings.records import Meeting
from ledger.origins.links import Links, Origin
from ledger.partnerships.events import DealAct, events_by_record, events_of
from ledger.partnerships.records import Partnership, Undertaking
from ledger.partnerships.status import (
    Outcome,
    Status,
    newest_trace,
    outcome_by,
    status_on,
)
from ledger.registers.pairs import Approach

FIRST = date(2023, 12, 1)
SPAN = 120
EARLIEST = date(2023, 1, 1)
"""The first day that any date of a world can mean."""
PARTNERSHIPS = ("PA-1", "PA-2", "PA-3")
APPROACHES = ("AP-1", "AP-2", "AP-3")
DEALS = ("D-1", "D-2")
MEETINGS = ("MT-1",)
STAGES = (Stage.OPEN, Stage.HELD, Stage.COMMITTED, Stage.DELIVERED)


@dataclass(frozen=True)
class TieWorld:
    """Records with their origins, and the acts of deals as they were recorded."""

    partnerships: dict[str, Partnership]
    undertakings: list[tuple[Undertaking, date]]
    approaches: list[Approach]
    meetings: list[Meeting]
    acts: list[DealAct]
    origins: dict[Origin, Origin] = field(default_factory=dict)


days = st.integers(0, SPAN).map(lambda number: FIRST + timedelta(days=number))
maybe_days = st.none() | days
texts = st.builds(lambda day, length: day.isoformat()[:length], days, st.sampled_from([4, 7, 10]))
maybe_texts = st.none() | texts


@st.composite
def tie_worlds(draw: Any) -> TieWorld:
    """Give three partnerships, and what may have come of them."""
    ties = {
        code: a_partnership(code, signed=draw(maybe_texts), ended=draw(maybe_texts))
        for code in PARTNERSHIPS
    }
    undertakings = [
        (
            an_undertaking(
                f"UT-{number}",
                draw(st.sampled_from(PARTNERSHIPS)),
                due_on=draw(maybe_days),
                done_on=draw(maybe_texts),
                lasts=draw(st.booleans()),
                until=draw(maybe_texts),
            ),
            draw(days),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    approaches = [
        an_approach(
            code,
            sent_on=draw(days),
            interested_on=draw(maybe_days),
            declined_on=draw(maybe_days),
            withdrawn=draw(st.booleans()),
        )
        for code in APPROACHES
    ]
    meetings = [
        Meeting(code, "METROPOLIS", "A session", draw(days), cancelled=draw(st.booleans()))
        for code in MEETINGS
    ]
    return TieWorld(ties, undertakings, approaches, meetings, draw(deal_acts()), draw(chains()))


@st.composite
def deal_acts(draw: Any) -> list[DealAct]:
    """Give acts of two deals, some of which are reversed, and some of the reversals."""
    acts: list[DealAct] = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        standing = [one for one in acts if all(one.number != back.reverses for back in acts)]
        if standing and draw(st.booleans()):
            back = draw(st.sampled_from(standing))
            day = max(back.day, draw(days))
            acts.append(DealAct(number, back.deal, "reverse", day, Stage.OPEN, back.number))
        else:
            stage = draw(
                st.sampled_from([Stage.OPEN, Stage.HELD, Stage.COMMITTED, Stage.DELIVERED])
            )
            acts.append(DealAct(number, draw(st.sampled_from(DEALS)), "act", draw(days), stage))
    return acts


@st.composite
def chains(draw: Any) -> dict[Origin, Origin]:
    """Give some records an origin: one that comes before them, so that no chain is a circle."""
    before = [Origin("partnership", code) for code in PARTNERSHIPS]
    middle = [
        *(Origin("approach", code) for code in APPROACHES),
        *(Origin("meeting", code) for code in MEETINGS),
    ]
    last = [Origin("deal", code) for code in DEALS]
    known, origins = [before[0]], {}
    for one in (*before[1:], *middle, *last):
        if draw(st.integers(0, 3)):
            origins[one] = draw(st.sampled_from(known))
        if one not in last:
            known.append(one)
    return origins


class Reading(NamedTuple):
    """What is said of a partnership on a day."""

    status: Status
    outcome: Outcome
    newest_trace: date | None


def judged(world: TieWorld, code: str, day: date, months: int) -> Reading:
    """Judge a partnership as the program does; acts that are dated later are not read."""
    acts = [act for act in world.acts if act.day <= day]
    by_record = events_by_record(world.undertakings, world.approaches, world.meetings, acts, months)
    came_of = Links(world.origins).came_of(Origin("partnership", code))
    events = [*events_of(code, came_of, by_record)]
    trace = newest_trace(events, day)
    status = status_on(world.partnerships[code].period, trace, day, months)
    return Reading(status, outcome_by(events, day), None if trace is None else trace.day)


def read_naively(world: TieWorld, code: str, day: date, months: int) -> Reading:
    """Judge a partnership by the definitions, day by day."""
    first = back(day, months)
    traced = [
        one
        for one in (day - timedelta(days=number) for number in range((day - EARLIEST).days + 1))
        if is_trace(world, code, one, months, day)
    ]
    tie = world.partnerships[code]
    if tie.ended is not None and all(one < day for one in days_of(tie.ended.text)):
        status = Status.ENDED
    elif any(one >= first for one in traced):
        status = Status.ACTIVE
    elif tie.signed is not None and all(one >= first for one in days_of(tie.signed.text)):
        status = Status.NEW
    else:
        status = Status.SLEEPING
    return Reading(status, furthest(world, code, day), traced[0] if traced else None)


def back(day: date, months: int) -> date:
    """Go back calendar months, to the last day of a month that is too short."""
    year, month, number = day.year, day.month, day.day
    for _ in range(months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    while True:
        try:
            return date(year, month, number)
        except ValueError:
            number -= 1


@cache
def days_of(text: str) -> list[date]:
    """Give every day that a partial date can mean."""
    day, found = parse_partial_date(text).first, []
    while day.isoformat().startswith(text):
        found.append(day)
        day += timedelta(days=1)
    return found


def leads_to(world: TieWorld, record: Origin, code: str) -> bool:
    """Say whether a chain of origins leads to a partnership, or begins with it."""
    if record == Origin("partnership", code):
        return True
    origin = world.origins.get(record)
    return origin is not None and leads_to(world, origin, code)


def stands(world: TieWorld, act: DealAct, day: date) -> bool:
    """Say whether no reversal that stands by a day takes an act back."""
    return not any(
        other.reverses == act.number and other.day <= day and stands(world, other, day)
        for other in world.acts
    )


def is_trace(world: TieWorld, code: str, day: date, months: int, as_of: date) -> bool:
    """Say whether a day shows life in a partnership, as is said on a later day."""
    for one, recorded_on in world.undertakings:
        if not leads_to(world, Origin("partnership", one.partnership), code) or not one.done_on:
            continue
        done = days_of(one.done_on.text)[0]
        if day == done:
            return True
        if one.lasts and day > done:
            if one.until is not None and day <= days_of(one.until.text)[-1]:
                return True
            if one.until is None and back_or_same(day, recorded_on, months):
                return True
    return (
        any(
            day in (one.sent_on, one.interested_on, one.declined_on) and not one.withdrawn
            for one in world.approaches
            if leads_to(world, Origin("approach", one.code), code)
        )
        or any(
            day == one.from_ and not one.cancelled
            for one in world.meetings
            if leads_to(world, Origin("meeting", one.code), code)
        )
        or any(
            act.day == day and act.reverses is None and stands(world, act, as_of)
            for act in world.acts
            if leads_to(world, Origin("deal", act.deal), code)
        )
    )


def back_or_same(day: date, recorded_on: date, months: int) -> bool:
    """Say whether a day is within so many months after another."""
    year, month = recorded_on.year, recorded_on.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return (day.year, day.month, day.day) <= (year, month, recorded_on.day)


def furthest(world: TieWorld, code: str, day: date) -> Outcome:
    """Give the furthest that was ever reached by a day."""
    reached = {Outcome.NONE}
    for one, _ in world.undertakings:
        own = leads_to(world, Origin("partnership", one.partnership), code)
        if own and one.done_on is not None and days_of(one.done_on.text)[0] <= day:
            reached.add(Outcome.DONE)
    for ask in world.approaches:
        if leads_to(world, Origin("approach", ask.code), code) and not ask.withdrawn:
            if ask.sent_on <= day:
                reached.add(Outcome.ASKED)
            if ask.interested_on is not None and ask.interested_on <= day:
                reached.add(Outcome.INTERESTED)
    stages = {Stage.HELD: Outcome.HELD, Stage.COMMITTED: Outcome.COMMITTED}
    stages[Stage.DELIVERED] = Outcome.DELIVERED
    for act in world.acts:
        own = leads_to(world, Origin("deal", act.deal), code)
        if own and act.day <= day and act.reverses is None and stands(world, act, day):
            reached.add(stages.get(act.to_stage, Outcome.NONE))
    order = ("delivered", "committed", "done", "held", "interested", "asked", "none")
    return next(Outcome(name) for name in order if Outcome(name) in reached)
