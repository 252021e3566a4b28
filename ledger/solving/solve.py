"""The way from a matching problem to a plan with proven bounds."""

from __future__ import annotations

from fractions import Fraction

from ledger.matching.greedy import greedy_plan
from ledger.matching.plan import Give, Level, Solution, completeness, coverage
from ledger.matching.problem import Problem
from ledger.solving.effort import UNLIMITED, Effort

LARGEST_LISTED = 60_000
"""Up to so many pairs, each is a column of its own."""


def solve(problem: Problem, effort: Effort = UNLIMITED) -> Solution:
    """Find the plan that completes the most weight of projects, then covers the most of needs.

    The same problem gives the same plan, unless the answer says that the time limit was reached.
    """
    gives = greedy_plan(problem)
    if effort.seconds == 0 or _pairs(problem) > LARGEST_LISTED:
        return _as_it_is(problem, gives, limited=effort.seconds == 0)
    from ledger.solving.exact import solve_exactly  # noqa: PLC0415 - the solver takes long to load

    return solve_exactly(problem, gives, effort)


def _pairs(problem: Problem) -> int:
    """Count the pairs that the rules admit, those of a kind at once."""
    return sum(
        len(demands) * sum(len(problem.supplies_of_kind[kind]) for kind in links)
        for demands, links in zip(problem.demands_of_kind, problem.links, strict=True)
    )


def _as_it_is(problem: Problem, gives: tuple[Give, ...], *, limited: bool) -> Solution:
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
        limited=limited,
    )
