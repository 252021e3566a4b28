"""The way from a matching problem to a plan with proven bounds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from ledger.matching.greedy import greedy_plan
from ledger.matching.plan import Give, Level, Solution, completeness, coverage
from ledger.matching.problem import Problem
from ledger.solving.effort import UNLIMITED, Effort

LARGEST_LISTED = 60_000
"""Up to so many pairs, each is a column of its own."""


def solve(
    problem: Problem, effort: Effort = UNLIMITED, known: tuple[Give, ...] | None = None
) -> Solution:
    """Find the plan that completes the most weight of projects, then covers the most of needs.

    The same problem gives the same plan, unless the answer says that the time limit was reached.
    `known` is a plan of this problem that was found before; the answer is never worse.
    """
    found = _solved(problem, effort, known)
    if known is None or _rank(problem, found.gives) >= _rank(problem, known):
        return found
    value, cover = _rank(problem, known)
    return replace(
        found,
        gives=known,
        complete=Level(value, max(value, found.complete.bound)),
        coverage=Level(cover, max(cover, found.coverage.bound)),
    )


def _solved(problem: Problem, effort: Effort, known: tuple[Give, ...] | None) -> Solution:
    if effort.seconds == 0:
        return _as_it_is(problem, greedy_plan(problem))
    if _pairs(problem) > LARGEST_LISTED:
        from ledger.solving.large import solve_large  # noqa: PLC0415 - as below

        return solve_large(problem, effort)
    from ledger.solving.exact import solve_exactly  # noqa: PLC0415 - the solver takes long to load

    return solve_exactly(problem, greedy_plan(problem) if known is None else known, effort)


def _rank(problem: Problem, gives: tuple[Give, ...]) -> tuple[Fraction, Fraction]:
    return completeness(problem, gives), coverage(problem, gives)


def _pairs(problem: Problem) -> int:
    """Count the pairs that the rules admit, those of a kind at once."""
    return sum(
        len(demands) * sum(len(problem.supplies_of_kind[kind]) for kind in links)
        for demands, links in zip(problem.demands_of_kind, problem.links, strict=True)
    )


def _as_it_is(problem: Problem, gives: tuple[Give, ...]) -> Solution:
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
        limited=True,
    )
