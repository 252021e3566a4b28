"""Caps across the pairs of a plan: what is left of each, and a plan that keeps them all.

What is placed already counts with what a plan gives. Quantities are sums by unit, each converted
and rounded up; a cap on a number counts the projects in which something is placed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor

from ledger.matching.plan import Allocation, completed
from ledger.matching.problem import MatchingCap, MatchingProblem
from ledger.matching.sequence import in_sequence


def linear_left(cap: MatchingCap) -> Fraction:
    """Return what is left of a quantity without rounding, which no plan exceeds."""
    amounts = (cap.rates[unit] * amount for unit, amount in cap.placed.items())
    return max(Fraction(0), cap.most - sum(amounts, Fraction(0)))


class CapRooms:
    """What a plan in the making leaves of each cap."""

    def __init__(self, problem: MatchingProblem) -> None:
        """Start with nothing given."""
        self._caps, self._needs = problem.caps, problem.needs
        self._of_offer: defaultdict[int, list[int]] = defaultdict(list)
        for at, cap in enumerate(self._caps):
            for offer in cap.offers:
                self._of_offer[offer].append(at)
        self._given = [Counter(cap.placed) for cap in self._caps]
        self._projects: list[Counter[int]] = [Counter() for _ in self._caps]

    def largest(self, need: int, offer: int, amount: int) -> int:
        """Return how much of an amount every cap admits."""
        for at in self._of_offer.get(offer, ()):
            cap = self._caps[at]
            if need in cap.units:
                amount = min(amount, self._left(at, cap, need, amount))
        return amount

    def reached(self, need: int, offer: int) -> str | None:
        """Return the code of a cap that leaves a pair nothing more; None where there is none."""
        for at in self._of_offer.get(offer, ()):
            cap = self._caps[at]
            if need in cap.units and self._left(at, cap, need, 1) < 1:
                return cap.code
        return None

    def _left(self, at: int, cap: MatchingCap, need: int, amount: int) -> int:
        if cap.counted is not None:
            project = self._needs[need].project
            new = sum(1 for given in self._projects[at].values() if given > 0)
            is_counted = project in cap.counted or self._projects[at][project] > 0
            return amount if is_counted or cap.already + new < cap.most else 0
        unit, given = cap.units[need], self._given[at]
        others = sum(
            ceil(cap.rates[other] * placed) for other, placed in given.items() if other != unit
        )
        return max(0, floor((cap.most - others) / cap.rates[unit]) - given[unit])

    def allocate(self, need: int, offer: int, amount: int) -> None:
        """Count an amount; take it back where it is below zero."""
        for at in self._of_offer.get(offer, ()):
            cap = self._caps[at]
            if need not in cap.units:
                continue
            self._given[at][cap.units[need]] += amount
            project = self._needs[need].project
            if cap.counted is not None and project not in cap.counted:
                self._projects[at][project] += amount


class CapsOfPlan:
    """Which caps a plan has reached."""

    def __init__(self, problem: MatchingProblem, allocations: Iterable[Allocation]) -> None:
        """Count what a plan gives."""
        self._problem, self._rooms = problem, CapRooms(problem)
        for one in allocations:
            self._rooms.allocate(*one)

    def reached(self, need: int, offer: int) -> str | None:
        """Return the code of a cap that leaves a pair nothing more; None where there is none."""
        return self._rooms.reached(need, offer)


def admissible(
    problem: MatchingProblem, allocations: Iterable[Allocation]
) -> tuple[Allocation, ...]:
    """Return a plan without what caps and the sequence of needs do not admit.

    A plan that they admit is returned as it is.
    """
    plan = tuple(sorted(allocations))
    if problem.caps:
        plan = _within_caps(problem, plan)
    if problem.caps or any(project.floors for project in problem.projects):
        plan = _with_conditions_met(problem, plan)
    return in_sequence(problem, plan)


def _within_caps(problem: MatchingProblem, plan: tuple[Allocation, ...]) -> tuple[Allocation, ...]:
    """Keep what completes projects where it fits, the heaviest first, then what else fits."""
    rooms = CapRooms(problem)
    if all(_takes(rooms, one) for one in plan):
        return plan
    rooms = CapRooms(problem)
    of_project: defaultdict[int, list[Allocation]] = defaultdict(list)
    for one in plan:
        of_project[problem.needs[one.need].project].append(one)
    ends = sorted(completed(problem, plan), key=lambda one: (-problem.projects[one].weight, one))
    kept: list[Allocation] = []
    for project in ends:
        taken: list[Allocation] = []
        for one in of_project[project]:
            if not _takes(rooms, one):
                break
            taken.append(one)
        if len(taken) == len(of_project[project]):
            kept += taken
            del of_project[project]
        else:
            for one in taken:
                rooms.allocate(one.need, one.offer, -one.amount)
    rest = sorted(one for some in of_project.values() for one in some)
    for one in sorted(rest, key=lambda one: _worth(problem, one)):
        amount = rooms.largest(one.need, one.offer, one.amount)
        limits = problem.limits(one.need, one.offer)
        if limits is not None and amount >= limits.low:
            rooms.allocate(one.need, one.offer, amount)
            kept.append(one._replace(amount=amount))
    return tuple(sorted(kept))


def _takes(rooms: CapRooms, one: Allocation) -> bool:
    if rooms.largest(one.need, one.offer, one.amount) < one.amount:
        return False
    rooms.allocate(one.need, one.offer, one.amount)
    return True


def _worth(problem: MatchingProblem, one: Allocation) -> tuple[bool, Fraction, Allocation]:
    """Order what gives no less than a minimum first: it fits as it is, or not at all."""
    need, limits = problem.needs[one.need], problem.limits(one.need, one.offer)
    can_shrink = limits is not None and limits.low <= 1
    return can_shrink, -Fraction(problem.projects[need.project].weight, need.net), one


def _with_conditions_met(
    problem: MatchingProblem, plan: tuple[Allocation, ...]
) -> tuple[Allocation, ...]:
    ends = frozenset(completed(problem, plan))
    return tuple(
        one
        for one in plan
        if not problem.offers[one.offer].conditional or problem.needs[one.need].project in ends
    )
