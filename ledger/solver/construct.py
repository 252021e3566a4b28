"""Greedy construction in whole numbers: all needs of a project are filled, or none.

A need takes the amounts that the relaxation chose, then what its candidate list has left. Where
that is not enough, an augmenting path makes room: another need that an offer serves moves to an
offer with capacity left, breadth first, so that the shortest path is used. An indivisible need
moves as a whole.

The exchange search then tries the projects that just miss completion: a lighter project is released
if a heavier one can be completed then, and is completed again by other offers where possible.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np

from ledger.solver.arcs import FloatArray
from ledger.solver.assignment import Assignment
from ledger.solver.candidates import CandidateList
from ledger.solver.options import Deadline

_MAX_OFFERS_SEARCHED = 60
"""The number of offers searched before the search for a path ends."""
_MAX_PATHS = 12
_MAX_EXCHANGES = 400
_MAX_DISPLACED = 12
"""The number of projects that may be released for one that misses completion."""
_MIN_GAIN = -1.0
"""Projects below this gain are not tried."""


class _PathStep(NamedTuple):
    """To release capacity of `offer`, `need` moves to the next offer of the path."""

    offer: int
    need: int


def augment(
    assignment: Assignment, candidates: CandidateList, need: int, *, conditional: bool
) -> bool:
    """Fill a need along augmenting paths; return whether it is full. Other needs stay as full.

    Without `conditional` the need takes nothing from conditional offers.
    """
    for _ in range(_MAX_PATHS):
        if not assignment.open[need]:
            return True
        if not _AugmentingPathSearch(
            assignment, candidates, need, conditional=conditional
        ).augment_once():
            return False
    return not assignment.open[need]


class _AugmentingPathSearch:
    def __init__(
        self, assignment: Assignment, candidates: CandidateList, need: int, *, conditional: bool
    ) -> None:
        self._assignment, self._candidates, self._need = assignment, candidates, need
        self._conditional = conditional
        self._predecessor: dict[int, _PathStep | None] = {}

    def augment_once(self) -> bool:
        """Find a path that brings the need an amount, and apply it."""
        queue = []
        for offer in self._candidates.prices(self._need):
            if self._could_allocate(self._need, offer):
                self._predecessor[offer] = None
                queue.append(offer)
        for offer in queue:
            if len(self._predecessor) > _MAX_OFFERS_SEARCHED:
                return False
            for served_need in sorted(self._assignment.served_needs[offer]):
                if served_need == self._need:
                    continue
                if self._relocate(served_need, offer, queue):
                    return True
        return False

    def _could_allocate(self, need: int, offer: int) -> bool:
        return self._allowed(need, offer) and self._assignment.could_increase(need, offer)

    def _allowed(self, need: int, offer: int) -> bool:
        """Return whether no condition excludes an offer from serving a need."""
        problem = self._assignment.problem
        if self._conditional or not problem.offers[offer].conditional:
            return True
        return self._assignment.is_complete(problem.needs[need].project)

    def _relocate(self, served_need: int, offer: int, queue: list[int]) -> bool:
        """Move a need off an offer if another has capacity, else extend the search."""
        assignment = self._assignment
        divisible = assignment.problem.needs[served_need].divisible
        movable_amount = assignment.movable(served_need, offer)
        for other_offer in self._candidates.prices(served_need):
            if other_offer == offer:
                continue
            if (
                movable_amount
                and assignment.additional(served_need, other_offer, movable_amount)
                and self._allowed(served_need, other_offer)
            ):
                before = assignment.open[self._need]
                self._shift(served_need, offer, other_offer)
                self._push_along_path(offer)
                if assignment.open[self._need] < before:
                    return True
                movable_amount = assignment.movable(served_need, offer)
            if (
                divisible
                and other_offer not in self._predecessor
                and self._could_allocate(served_need, other_offer)
            ):
                self._predecessor[other_offer] = _PathStep(offer, served_need)
                queue.append(other_offer)
        return False

    def _shift(self, served_need: int, offer: int, other_offer: int) -> bool:
        """Move as much of an allocation as possible and useful to another offer."""
        assignment = self._assignment
        movable_amount = assignment.movable(served_need, offer)
        amount = assignment.additional(served_need, other_offer, movable_amount)
        if not amount or (
            amount < movable_amount and not assignment.problem.needs[served_need].divisible
        ):
            return False
        assignment.allocate(served_need, offer, -amount)
        assignment.allocate(served_need, other_offer, amount)
        return True

    def _push_along_path(self, offer: int) -> None:
        """Push the released capacity of an offer along the path to the need."""
        step = self._predecessor[offer]
        while step is not None:
            if not self._shift(step.need, step.offer, offer):
                return
            offer, step = step.offer, self._predecessor[step.offer]
        assignment = self._assignment
        amount = assignment.assignable(self._need, offer)
        if amount:
            assignment.allocate(self._need, offer, amount)


def complete_project(assignment: Assignment, candidates: CandidateList, project: int) -> bool:
    """Fill all needs of a project without allocations, or leave the assignment unchanged."""
    needs = assignment.problem.projects[project].needs
    # Indivisible needs come first: they have the fewest choices.
    ordered = sorted(needs, key=lambda index: (assignment.problem.needs[index].divisible, index))
    for need in ordered:
        if not fill_need(assignment, candidates, need):
            assignment.clear(needs)
            return False
    return True


def fill_need(
    assignment: Assignment,
    candidates: CandidateList,
    need: int,
    *,
    conditional: bool = True,
    reallocate: bool = True,
) -> bool:
    """Fill a need by its candidate list, then along paths; return whether it is full.

    `conditional`: conditional offers may give; `reallocate`: other needs may be moved.
    """
    groups = candidates.groups(need)
    for group, amount, _ in groups:
        if amount and (conditional or not _conditional(assignment, candidates, group)):
            allocate_from_group(assignment, candidates.members[group], need, round(amount))
            if not assignment.open[need]:
                return True
    for group, _, _ in groups:
        if conditional or not _conditional(assignment, candidates, group):
            allocate_from_group(assignment, candidates.members[group], need, assignment.open[need])
            if not assignment.open[need]:
                return True
    return reallocate and augment(assignment, candidates, need, conditional=conditional)


def _conditional(assignment: Assignment, candidates: CandidateList, group: int) -> bool:
    return assignment.problem.offers[candidates.members[group][0]].conditional


def allocate_from_group(
    assignment: Assignment, members: tuple[int, ...], need: int, amount: int
) -> None:
    """Allocate an amount from the members of a group, those with the least capacity first."""
    if amount <= 0:
        return
    if len(members) > 1:
        with_capacity = [
            one for one in members if assignment.free[one] or need in assignment.served_needs[one]
        ]
        members = tuple(sorted(with_capacity, key=lambda one: assignment.free[one]))
    for offer in members:
        assignable = assignment.assignable(need, offer)
        if assignable:
            limits = assignment.limits(need, offer)
            assert limits is not None
            missing = limits.low - assignment.amounts[need].get(offer, 0)
            allocated = min(assignable, max(amount, missing))
            assignment.allocate(need, offer, allocated)
            amount -= allocated
        if amount <= 0:
            return


def exchange_search(
    assignment: Assignment, candidates: CandidateList, gain: FloatArray, deadline: Deadline
) -> None:
    """Complete more weight around the most promising incomplete projects.

    `gain` is the weight of each project less its cost at the prices of the relaxation.
    """
    order = np.argsort(-gain, kind="stable").tolist()
    seeds = [index for index in order if np.isfinite(gain[index]) and gain[index] > _MIN_GAIN]
    for project in [one for one in seeds if not assignment.is_complete(one)][:_MAX_EXCHANGES]:
        if deadline.passed:
            return
        _exchange(assignment, candidates, gain, project)


def _exchange(
    assignment: Assignment, candidates: CandidateList, gain: FloatArray, project: int
) -> None:
    """Complete a project in place of a lighter one, which may be completed by other offers."""
    projects = assignment.problem.projects
    if complete_project(assignment, candidates, project):
        return
    competing = _competing_projects(assignment, candidates, gain, project)
    for other in competing[:_MAX_DISPLACED]:
        if not assignment.is_complete(other):
            continue
        checkpoint = assignment.checkpoint()
        assignment.clear(projects[other].needs)
        if complete_project(assignment, candidates, project) and (
            complete_project(assignment, candidates, other)
            or projects[other].weight < projects[project].weight
        ):
            return
        assignment.roll_back(checkpoint)


def _competing_projects(
    assignment: Assignment, candidates: CandidateList, gain: FloatArray, project: int
) -> list[int]:
    """Return the projects served by the offers of one, the closest and least gainful first."""
    problem = assignment.problem
    counts = Counter(
        problem.needs[served_need].project
        for need in problem.projects[project].needs
        for offer in candidates.prices(need)
        for served_need in assignment.served_needs[offer]
    )
    del counts[project]
    return sorted(counts, key=lambda one: (-counts[one], gain[one], one))
