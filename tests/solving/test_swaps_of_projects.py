"""Level 2 by local branching: other completed projects of the same weight may cover more."""

from __future__ import annotations

import pytest
from problems import broken_rules, need, offer, problem

from ledger.eligibility.index import Ratio
from ledger.matching.plan import Allocation, completed, completeness, coverage
from ledger.solver import exact
from ledger.solver.formulation import level_two_program
from ledger.solver.min_tickets import solve_near_projects
from ledger.solver.options import UNTIMED, Deadline
from ledger.solver.pairs import eligible_pairs
from ledger.solver.rounding import round_to_plan
from ledger.solver.solve import solve

ONE = Ratio(1, 1)
FIRST = (Allocation(0, 0, 10),)


@pytest.fixture
def two_of_equal_weight():
    """Either project ends complete; with the second a conditional offer gives too."""
    return problem(
        [(1, [need(10)]), (1, [need(10), need(5, kind=1)])],
        [offer(10), offer(5, kind=1, conditional=True)],
        links=({0: ONE}, {1: ONE}),
    )


def near(asked, plan, changes, deadline=UNTIMED):
    program = level_two_program(eligible_pairs(asked), int(completeness(asked, plan)))
    start = program.column_values(plan)
    values = solve_near_projects(program, start, 1e-6, deadline, changes=changes)
    return None if values is None else round_to_plan(program, values)[0]


def test_no_change_keeps_the_completed_projects(two_of_equal_weight):
    plan = near(two_of_equal_weight, FIRST, 0)

    assert completed(two_of_equal_weight, plan) == (0,)
    assert coverage(two_of_equal_weight, plan) == 1


def test_one_change_is_too_few_for_a_swap(two_of_equal_weight):
    assert completed(two_of_equal_weight, near(two_of_equal_weight, FIRST, 1)) == (0,)


def test_a_swap_of_two_projects_of_equal_weight_covers_more(two_of_equal_weight):
    plan = near(two_of_equal_weight, FIRST, 2)

    assert broken_rules(two_of_equal_weight, plan) == []
    assert completed(two_of_equal_weight, plan) == (1,)
    assert coverage(two_of_equal_weight, plan) == 2


def test_without_time_nothing_is_tried(two_of_equal_weight):
    assert near(two_of_equal_weight, FIRST, 2, Deadline(0)) is None


def test_the_exact_search_swaps_where_its_program_ends_early(two_of_equal_weight, monkeypatch):
    """The program of level 2 is not searched at all here, so that only swaps can help."""
    monkeypatch.setattr(exact._Search, "_run", lambda *_: None)
    monkeypatch.setattr(exact._Search, "_improve_coverage", lambda *_: None)
    monkeypatch.setattr(exact, "_MAX_COLUMNS_AT_ONCE", 0)

    result = solve(two_of_equal_weight, known_plan=FIRST)

    assert completed(two_of_equal_weight, result.allocations) == (1,)
    assert result.coverage.value == 2
