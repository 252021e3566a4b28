"""Integer repair: from nearly right amounts to a plan in whole numbers that keeps every rule.

Each need has a target amount. A flow starts from the nearest whole amounts, releases what exceeds
a capacity, and then sends the missing amounts along augmenting paths: an exhausted offer serves
one need less, which another offer serves instead. Within one unit this finds the targets whenever
the open pairs allow them; across currencies each step rounds as a hold does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ledger.matching.plan import Allocation, completed
from ledger.matching.problem import MatchingProblem
from ledger.solver.pairs import EligiblePairs


@dataclass(frozen=True, slots=True)
class BlockedNeed:
    """A need that cannot be filled: all needs and offers that paths from it reach."""

    needs: frozenset[int]
    offers: frozenset[int]


class Flow:
    """An integer flow on the open pairs, within the capacity of each offer.

    A pair is open if it has no minimum amount, or has an amount. Open pairs stay within their
    limits, and no need gets more than its target. `cover` are pairs that had to be open and exceed
    the capacity of their offer even at their minimum: no plan opens all of them. What exceeds a
    capacity is released from the needs `released_last` only where the others do not suffice.
    """

    def __init__(
        self,
        pairs: EligiblePairs,
        amounts: Sequence[int],
        targets: Sequence[int],
        closed: Collection[int] = (),
        released_last: Collection[int] = (),
    ) -> None:
        self._pairs = pairs
        listed = pairs.all
        self.open = [
            at not in closed and ((pair.low <= 1 and not pair.all_or_nothing) or amounts[at] > 0)
            for at, pair in enumerate(listed)
        ]
        self._low = [
            0 if pair.low <= 1 and not pair.all_or_nothing else pair.low for pair in listed
        ]
        self.amounts = [
            min(pair.high, max(self._low[at], amounts[at])) if self.open[at] else 0
            for at, pair in enumerate(listed)
        ]
        self._missing = list(targets)
        self._free = [offer.free for offer in pairs.problem.offers]
        for at, amount in enumerate(self.amounts):
            self._missing[listed[at].need] -= amount
            self._free[listed[at].offer] -= listed[at].ratio.to_offer(amount)
        self._exhausted: set[int] = set()
        self.cover: frozenset[int] = frozenset()
        self._remove_excess(released_last)

    def _remove_excess(self, released_last: Collection[int]) -> None:
        """Release what exceeds a capacity or a target, down to the minimum of open pairs."""
        for offer, indices in self._pairs.by_offer.items():
            for at in sorted(indices, key=lambda at: self._pairs.all[at].need in released_last):
                if self._free[offer] < 0:
                    self._move(
                        at, -self._release_amount(at, -self._free[offer], self._reducible(at))
                    )
        for need, indices in self._pairs.by_need.items():
            for at in indices:
                if self._missing[need] < 0:
                    self._move(at, -min(-self._missing[need], self._reducible(at)))
        self._close_overfull_pairs()

    def _close_overfull_pairs(self) -> None:
        """Close pairs, the last first, where even their minimum amounts exceed a capacity."""
        for at in reversed(range(len(self.amounts))):
            pair = self._pairs.all[at]
            if self._free[pair.offer] < 0 and not self.cover:
                self.cover = self._minimal_cover(pair.offer)
            overfull = self._free[pair.offer] < 0 or self._missing[pair.need] < 0
            if overfull and self.amounts[at]:
                self._move(at, -self.amounts[at])
                self.open[at] = False

    def _minimal_cover(self, offer: int) -> frozenset[int]:
        """Return a minimal cover: open pairs of an offer that exceed it at their minimum."""
        listed, indices = self._pairs.all, self._pairs.by_offer[offer]
        least = {at: listed[at].ratio.to_offer(self._low[at]) for at in indices if self.amounts[at]}
        excess = sum(least.values()) - self._pairs.problem.offers[offer].free
        for at in sorted(least, key=lambda one: (least[one], one)):
            if least[at] < excess:
                excess -= least.pop(at)
        return frozenset(least) if excess > 0 else frozenset()

    def fill(self, need: int) -> BlockedNeed | None:
        """Bring a need to its target along augmenting paths; None if it was reached."""
        while self._missing[need] > 0:
            path = self._path(need)
            if isinstance(path, BlockedNeed):
                return path
            most = self._path_capacity(path, self._missing[need])
            if most == 0:
                return BlockedNeed(frozenset(), frozenset())
            self._push(path, most)
        return None

    def fill_remaining(self, needs: Iterable[int]) -> None:
        """Send each of these needs, in this order, as much as possible.

        An offer from which no path led on is not searched again: none will.
        """
        for need in needs:
            if any(self._is_open(one) for one in self._pairs.problem.needs[need].after):
                continue  # it has to wait for what is not placed
            allocated = sum(self.amounts[at] for at in self._pairs.by_need.get(need, ()))
            self._missing[need] = self._pairs.problem.needs[need].open - allocated
            blocked = self.fill(need)
            if blocked is not None:
                self._exhausted |= blocked.offers

    def _is_open(self, need: int) -> bool:
        allocated = sum(self.amounts[at] for at in self._pairs.by_need.get(need, ()))
        return allocated < self._pairs.problem.needs[need].open

    def _reducible(self, at: int) -> int:
        return self.amounts[at] - self._low[at] if self.open[at] else 0

    def _move(self, at: int, amount: int) -> None:
        pair = self._pairs.all[at]
        before, after = self.amounts[at], self.amounts[at] + amount
        self.amounts[at] = after
        self._missing[pair.need] -= amount
        self._free[pair.offer] -= pair.ratio.to_offer(after) - pair.ratio.to_offer(before)

    def _increasable(self, at: int) -> int:
        """Return how much more the capacity of its offer allows a pair."""
        pair = self._pairs.all[at]
        taken = pair.ratio.to_offer(self.amounts[at])
        more = pair.ratio.to_need(taken + max(0, self._free[pair.offer])) - self.amounts[at]
        return min(more, pair.high - self.amounts[at]) if self.open[at] else 0

    def _release_amount(self, at: int, offer_amount: int, most: int) -> int:
        """Return the least amount, up to `most`, whose release frees this of its offer."""
        pair = self._pairs.all[at]
        target = pair.ratio.to_offer(self.amounts[at]) - offer_amount
        kept_amount = pair.ratio.to_need(target) if target > 0 else 0
        return min(most, max(0, self.amounts[at] - kept_amount))

    def _path(self, need: int) -> list[int] | BlockedNeed:
        """Find an augmenting path: a pair to fill, one to empty, and so on.

        The shortest path is found, of those the first in order of pairs.
        """
        predecessor: dict[int, tuple[int, int] | None] = {need: None}
        visited_offers: set[int] = set()
        queue = [need]
        for current in queue:
            for at in self._pairs.by_need.get(current, ()):
                pair = self._pairs.all[at]
                if not self.open[at] or self.amounts[at] >= pair.high:
                    continue
                if pair.offer in visited_offers or pair.offer in self._exhausted:
                    continue  # a path passes an offer once: its room is counted for one pair
                if self._increasable(at) > 0:
                    return _path_from(predecessor, current, at, self._pairs)
                visited_offers.add(pair.offer)
                for other in self._pairs.by_offer[pair.offer]:
                    other_need = self._pairs.all[other].need
                    if other_need not in predecessor and self._reducible(other) > 0:
                        predecessor[other_need] = (at, other)
                        queue.append(other_need)
        return BlockedNeed(frozenset(predecessor), frozenset(visited_offers))

    def _path_capacity(self, path: list[int], wanted: int) -> int:
        """Find the most that a path brings to its need, up to what is wanted."""
        least, most = 0, min(wanted, self._pairs.all[path[0]].high - self.amounts[path[0]])
        while least < most:
            middle = (least + most + 1) // 2
            if self._path_moves(path, middle) is None:
                most = middle - 1
            else:
                least = middle
        return least

    def _path_moves(self, path: list[int], amount: int) -> list[int] | None:
        """Return the change of each pair of a path, or None if one is impossible."""
        moves = []
        for filled, emptied in zip(path[::2], (*path[1::2], None), strict=True):
            pair = self._pairs.all[filled]
            after = self.amounts[filled] + amount
            if after > pair.high:
                return None
            moves.append(amount)
            more = pair.ratio.to_offer(after) - pair.ratio.to_offer(self.amounts[filled])
            missing = more - self._free[pair.offer]
            if emptied is None:
                return moves if missing <= 0 else None
            offer_amount_held = self._pairs.all[emptied].ratio.to_offer(self.amounts[emptied])
            amount = (
                self._release_amount(emptied, missing, self.amounts[emptied]) if missing > 0 else 0
            )
            if amount > self._reducible(emptied) or missing > offer_amount_held:
                return None
            moves.append(-amount)
        return moves

    def _push(self, path: list[int], amount: int) -> None:
        moves = self._path_moves(path, amount)
        assert moves is not None
        for at, move in zip(path, moves, strict=True):
            self._move(at, move)

    def allocations(self) -> tuple[Allocation, ...]:
        """Return the plan."""
        return self._pairs.plan(self.amounts)


def _path_from(
    predecessor: dict[int, tuple[int, int] | None], current: int, at: int, pairs: EligiblePairs
) -> list[int]:
    path = [at]
    step = predecessor[current]
    while step is not None:
        filled, emptied = step
        path = [filled, emptied, *path]
        step = predecessor[pairs.all[filled].need]
    return path


def without_unmet_conditions(
    problem: MatchingProblem, allocations: Iterable[Allocation]
) -> tuple[Allocation, ...]:
    """Remove conditional allocations to projects that do not end complete."""
    plan_allocations = sorted(allocations)
    completed_projects = set(completed(problem, plan_allocations))
    return tuple(
        allocation
        for allocation in plan_allocations
        if not problem.offers[allocation.offer].conditional
        or problem.needs[allocation.need].project in completed_projects
    )
