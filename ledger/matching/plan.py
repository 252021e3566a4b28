"""A plan: how much each offer gives to each need, and what that is worth on each level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from ledger.matching.problem import Problem


class Give(NamedTuple):
    """What one supply gives to one demand, by their places, in the need's smallest part."""

    demand: int
    supply: int
    amount: int


@dataclass(frozen=True, slots=True)
class Level:
    """What a plan reaches on one level of the objective, and what no plan can exceed."""

    value: Fraction
    bound: Fraction

    @property
    def gap(self) -> Fraction:
        """How far the value may be from the best there is: (bound - value) / max(1, |bound|)."""
        return (self.bound - self.value) / max(Fraction(1), abs(self.bound))


class Limit(StrEnum):
    """What ended a search before the optimum was proven."""

    TIME = "time"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan with both of its proven levels, its gives in order of demand, then supply.

    `limit` says what ended the search early. Only after the time limit may another run differ:
    work is counted, and the same in every run.
    """

    gives: tuple[Give, ...]
    complete: Level
    coverage: Level
    solver: str
    limit: Limit | None = None

    @property
    def limited(self) -> bool:
        """Whether a limit was reached, of time or of work."""
        return self.limit is not None


def completed(problem: Problem, gives: Iterable[Give]) -> tuple[int, ...]:
    """Give the places of the ventures that a plan completes."""
    given = given_to(problem, gives)
    return tuple(
        place
        for place, venture in enumerate(problem.ventures)
        if venture.completable
        and all(given[demand] == problem.demands[demand].open for demand in venture.demands)
    )


def given_to(problem: Problem, gives: Iterable[Give]) -> list[int]:
    """Add up what each demand gets."""
    given = [0] * len(problem.demands)
    for give in gives:
        given[give.demand] += give.amount
    return given


def completeness(problem: Problem, gives: Iterable[Give]) -> Fraction:
    """Give level 1 of a plan: the weight of the ventures it completes."""
    return Fraction(sum(problem.ventures[place].weight for place in completed(problem, gives)))


def coverage(problem: Problem, gives: Iterable[Give]) -> Fraction:
    """Give level 2 of a plan: over all demands, weight x given / (required - withdrawn)."""
    total = Fraction(0)
    for demand, given in zip(problem.demands, given_to(problem, gives), strict=True):
        if given:
            total += Fraction(problem.ventures[demand.venture].weight * given, demand.net)
    return total
