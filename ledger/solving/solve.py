"""The way from a matching problem to a plan with proven bounds."""

from __future__ import annotations

from fractions import Fraction

from ledger.matching.greedy import greedy_plan
from ledger.matching.plan import Level, Solution, completeness, coverage
from ledger.matching.problem import Problem
from ledger.solving.effort import UNLIMITED, Effort


def solve(problem: Problem, effort: Effort = UNLIMITED) -> Solution:
    """Find the plan that completes the most weight of projects, then covers the most of needs.

    The same problem gives the same plan, unless the answer says that the time limit was reached.
    """
    del effort
    gives = greedy_plan(problem)
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
    )
