"""A request is tested on the days of the acts by which it raises what a pair has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ledger.core.factors import Side, Stage
from ledger.journal.entries import Act, ActDetails, Draft, Movement
from ledger.restrictions.acts import MEASURES, change_by, day_tested, raising

FIRST = date(2026, 11, 1)
STAGES = (Stage.OPEN, Stage.HELD, Stage.COMMITTED, Stage.DELIVERED)


def act(day: int, source: Stage, target: Stage, amount: int = 100) -> Draft:
    movement = Movement(
        side=Side.NEED,
        account="N-1",
        deal="D-1",
        unit="EUR",
        from_stage=source,
        to_stage=target,
        amount=amount,
    )
    details = ActDetails(effective_on=FIRST + timedelta(days=day))
    return Draft(act=Act.REVERSE, movements=(movement,), deal="D-1", details=details)


def days_raised(acts: Iterable[Draft]) -> list[date]:
    """Give the days of the acts by which a request raises a measure."""
    changes = [change_by(one) for one in acts]
    return sorted({changes[at].day for at in raising(changes)})


def raised(*acts: Draft) -> list[int]:
    return [(day - FIRST).days for day in days_raised(acts)]


def test_every_step_towards_delivery_raises() -> None:
    for source, target in pairwise(STAGES):
        assert raised(act(3, source, target)) == [3]


def test_every_step_back_passes() -> None:
    for source, target in ((later, earlier) for earlier, later in pairwise(STAGES)):
        assert raised(act(3, source, target)) == []
    assert raised(act(3, Stage.DELIVERED, Stage.OPEN)) == []


def test_a_figure_is_corrected_downward_and_not_upward() -> None:
    back = act(3, Stage.DELIVERED, Stage.COMMITTED)
    assert raised(back, act(3, Stage.COMMITTED, Stage.DELIVERED, 60)) == []
    assert raised(back, act(3, Stage.COMMITTED, Stage.DELIVERED, 140)) == [3]


def test_a_date_is_moved_later_and_not_earlier() -> None:
    back = act(3, Stage.DELIVERED, Stage.COMMITTED)
    assert raised(back, act(5, Stage.COMMITTED, Stage.DELIVERED)) == []
    assert raised(back, act(1, Stage.COMMITTED, Stage.DELIVERED)) == [1]


def test_what_restores_a_lapsed_hold_is_tested_with_the_commitment_that_follows() -> None:
    back = act(9, Stage.OPEN, Stage.HELD)
    signed = replace(act(3, Stage.HELD, Stage.COMMITTED, 60), act=Act.COMMIT)
    again = replace(act(9, Stage.HELD, Stage.OPEN, 40), act=Act.RELEASE)
    changes = [*map(change_by, (back, again, signed))]
    assert raising(changes) == [0, 2]
    assert [day_tested(changes, at).day for at in range(3)] == [4, 10, 4]
    late = [changes[0], change_by(replace(act(11, Stage.HELD, Stage.COMMITTED), act=Act.COMMIT))]
    assert day_tested(late, 0).day == 10, "not later than its own day"
    assert day_tested([changes[2], changes[0]], 1).day == 10, "no commitment follows"
    firm = [change_by(act(9, Stage.OPEN, Stage.COMMITTED)), changes[2]]
    assert day_tested(firm, 0).day == 10, "more than a hold is restored"
    assert day_tested([changes[0], changes[2]], 0).day == 10, "a part of it stays on hold"
    direct = change_by(replace(act(3, Stage.OPEN, Stage.COMMITTED), act=Act.COMMIT))
    assert day_tested([changes[0], direct], 0).day == 10, "the commitment draws on no hold"


def naive(acts: list[Draft]) -> list[date]:
    """Say the rule as it is written: of any measure, on any day, more than before."""
    found = set()
    for stages in MEASURES:
        changes = {draft.details.effective_on: 0 for draft in acts}
        own = []
        for draft in acts:
            (one,) = draft.movements
            change = one.amount * ((one.to_stage in stages) - (one.from_stage in stages))
            own.append((draft.details.effective_on, change))
        totals = {day: sum(change for on, change in own if on <= day) for day in changes}
        if any(total > 0 for total in totals.values()):
            found |= {day for day, change in own if change > 0}
    return sorted(found)


MOVES = st.sampled_from([(one, other) for one in STAGES for other in STAGES if one is not other])
ACTS = st.lists(
    st.builds(
        lambda day, move, amount: act(day, *move, amount),
        st.integers(0, 3),
        MOVES,
        st.integers(1, 3),
    ),
    max_size=5,
)


@given(ACTS)
def test_the_days_are_those_of_the_rule(acts: list[Draft]) -> None:
    assert days_raised(acts) == naive(acts)
