"""The entry point of the solver: an algorithm chosen by the size of the problem.

Sets: needs of projects, offers, and pairs of them that the rules admit.
Objective, lexicographic: (1) the weight of the projects whose needs are all placed, (2) the
coverage of all needs, then (3) fewer deals and (4) lower cost without changing (1) and (2).

Up to `MAX_PAIRS_EXACT` pairs the mixed-integer program of all pairs is solved (`exact`); medium
and large problems are relaxed, rounded and improved (`heuristic`). Both report proven bounds.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from time import perf_counter

from ledger.matching.greedy import greedy_plan
from ledger.matching.plan import Allocation, Level, SearchLimit, Solution, completeness, coverage
from ledger.matching.problem import MatchingProblem
from ledger.solver.options import UNLIMITED, SolverOptions

MAX_PAIRS_EXACT = 60_000
"""Up to this number of pairs, the program has a column for each."""
MAX_PAIRS_WITHOUT_START = 8_000
"""Up to this number of pairs, the exact algorithm needs no start."""
MAX_PAIRS_MEDIUM = 400_000
"""Up to this number of pairs, large-neighbourhood search improves the plan,"""
MAX_NEEDS_MEDIUM = 5_000
"""and up to this number of needs: with more, a sub-MIP is too small a part."""
MAX_PAIRS_GREEDY = 2_000_000
"""Up to this number of pairs, the greedy plan is made before the search."""

Plan = tuple[Allocation, ...]


def solve(
    problem: MatchingProblem, options: SolverOptions = UNLIMITED, known_plan: Plan | None = None
) -> Solution:
    """Return the plan that completes the most weight of projects, then covers the most of needs.

    The same problem gives the same plan, unless the time limit was reached. `known_plan` is a plan
    of this problem; the answer is never worse.
    """
    start = (
        greedy_plan(problem)
        if known_plan is None and _is_greedy_worthwhile(problem, options)
        else known_plan
    )
    solution = _search(problem, options, start)
    return solution if start is None else _at_least_start(problem, solution, start)


def _is_greedy_worthwhile(problem: MatchingProblem, options: SolverOptions) -> bool:
    """Return whether the greedy plan costs little compared with the search, or is all there is."""
    return options.seconds == 0 or _count_pairs(problem) <= MAX_PAIRS_GREEDY


def _search(problem: MatchingProblem, options: SolverOptions, start: Plan | None) -> Solution:
    if options.seconds == 0:
        return _greedy_solution(problem, start or ())
    pair_count = _count_pairs(problem)
    if pair_count > MAX_PAIRS_MEDIUM or (
        pair_count > MAX_PAIRS_EXACT and len(problem.needs) > MAX_NEEDS_MEDIUM
    ):
        from ledger.solver.heuristic import solve_large  # noqa: PLC0415 - as below

        return solve_large(problem, options, start)
    if pair_count > MAX_PAIRS_EXACT:
        from ledger.solver.heuristic import solve_medium  # noqa: PLC0415 - as below

        return solve_medium(problem, options, start)
    from ledger.solver.exact import solve_exactly  # noqa: PLC0415 - the solver takes long to load

    bound = None
    if pair_count > MAX_PAIRS_WITHOUT_START and options.seconds is not None:
        from ledger.solver.heuristic import start_plan  # noqa: PLC0415 - as above

        start_time = perf_counter()
        start_plan_found, bound = start_plan(problem, options, start or ())
        start = _better_plan(problem, start_plan_found, start or ())
        options = replace(
            options, seconds=max(1, round(options.seconds - perf_counter() + start_time))
        )
    return solve_exactly(problem, start or (), options, bound)


def _better_plan(problem: MatchingProblem, first: Plan, second: Plan) -> Plan:
    return first if _rank(problem, first) >= _rank(problem, second) else second


def _at_least_start(problem: MatchingProblem, solution: Solution, start: Plan) -> Solution:
    """Return the solution, or the start where that is better."""
    if _rank(problem, solution.allocations) >= _rank(problem, start):
        return solution
    value, cover = _rank(problem, start)
    return replace(
        solution,
        allocations=start,
        complete=Level(value, max(value, solution.complete.bound)),
        coverage=Level(cover, max(cover, solution.coverage.bound)),
    )


def _rank(problem: MatchingProblem, allocations: Plan) -> tuple[Fraction, Fraction]:
    return completeness(problem, allocations), coverage(problem, allocations)


def _count_pairs(problem: MatchingProblem) -> int:
    """Count the pairs that the rules admit, class by class."""
    return sum(
        len(needs) * sum(len(problem.offers_of_class[offer_class]) for offer_class in links)
        for needs, links in zip(problem.needs_of_class, problem.links, strict=True)
    )


def _greedy_solution(problem: MatchingProblem, allocations: Plan) -> Solution:
    weight = Fraction(sum(project.weight for project in problem.projects if project.completable))
    max_covered = sum(
        Fraction(problem.projects[project.project].weight * project.open, project.net)
        for project in problem.needs
    )
    return Solution(
        allocations,
        Level(completeness(problem, allocations), weight),
        Level(coverage(problem, allocations), Fraction(max_covered)),
        solver="greedy",
        limit=SearchLimit.TIME,
    )
