"""A plan: allocations of offers to needs, their value on each level, and an index of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from ledger.matching.problem import MatchingFloor, MatchingProblem, MatchingProject


class Allocation(NamedTuple):
    """The allocation of an offer to a need, by their indices, in the need's smallest part."""

    need: int
    offer: int
    amount: int


@dataclass(frozen=True, slots=True)
class Level:
    """The value of a plan on one level of the objective, and the bound of all plans.

    `is_bound_computed` is false where the bound is only what a plan of everything would reach.
    """

    value: Fraction
    bound: Fraction
    is_bound_computed: bool = field(default=True, compare=False)

    @property
    def gap(self) -> Fraction:
        """The relative gap: (bound - value) / max(1, |bound|)."""
        return (self.bound - self.value) / max(Fraction(1), abs(self.bound))


QUICK_PLAN_SOLVER = "greedy"
"""The solver named by a quick plan, which computes no bound."""


class SearchLimit(StrEnum):
    """The limit that ended a search before the optimum was proven."""

    TIME = "time"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class Changes:
    """The lines in which a plan differs from its baseline: `value`, of which `bound` are proven.

    `best_coverage` is the coverage of the best plan found; the plan may cover less than it by the
    churn allowed, in order to change fewer lines.
    """

    value: int
    bound: int
    best_coverage: Fraction


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan with proven bounds, its allocations in order of need, then offer.

    `limit` is the limit that ended the search. Only after the time limit may another run differ:
    work is counted, and the same in every run. `changes` are those from a baseline, if there is
    one; `shortfall` is that of the goals, if there are any, and its bound the least possible.
    """

    allocations: tuple[Allocation, ...]
    complete: Level
    coverage: Level
    solver: str
    limit: SearchLimit | None = None
    changes: Changes | None = None
    shortfall: Level | None = None

    @property
    def limit_reached(self) -> bool:
        """Whether a limit of time or work was reached."""
        return self.limit is not None


def completed(problem: MatchingProblem, allocations: Iterable[Allocation]) -> tuple[int, ...]:
    """Return the indices of the projects that a plan completes."""
    plan = tuple(allocations)
    allocated = allocated_to_needs(problem, plan)
    return tuple(
        index
        for index, project in enumerate(problem.projects)
        if project.completable
        and all(allocated[need] == problem.needs[need].open for need in project.needs)
        and not (project.floors and unmet_floors(project, plan))
    )


def unmet_floors(
    project: MatchingProject, allocations: Iterable[Allocation]
) -> list[MatchingFloor]:
    """Return the floors of a project of which something is missing in a plan."""
    plan = tuple(allocations)
    return [one for one in project.floors if given_to_floor(one, plan) < one.missing]


def given_to_floor(floor: MatchingFloor, allocations: Iterable[Allocation]) -> Fraction:
    """Return what a plan gives towards a floor, in the smallest part of its unit."""
    amounts = (
        floor.rates[need] * amount
        for need, offer, amount in allocations
        if need in floor.rates and offer in floor.offers
    )
    return sum(amounts, Fraction(0))


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
    covered: Counter[int] = Counter()
    for need, allocated in zip(
        problem.needs, allocated_to_needs(problem, allocations), strict=True
    ):
        covered[need.net] += problem.projects[need.project].weight * allocated
    return _exact_sum([Fraction(parts, net) for net, parts in covered.items() if parts])


def _exact_sum(terms: Sequence[Fraction]) -> Fraction:
    """Add up by halves: the denominators of many needs together have tens of thousands of digits.

    Adding one term after the other would work with all of them at each.
    """
    if len(terms) <= 1:
        return terms[0] if terms else Fraction(0)
    half = len(terms) // 2
    return _exact_sum(terms[:half]) + _exact_sum(terms[half:])


def count_changes(baseline: Iterable[Allocation], allocations: Iterable[Allocation]) -> int:
    """Count the pairs of a need and an offer that two plans do not give the same amount."""
    before = {(need, offer): amount for need, offer, amount in baseline}
    after = {(need, offer): amount for need, offer, amount in allocations}
    return sum(before.get(pair) != after.get(pair) for pair in before.keys() | after.keys())


class PlanIndex:
    """A plan of a problem, indexed by needs, offers and projects."""

    def __init__(self, problem: MatchingProblem, allocations: Iterable[Allocation]) -> None:
        """Index a plan."""
        self.problem = problem
        self.allocations = tuple(allocations)
        self.completed = frozenset(completed(problem, self.allocations))
        self.amounts = {
            (allocation.need, allocation.offer): allocation.amount
            for allocation in self.allocations
        }

    @cached_property
    def need_index(self) -> dict[str, int]:
        """The index of each need in the problem, by code."""
        return {need.code: index for index, need in enumerate(self.problem.needs)}

    @cached_property
    def offer_index(self) -> dict[str, int]:
        """The index of each offer in the problem, by code."""
        return {offer.code: index for index, offer in enumerate(self.problem.offers)}

    @cached_property
    def project_index(self) -> dict[str, int]:
        """The index of each project in the problem, by code."""
        return {project.code: index for index, project in enumerate(self.problem.projects)}

    @cached_property
    def open_amounts(self) -> list[int]:
        """The open amount of each need after the plan."""
        remaining = [need.open for need in self.problem.needs]
        for allocation in self.allocations:
            remaining[allocation.need] -= allocation.amount
        return remaining

    @cached_property
    def free_amounts(self) -> list[int]:
        """The capacity left of each offer, in its own unit."""
        remaining = [offer.free for offer in self.problem.offers]
        for allocation in self.allocations:
            remaining[allocation.offer] -= self.offer_amount(allocation)
        return remaining

    def offer_amount(self, allocation: Allocation) -> int:
        """Return the offer side of an allocation."""
        ratio = self.problem.ratio(allocation.need, allocation.offer)
        assert ratio is not None, f"{allocation} has no rate"
        return ratio.to_offer(allocation.amount)

    def allocations_by(self, offer: int) -> list[Allocation]:
        """Return the allocations of an offer, the largest first."""
        own_allocations = [
            allocation for allocation in self.allocations if allocation.offer == offer
        ]
        return sorted(
            own_allocations,
            key=lambda allocation: (-self.offer_amount(allocation), allocation.need),
        )

    def ends_complete(self, need: int) -> bool:
        """Return whether the project of a need ends complete."""
        return self.problem.needs[need].project in self.completed

    def has_to_wait(self, need: int) -> bool:
        """Return whether a need gets nothing because one that it comes after is not placed."""
        own = self.problem.needs[need]
        return own.blocked or any(self.open_amounts[one] for one in own.after)

    def _why_closed(self, need: int, offer: int) -> str | None:
        """Return why an offer gives a need nothing more whatever it has, if that is so."""
        if not self.open_amounts[need]:
            return "placed"
        if self.has_to_wait(need):
            return "sequence"
        is_conditional = self.problem.offers[offer].conditional
        return "condition" if is_conditional and not self.ends_complete(need) else None

    def why_no_more(self, need: int, offer: int) -> str:
        """Return the code of the reason why an eligible offer gives a need no more.

        `placed`: the need is placed; `sequence`: one that it comes after is not; `condition`: the
        project does not end complete; `largest`: the maximum ticket or share is reached;
        `elsewhere`: the capacity goes to other needs; `spent`: all of it goes to this need;
        `smallest`: the rest of the offer or the need is below the minimum ticket; `whole`: it is
        below the indivisible need; `spare`: only the plan, which is not proven the best.
        """
        problem = self.problem
        limits, ratio = problem.limits(need, offer), problem.ratio(need, offer)
        assert limits is not None
        assert ratio is not None
        closed = self._why_closed(need, offer)
        if closed is not None:
            return closed
        amounts = self.amounts.get((need, offer), 0)
        if amounts >= limits.high:
            capped = limits.high < ratio.to_need(problem.offers[offer].free)
            return "largest" if capped else "spent"
        possible = ratio.to_need(self.free_amounts[offer] + ratio.to_offer(amounts))
        serves_others = len(self.allocations_by(offer)) > (amounts > 0)
        if possible <= amounts or (serves_others and possible < limits.low):
            return "elsewhere" if serves_others else "spent"
        if amounts + self.open_amounts[need] < limits.low or possible < limits.low:
            return "smallest" if problem.needs[need].divisible else "whole"
        return "spare"
