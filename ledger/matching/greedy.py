"""The greedy plan, made in one pass: heaviest and smallest projects first."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ledger.matching.plan import Allocation
from ledger.matching.problem import MatchingProblem, PairLimits


def greedy_plan(problem: MatchingProblem) -> tuple[Allocation, ...]:
    """Complete the projects one after the other where possible, then fill open needs.

    Heavier projects come first, of equal ones those with fewer needs. Conditional offers give only
    to completed projects.
    """
    assignment = _GreedyAssignment(problem)
    for index in _projects_by_priority(problem):
        project = problem.projects[index]
        if project.completable:
            assignment.complete(project.needs)
    assignment.fill()
    return assignment.plan()


def _projects_by_priority(problem: MatchingProblem) -> list[int]:
    projects = problem.projects
    return sorted(
        range(len(projects)),
        key=lambda index: (-Fraction(projects[index].weight, len(projects[index].needs)), index),
    )


class _GreedyAssignment:
    """The free capacities, open amounts and allocations of a greedy plan."""

    def __init__(self, problem: MatchingProblem) -> None:
        self._problem = problem
        self._free = [offer.free for offer in problem.offers]
        self._open = [need.open for need in problem.needs]
        self._amounts: dict[tuple[int, int], int] = {}

    def complete(self, needs: Iterable[int]) -> None:
        """Fill all of these needs, or none of them."""
        allocations_made: list[Allocation] = []
        for need in needs:
            allocations = self._fill_need(need)
            allocations_made += allocations
            if self._open[need]:
                for allocation in allocations_made:
                    self._release(allocation)
                return

    def fill(self) -> None:
        """Allocate what is left to open needs, from unconditional offers."""
        for need, open_amount in enumerate(self._open):
            if open_amount:
                self._fill_need(need, conditional=False)

    def plan(self) -> tuple[Allocation, ...]:
        """Return the plan in order of need, then offer."""
        return tuple(Allocation(*pair, amount) for pair, amount in sorted(self._amounts.items()))

    def _fill_need(self, need: int, *, conditional: bool = True) -> list[Allocation]:
        allocations = []
        for offer, limits in self._problem.eligible_offers(need):
            if not conditional and self._problem.offers[offer].conditional:
                continue
            amount = self._assignable(need, offer, limits)
            if amount:
                allocations.append(self._allocate(need, offer, amount))
            if not self._open[need]:
                break
        return allocations

    def _assignable(self, need: int, offer: int, limits: PairLimits) -> int:
        ratio = self._problem.ratio(need, offer)
        if ratio is None or (need, offer) in self._amounts:
            return 0
        amount = min(self._open[need], limits.high, ratio.to_need(self._free[offer]))
        return amount if amount >= limits.low else 0

    def _allocate(self, need: int, offer: int, amount: int) -> Allocation:
        self._apply(need, offer, amount)
        self._amounts[need, offer] = amount
        return Allocation(need, offer, amount)

    def _release(self, allocation: Allocation) -> None:
        self._apply(allocation.need, allocation.offer, -allocation.amount)
        del self._amounts[allocation.need, allocation.offer]

    def _apply(self, need: int, offer: int, amount: int) -> None:
        ratio = self._problem.ratio(need, offer)
        assert ratio is not None
        allocations_made = ratio.to_offer(abs(amount))
        self._open[need] -= amount
        self._free[offer] -= allocations_made if amount > 0 else -allocations_made
