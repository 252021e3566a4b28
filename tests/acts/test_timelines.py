"""What stands in each stage at the end of each day, and where it would fall below zero."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.core.factors import Stage
from ledger.journal.entries import entries_reversed, required_amount
from ledger.journal.timeline import Overdraft, Timeline, TimelinePosting, timeline_from

MONDAY = date(2026, 11, 23)
TUESDAY = MONDAY + timedelta(days=1)
FRIDAY = MONDAY + timedelta(days=4)
COUNTER = frozenset({Stage.UNDECLARED})
STAGES = (Stage.UNDECLARED, Stage.OPEN, Stage.HELD, Stage.COMMITTED)


def step(day: date, number: int, source: Stage, target: Stage, amount: int) -> TimelinePosting:
    return TimelinePosting(day, number, 1, source, target, amount)


def test_what_is_required_is_every_stage_but_the_counter_stage():
    assert required_amount({Stage.UNDECLARED: -100, Stage.OPEN: 70, Stage.HELD: 30}) == 100


def test_a_timeline_begins_with_what_stands_at_the_end_of_its_first_day():
    taken = step(TUESDAY, 2, Stage.OPEN, Stage.HELD, 80)
    before = step(MONDAY, 1, Stage.UNDECLARED, Stage.OPEN, 100)
    timeline = timeline_from(MONDAY, {Stage.OPEN: 20, Stage.HELD: 80}, [taken, before])

    assert timeline == Timeline(MONDAY, {Stage.OPEN: 100, Stage.HELD: 0}, (taken,))


def test_an_act_dated_before_what_it_takes_overdraws_its_own_day():
    timeline = Timeline(
        MONDAY, {Stage.OPEN: 0}, (step(TUESDAY, 1, Stage.UNDECLARED, Stage.OPEN, 100),)
    )
    too_early = step(MONDAY, 2, Stage.OPEN, Stage.HELD, 30)

    assert timeline.first_overdraft([too_early], COUNTER) == (MONDAY, Stage.OPEN, 30, too_early)
    assert timeline.first_day_with(Stage.OPEN, 30) == TUESDAY
    assert timeline.first_day_with(Stage.OPEN, 101) is None


def test_an_overdraft_names_the_day_and_the_later_entry_that_takes():
    first = step(TUESDAY, 2, Stage.OPEN, Stage.HELD, 50)
    second = step(TUESDAY, 3, Stage.OPEN, Stage.HELD, 30)
    timeline = Timeline(MONDAY, {Stage.OPEN: 100}, (first, second))
    late = step(MONDAY, 4, Stage.OPEN, Stage.HELD, 21)

    assert timeline.first_overdraft([late], COUNTER) == (TUESDAY, Stage.OPEN, 1, second)
    assert timeline.first_overdraft([late._replace(amount=20)], COUNTER) is None


def test_within_a_day_the_order_is_no_matter():
    day = (
        step(TUESDAY, 2, Stage.OPEN, Stage.HELD, 60),
        step(TUESDAY, 3, Stage.HELD, Stage.OPEN, 60),
    )
    late = step(MONDAY, 4, Stage.OPEN, Stage.HELD, 50)

    assert Timeline(MONDAY, {Stage.OPEN: 100}, day).first_overdraft([late], COUNTER) is None


def test_the_counter_stage_may_go_below_zero_and_no_other():
    declared = step(MONDAY, 1, Stage.UNDECLARED, Stage.OPEN, 1)

    assert Timeline(MONDAY, {}).first_overdraft([declared], COUNTER) is None
    assert Timeline(MONDAY, {}).first_overdraft([declared], frozenset()) == Overdraft(
        MONDAY, Stage.UNDECLARED, 1, declared
    )


def test_the_least_of_a_stage_counts_every_day_from_the_first_on():
    later = (
        step(TUESDAY, 1, Stage.HELD, Stage.OPEN, 70),
        step(FRIDAY, 2, Stage.OPEN, Stage.HELD, 20),
    )
    timeline = Timeline(MONDAY, {Stage.HELD: 100}, later)

    assert timeline.least(Stage.HELD) == 30
    assert timeline.first_day_with(Stage.HELD, 30) == MONDAY
    assert timeline.first_day_with(Stage.HELD, 31) == FRIDAY
    assert timeline.first_day_with(Stage.HELD, 51) is None


some_steps = st.lists(
    st.builds(
        step,
        st.dates(TUESDAY, FRIDAY),
        st.integers(1, 50),
        st.sampled_from(STAGES[:3]),
        st.sampled_from(STAGES[1:]),
        st.integers(1, 9),
    ).filter(lambda one: one.from_stage != one.to_stage),
    max_size=12,
    unique_by=lambda one: one.number,
)


@given(some_steps, some_steps, st.integers(0, 9))
def test_an_overdraft_is_found_exactly_where_a_day_s_sum_is_below_zero(recorded, changes, start):
    stages = dict.fromkeys(STAGES, start)
    overdrawn = None
    for day in (MONDAY + timedelta(days=number) for number in range(5)):
        for one in (*recorded, *changes):
            if one.effective_on == day:
                stages[one.from_stage] -= one.amount
                stages[one.to_stage] += one.amount
        if overdrawn is None and any(stages[stage] < 0 for stage in STAGES[1:]):
            overdrawn = day
    found = Timeline(MONDAY, dict.fromkeys(STAGES, start), tuple(recorded)).first_overdraft(
        changes, COUNTER
    )

    assert (found and found.day) == overdrawn
    assert found is None or found.cause.from_stage == found.stage


def test_a_reversal_that_was_reversed_does_not_stand():
    assert entries_reversed([(2, 1)]) == {1}
    assert entries_reversed([(2, 1), (3, 2)]) == {2}
    assert entries_reversed([(2, 1), (3, 2), (4, 1)]) == {1, 2}
    assert entries_reversed([(2, 1), (3, 2), (4, 3)]) == {1, 3}
