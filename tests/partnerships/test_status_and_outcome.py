"""The status of a partnership and the outcome of what came of it, by their definitions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tie_worlds import FIRST, PARTNERSHIPS, SPAN, TieWorld, judged, read_naively, tie_worlds
from ties import a_partnership, an_undertaking

from ledger.core.dates import months_after
from ledger.core.factors import Stage
from ledger.partnerships.events import DealAct, deal_events, undertaking_event
from ledger.partnerships.status import (
    Event,
    Outcome,
    Status,
    newest_trace,
    outcome_by,
    status_on,
)

DAY = date(2026, 11, 29)


@given(
    tie_worlds(),
    st.sampled_from(PARTNERSHIPS),
    st.integers(0, SPAN + 60),
    st.integers(1, 5),
)
def test_the_program_judges_as_the_definitions_say(
    world: TieWorld, code: str, number: int, months: int
) -> None:
    day = FIRST + timedelta(days=number)
    assert judged(world, code, day, months) == read_naively(world, code, day, months)


def status(*events: Event, signed: str | None = None, ended: str | None = None) -> Status:
    period = a_partnership(signed=signed, ended=ended).period
    return status_on(period, newest_trace(events, DAY), DAY, 24)


def done(day: date, until: date | None = None) -> Event:
    return Event(day, "undertaking done", "UT-1", Outcome.DONE, until)


def test_a_tie_is_active_through_the_same_day_24_months_later() -> None:
    assert status(done(date(2024, 11, 29))) is Status.ACTIVE
    assert status(done(date(2024, 11, 28))) is Status.SLEEPING
    assert status(done(DAY)) is Status.ACTIVE
    assert status(done(DAY + timedelta(days=1))) is Status.SLEEPING


@pytest.mark.parametrize(
    ("signed", "found"),
    [
        ("2025", Status.NEW),
        ("2024-12", Status.NEW),
        ("2024-11-29", Status.NEW),
        ("2024-11", Status.SLEEPING),  # it may have been signed before
        ("2024", Status.SLEEPING),
        (None, Status.SLEEPING),
    ],
)
def test_a_tie_is_new_that_was_surely_signed_within_the_months(
    signed: str | None, found: Status
) -> None:
    assert status(signed=signed) is found


def test_a_tie_has_ended_once_its_last_possible_day_has_passed() -> None:
    assert status(done(DAY), ended="2026-11-28") is Status.ENDED
    assert status(done(DAY), ended="2026-11") is Status.ACTIVE
    assert status(ended="2026") is Status.SLEEPING
    assert status(done(DAY), ended="2025") is Status.ENDED


def test_what_lasts_is_a_trace_on_every_day_until_it_ends() -> None:
    assert status(done(date(2010, 1, 1), until=date(2030, 1, 1))) is Status.ACTIVE
    assert status(done(date(2010, 1, 1), until=date(2024, 11, 29))) is Status.ACTIVE
    assert status(done(date(2010, 1, 1), until=date(2024, 11, 28))) is Status.SLEEPING


def test_what_lasts_without_an_end_has_to_be_confirmed() -> None:
    office = an_undertaking(done_on="2010", lasts=True)
    event = undertaking_event(office, date(2024, 2, 29), 24)
    assert event is not None
    assert event.until == date(2026, 2, 28)
    until = an_undertaking(done_on="2010", lasts=True, until="2020")
    assert undertaking_event(until, DAY, 24) == event._replace(
        until=date(2020, 12, 31), until_written=until.until
    )
    assert undertaking_event(an_undertaking(), DAY, 24) is None


def test_an_undertaking_is_late_once_its_day_has_passed_and_until_it_is_done() -> None:
    due = an_undertaking(due_on=DAY, done_on="2027-01")
    assert not due.is_late(DAY)
    assert due.is_late(DAY + timedelta(days=1))
    assert not due.is_late(date(2027, 1, 1))
    assert not an_undertaking().is_late(DAY)


def act(number: int, stage: Stage, reverses: int | None = None) -> DealAct:
    return DealAct(number, "D-1", "act", DAY, stage, reverses)


def test_a_return_takes_back_no_outcome_and_a_reversal_does() -> None:
    delivered = [act(1, Stage.HELD), act(2, Stage.COMMITTED), act(3, Stage.DELIVERED)]
    returned = [*delivered, act(4, Stage.COMMITTED)]
    reversed_ = [*delivered, act(4, Stage.COMMITTED, reverses=3)]
    again = [*reversed_, act(5, Stage.DELIVERED, reverses=4)]
    for acts, outcome in (
        (delivered, Outcome.DELIVERED),
        (returned, Outcome.DELIVERED),
        (reversed_, Outcome.COMMITTED),
        (again, Outcome.DELIVERED),
    ):
        assert outcome_by(deal_events(acts), DAY) is outcome


def test_outcomes_are_ordered_as_they_are_defined() -> None:
    order = ["delivered", "committed", "done", "held", "interested", "asked", "none"]
    assert [one.value for one in reversed(Outcome)] == order


def test_months_are_those_of_the_calendar() -> None:
    assert months_after(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert months_after(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_after(date(2026, 12, 1), 1) == date(2027, 1, 1)
    assert months_after(date(1, 1, 1), -5) == date(1, 1, 1)
    assert months_after(date.max, 5) == date.max
