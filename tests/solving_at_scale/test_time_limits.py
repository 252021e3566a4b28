"""A time limit at every size: never worse than the quick plan, and more time is never worse.

The clock of these tests advances only when it is looked at, so a limit is a number of looks. The
pipelines are small, and the sizes at which each strategy begins smaller still.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from bench_matching import faults
from pipelines import dense, problem_of, sparse

from ledger.matching.plan import Solution
from ledger.matching.problem import MatchingProblem
from ledger.solver import heuristic, options, solve
from ledger.solver.options import SolverOptions

LOOK = 100
"""Seconds that pass at each look: the solver itself never runs out of them."""
LOOKS = (1, 2, 5, 12, 30, 80, 200)

STRATEGIES = {
    "exact": {},
    "exact with a start": {(solve, "MAX_PAIRS_WITHOUT_START"): 0},
    "medium": {(solve, "MAX_PAIRS_EXACT"): 0},
    "large": {(solve, "MAX_PAIRS_EXACT"): 0, (solve, "MAX_NEEDS_MEDIUM"): 0},
    "priced": {
        (solve, "MAX_PAIRS_EXACT"): 0,
        (solve, "MAX_NEEDS_MEDIUM"): 0,
        (heuristic, "MAX_NEEDS_LP"): 0,
        (heuristic, "MAX_ARCS_LISTED"): 0,
    },
}
SMALL = {"dense": dense(24, 20, seed=5), "sparse": sparse(80, 80, seed=5)}
LARGER = {"dense": dense(90, 80, seed=6), "sparse": sparse(900, 900, seed=6)}


class Clock:
    """A clock that advances by a look."""

    def __init__(self) -> None:
        self._looks = 0

    def __call__(self) -> float:
        self._looks += 1
        return float(self._looks * LOOK)


@pytest.fixture(params=STRATEGIES, ids=list(STRATEGIES), autouse=True)
def strategy(request, monkeypatch) -> str:
    for (module, name), value in STRATEGIES[request.param].items():
        monkeypatch.setattr(module, name, value)
    return request.param


def solved(problem: MatchingProblem, looks: int | None, monkeypatch) -> Solution:
    clock = Clock()
    monkeypatch.setattr(options, "monotonic", clock)
    monkeypatch.setattr(solve, "monotonic", clock)
    seconds = None if looks is None else looks * LOOK
    solution = solve.solve(problem, SolverOptions(seconds=seconds))
    assert not faults(problem, solution.allocations)
    assert solution.complete.value <= solution.complete.bound
    assert solution.coverage.value <= solution.coverage.bound
    return solution


def levels(solution: Solution) -> tuple[Fraction, Fraction]:
    return solution.complete.value, solution.coverage.value


def check(problem: MatchingProblem, monkeypatch) -> None:
    quick = levels(solved(problem, 0, monkeypatch))
    reached = [levels(solved(problem, looks, monkeypatch)) for looks in LOOKS]

    assert all(one >= quick for one in reached), (quick, reached)
    assert [one[0] for one in reached] == sorted(one[0] for one in reached), reached


@pytest.mark.parametrize("kind", SMALL)
def test_more_time_is_never_worse_and_none_is_the_quick_plan(kind, monkeypatch):
    check(problem_of(SMALL[kind]), monkeypatch)


@pytest.mark.soak
@pytest.mark.parametrize("kind", LARGER)
def test_more_time_is_never_worse_on_larger_pipelines(kind, monkeypatch):
    check(problem_of(LARGER[kind]), monkeypatch)
