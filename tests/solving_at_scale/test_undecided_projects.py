"""What diving leaves undecided is settled at once: never worse, and right in whole numbers."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from bench_matching import faults
from pipelines import dense, problem_of, sparse
from problems import need, offer
from problems import problem as simple

from ledger.matching.plan import completeness
from ledger.matching.problem import MatchingProblem
from ledger.solver.arc_choice import ArcChoice
from ledger.solver.arcs import Arcs, RestrictedProblem
from ledger.solver.assignment import Assignment
from ledger.solver.diving import dive, undecided_projects
from ledger.solver.greedy import greedy_plan
from ledger.solver.heuristic import MEDIUM, solve_by_search
from ledger.solver.lns import ARC_LIMITS, solve_undecided
from ledger.solver.options import Deadline
from ledger.solver.relaxation import Relaxation, RelaxationOptimum, completable_projects

WORK_LIMIT = 2_000_000


class Dived(NamedTuple):
    arcs: Arcs
    restricted: RestrictedProblem
    end: RelaxationOptimum


def dived(problem: MatchingProblem, max_undecided: int) -> Dived:
    arcs = Arcs(problem, per_offer=True)
    block, completable = arcs.all(), completable_projects(arcs)
    end = dive(arcs, Relaxation(arcs, block, completable), max_undecided=max_undecided)
    assert end is not None
    return Dived(arcs, RestrictedProblem(block, completable, end.prices, end.part, end.flow), end)


def settled(problem: MatchingProblem, state: Dived, assignment: Assignment) -> int:
    choice = ArcChoice.select(state.restricted, state.arcs, state.end, assignment, ARC_LIMITS)
    solve_undecided(choice, assignment, state.end, WORK_LIMIT, Deadline(None))
    return int(completeness(problem, assignment.plan()))


@pytest.fixture(scope="module", params=["dense", "sparse"])
def problem(request) -> MatchingProblem:
    return problem_of(dense(90, 80, seed=2) if request.param == "dense" else sparse(900, 900))


def test_diving_ends_where_few_enough_are_undecided(problem):
    counts = {most: undecided_after(problem, most) for most in (1_000, 4, 0)}

    assert counts[1_000] > 4 >= counts[4] >= counts[0]


def undecided_after(problem: MatchingProblem, most: int) -> int:
    state = dived(problem, most)
    return int(undecided_projects(state.arcs, state.restricted.block, state.end).sum())


def test_what_is_settled_from_the_relaxation_is_a_plan_and_beats_one_pass(problem):
    assignment = Assignment(problem)

    value = settled(problem, dived(problem, max_undecided=1_000), assignment)

    assert not faults(problem, assignment.plan())
    assert value > completeness(problem, greedy_plan(problem))


def test_a_better_plan_stays_as_it_is(problem):
    best = solve_by_search(problem, MEDIUM)
    assignment = Assignment(problem)
    for allocation in best.allocations:
        assignment.allocate(*allocation)

    value = settled(problem, dived(problem, max_undecided=1_000), assignment)

    assert value == best.complete.value
    assert assignment.plan() == best.allocations


def test_where_nothing_is_undecided_what_the_relaxation_says_is_written():
    asked = simple([(3, [need(5)])], [offer(5)])
    state, assignment = dived(asked, max_undecided=1_000), Assignment(asked)

    assert not undecided_projects(state.arcs, state.restricted.block, state.end).any()
    assert settled(asked, state, assignment) == 3
