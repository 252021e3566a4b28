"""Plans of middle pipelines, by blocks: right in whole numbers, honestly bounded, repeatable."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench_matching import faults
from pipelines import Pipeline, dense, problem_of, sparse

from ledger.matching.plan import completeness
from ledger.matching.problem import MatchingProblem
from ledger.solver.arcs import Arcs
from ledger.solver.exact import solve_exactly
from ledger.solver.heuristic import LARGE, MEDIUM, solve_by_search, start_plan
from ledger.solver.options import SolverOptions

CASES = {
    "dense": dense(60, 60, seed=3),
    "dense, no terms": dense(80, 60, seed=4, terms=False),
    "sparse": sparse(400, 400, seed=5),
}


@pytest.fixture(params=CASES, ids=list(CASES), scope="module")
def problem(request) -> MatchingProblem:
    return problem_of(CASES[request.param])


def test_a_plan_keeps_every_rule_and_two_runs_give_the_same(problem):
    solution = solve_by_search(problem, MEDIUM)

    assert not faults(problem, solution.allocations)
    assert solution.complete.value == completeness(problem, solution.allocations) > 0
    assert solution.complete.value <= solution.complete.bound
    assert solution.coverage.value <= solution.coverage.bound
    assert solution == solve_by_search(problem, MEDIUM)


def test_no_exact_plan_exceeds_the_bound():
    for seed in range(3):
        problem = problem_of(dense(12, 14, seed=seed))
        exact, middle = (
            solve_exactly(problem, (), SolverOptions()),
            solve_by_search(problem, MEDIUM),
        )

        assert middle.complete.value <= exact.complete.value <= middle.complete.bound


def test_a_beginning_is_a_plan_and_no_worse_than_the_one_known(problem):
    known = solve_by_search(problem, MEDIUM).allocations
    begun, bound = start_plan(problem, SolverOptions(), known)

    assert not faults(problem, begun)
    assert completeness(problem, known) <= completeness(problem, begun) <= bound


def test_the_arcs_are_the_pairs_that_may_give_and_no_others(problem):
    arcs = Arcs(problem, per_offer=True)
    block = arcs.all()
    listed = {
        (need, arcs.groups.members[group][0])
        for need, group in zip(block.need.tolist(), block.group.tolist(), strict=True)
    }

    assert listed == {
        (need, offer)
        for need in range(len(problem.needs))
        for offer, _ in problem.eligible_offers(need)
    }


def test_a_largest_ticket_that_an_offer_never_reaches_changes_no_bound():
    pipeline = dense(60, 60, seed=11, terms=False)
    limited = [
        replace(one, offer=replace(one.offer, max_ticket=one.balance.free))
        for one in pipeline.offers
    ]
    ticketed = solve_by_search(problem_of(Pipeline(pipeline.needs, limited)), LARGE)

    assert ticketed.complete.bound == solve_by_search(problem_of(pipeline), LARGE).complete.bound
