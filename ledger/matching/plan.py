"""A plan: allocations of offers to needs, and their value on each level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from ledger.matching.problem import MatchingProblem


class Allocation(NamedTuple):
    """The allocation of an offer to a need, by their indices, in the need's smallest part."""

    need: int
    offer: int
    amount: int


@dataclass(frozen=True, slots=True)
class Level:
    """The value of a plan on one level of the objective, and the bound of all plans."""

    value: Fraction
    bound: Fraction

    @property
    def gap(self) -> Fraction:
        """The relative gap: (bound - value) / max(1, |bound|)."""
        return (self.bound - self.value) / max(Fraction(1), abs(self.bound))


class SearchLimit(StrEnum):
    """The limit that ended a search before the optimum was proven."""

    TIME = "time"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan with proven bounds, its allocations in order of need, then offer.

    `limit` is the limit that ended the search. Only after the time limit may another run differ:
    work is counted, and the same in every run.
    """

    allocations: tuple[Allocation, ...]
    complete: Level
    coverage: Level
    solver: str
    limit: SearchLimit | None = None

    @property
    def limit_reached(self) -> bool:
        """Whether a limit of time or work was reached."""
        return self.limit is not None


def completed(problem: MatchingProblem, allocations: Iterable[Allocation]) -> tuple[int, ...]:
    """Return the indices of the projects that a plan completes."""
    allocated = allocated_to_needs(problem, allocations)
    return tuple(
        index
        for index, project in enumerate(problem.projects)
        if project.completable
        and all(allocated[need] == problem.needs[need].open for need in project.needs)
    )


def allocated_to_needs(problem: MatchingProblem, allocations: Iterable[Allocation]) -> list[int]:
    """Return the allocated amount of each need."""
    allocated = [0] * len(problem.needs)
    for allocation in allocations:
        allocated[allocation.need] += allocation.amount
    return allocated


def completeness(problem: MatchingProblem, allocations: Iterable[Allocation]) -> Fraction:
    """Return level 1 of a plan: the weight of the projects it completes."""
    return Fraction(
        sum(problem.projects[index].weight for index in completed(problem, allocations))
    )


def coverage(problem: MatchingProblem, allocations: Iterable[Allocation]) -> Fraction:
    """Return level 2 of a plan: over all needs, weight x allocated / (required - withdrawn)."""
    total = Fraction(0)
    for need, allocated in zip(
        problem.needs, allocated_to_needs(problem, allocations), strict=True
    ):
        if allocated:
            total += Fraction(problem.projects[need.project].weight * allocated, need.net)
    return total
