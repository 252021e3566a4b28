"""What no plan exceeds, said exactly where the solver says it in floats."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from ledger.matching.problem import Problem

SAME = Fraction(1, 10**8)
"""A bound of the solver that exceeds an exact value by this share or less is that value."""

_TRACE = Fraction(1, 10**5)


def whole_below(bound: float) -> Fraction:
    """Round a bound on whole numbers down, but for what the solver may be off."""
    exact = Fraction(bound)
    return Fraction(floor(exact + max(_TRACE, SAME * abs(exact))))


def most_coverage(problem: Problem) -> Fraction:
    """Give what level 2 would be if every demand got all that is open in it."""
    parts = (
        Fraction(problem.ventures[one.venture].weight * one.open, one.net)
        for one in problem.demands
    )
    return sum(parts, Fraction(0))
