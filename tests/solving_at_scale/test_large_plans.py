"""Plans of pipelines too large for an exact search: right in whole numbers, honestly bounded."""

from __future__ import annotations

import pytest
from bench_matching import faults
from pipelines import Pipeline, dense, problem_of, sparse

from ledger.matching.plan import completeness, coverage
from ledger.matching.problem import MatchingProblem
from ledger.solver import heuristic
from ledger.solver.exact import solve_exactly
from ledger.solver.greedy import greedy_plan
from ledger.solver.heuristic import LARGE, solve_by_search
from ledger.solver.options import SolverOptions

CASES = {
    "dense": dense(60, 60, seed=3),
    "dense, no terms": dense(80, 60, seed=4, terms=False),
    "sparse": sparse(400, 400, seed=5),
    "sparse, no terms": sparse(500, 400, seed=6, terms=False),
}


@pytest.fixture(params=CASES, ids=list(CASES), scope="module")
def problem(request) -> MatchingProblem:
    return problem_of(CASES[request.param])


def test_a_plan_keeps_every_rule_and_reaches_no_more_than_its_bounds(problem):
    solution = solve_by_search(problem, LARGE)

    assert not faults(problem, solution.allocations)
    assert solution.complete.value == completeness(problem, solution.allocations) > 0
    assert solution.coverage.value == coverage(problem, solution.allocations)
    assert solution.complete.value <= solution.complete.bound
    assert solution.coverage.value <= solution.coverage.bound
    assert not solution.limit_reached


def test_two_runs_give_the_same_plan_and_bounds(problem):
    assert solve_by_search(problem, LARGE) == solve_by_search(problem, LARGE)


def test_no_exact_plan_exceeds_the_bounds():
    for seed in range(3):
        problem = problem_of(dense(12, 14, seed=seed))
        exact, large = solve_exactly(problem, (), SolverOptions()), solve_by_search(problem, LARGE)

        assert large.complete.value <= exact.complete.value <= large.complete.bound
        assert exact.coverage.value <= large.coverage.bound or (
            exact.complete.value > large.complete.value
        )


def test_more_supply_never_lowers_the_bound():
    pipeline = sparse(300, 300, seed=9)
    fewer = replace_offers(pipeline, 150)

    assert (
        solve_by_search(problem_of(fewer), LARGE).complete.bound
        <= solve_by_search(problem_of(pipeline), LARGE).complete.bound
    )


def test_shuffled_input_gives_the_same_plan():
    pipeline = sparse(200, 200, seed=8)
    turned = Pipeline(pipeline.needs[::-1], pipeline.offers[::-1])

    assert solve_by_search(problem_of(pipeline), LARGE) == solve_by_search(
        problem_of(turned), LARGE
    )


def test_without_time_there_is_still_a_plan_and_it_says_so():
    problem = problem_of(sparse(300, 300, seed=7))

    solution = solve_by_search(problem, LARGE, SolverOptions(seconds=0))

    assert solution.limit_reached
    assert not faults(problem, solution.allocations)
    assert 0 < solution.complete.value <= solution.complete.bound


def test_progress_is_told_with_the_value_and_the_bound():
    told = []

    solve_by_search(
        problem_of(dense(20, 20, seed=2)),
        LARGE,
        SolverOptions(progress=lambda *heard: told.append(heard)),
    )

    assert told
    assert all(value <= bound for _, value, bound in told)


def test_a_plan_is_made_where_not_all_arcs_are_looked_at_together(problem, monkeypatch):
    monkeypatch.setattr(heuristic, "MAX_ARCS_LISTED", 10)
    monkeypatch.setattr(heuristic, "ARCS_PER_NEED_CONSTRUCTION", 5)

    solution = solve_by_search(problem, LARGE)

    assert not faults(problem, solution.allocations)
    assert 0 < solution.complete.value <= solution.complete.bound


def replace_offers(pipeline: Pipeline, count: int) -> Pipeline:
    return pipeline._replace(offers=sorted(pipeline.offers, key=lambda one: one.offer.code)[:count])


@pytest.fixture
def _dense_from_few_arcs(monkeypatch):
    """Take the strategy of dense pipelines, which are far larger."""
    monkeypatch.setattr(heuristic, "MAX_ARCS_LISTED", 10)
    monkeypatch.setattr(heuristic, "MIN_DENSITY", 1)


@pytest.mark.usefixtures("_dense_from_few_arcs")
def test_where_arcs_are_many_the_plan_in_order_of_gain_is_better_than_the_quick_one(problem):
    solution = solve_by_search(problem, LARGE)

    assert not faults(problem, solution.allocations)
    assert not solution.limit_reached
    assert completeness(problem, greedy_plan(problem)) <= solution.complete.value
    assert solution.complete.value <= solution.complete.bound
    assert solution == solve_by_search(problem, LARGE)


@pytest.mark.usefixtures("_dense_from_few_arcs")
def test_no_relaxation_of_all_needs_is_solved_where_arcs_are_many(problem, monkeypatch):
    monkeypatch.setattr(heuristic, "dive", None)
    monkeypatch.setattr(heuristic, "Relaxation", None)

    assert solve_by_search(problem, LARGE).complete.value > 0


@pytest.mark.usefixtures("_dense_from_few_arcs")
def test_projects_in_order_of_gain_complete_more_than_the_quick_plan():
    pipeline = problem_of(dense(200, 160, seed=3))

    solution = solve_by_search(pipeline, LARGE)

    assert solution.complete.value > completeness(pipeline, greedy_plan(pipeline))
    assert float(solution.complete.gap) < 0.04
