"""Finding where a stage would fall below zero on the timeline of effective dates."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.core.factors import Stage
from ledger.journal.entries import TimelinePosting, first_overdraft, required_amount

MONDAY = date(2026, 11, 23)
TUESDAY = MONDAY + timedelta(days=1)
COUNTER = frozenset({Stage.UNDECLARED})


def step(
    day: date, number: int, source: Stage, target: Stage, amount: int, line: int = 1
) -> TimelinePosting:
    return TimelinePosting(day, number, line, source, target, amount)


def test_what_is_required_is_every_stage_but_the_counter_stage():
    assert required_amount({Stage.UNDECLARED: -100, Stage.OPEN: 70, Stage.HELD: 30}) == 100


def test_what_was_declared_may_be_taken():
    steps = [
        step(MONDAY, 1, Stage.UNDECLARED, Stage.OPEN, 100),
        step(MONDAY, 2, Stage.OPEN, Stage.HELD, 100),
    ]

    assert first_overdraft(steps, COUNTER) is None


def test_an_act_dated_before_what_it_takes_overdraws_that_day():
    too_early = step(MONDAY, 2, Stage.OPEN, Stage.HELD, 1)
    steps = [step(TUESDAY, 1, Stage.UNDECLARED, Stage.OPEN, 100), too_early]

    assert first_overdraft(steps, COUNTER) == too_early


def test_a_backdated_act_is_found_where_a_later_day_runs_short():
    taken_later = step(TUESDAY, 2, Stage.OPEN, Stage.HELD, 80)
    steps = [
        step(MONDAY, 1, Stage.UNDECLARED, Stage.OPEN, 100),
        taken_later,
        step(MONDAY, 3, Stage.OPEN, Stage.HELD, 30),
    ]

    assert first_overdraft(steps, COUNTER) == taken_later


def test_steps_of_one_day_count_in_recorded_order():
    first = step(MONDAY, 1, Stage.OPEN, Stage.HELD, 1)

    assert first_overdraft([step(MONDAY, 2, Stage.UNDECLARED, Stage.OPEN, 1), first], COUNTER)
    assert first_overdraft([step(MONDAY, 0, Stage.UNDECLARED, Stage.OPEN, 1), first], COUNTER) is (
        None
    )


def test_the_counter_stage_may_go_below_zero_and_no_other():
    declared = step(MONDAY, 1, Stage.UNDECLARED, Stage.OPEN, 1)

    assert first_overdraft([declared], COUNTER) is None
    assert first_overdraft([declared], frozenset()) == declared


some_steps = st.lists(
    st.builds(
        TimelinePosting,
        effective_on=st.dates(MONDAY, MONDAY + timedelta(days=4)),
        number=st.integers(1, 50),
        line=st.just(1),
        from_stage=st.sampled_from([Stage.UNDECLARED, Stage.OPEN, Stage.HELD]),
        to_stage=st.sampled_from([Stage.OPEN, Stage.HELD, Stage.COMMITTED]),
        amount=st.integers(1, 9),
    ).filter(lambda one: one.from_stage != one.to_stage),
    max_size=12,
    unique_by=lambda one: one.number,
)


@given(some_steps)
def test_an_overdraft_is_found_exactly_where_a_running_sum_falls_below_zero(steps):
    overdrawn = None
    balance = dict.fromkeys(Stage, 0)
    for one in sorted(steps, key=lambda each: (each.effective_on, each.number)):
        balance[one.from_stage] -= one.amount
        balance[one.to_stage] += one.amount
        if overdrawn is None and balance[one.from_stage] < 0 and one.from_stage not in COUNTER:
            overdrawn = one

    assert first_overdraft(steps, COUNTER) == overdrawn
