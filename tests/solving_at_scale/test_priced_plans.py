"""Plans of pipelines too large for one linear program: priced in steps, few arcs at a time.

The pipelines here are small, and the sizes from which on that road is taken smaller still.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from bench_matching import faults
from pipelines import Pipeline, dense, problem_of, sparse
from problems import ONE, need, offer, problem

from ledger.matching.plan import completeness, coverage
from ledger.matching.problem import MatchingProblem
from ledger.solver import arcs, heuristic, pricing
from ledger.solver.exact import solve_exactly
from ledger.solver.greedy import greedy_plan
from ledger.solver.heuristic import LARGE, solve_by_search
from ledger.solver.highs import INFINITY, Model, Solver
from ledger.solver.options import Deadline, SolverOptions
from ledger.solver.pdhg import solve_pdhg
from ledger.solver.relaxation import Relaxation, completable_projects
from ledger.solver.solve import solve

CASES = {
    "dense": dense(60, 60, seed=3),
    "sparse": sparse(400, 400, seed=5),
    "sparse, no terms": sparse(500, 400, seed=6, terms=False),
}


@pytest.fixture(autouse=True)
def _priced(monkeypatch):
    """Take the road of the largest pipelines, with few arcs in each piece and each round."""
    monkeypatch.setattr(heuristic, "MAX_NEEDS_LP", 0)
    monkeypatch.setattr(heuristic, "MAX_ARCS_LISTED", 0)
    monkeypatch.setattr(arcs, "BLOCK_SIZE", 500)
    monkeypatch.setattr(pricing, "ARCS_PER_NEED", 4)


@pytest.fixture(params=CASES, ids=list(CASES))
def large(request) -> MatchingProblem:
    return problem_of(CASES[request.param])


def test_a_plan_keeps_every_rule_and_reaches_no_more_than_its_bounds(large):
    solution = solve_by_search(large, LARGE)

    assert not faults(large, solution.allocations)
    assert solution.complete.value == completeness(large, solution.allocations)
    assert solution.coverage.value == coverage(large, solution.allocations)
    assert 0 < solution.complete.value <= solution.complete.bound
    assert solution.coverage.value <= solution.coverage.bound
    assert not solution.limit_reached


def test_a_plan_completes_more_than_one_pass_does_and_is_near_its_bound(large):
    solution = solve_by_search(large, LARGE)

    assert solution.complete.value >= completeness(large, greedy_plan(large))
    assert solution.complete.gap < Fraction(1, 8)
    assert solution.coverage.gap < Fraction(1, 5)


@pytest.mark.parametrize("seed", range(4))
def test_no_exact_plan_exceeds_the_bounds(seed):
    small = problem_of(dense(12, 14, seed=seed))
    exact, result = solve_exactly(small, (), SolverOptions()), solve_by_search(small, LARGE)

    assert result.complete.value <= exact.complete.value <= result.complete.bound
    if exact.complete.value == result.complete.value:
        assert exact.coverage.value <= result.coverage.bound


def test_two_runs_and_shuffled_input_give_the_same_plan_and_bounds():
    pipeline = sparse(200, 200, seed=8)
    turned = Pipeline(pipeline.needs[::-1], pipeline.offers[::-1])
    first = solve_by_search(problem_of(pipeline), LARGE)

    assert solve_by_search(problem_of(pipeline), LARGE) == first
    assert solve_by_search(problem_of(turned), LARGE) == first


def test_a_need_that_nobody_serves_leaves_its_project_open():
    asked = problem(
        [(5, [need(10), need(3, kind=1)]), (1, [need(4)])],
        [offer(12)],
        links=({0: ONE}, {}),
    )

    solution = solve_by_search(asked, LARGE)

    assert solution.complete.value == solution.complete.bound == 1
    assert solution.coverage.value == Fraction(1) + 5 * Fraction(8, 10)


def test_a_problem_of_nothing_that_can_be_given_has_an_empty_plan():
    asked = problem([(5, [need(10)])], [offer(12)], links=({},))

    solution = solve_by_search(asked, LARGE)

    assert solution.allocations == ()
    assert solution.complete.bound == 0


class Clock(Deadline):
    """A deadline that has passed when it was looked at so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._looks = looks

    @property
    def left(self) -> float | None:
        self._looks -= 1
        return 1.0 if self._looks >= 0 else 0.0


@pytest.mark.parametrize("looks", [0, 1, 4, 20, 40, 60])
def test_where_the_time_ends_the_plan_is_made_with_what_is_known_and_says_so(monkeypatch, looks):
    large = problem_of(CASES["sparse"])
    monkeypatch.setattr(heuristic, "Deadline", lambda _: Clock(looks))

    solution = solve_by_search(large, LARGE, SolverOptions(seconds=60))

    assert solution.limit_reached
    assert not faults(large, solution.allocations)
    assert 0 < solution.complete.value <= solution.complete.bound
    assert solution.coverage.value <= solution.coverage.bound


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("looks", [0, 2, 5])
def test_where_no_prices_are_found_in_time_the_plan_is_no_worse_than_one_pass(
    monkeypatch, case, looks
):
    large = problem_of(CASES[case])
    monkeypatch.setattr(heuristic, "Deadline", lambda _: Clock(looks))

    solution = solve_by_search(large, LARGE, SolverOptions(seconds=60))

    assert solution.limit_reached
    assert not faults(large, solution.allocations)
    assert solution.complete.value >= completeness(large, greedy_plan(large))


@pytest.mark.parametrize("looks", [0, 3, 10, 100])
def test_where_the_time_ends_a_smaller_plan_is_whole_too(monkeypatch, looks):
    monkeypatch.setattr(heuristic, "MAX_NEEDS_LP", 1_000)
    monkeypatch.setattr(heuristic, "MAX_ARCS_LISTED", 100_000)
    monkeypatch.setattr(heuristic, "Deadline", lambda _: Clock(looks))
    large = problem_of(CASES["sparse"])

    solution = solve_by_search(large, LARGE, SolverOptions(seconds=60))

    assert solution.limit_reached
    assert not faults(large, solution.allocations)
    assert 0 < solution.complete.value <= solution.complete.bound
    assert solution.coverage.value <= solution.coverage.bound


def test_no_plan_is_worse_than_that_of_one_pass_however_short_the_time(monkeypatch):
    monkeypatch.setattr(heuristic, "Deadline", lambda _: Clock(0))
    monkeypatch.setattr("ledger.solver.solve.MAX_PAIRS_EXACT", 0)
    monkeypatch.setattr("ledger.solver.solve.MAX_PAIRS_MEDIUM", 0)
    large = problem_of(CASES["sparse"])

    solution = solve(large, SolverOptions(seconds=1))

    assert solution.limit_reached
    assert not faults(large, solution.allocations)
    assert solution.complete.value >= completeness(large, greedy_plan(large))


def test_the_prices_prove_nearly_what_the_relaxation_does(large):
    made = arcs.Arcs(large)
    completable = completable_projects(made)
    best = Relaxation(made, made.all(), completable).solve()

    result = pricing.price_groups(made, completable, Deadline())

    assert best is not None
    assert result.best.bound < best.value * 1.01 + 1


def test_the_cheapest_arcs_of_each_demand_are_those_of_the_lowest_price(large):
    made = arcs.Arcs(large)
    every = made.all()
    prices = 1.0 + np.arange(len(made.groups.free)) % 7

    few = pricing.cheapest_arcs(every, prices, 3)

    paid = every.load * prices[every.group]
    for index in np.unique(every.need).tolist():
        chosen = np.sort(few.load[few.need == index] * prices[few.group[few.need == index]])
        assert chosen == pytest.approx(np.sort(paid[every.need == index])[:3], rel=1e-6)


def test_a_descent_comes_near_the_optimum_and_goes_on_from_where_it_rests():
    model = Model()
    columns = model.add_columns(np.array([3.0, 2.0, 4.0]), 0.0, np.array([4.0, INFINITY, 2.0]))
    rows = model.add_rows(np.array([-INFINITY, 1.0]), np.array([10.0, 1.0]), 2)
    model.add_entries(rows[0], columns, np.array([2.0, 1.0, 3.0]))
    model.add_entries(rows[1], columns[:2], np.array([1.0, -1.0]))
    exact = Solver(model).solve()

    far = solve_pdhg(model, 40)
    near = solve_pdhg(model, 2_000, far)

    assert exact.values is not None
    assert exact.duals is not None
    assert near.values == pytest.approx(exact.values, abs=1e-3)
    assert near.prices == pytest.approx(exact.duals, abs=1e-3)
    assert solve_pdhg(model, 0, near).values == pytest.approx(near.values)
