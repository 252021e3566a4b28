"""A plan: how much each offer gives to each need, and what that is worth on each level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from ledger.matching.problem import MatchingProblem


class Allocation(NamedTuple):
    """What one supply gives to one demand, by their places, in the need's smallest part."""

    need: int
    offer: int
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


class SearchLimit(StrEnum):
    """What ended a search before the optimum was proven."""

    TIME = "time"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan with both of its proven levels, its gives in order of demand, then supply.

    `limit` says what ended the search early. Only after the time limit may another run differ:
    work is counted, and the same in every run.
    """

    allocations: tuple[Allocation, ...]
    complete: Level
    coverage: Level
    solver: str
    limit: SearchLimit | None = None

    @property
    def limit_reached(self) -> bool:
        """Whether a limit was reached, of time or of work."""
        return self.limit is not None


def completed(problem: MatchingProblem, allocations: Iterable[Allocation]) -> tuple[int, ...]:
    """Give the places of the ventures that a plan completes."""
    allocated = allocated_to_needs(problem, allocations)
    return tuple(
        index
        for index, project in enumerate(problem.projects)
        if project.completable
        and all(allocated[need] == problem.needs[need].open for need in project.needs)
    )


def allocated_to_needs(problem: MatchingProblem, allocations: Iterable[Allocation]) -> list[int]:
    """Add up what each demand gets."""
    allocated = [0] * len(problem.needs)
    for allocation in allocations:
        allocated[allocation.need] += allocation.amount
    return allocated


def completeness(problem: MatchingProblem, allocations: Iterable[Allocation]) -> Fraction:
    """Give level 1 of a plan: the weight of the ventures it completes."""
    return Fraction(
        sum(problem.projects[index].weight for index in completed(problem, allocations))
    )


def coverage(problem: MatchingProblem, allocations: Iterable[Allocation]) -> Fraction:
    """Give level 2 of a plan: over all demands, weight x given / (required - withdrawn)."""
    total = Fraction(0)
    for need, allocated in zip(
        problem.needs, allocated_to_needs(problem, allocations), strict=True
    ):
        if allocated:
            total += Fraction(problem.projects[need.project].weight * allocated, need.net)
    return total
