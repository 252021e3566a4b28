"""The entry point of the solver: an algorithm chosen by the size of the problem.

Sets: needs of projects, offers, and pairs of them that the rules admit.
Objective, lexicographic: (1) the weight of the projects whose needs are all placed, (2) the
coverage of all needs, then the least shortfall of goals (`least_shortfall`), (3) fewer deals and
(4) lower cost without changing (1) and (2).

Up to `MAX_PAIRS_EXACT` pairs the mixed-integer program of all pairs is solved (`exact`); medium
and large problems are relaxed, rounded and improved (`heuristic`). Both report proven bounds.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from time import monotonic

from ledger.matching.caps import admissible
from ledger.matching.plan import (
    QUICK_PLAN_SOLVER,
    Level,
    SearchLimit,
    Solution,
    completeness,
    coverage,
)
from ledger.matching.problem import MatchingProblem
from ledger.solver.bounds import max_completeness, max_coverage
from ledger.solver.greedy import Plan, greedy_plan, rank
from ledger.solver.least_shortfall import with_least_shortfall
from ledger.solver.options import UNLIMITED, SolverOptions

MAX_PAIRS_EXACT = 60_000
"""Up to this number of pairs, the program has a column for each."""
MAX_PAIRS_WITHOUT_START = 8_000
"""Up to this number of pairs, the exact algorithm needs no start."""
MAX_PAIRS_MEDIUM = 400_000
"""Up to this number of pairs, large sub-MIPs alone improve the plan,"""
MAX_NEEDS_MEDIUM = 5_000
"""and up to this number of needs: with more, a sub-MIP is too small a part."""
QUICK_PLAN_SECONDS = 4
"""The time that the quick plan may take in any case,"""
QUICK_PLAN_SHARE = 0.5
"""and the share of a longer time limit; the rest is for the search, which looks at the clock."""

SECONDS_FOR_GOALS = 1
"""The time that goals may take where the search has used up the time limit."""


def solve(
    problem: MatchingProblem, options: SolverOptions = UNLIMITED, known_plan: Plan | None = None
) -> Solution:
    """Return the plan that completes the most weight of projects, then covers the most of needs.

    The same problem gives the same plan, unless the time limit was reached. `known_plan` is a plan
    of this problem; the answer is never worse, and without one never worse than the quick plan.
    """
    began = monotonic()
    if known_plan is None:
        known_plan = greedy_plan(problem, _quick_seconds(options))
    known_plan = admissible(problem, known_plan)
    options = options.less(monotonic() - began)
    if options.seconds == 0:
        quick = _unsearched(problem, known_plan, max_completeness(problem))
        return _on_goals(problem, _with_computed_bounds(problem, quick), options)
    started = monotonic()
    solution = _search(problem, options, known_plan)
    solution = _with_computed_bounds(problem, _at_least_known(problem, solution, known_plan))
    left = options.less(monotonic() - started)
    return _on_goals(problem, solution, left.at_least(SECONDS_FOR_GOALS))


def _on_goals(problem: MatchingProblem, solution: Solution, options: SolverOptions) -> Solution:
    """Return the solution with its goals met as far as possible, if there are any."""
    if not problem.goals:
        return solution
    return with_least_shortfall(problem, solution, options, count_pairs(problem))


def _quick_seconds(options: SolverOptions) -> float | None:
    """Return the time for the quick plan, which is made however short the time limit is.

    It never falls as the time limit grows: the quick plan of more time is never worse.
    """
    if options.seconds is None:
        return None
    return max(options.seconds * QUICK_PLAN_SHARE, QUICK_PLAN_SECONDS)


def _search(problem: MatchingProblem, options: SolverOptions, known_plan: Plan) -> Solution:
    began = monotonic()
    pair_count = count_pairs(problem)
    if pair_count > MAX_PAIRS_EXACT:
        from ledger.solver.heuristic import LARGE, MEDIUM, solve_by_search  # noqa: PLC0415 - as below

        is_large = pair_count > MAX_PAIRS_MEDIUM or len(problem.needs) > MAX_NEEDS_MEDIUM
        return solve_by_search(problem, LARGE if is_large else MEDIUM, options, known_plan)
    from ledger.solver.exact import solve_exactly  # noqa: PLC0415 - the solver takes long to load

    bound = None
    if pair_count > MAX_PAIRS_WITHOUT_START and options.seconds is not None:
        from ledger.solver.heuristic import start_plan  # noqa: PLC0415 - as above

        known_plan, bound = start_plan(problem, options, known_plan)
        options = options.less(monotonic() - began)
        if options.seconds == 0:
            from ledger.solver.highs import solver_name  # noqa: PLC0415 - as above

            return _unsearched(problem, known_plan, bound, solver_name())
    return solve_exactly(problem, known_plan, options, bound)


def _at_least_known(problem: MatchingProblem, solution: Solution, known_plan: Plan) -> Solution:
    """Return the solution, or the known plan where that is better."""
    if rank(problem, solution.allocations) >= rank(problem, known_plan):
        return solution
    value, cover = rank(problem, known_plan)
    return replace(
        solution,
        allocations=known_plan,
        complete=Level(value, max(value, solution.complete.bound)),
        coverage=Level(cover, max(cover, solution.coverage.bound)),
    )


def count_pairs(problem: MatchingProblem) -> int:
    """Count the pairs that the rules admit, class by class."""
    return sum(
        len(needs) * sum(len(problem.offers_of_class[offer_class]) for offer_class in links)
        for needs, links in zip(problem.needs_of_class, problem.links, strict=True)
    )


def _unsearched(
    problem: MatchingProblem, plan: Plan, bound: Fraction, solver: str = QUICK_PLAN_SOLVER
) -> Solution:
    """Return a plan for which the time limit left no search, of level 2 or of both levels."""
    value = completeness(problem, plan)
    return Solution(
        plan,
        Level(value, max(value, bound)),
        Level(coverage(problem, plan), max_coverage(problem)),
        solver=solver,
        limit=SearchLimit.TIME,
    )


def _with_computed_bounds(problem: MatchingProblem, solution: Solution) -> Solution:
    """Record which bounds were computed: those below what a plan of everything would reach."""
    return replace(
        solution,
        complete=_with_computed_bound(solution.complete, max_completeness(problem)),
        coverage=_with_computed_bound(solution.coverage, max_coverage(problem)),
    )


def _with_computed_bound(level: Level, of_everything: Fraction) -> Level:
    is_computed = level.bound < of_everything or level.value >= level.bound
    return replace(level, is_bound_computed=is_computed)
