"""The quick plan: projects completed one after the other, then open needs filled.

Projects come in order of weight per part of the eligible supply that their needs would take; where
they are few, also in order of weight per need, and the better plan is kept. Offers that are asked
for least give first.

The offers of a need are found by class and estimated together, as arrays. Estimates err on the side
of the larger amount, and what they find is settled in whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ledger.matching.caps import CapRooms, admissible
from ledger.matching.plan import Allocation, completeness, coverage, unmet_floors
from ledger.matching.problem import MatchingProblem, MatchingProject
from ledger.matching.sequence import earlier_first, has_sequence, is_ready
from ledger.solver.arcs import BoolArray, FloatArray, IndexArray
from ledger.solver.assignment import Assignment
from ledger.solver.options import UNTIMED, Deadline

Plan = tuple[Allocation, ...]

_SLACK = 1 + 1e-6
"""Rates are in single precision."""
_FIRST, _AMPLE = 100, 2
"""The first candidates suffice where they have as much as this times what is open."""
_SHARE_OF_PROJECTS = 0.75
"""The share of the time for completing projects; the rest is for open needs."""
MAX_NEEDS_BOTH_ORDERS = 5_000
"""Up to this number of needs both orders of the projects are tried."""
_STALE = 100
"""The number of exhausted offers after which candidates are looked up again."""


def greedy_plan(problem: MatchingProblem, seconds: float | None = None) -> Plan:
    """Return the better of the plans that two orders of the projects lead to.

    Conditional offers give only to completed projects. After these seconds, counted once the offers
    are read, no other project or need is tried: the plan is what has been allocated by then.
    """
    arrays = OfferArrays(problem)
    deadline = Deadline(seconds)
    plans: list[Plan] = []
    for order in (arrays.by_weight_per_capacity(), _by_weight_per_need(problem)):
        plans.append(greedy_plan_in_order(arrays, order, deadline))
        if len(problem.needs) > MAX_NEEDS_BOTH_ORDERS or deadline.passed:
            break
    return best_plan(problem, plans)


def greedy_plan_in_order(
    arrays: OfferArrays, projects: Iterable[int], deadline: Deadline = UNTIMED, start: Plan = ()
) -> Plan:
    """Return the plan that completes projects in this order where possible, then fills needs.

    It begins with a plan, of which no allocation changes.
    """
    assignment = _GreedyAssignment(arrays, start)
    assignment.complete(projects, deadline.part(_SHARE_OF_PROJECTS))
    assignment.fill(deadline)
    return assignment.plan()


def filled(arrays: OfferArrays, plan: Plan, deadline: Deadline = UNTIMED) -> Plan:
    """Return a plan with what is left allocated to open needs, from unconditional offers."""
    assignment = _GreedyAssignment(arrays, admissible(arrays.problem, plan))
    assignment.fill(deadline)
    return assignment.plan()


def extended(arrays: OfferArrays, plan: Plan, deadline: Deadline = UNTIMED) -> Plan:
    """Return a plan with what is left allocated: to whole projects, then to open needs.

    No allocation of the plan changes. Extending the result again adds nothing.
    """
    return greedy_plan_in_order(arrays, arrays.by_weight_per_capacity(), deadline, plan)


def best_plan(problem: MatchingProblem, plans: Iterable[Plan]) -> Plan:
    """Return the first of the best plans."""
    different = list(dict.fromkeys(plans))
    if len(different) == 1:
        return different[0]
    return max(different, key=lambda plan: rank(problem, plan))


def rank(problem: MatchingProblem, plan: Plan) -> tuple[Fraction, Fraction]:
    """Return levels 1 and 2 of a plan, by which plans are compared."""
    return completeness(problem, plan), coverage(problem, plan)


def _by_weight_per_need(problem: MatchingProblem) -> list[int]:
    per_need = [-project.weight / len(project.needs) for project in problem.projects]
    order: list[int] = np.argsort(np.array(per_need), kind="stable").tolist()
    return order


class Candidates(NamedTuple):
    """Offers of a need in the order in which they give, with the rates to their units."""

    offers: IndexArray
    rates: npt.NDArray[np.float32]
    exhausted: int
    """The number of exhausted offers when they were looked up."""


class _Usable(NamedTuple):
    """Offers that can give a need something, and the total of it."""

    offers: IndexArray
    total: float


class OfferArrays:
    """The offers of a problem as arrays, and the classes of them that each class of needs can use.

    `capacity` is what the offers of a class of needs have in all, in the unit of the needs.
    """

    def __init__(self, problem: MatchingProblem) -> None:
        self.problem = problem
        offers = problem.offers
        self.free = np.array([float(one.free) for one in offers])
        self.min_ticket = np.array([float(one.min_ticket or 0) for one in offers])
        self.max_ticket = _limits(one.max_ticket for one in offers)
        self.max_share = _limits(one.max_share for one in offers)
        self.conditional = np.array([one.conditional for one in offers], dtype=bool)
        self.offer_class = np.array([one.offer_class for one in offers], dtype=np.int64)
        self.outstanding: dict[int, list[int]] = {}
        for need, offer in problem.outstanding:
            self.outstanding.setdefault(need, []).append(offer)
        sizes = [len(links) for links in problem.links]
        self._starts = np.concatenate([[0], np.cumsum(np.array(sizes, np.int64))])
        self._linked = np.fromiter(
            (one for links in problem.links for one in links), np.int64, sum(sizes)
        )
        self._rates = np.array(
            [ratio.under / ratio.over for links in problem.links for ratio in links.values()],
            np.float32,
        )
        self._class_of_link = np.repeat(np.arange(len(sizes)), sizes)
        self._sizes = np.array([len(some) for some in problem.offers_of_class], np.int64)
        free_of_class = np.bincount(self.offer_class, self.free, len(self._sizes))
        self.capacity = np.bincount(
            self._class_of_link, free_of_class[self._linked] / self._rates, len(sizes)
        )

    @cached_property
    def taken(self) -> FloatArray:
        """For each need, the part of its eligible supply that filling it takes; inf without any."""
        needs = self.problem.needs
        open_ = np.array([float(one.open) for one in needs])
        capacity = self.capacity[np.array([one.need_class for one in needs], np.int64)]
        taken: FloatArray = np.full(len(needs), np.inf)
        np.divide(open_, capacity, out=taken, where=capacity > 0)
        return taken

    @cached_property
    def _rank(self) -> IndexArray:
        """The rank of each class of offers: those asked for least come first."""
        need_class = np.array([one.need_class for one in self.problem.needs], np.int64)
        by_class = np.bincount(need_class, self.taken, len(self.problem.links))
        asked = np.bincount(self._linked, by_class[self._class_of_link], len(self._sizes))
        return np.argsort(np.argsort(asked, kind="stable"))

    @cached_property
    def _order(self) -> IndexArray:
        """The offers in the order of their classes."""
        return np.argsort(self._rank[self.offer_class], kind="stable").astype(np.int32)

    @cached_property
    def _first(self) -> IndexArray:
        """The place of the first offer of each class in the order."""
        first = np.zeros(len(self._sizes), np.int64)
        by_rank = np.argsort(self._rank)
        first[by_rank] = np.cumsum(self._sizes[by_rank]) - self._sizes[by_rank]
        return first

    def by_weight_per_capacity(self) -> list[int]:
        """Return the projects by weight per part of the eligible supply, the most first."""
        projects = self.problem.projects
        project = np.array([one.project for one in self.problem.needs], np.int64)
        taken = np.bincount(project, self.taken, len(projects))
        weight = np.array([float(one.weight) for one in projects])
        order: list[int] = np.argsort(-weight / taken, kind="stable").tolist()
        return order

    def candidates(self, need_class: int, giving: BoolArray, exhausted: int) -> Candidates:
        """Return the offers that a class of needs can use, of those that are giving."""
        links = slice(self._starts[need_class], self._starts[need_class + 1])
        by_rank = np.argsort(self._rank[self._linked[links]])
        classes = self._linked[links][by_rank]
        sizes = self._sizes[classes]
        ends = np.cumsum(sizes)
        first = np.repeat(self._first[classes] - (ends - sizes), sizes)
        offers = self._order[first + np.arange(len(first))]
        rates = np.repeat(self._rates[links][by_rank], sizes)
        left = np.flatnonzero(giving[offers])
        return Candidates(offers[left], rates[left], exhausted)


def _listed(offers: IndexArray) -> list[int]:
    result: list[int] = offers.tolist()
    return result


def _limits(limits: Iterable[int | Decimal | None]) -> FloatArray:
    return np.array([np.inf if one is None else float(one) for one in limits])


class _GreedyAssignment:
    """The assignment of a greedy plan, with the free capacities as arrays."""

    def __init__(self, offers: OfferArrays, plan: Plan) -> None:
        self._problem, self._arrays = offers.problem, offers
        self._assignment = Assignment(self._problem)
        self._assignment.allocate_all(plan)
        self._open = self._assignment.open
        self._rooms = CapRooms(self._problem) if self._problem.caps else None
        if self._rooms is not None:
            for allocation in plan:
                self._rooms.allocate(*allocation)
        self._estimated = np.array(self._assignment.free, np.float64)
        self._exhausted = 0
        self._giving = self._estimated > 0
        self._candidates: dict[int, Candidates] = {}

    def complete(self, projects: Iterable[int], deadline: Deadline) -> None:
        """Fill all needs of each of these projects where possible, else none of them."""
        for index in projects:
            project = self._problem.projects[index]
            if deadline.passed:
                return
            if project.completable:
                self._complete(project)

    def _complete(self, project: MatchingProject) -> None:
        first = frozenset().union(*(floor.offers for floor in project.floors))
        made: list[Allocation] = []
        for need in project.needs:
            offers = self._candidate_offers(need, must_fill=True)
            if first:
                offers.sort(key=lambda offer: offer not in first)
            made += self._allocate_from(need, offers)
            if self._open[need]:
                break
        if any(self._open[need] for need in project.needs) or unmet_floors(project, made):
            for need, offer, amount in made:
                self._allocate(need, offer, -amount)

    def fill(self, deadline: Deadline) -> None:
        """Allocate what is left to open needs, from unconditional offers."""
        arrays, problem = self._arrays, self._problem
        self._giving &= ~arrays.conditional
        self._candidates = {}
        value = [problem.projects[one.project].weight / one.net * one.open for one in problem.needs]
        order = np.argsort(-np.array(value) / arrays.taken, kind="stable").tolist()
        for need in earlier_first(problem, order) if has_sequence(problem) else order:
            if deadline.passed:
                return
            if self._open[need] and is_ready(problem, self._open, need):
                self._allocate_from(need, self._candidate_offers(need, must_fill=False))

    def plan(self) -> Plan:
        """Return the plan in order of need, then offer."""
        return self._assignment.plan()

    def _candidate_offers(self, need: int, *, must_fill: bool) -> list[int]:
        """Return the offers that can give a need something now, by estimate.

        With `must_fill`, none where all of them together cannot fill it, and only the first ones
        where they suffice.
        """
        found = self._of_class(self._problem.needs[need].need_class)
        if need in self._arrays.outstanding:
            return _listed(found.offers)
        if must_fill and len(found.offers) > _FIRST:
            some = self._usable(need, found.offers[:_FIRST], found.rates[:_FIRST])
            if some.total >= _AMPLE * self._open[need]:
                return _listed(some.offers)
        every = self._usable(need, found.offers, found.rates)
        if must_fill and every.total * _SLACK < self._open[need]:
            return []
        return _listed(every.offers)

    def _usable(self, need: int, offers: IndexArray, rates: npt.NDArray[np.float32]) -> _Usable:
        """Return which of these offers can give a need something, and the total of it."""
        one, arrays = self._problem.needs[need], self._arrays
        amount = self._estimated[offers]
        np.minimum(amount, arrays.max_ticket[offers], out=amount)
        least = arrays.min_ticket[offers] - 1
        amount /= rates
        least /= rates
        np.minimum(amount, arrays.max_share[offers] * one.net, out=amount)
        np.minimum(amount, float(self._open[need]), out=amount)
        np.maximum(least, 1.0 if one.divisible else float(self._open[need]), out=least)
        amount *= _SLACK
        usable = amount >= least
        return _Usable(offers[usable], float(amount[usable].sum()))

    def _of_class(self, need_class: int) -> Candidates:
        """Return the offers of a class of needs, looked up again where many are exhausted."""
        found = self._candidates.get(need_class)
        if found is None:
            found = self._arrays.candidates(need_class, self._giving, self._exhausted)
        elif self._exhausted - found.exhausted >= _STALE:
            left = np.flatnonzero(self._giving[found.offers])
            found = Candidates(found.offers[left], found.rates[left], self._exhausted)
        else:
            return found
        self._candidates[need_class] = found
        return found

    def _allocate_from(self, need: int, offers: Iterable[int]) -> list[Allocation]:
        made = []
        for offer in offers:
            amount = self._assignable(need, offer)
            if amount:
                made.append(Allocation(need, offer, amount))
                self._allocate(need, offer, amount)
                if not self._open[need]:
                    break
        return made

    def _assignable(self, need: int, offer: int) -> int:
        if offer in self._assignment.amounts[need]:
            return 0
        amount = self._assignment.assignable(need, offer)
        if self._rooms is None or not amount:
            return amount
        amount = self._rooms.largest(need, offer, amount)
        limits = self._assignment.limits(need, offer)
        return amount if limits is not None and amount >= limits.low else 0

    def _allocate(self, need: int, offer: int, amount: int) -> None:
        if self._rooms is not None:
            self._rooms.allocate(need, offer, amount)
        self._assignment.allocate(need, offer, amount)
        free = self._assignment.free[offer]
        self._estimated[offer] = free
        self._giving[offer] = free > 0
        self._exhausted += not free
