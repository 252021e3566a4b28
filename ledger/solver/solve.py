"""The way from a matching problem to a plan with proven bounds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from time import perf_counter

from ledger.matching.greedy import greedy_plan
from ledger.matching.plan import Allocation, Level, SearchLimit, Solution, completeness, coverage
from ledger.matching.problem import MatchingProblem
from ledger.solver.options import UNLIMITED, SolverOptions

MAX_PAIRS_EXACT = 60_000
"""Up to so many pairs, each is a column of its own."""
MAX_PAIRS_WITHOUT_START = 8_000
"""Up to so many pairs, the exact search has a good plan long before any time limit."""
MAX_PAIRS_MEDIUM = 400_000
"""Up to so many pairs, blocks of the plan are solved again exactly,"""
MAX_NEEDS_MEDIUM = 5_000
"""of so many demands: of more, a block is too small a part."""
MAX_PAIRS_GREEDY = 2_000_000
"""Up to so many pairs, a plan is made in one pass before the search."""

Plan = tuple[Allocation, ...]


def solve(
    problem: MatchingProblem, options: SolverOptions = UNLIMITED, known_plan: Plan | None = None
) -> Solution:
    """Find the plan that completes the most weight of projects, then covers the most of needs.

    The same problem gives the same plan, unless the answer says that the time limit was reached.
    `known` is a plan of this problem that was found before; the answer is never worse.
    """
    start = (
        greedy_plan(problem)
        if known_plan is None and _is_greedy_worthwhile(problem, options)
        else known_plan
    )
    solution = _search(problem, options, start)
    return solution if start is None else _at_least_start(problem, solution, start)


def _is_greedy_worthwhile(problem: MatchingProblem, options: SolverOptions) -> bool:
    """Say whether one pass over all pairs costs little beside the search, or is all there is."""
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
    """Give what was found, or the plan the search began with where that is better."""
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
    """Count the pairs that the rules admit, those of a kind at once."""
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
