"""When the parts of a deal are due: the amounts one by one, and what is overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.core.factors import Stage
from ledger.deals.instalments import (
    DuePart,
    days_late,
    in_force,
    instalment_of,
    overdue,
    schedule,
)

FIRST = date(2026, 1, 1)
STAGES = (Stage.DELIVERED, Stage.COMMITTED, Stage.HELD)
days = st.integers(0, 12).map(lambda number: FIRST + timedelta(days=number))
amounts = st.integers(0, 6)
stages = st.fixed_dictionaries(dict.fromkeys(STAGES, amounts))
plans = st.dictionaries(days, st.integers(1, 6), max_size=4)


def one_by_one(
    has: dict[Stage, int], plan: dict[date, int], due_on: date | None
) -> list[tuple[date | None, Stage]]:
    """Give every single amount its day and its stage: those due first are delivered first."""
    total = sum(has.values())
    of_plan = [day for day in sorted(plan) for _ in range(plan[day])][:total]
    rest = [due_on] * (total - len(of_plan))
    order = sorted([*of_plan, *rest], key=lambda day: (day is None, day or date.max))
    filled = [stage for stage in STAGES for _ in range(has[stage])]
    return list(zip(order, filled, strict=True))


@given(stages, plans, st.none() | days, days)
def test_the_parts_are_those_of_single_amounts(
    has: dict[Stage, int], plan: dict[date, int], due_on: date | None, day: date
) -> None:
    instalments = [instalment_of("D-1", on, quantity, "EUR") for on, quantity in plan.items()]
    parts = schedule(has, instalments, due_on)
    singles = one_by_one(has, plan, due_on)
    for on in {*(one.due_on for one in parts), *(one for one, _ in singles)}:
        for stage in has:
            of_parts = sum(getattr(one, stage.value) for one in parts if one.due_on == on)
            assert of_parts == singles.count((on, stage))
    late = [one for one, stage in singles if one and one < day and stage is Stage.COMMITTED]
    assert overdue(parts, day) == len(late)
    if late:
        assert days_late(parts, day, None) == (day - min(late)).days
    assert all(one.quantity for one in parts)


def test_without_instalments_all_of_a_deal_is_due_on_its_day() -> None:
    has = {Stage.DELIVERED: 3, Stage.COMMITTED: 4, Stage.HELD: 5}
    assert schedule(has, (), FIRST) == [DuePart(FIRST, 3, 4, 5)]
    assert overdue(schedule(has, (), FIRST), FIRST) == 0
    assert overdue(schedule(has, (), FIRST), FIRST + timedelta(days=1)) == 4
    assert overdue(schedule(has), date.max) == 0
    assert days_late(schedule(has), date.max, FIRST) is None


def test_what_a_deal_does_not_have_is_in_no_part() -> None:
    assert schedule({Stage.DELIVERED: 2, Stage.HELD: 1}, (), FIRST) == [DuePart(FIRST, 2, 0, 1)]
    assert schedule({Stage.COMMITTED: 4}, (), FIRST) == [DuePart(FIRST, 0, 4, 0)]
    assert schedule({}, (), FIRST) == []


def test_one_that_is_withdrawn_is_due_no_more() -> None:
    kept = instalment_of("D-1", FIRST, 2, "EUR")
    dropped = instalment_of("D-1", FIRST + timedelta(days=1), 5, "EUR")
    has = {Stage.COMMITTED: 3}
    dropped = replace(dropped, withdrawn=True)
    assert [(one.due_on, one.quantity) for one in schedule(has, [dropped, kept])] == [
        (FIRST, 2),
        (None, 1),
    ]
    assert in_force([dropped, kept]) == [2]


def test_a_deal_was_late_by_the_last_part_that_was_reached() -> None:
    later = FIRST + timedelta(days=10)
    plan = [instalment_of("D-1", FIRST, 2, "EUR"), instalment_of("D-1", later, 2, "EUR")]
    half = schedule({Stage.DELIVERED: 2, Stage.COMMITTED: 2}, plan)
    assert days_late(half, FIRST + timedelta(days=5), FIRST + timedelta(days=3)) == 3
    assert days_late(half, later + timedelta(days=4), FIRST) == 4
    whole = schedule({Stage.DELIVERED: 4}, plan)
    assert days_late(whole, later + timedelta(days=9), later + timedelta(days=2)) == 2
    assert days_late(whole, later, later) == 0


def test_a_deal_is_in_time_before_anything_is_due_or_delivered() -> None:
    later = FIRST + timedelta(days=10)
    plan = [instalment_of("D-1", FIRST, 2, "EUR"), instalment_of("D-1", later, 2, "EUR")]
    assert days_late(schedule({Stage.COMMITTED: 4}, plan), FIRST, None) == 0
    assert days_late(schedule({Stage.COMMITTED: 4}, plan), FIRST, FIRST) == 0
    # Where no day of a delivery is known, nothing says that it was late.
    assert days_late(schedule({Stage.DELIVERED: 4}, plan), later, None) == 0
