"""An assignment with an undo log, in exact whole numbers: capacities left, needs open, amounts."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.matching.plan import Allocation
from ledger.matching.problem import MatchingProblem, PairLimits

_MAX_CACHED_LIMITS = 1_000_000
"""The number of limits of pairs kept in the cache."""


class Assignment:
    """The free capacity of every offer, the open amount of every need, and all allocations.

    The amount of a pair stays within its limits and never exceeds what is free or open.
    """

    def __init__(self, problem: MatchingProblem) -> None:
        self.problem = problem
        self.free = [offer.free for offer in problem.offers]
        self.open = [need.open for need in problem.needs]
        self.amounts: list[dict[int, int]] = [{} for _ in problem.needs]
        self.served_needs: list[set[int]] = [set() for _ in problem.offers]
        self._log: list[tuple[int, int, int]] = []
        self._ratios = [problem.links[need.need_class] for need in problem.needs]
        self._offer_classes = [offer.offer_class for offer in problem.offers]
        self._min_amounts = [1 if need.divisible else need.open for need in problem.needs]
        self._sole_offer_needs = {
            index for index, one in enumerate(problem.needs) if one.sole_offer is not None
        }
        self._unrestricted = problem.unrestricted_offers
        self._limits: dict[int, PairLimits | None] = {}

    def limits(self, need: int, offer: int) -> PairLimits | None:
        """Return the limits of a pair."""
        if self._unrestricted[offer] and need not in self._sole_offer_needs:
            return self._unrestricted_limits(need, offer)
        key = need * len(self.free) + offer
        if key not in self._limits:
            if len(self._limits) >= _MAX_CACHED_LIMITS:
                self._limits.clear()
            self._limits[key] = self.problem.limits(need, offer)
        return self._limits[key]

    def _unrestricted_limits(self, need: int, offer: int) -> PairLimits | None:
        """Return the limits of a pair without ticket, share or outstanding amounts."""
        ratio = self._ratios[need].get(self._offer_classes[offer])
        if ratio is None:
            return None
        low, most = self._min_amounts[need], ratio.to_need(self.problem.offers[offer].free)
        high = min(self.problem.needs[need].open, most)
        return PairLimits(low, high) if low <= high else None

    def assignable(self, need: int, offer: int) -> int:
        """Return how much of the open amount of a need an offer could add."""
        return self.additional(need, offer, self.open[need])

    def additional(self, need: int, offer: int, wanted: int) -> int:
        """Return how much of an amount an offer could add to its allocation to a need."""
        current, free = self.amounts[need].get(offer, 0), self.free[offer]
        if not (free or current):
            return 0
        ratio = self._ratios[need].get(self._offer_classes[offer])
        if ratio is None:
            return 0
        if current:
            free += ratio.to_offer(current)
        most = min(current + wanted, ratio.to_need(free))
        if self._unrestricted[offer] and need not in self._sole_offer_needs:
            # The free capacity is never more than the maximum less the allocation.
            return most - current if most >= self._min_amounts[need] else 0
        limits = self.limits(need, offer)
        if limits is None or min(most, limits.high) < limits.low:
            return 0
        return min(most, limits.high) - current

    def could_increase(self, need: int, offer: int) -> bool:
        """Return whether an offer could give a need more if it served no other need."""
        current = self.amounts[need].get(offer, 0)
        if self._unrestricted[offer] and need not in self._sole_offer_needs:
            ratio = self._ratios[need].get(self._offer_classes[offer])
            if ratio is None or current >= self.problem.needs[need].open:
                return False
            most = ratio.to_need(self.problem.offers[offer].free)
            return most > current and most >= self._min_amounts[need]
        limits = self.limits(need, offer)
        return limits is not None and current < limits.high

    def movable(self, need: int, offer: int) -> int:
        """Return how much of an allocation could move and leave the pair within its limits."""
        current, limits = self.amounts[need].get(offer, 0), self.limits(need, offer)
        if not current or limits is None:
            return 0
        unrestricted = limits.low <= 1 or not self.problem.needs[need].divisible
        return current if unrestricted else current - limits.low

    def allocate(self, need: int, offer: int, amount: int) -> None:
        """Add an amount to an allocation; a negative amount reduces it."""
        self._log.append((need, offer, amount))
        self._apply(need, offer, amount)

    def allocate_all(self, allocations: Iterable[Allocation]) -> None:
        """Add allocations."""
        for allocation in allocations:
            self.allocate(*allocation)

    def replace(self, allocations: Iterable[Allocation]) -> None:
        """Replace all allocations by those of a plan."""
        self.clear(range(len(self.amounts)))
        self.allocate_all(allocations)

    def checkpoint(self) -> int:
        """Return the checkpoint to which the assignment can be rolled back."""
        return len(self._log)

    def roll_back(self, checkpoint: int) -> None:
        """Undo all changes since a checkpoint."""
        while len(self._log) > checkpoint:
            need, offer, amount = self._log.pop()
            self._apply(need, offer, -amount)

    def _apply(self, need: int, offer: int, amount: int) -> None:
        ratio = self._ratios[need][self._offer_classes[offer]]
        before = self.amounts[need].get(offer, 0)
        after = before + amount
        self.free[offer] += ratio.to_offer(before) - ratio.to_offer(after)
        self.open[need] -= amount
        assert min(after, self.free[offer], self.open[need]) >= 0
        if after:
            self.amounts[need][offer] = after
            self.served_needs[offer].add(need)
        else:
            self.amounts[need].pop(offer, None)
            self.served_needs[offer].discard(need)

    def release(self, need: int, offer: int) -> int:
        """Remove an allocation and return its amount."""
        amount = self.amounts[need].get(offer, 0)
        self.allocate(need, offer, -amount)
        return amount

    def clear(self, needs: Iterable[int]) -> None:
        """Remove all allocations to these needs."""
        for need in needs:
            for offer in sorted(self.amounts[need]):
                self.release(need, offer)

    def is_complete(self, project: int) -> bool:
        """Return whether the allocations complete a project."""
        one = self.problem.projects[project]
        return one.completable and not any(self.open[need] for need in one.needs)

    @property
    def completed_weight(self) -> int:
        """The weight of the completed projects."""
        projects = enumerate(self.problem.projects)
        return sum(one.weight for index, one in projects if self.is_complete(index))

    def plan(self) -> tuple[Allocation, ...]:
        """Return the plan in order of need, then offer."""
        return tuple(
            Allocation(need, offer, amount)
            for need, allocations in enumerate(self.amounts)
            for offer, amount in sorted(allocations.items())
        )
