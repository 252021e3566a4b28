"""What stands in each stage at the end of each day, and where it would fall below zero."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import says_enough

from ledger.core.factors import Stage
from ledger.core.quantity import Unit
from ledger.journal.entries import WAITING, entries_reversed, required_amount
from ledger.journal.timeline import (
    NOT_POSTED_YET,
    Overdraft,
    OverdrawnLater,
    Timeline,
    TimelineFault,
    TimelinePosting,
    overdrawn_refusal,
    timeline_from,
)

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


def test_a_timeline_begins_with_what_has_moved_on_since():
    later = (
        step(TUESDAY, 1, Stage.HELD, Stage.OPEN, 80),
        step(FRIDAY, 2, Stage.OPEN, Stage.WITHDRAWN, 80),
    )
    timeline = timeline_from(MONDAY, {Stage.WITHDRAWN: 80}, later)

    assert timeline.stages == {Stage.HELD: 80, Stage.OPEN: 0, Stage.WITHDRAWN: 0}


def test_a_stage_that_nothing_was_in_has_nothing():
    assert Timeline(MONDAY, {}).least(Stage.HELD) == 0
    assert Timeline(MONDAY, {}).first_day_with(Stage.HELD, 0) == MONDAY
    assert Timeline(MONDAY, {}).first_day_with(Stage.HELD, 1) is None


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


@pytest.mark.parametrize(
    ("start", "changes", "cause"),
    [
        (50, [-50, -30], 2),  # the first leaves nothing, which is not below zero
        (50, [-80, -10], 1),  # the second finds it below zero already
        (50, [-60, -60, 80, -20], 4),  # the third brings it back above
        (50, [30, -90, -10], 2),
        (0, [-1, -1], 1),
        (None, [-1, -1], 1),
    ],
)
def test_the_cause_is_the_posting_of_the_day_after_which_it_stays_below_zero(start, changes, cause):
    day = [
        step(MONDAY, number, Stage.OPEN, Stage.HELD, -change)
        if change < 0
        else step(MONDAY, number, Stage.HELD, Stage.OPEN, change)
        for number, change in enumerate(changes, start=1)
    ]
    stages = {} if start is None else {Stage.OPEN: start, Stage.HELD: 1000}
    overdraft = Timeline(MONDAY, stages).first_overdraft(day, COUNTER | {Stage.HELD})

    assert overdraft is not None
    assert (overdraft.stage, overdraft.cause.number) == (Stage.OPEN, cause)


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


@pytest.mark.parametrize(
    ("number", "who_takes"),
    [
        (17, "Entry 17 takes 0.50 EUR from it on 2026-11-24."),
        (10**18, f"Entry {10**18} takes 0.50 EUR from it on 2026-11-24."),
        (WAITING, "An earlier act of this request takes 0.50 EUR from it on 2026-11-24."),
        (WAITING + 10**18, "An earlier act of this request takes 0.50 EUR"),
        (NOT_POSTED_YET, "This act takes 0.50 EUR from it on 2026-11-24."),
        (NOT_POSTED_YET + 1, "This act takes 0.50 EUR from it on 2026-11-24."),
    ],
)
def test_the_refusal_names_who_takes_what_is_not_there(number, who_takes):
    cause = step(TUESDAY, number, Stage.OPEN, Stage.HELD, 50)
    overdraft = Overdraft(TUESDAY, Stage.OPEN, 20, cause)
    fault = TimelineFault(
        "need N-0001", 1, None, Unit("EUR", 2, "money", "Euro"), overdraft, FRIDAY
    )
    refusal = overdrawn_refusal(fault)

    assert isinstance(refusal, OverdrawnLater)
    says_enough(
        refusal,
        "Need N-0001 would have -0.20 EUR open on 2026-11-24.",
        who_takes,
        "Give 2026-11-27 or a later date or a smaller quantity",
        "cityfund journal list --need N-0001",
    )
    never = overdrawn_refusal(fault._replace(workable_from=None))
    says_enough(never, "Give a later date or a smaller quantity")
