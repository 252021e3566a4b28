"""The way from a matching problem to a plan with proven bounds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from time import perf_counter

from ledger.matching.greedy import greedy_plan
from ledger.matching.plan import Give, Level, Limit, Solution, completeness, coverage
from ledger.matching.problem import Problem
from ledger.solver.options import UNLIMITED, Effort

LARGEST_LISTED = 60_000
"""Up to so many pairs, each is a column of its own."""
LARGEST_AT_ONCE = 8_000
"""Up to so many pairs, the exact search has a good plan long before any time limit."""
LARGEST_MIDDLE = 400_000
"""Up to so many pairs, blocks of the plan are solved again exactly,"""
MOST_DEMANDS = 5_000
"""of so many demands: of more, a block is too small a part."""
LARGEST_TRIED = 2_000_000
"""Up to so many pairs, a plan is made in one pass before the search."""

Plan = tuple[Give, ...]


def solve(problem: Problem, effort: Effort = UNLIMITED, known: Plan | None = None) -> Solution:
    """Find the plan that completes the most weight of projects, then covers the most of needs.

    The same problem gives the same plan, unless the answer says that the time limit was reached.
    `known` is a plan of this problem that was found before; the answer is never worse.
    """
    start = greedy_plan(problem) if known is None and _is_tried(problem, effort) else known
    found = _solved(problem, effort, start)
    return found if start is None else _better(problem, found, start)


def _is_tried(problem: Problem, effort: Effort) -> bool:
    """Say whether one pass over all pairs costs little beside the search, or is all there is."""
    return effort.seconds == 0 or _pairs(problem) <= LARGEST_TRIED


def _solved(problem: Problem, effort: Effort, start: Plan | None) -> Solution:
    if effort.seconds == 0:
        return _as_it_is(problem, start or ())
    pairs = _pairs(problem)
    if pairs > LARGEST_MIDDLE or (pairs > LARGEST_LISTED and len(problem.demands) > MOST_DEMANDS):
        from ledger.solver.heuristic import solve_large  # noqa: PLC0415 - as below

        return solve_large(problem, effort, start)
    if pairs > LARGEST_LISTED:
        from ledger.solver.heuristic import solve_middle  # noqa: PLC0415 - as below

        return solve_middle(problem, effort, start)
    from ledger.solver.exact import solve_exactly  # noqa: PLC0415 - the solver takes long to load

    bound = None
    if pairs > LARGEST_AT_ONCE and effort.seconds is not None:
        from ledger.solver.heuristic import begin  # noqa: PLC0415 - as above

        begun = perf_counter()
        begun_with, bound = begin(problem, effort, start or ())
        start = _of_two(problem, begun_with, start or ())
        effort = replace(effort, seconds=max(1, round(effort.seconds - perf_counter() + begun)))
    return solve_exactly(problem, start or (), effort, bound)


def _of_two(problem: Problem, one: Plan, other: Plan) -> Plan:
    return one if _rank(problem, one) >= _rank(problem, other) else other


def _better(problem: Problem, found: Solution, start: Plan) -> Solution:
    """Give what was found, or the plan the search began with where that is better."""
    if _rank(problem, found.gives) >= _rank(problem, start):
        return found
    value, cover = _rank(problem, start)
    return replace(
        found,
        gives=start,
        complete=Level(value, max(value, found.complete.bound)),
        coverage=Level(cover, max(cover, found.coverage.bound)),
    )


def _rank(problem: Problem, gives: Plan) -> tuple[Fraction, Fraction]:
    return completeness(problem, gives), coverage(problem, gives)


def _pairs(problem: Problem) -> int:
    """Count the pairs that the rules admit, those of a kind at once."""
    return sum(
        len(demands) * sum(len(problem.supplies_of_kind[kind]) for kind in links)
        for demands, links in zip(problem.demands_of_kind, problem.links, strict=True)
    )


def _as_it_is(problem: Problem, gives: Plan) -> Solution:
    weight = Fraction(sum(one.weight for one in problem.ventures if one.completable))
    most = sum(
        Fraction(problem.ventures[one.venture].weight * one.open, one.net)
        for one in problem.demands
    )
    return Solution(
        gives,
        Level(completeness(problem, gives), weight),
        Level(coverage(problem, gives), Fraction(most)),
        solver="greedy",
        limit=Limit.TIME,
    )
