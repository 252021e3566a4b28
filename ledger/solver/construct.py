"""Greedy construction in whole numbers: all needs of a project are filled, or none.

A need takes the amounts that the relaxation chose, then what its candidate list has left. Where
that is not enough, other needs that its offers serve move to offers with capacity left.

The exchange search then tries the projects that just miss completion: a lighter project is released
if a heavier one can be completed then, and is completed again by other offers where possible.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from ledger.solver.arcs import FloatArray
from ledger.solver.assignment import Assignment
from ledger.solver.candidates import CandidateList
from ledger.solver.options import Deadline

_MAX_EXCHANGES = 400
_MAX_DISPLACED = 12
"""The number of projects that may be released for one that misses completion."""
_MIN_GAIN = -1.0
"""Projects below this gain are not tried."""


def make_room(
    assignment: Assignment, candidates: CandidateList, need: int, *, conditional: bool
) -> bool:
    """Fill a need by moving others off its offers; return whether it is full.

    The others stay as full as they are, and an indivisible one moves as a whole. Without
    `conditional` no conditional offer gives to a project that is not complete.
    """
    problem = assignment.problem

    def may_take(one: int, offer: int) -> bool:
        if conditional or not problem.offers[offer].conditional:
            return True
        return assignment.is_complete(problem.needs[one].project)

    for offer in candidates.prices(need):
        if not may_take(need, offer) or not assignment.could_increase(need, offer):
            continue
        for served_need in sorted(assignment.served_needs[offer] - {need}):
            others = [one for one in candidates.prices(served_need) if assignment.free[one]]
            for other_offer in others:
                if (
                    other_offer != offer
                    and may_take(served_need, other_offer)
                    and _move(assignment, served_need, offer, other_offer)
                ):
                    assignment.allocate(need, offer, assignment.assignable(need, offer))
                    if not assignment.open[need]:
                        return True
    return False


def _move(assignment: Assignment, need: int, offer: int, other_offer: int) -> bool:
    """Move as much of an allocation as possible to another offer; return whether any is moved."""
    movable = assignment.movable(need, offer)
    amount = assignment.additional(need, other_offer, movable) if movable else 0
    if not amount or (amount < movable and not assignment.problem.needs[need].divisible):
        return False
    assignment.allocate(need, offer, -amount)
    assignment.allocate(need, other_offer, amount)
    return True


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
    """Fill a need by its candidate list, then by making room; return whether it is full.

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
    return reallocate and make_room(assignment, candidates, need, conditional=conditional)


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
