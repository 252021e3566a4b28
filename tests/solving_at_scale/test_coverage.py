"""Level 2 at scale: reallocating completed projects makes room for open needs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from bench_matching import faults
from pipelines import dense, problem_of, sparse
from problems import ONE, need, offer, problem

from ledger.eligibility.index import Ratio
from ledger.matching.plan import Allocation, SearchLimit, completed, completeness, coverage
from ledger.matching.problem import MatchingCap, MatchingFloor, MatchingProblem
from ledger.solver import options
from ledger.solver.arcs import Arcs
from ledger.solver.assignment import Assignment
from ledger.solver.coverage import CoverageProgram
from ledger.solver.greedy import Plan, greedy_plan, rank
from ledger.solver.heuristic import LARGE, solve_by_search
from ledger.solver.options import UNTIMED, Deadline
from ledger.solver.relaxation import completable_projects

CASES = {
    "dense": dense(60, 60, seed=3),
    "sparse": sparse(400, 400, seed=5),
    "sparse, no terms": sparse(500, 400, seed=6, terms=False),
}


@pytest.fixture(params=CASES, ids=list(CASES), scope="module")
def large(request) -> MatchingProblem:
    return problem_of(CASES[request.param])


def reallocated(asked, plan, deadline=UNTIMED):
    arcs, assignment = Arcs(asked), Assignment(asked)
    for one in plan:
        assignment.allocate(*one)
    value = assignment.completed_weight
    program = CoverageProgram(arcs, arcs.all(), completable_projects(arcs), value)
    after = program.reallocated(assignment, deadline)
    assert assignment.plan() == tuple(plan)
    return after is not None, after or tuple(plan)


def test_a_completed_project_moves_to_the_offer_that_no_open_need_can_use():
    asked = problem(
        [(9, [need(5, kind=0)]), (1, [need(5, kind=1), need(1, kind=2)])],
        [offer(5, kind=0), offer(5, kind=1)],
        links=({0: ONE, 1: ONE}, {0: ONE}, {}),
    )

    changed, plan = reallocated(asked, [Allocation(0, 0, 5)])

    assert changed
    assert plan == (Allocation(0, 1, 5), Allocation(1, 0, 5))


def test_a_completed_project_moves_where_another_uses_all_of_an_offer():
    asked = problem(
        [(9, [need(5, kind=0)]), (9, [need(7, kind=3)]), (1, [need(5, kind=1), need(1, kind=2)])],
        [offer(5, kind=0), offer(5, kind=1), offer(7, kind=2)],
        links=({0: ONE, 1: ONE}, {0: ONE}, {}, {2: ONE}),
    )

    changed, plan = reallocated(asked, [Allocation(0, 0, 5), Allocation(1, 2, 7)])

    assert changed
    assert plan == (Allocation(0, 1, 5), Allocation(1, 2, 7), Allocation(2, 0, 5))


def test_what_an_offer_gives_with_a_ticket_or_to_an_indivisible_need_stays():
    asked = problem(
        [(9, [need(5), need(4, divisible=False)]), (1, [need(3), need(1, kind=1)])],
        [offer(5, min_ticket=2), offer(4), offer(3)],
        links=({0: ONE}, {}),
    )
    plan = [Allocation(0, 0, 5), Allocation(1, 1, 4)]

    changed, after = reallocated(asked, plan)

    assert changed
    assert after == (*plan, Allocation(2, 2, 3))


def test_as_much_is_complete_as_before_and_coverage_is_higher(large):
    plan = greedy_plan(large)

    _, after = reallocated(large, plan)

    assert not faults(large, after)
    assert completeness(large, after) >= completeness(large, plan)
    if not all(one.divisible for one in large.needs):
        assert set(completed(large, after)) >= set(completed(large, plan))
    assert coverage(large, after) > coverage(large, plan)


EQUAL = problem(
    [(5, [need(6, kind=0)]), (5, [need(6, kind=1)]), (5, [need(4, kind=0), need(1, kind=2)])],
    [offer(6, kind=0), offer(3, kind=1)],
    links=({0: ONE}, {0: ONE, 1: ONE}, {}),
)
"""Two projects of one weight: the second leaves more to the open needs than the first."""
FIRST = [Allocation(0, 0, 6)]
WITHOUT_SWAP = (*FIRST, Allocation(1, 1, 3))


def test_of_equal_projects_the_one_is_complete_that_leaves_most_to_open_needs():
    changed, plan = reallocated(EQUAL, FIRST)

    assert changed
    assert completed(EQUAL, plan) == (1,)
    assert plan == (Allocation(1, 0, 3), Allocation(1, 1, 3), Allocation(2, 0, 3))


FLOOR = MatchingFloor("F", frozenset({0}), {0: Fraction(1)}, missing=Fraction(0))
LIMITED = {
    "cap": replace(EQUAL, caps=(MatchingCap("C", 99, frozenset({0, 1}), {}),)),
    "floor": replace(
        EQUAL, projects=(replace(EQUAL.projects[0], floors=(FLOOR,)), *EQUAL.projects[1:])
    ),
    "sequence": replace(EQUAL, needs=(*EQUAL.needs[:3], replace(EQUAL.needs[3], after=(2,)))),
    "minimum ticket": replace(
        EQUAL, offers=(EQUAL.offers[0], replace(EQUAL.offers[1], min_ticket=1))
    ),
    "indivisible need": replace(
        EQUAL, needs=(*EQUAL.needs[:3], replace(EQUAL.needs[3], divisible=False))
    ),
}


@pytest.mark.parametrize("limit", LIMITED)
def test_completed_projects_are_not_swapped_where_more_than_capacities_limits_amounts(limit):
    assert reallocated(LIMITED[limit], FIRST) == (True, WITHOUT_SWAP)


def test_a_swap_that_loses_coverage_in_whole_numbers_is_not_kept():
    """The swap leaves three quarters of the third project's need, which costs 4 of an offer."""
    asked = problem(
        [
            (5, [need(6, kind=0)]),
            (5, [need(6, kind=1)]),
            (9, [need(1, kind=2), need(1, kind=4)]),
            (5, [need(3, kind=3), need(1, kind=4)]),
        ],
        [offer(6, kind=0), offer(3, kind=1)],
        links=({0: ONE}, {0: ONE, 1: ONE}, {0: Ratio(4, 1)}, {1: ONE}, {}),
    )

    assert reallocated(asked, FIRST) == (True, (*FIRST, Allocation(4, 1, 3)))


def test_a_swap_that_cannot_be_completed_in_whole_numbers_is_not_kept():
    """Together two offers hold the second project's need of 3; each alone holds 1 of it."""
    asked = problem(
        [(5, [need(3, kind=0)]), (5, [need(3, kind=1)]), (9, [need(3, kind=0), need(1, kind=2)])],
        [offer(3, kind=0), offer(3, kind=1), offer(3, kind=1)],
        links=({0: ONE}, {1: Ratio(2, 1)}, {}),
    )
    plan = [Allocation(0, 0, 3)]

    changed, after = reallocated(asked, plan)

    assert changed
    assert after == (*plan, Allocation(1, 1, 1), Allocation(1, 2, 1))


class _EndsInSwap(Deadline):
    """A deadline that passes once a second program is to be solved."""

    _programs = 0

    @property
    def left(self) -> float | None:
        self._programs += 1
        return None if self._programs == 1 else 0.0

    @property
    def passed(self) -> bool:
        return self._programs > 1


def test_without_time_for_a_swap_the_needs_of_completed_projects_move():
    assert reallocated(EQUAL, FIRST, _EndsInSwap()) == (True, WITHOUT_SWAP)


def test_without_time_nothing_changes(large):
    plan = greedy_plan(large)

    assert reallocated(large, plan, Deadline(0)) == (False, plan)


def test_coverage_that_was_found_before_the_time_is_up_is_kept(large, monkeypatch):
    now, found = [0.0], list[Plan | None]()
    find = CoverageProgram.reallocated

    def recorded(*arguments):
        found.append(find(*arguments))
        return found[-1]

    def out_of_time(*_arguments):
        now[0] = 10.0**6

    monkeypatch.setattr(options, "monotonic", lambda: now[0])
    monkeypatch.setattr(CoverageProgram, "reallocated", recorded)
    monkeypatch.setattr(CoverageProgram, "optimum", out_of_time)
    solution = solve_by_search(large, LARGE, options.SolverOptions(seconds=10.0**5))

    assert solution.limit is SearchLimit.TIME
    assert not faults(large, solution.allocations)
    assert rank(large, solution.allocations) >= rank(large, found[0])


def test_coverage_is_the_exact_sum_over_needs_whatever_the_order(large):
    plan = greedy_plan(large)
    terms = [
        Fraction(large.projects[large.needs[one.need].project].weight * one.amount)
        / large.needs[one.need].net
        for one in plan
    ]

    assert coverage(large, plan) == coverage(large, plan[::-1]) == sum(terms)
    assert coverage(large, ()) == 0


def test_coverage_at_scale_is_near_its_bound_where_amounts_are_free():
    solution = solve_by_search(problem_of(sparse(900, 900, seed=7, terms=False)), LARGE)

    assert float(solution.coverage.gap) < 0.05
