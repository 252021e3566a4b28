"""When a need is placed or covered, and a project complete or covered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from gap_positions import balance

from ledger.gaps.completeness import (
    ProjectState,
    need_is_covered,
    need_is_missing,
    need_is_placed,
    need_may_be_open,
    need_state,
    project_state,
)


@pytest.mark.parametrize(
    ("stages", "is_placed", "is_covered"),
    [
        ({}, False, False),
        ({"open": 5}, False, False),
        ({"open": 1, "delivered": 9}, False, False),
        ({"held": 5}, True, False),
        ({"held": 1, "committed": 4}, True, False),
        ({"committed": 5}, True, True),
        ({"committed": 2, "delivered": 3, "withdrawn": 1}, True, True),
        ({"withdrawn": 5}, True, True),
    ],
)
def test_held_places_a_need_but_does_not_cover_it(
    stages: dict[str, Any], *, is_placed: bool, is_covered: bool
) -> None:
    need = balance(**stages)
    assert (need_is_placed(need), need_is_covered(need)) == (is_placed, is_covered)


@pytest.mark.parametrize(
    ("stages", "state"),
    [
        ({}, "unknown"),
        ({"withdrawn": 5}, "withdrawn"),
        ({"open": 5}, "open"),
        ({"open": 1, "held": 2, "committed": 2}, "open"),
        ({"held": 1, "delivered": 4}, "placed"),
        ({"committed": 2, "delivered": 3}, "covered"),
        ({"delivered": 4, "withdrawn": 1}, "covered"),
    ],
)
def test_the_state_of_a_need_says_what_is_still_to_be_done(
    stages: dict[str, Any], state: str
) -> None:
    assert need_state(balance(**stages)) == state


@pytest.mark.parametrize(
    ("stages", "is_missing", "may_be_open"),
    [
        ({"open": 5}, True, True),
        ({"open": 1, "committed": 4}, True, True),
        ({"held": 1, "committed": 4}, True, False),
        ({"committed": 2, "delivered": 3}, False, False),
        ({"withdrawn": 5}, False, False),
        ({}, True, True),  # how much is not known
    ],
)
def test_held_leaves_a_gap_although_nothing_is_open(
    stages: dict[str, Any], *, is_missing: bool, may_be_open: bool
) -> None:
    need = balance(**stages)
    assert (need_is_missing(need), need_may_be_open(need)) == (is_missing, may_be_open)


def test_of_a_need_that_is_not_declared_nothing_is_missing_or_open() -> None:
    undeclared = replace(balance(), declared=False)
    assert (need_is_missing(undeclared), need_may_be_open(undeclared)) == (False, False)


def test_a_project_is_complete_when_every_need_is_placed() -> None:
    state = project_state([balance(held=5_00), balance(delivered=5)])
    assert state == ProjectState(
        complete=True, covered=False, reasons=("N-0001: 5.00 EUR only held",)
    )


def test_a_project_is_covered_when_every_gap_is_zero() -> None:
    state = project_state([balance(committed=5), balance(withdrawn=5)])
    assert state == ProjectState(complete=True, covered=True)


def test_a_project_one_cent_short_is_not_complete() -> None:
    state = project_state([balance(open=1, committed=10**16)])
    assert state == ProjectState(complete=False, covered=False, reasons=("N-0001: 0.01 EUR open",))


def test_a_need_of_unknown_amount_leaves_a_project_open() -> None:
    state = project_state([balance(committed=5), balance()])
    assert not state.complete
    assert not state.covered
    assert state.reasons == ("N-0001: the amount is not known",)


def test_without_needs_or_with_all_withdrawn_a_project_is_neither() -> None:
    assert project_state([]) == ProjectState(
        complete=False, covered=False, reasons=("it has no needs",)
    )
    state = project_state([balance(withdrawn=5), balance(withdrawn=1)])
    assert state == ProjectState(
        complete=False, covered=False, reasons=("all of its needs are withdrawn",)
    )
