"""A time limit at every size: never worse than the quick plan, and more time is never worse.

The clock of these tests advances only when it is looked at, so a limit is a number of looks. The
pipelines are small, and the sizes at which each strategy begins smaller still.

That every loop looks at the clock is tested by a clock that stands still and then jumps past the
limit: from then on few functions of the solver are called, wherever the search stood, and no
program is begun.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from types import FrameType

import pytest
from bench_matching import faults
from pipelines import dense, problem_of, sparse

import ledger
from ledger.matching.plan import Solution, completeness, coverage
from ledger.matching.problem import MatchingProblem
from ledger.solver import heuristic, highs, options, solve, stability
from ledger.solver.options import CHURN, SolverOptions

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


@pytest.mark.parametrize("kind", SMALL)
def test_no_time_limit_leads_below_the_baseline(kind, monkeypatch):
    """A baseline that the quick plan of this day does not reach, and may be changed little."""
    problem = problem_of(SMALL[kind])
    baseline = solved(problem, 200, monkeypatch).allocations
    least = completeness(problem, baseline), coverage(problem, baseline)

    for looks in (0, *LOOKS):
        clock = Clock()
        for module in (options, solve, stability):
            monkeypatch.setattr(module, "monotonic", clock)
        limit = SolverOptions(seconds=looks * LOOK)
        solution = stability.solve_near(problem, baseline, CHURN, limit)

        assert not faults(problem, solution.allocations)
        assert levels(solution) >= least


@pytest.mark.soak
@pytest.mark.parametrize("kind", LARGER)
def test_more_time_is_never_worse_on_larger_pipelines(kind, monkeypatch):
    check(problem_of(LARGER[kind]), monkeypatch)


class JumpingClock:
    """A clock that stands still for some looks, then jumps, and counts what is called afterwards.

    After the jump it advances by a second at each look, so that what is granted beyond the limit
    ends too.
    """

    def __init__(self, looks: int) -> None:
        self._looks_left = looks
        self._now = 0.0
        self.calls = 0

    def __call__(self) -> float:
        if self._looks_left:
            self._looks_left -= 1
        else:
            self._now += LATE if not self._now else 1.0
        return self._now

    @property
    def has_jumped(self) -> bool:
        return self._now > 0

    def profile(self, frame: FrameType, event: str, _argument: object) -> None:
        """Count a call of a function of the program after the jump."""
        if event == "call" and self._now and frame.f_code.co_filename.startswith(PROGRAM):
            self.calls += 1


LATE = 10.0**6
PROGRAM = str(Path(ledger.__file__).parent)
EVERY = 23
CALLS_A_NEED, CALLS_AT_LEAST = 15, 500
"""A step that has begun ends, and the best plan is read, checked, filled and written."""


def calls_after(problem: MatchingProblem, looks: int, monkeypatch) -> int | None:
    """Count the calls after the jump past the limit; None if the search looks less often."""
    clock, begun = JumpingClock(looks), []
    run = highs.Solver._run

    def counted(solver: highs.Solver, *limits: object) -> None:
        begun.append(clock.has_jumped)
        run(solver, *limits)

    monkeypatch.setattr(highs.Solver, "_run", counted)
    monkeypatch.setattr(options, "monotonic", clock)
    monkeypatch.setattr(solve, "monotonic", clock)
    sys.setprofile(clock.profile)
    try:
        solution = solve.solve(problem, SolverOptions(seconds=LATE / 2))
    finally:
        sys.setprofile(None)
        monkeypatch.setattr(highs.Solver, "_run", run)
    assert not faults(problem, solution.allocations)
    assert not any(begun)
    return clock.calls if clock.has_jumped else None


@pytest.mark.parametrize("kind", SMALL)
def test_after_the_time_limit_no_loop_goes_on(kind, monkeypatch):
    problem = problem_of(SMALL[kind])
    most = CALLS_AT_LEAST + CALLS_A_NEED * len(problem.needs)

    for looks in range(2, sys.maxsize, EVERY):
        calls = calls_after(problem, looks, monkeypatch)
        if calls is None:
            assert looks > EVERY
            return
        assert calls < most, looks
