"""From a solver's nearly right amounts to a plan in whole numbers that keeps every rule.

What each demand shall get is a target. A flow starts from the nearest whole amounts, gives back
what a supply has not, and then leads what is missing along paths: a supply that is empty serves
one demand less, which another supply serves instead. Within one unit this finds the target
whenever there is a way with these pairs open; across currencies each step rounds as a hold does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ledger.matching.plan import Give, completed
from ledger.matching.problem import Problem
from ledger.solver.pairs import Pairs


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a demand can't be filled: all demands and supplies that paths from it reach."""

    demands: frozenset[int]
    supplies: frozenset[int]


class Flow:
    """Whole amounts on the open pairs, never more than a supply has.

    A pair is open if it has no smallest amount, or is given one. Open pairs stay within their
    limits, and no demand gets more than its target. A `crowd` are pairs that had to give, and take
    more than their supply has even at the least: not all of them can be open, in any plan.
    """

    def __init__(
        self,
        pairs: Pairs,
        amounts: Sequence[int],
        targets: Sequence[int],
        closed: Collection[int] = (),
    ) -> None:
        self._pairs = pairs
        every = pairs.every
        self.open = [
            at not in closed and ((pair.low <= 1 and not pair.whole) or amounts[at] > 0)
            for at, pair in enumerate(every)
        ]
        self._low = [0 if pair.low <= 1 and not pair.whole else pair.low for pair in every]
        self.amounts = [
            min(pair.high, max(self._low[at], amounts[at])) if self.open[at] else 0
            for at, pair in enumerate(every)
        ]
        self._short = list(targets)
        self._free = [supply.free for supply in pairs.problem.supplies]
        for at, amount in enumerate(self.amounts):
            self._short[every[at].demand] -= amount
            self._free[every[at].supply] -= every[at].ratio.to_offer(amount)
        self._dry: set[int] = set()
        self.crowd: frozenset[int] = frozenset()
        self._relieve()

    def _relieve(self) -> None:
        """Give back what exceeds a supply or a target, down to what open pairs give at least."""
        for supply, places in self._pairs.of_supply.items():
            for at in places:
                if self._free[supply] < 0:
                    self._move(at, -self._releasing(at, -self._free[supply], self._spare(at)))
        for demand, places in self._pairs.of_demand.items():
            for at in places:
                if self._short[demand] < 0:
                    self._move(at, -min(-self._short[demand], self._spare(at)))
        self._close_what_does_not_fit()

    def _close_what_does_not_fit(self) -> None:
        """Close pairs, the last first, where even their least is too much together."""
        for at in reversed(range(len(self.amounts))):
            pair = self._pairs.every[at]
            if self._free[pair.supply] < 0 and not self.crowd:
                self.crowd = self._crowd(pair.supply)
            over = self._free[pair.supply] < 0 or self._short[pair.demand] < 0
            if over and self.amounts[at]:
                self._move(at, -self.amounts[at])
                self.open[at] = False

    def _crowd(self, supply: int) -> frozenset[int]:
        """Give some open pairs of a supply that take too much even at the least; none is spare."""
        every, places = self._pairs.every, self._pairs.of_supply[supply]
        least = {at: every[at].ratio.to_offer(self._low[at]) for at in places if self.amounts[at]}
        over = sum(least.values()) - self._pairs.problem.supplies[supply].free
        for at in sorted(least, key=lambda one: (least[one], one)):
            if least[at] < over:
                over -= least.pop(at)
        return frozenset(least) if over > 0 else frozenset()

    def fill(self, demand: int) -> Blocked | None:
        """Lead as much to a demand as its target asks; None if that was reached."""
        while self._short[demand] > 0:
            found = self._path(demand)
            if isinstance(found, Blocked):
                return found
            most = self._most_along(found, self._short[demand])
            if most == 0:
                return Blocked(frozenset(), frozenset())
            self._push(found, most)
        return None

    def fill_up(self, demands: Iterable[int]) -> None:
        """Lead to each of these demands, in this order, what can be led to it at all.

        Where no path led on from a supply once, none will: it is not asked again.
        """
        for demand in demands:
            got = sum(self.amounts[at] for at in self._pairs.of_demand.get(demand, ()))
            self._short[demand] = self._pairs.problem.demands[demand].open - got
            blocked = self.fill(demand)
            if blocked is not None:
                self._dry |= blocked.supplies

    def _spare(self, at: int) -> int:
        return self.amounts[at] - self._low[at] if self.open[at] else 0

    def _move(self, at: int, amount: int) -> None:
        pair = self._pairs.every[at]
        before, after = self.amounts[at], self.amounts[at] + amount
        self.amounts[at] = after
        self._short[pair.demand] -= amount
        self._free[pair.supply] -= pair.ratio.to_offer(after) - pair.ratio.to_offer(before)

    def _room(self, at: int) -> int:
        """Say how much more the supply of a pair has for it, by itself."""
        pair = self._pairs.every[at]
        taken = pair.ratio.to_offer(self.amounts[at])
        more = pair.ratio.to_need(taken + max(0, self._free[pair.supply])) - self.amounts[at]
        return min(more, pair.high - self.amounts[at]) if self.open[at] else 0

    def _releasing(self, at: int, offer_amount: int, most: int) -> int:
        """Give the least, `most` at most, that a pair gives back to release this of its supply."""
        pair = self._pairs.every[at]
        target = pair.ratio.to_offer(self.amounts[at]) - offer_amount
        kept = pair.ratio.to_need(target) if target > 0 else 0
        return min(most, max(0, self.amounts[at] - kept))

    def _path(self, demand: int) -> list[int] | Blocked:
        """Find pairs by which a demand gets more: one to fill, one to empty, and so on.

        The shortest path is found, of those the first in order of pairs.
        """
        came_from: dict[int, tuple[int, int] | None] = {demand: None}
        asked: set[int] = set()
        waiting = [demand]
        for here in waiting:
            for at in self._pairs.of_demand.get(here, ()):
                pair = self._pairs.every[at]
                if not self.open[at] or self.amounts[at] >= pair.high:
                    continue
                if pair.supply in asked or pair.supply in self._dry:
                    continue  # a path passes a supply once: its room is counted for one pair
                if self._room(at) > 0:
                    return _path_back(came_from, here, at, self._pairs)
                asked.add(pair.supply)
                for other in self._pairs.of_supply[pair.supply]:
                    there = self._pairs.every[other].demand
                    if there not in came_from and self._spare(other) > 0:
                        came_from[there] = (at, other)
                        waiting.append(there)
        return Blocked(frozenset(came_from), frozenset(asked))

    def _most_along(self, path: list[int], wanted: int) -> int:
        """Find the most that a path leads to its first demand, up to what is wanted."""
        least, most = 0, min(wanted, self._pairs.every[path[0]].high - self.amounts[path[0]])
        while least < most:
            middle = (least + most + 1) // 2
            if self._carries(path, middle) is None:
                most = middle - 1
            else:
                least = middle
        return least

    def _carries(self, path: list[int], amount: int) -> list[int] | None:
        """Give how much each pair of a path is to gain or to lose, or None if one can't."""
        moves = []
        for filled, emptied in zip(path[::2], (*path[1::2], None), strict=True):
            pair = self._pairs.every[filled]
            after = self.amounts[filled] + amount
            if after > pair.high:
                return None
            moves.append(amount)
            more = pair.ratio.to_offer(after) - pair.ratio.to_offer(self.amounts[filled])
            missing = more - self._free[pair.supply]
            if emptied is None:
                return moves if missing <= 0 else None
            given = self._pairs.every[emptied].ratio.to_offer(self.amounts[emptied])
            amount = self._releasing(emptied, missing, self.amounts[emptied]) if missing > 0 else 0
            if amount > self._spare(emptied) or missing > given:
                return None
            moves.append(-amount)
        return moves

    def _push(self, path: list[int], amount: int) -> None:
        moves = self._carries(path, amount)
        assert moves is not None
        for at, move in zip(path, moves, strict=True):
            self._move(at, move)

    def gives(self) -> list[Give]:
        """Give the plan as it stands."""
        return [
            Give(pair.demand, pair.supply, amount)
            for pair, amount in zip(self._pairs.every, self.amounts, strict=True)
            if amount
        ]


def _path_back(
    came_from: dict[int, tuple[int, int] | None], here: int, at: int, pairs: Pairs
) -> list[int]:
    path = [at]
    step = came_from[here]
    while step is not None:
        filled, emptied = step
        path = [filled, emptied, *path]
        step = came_from[pairs.every[filled].demand]
    return path


def kept(problem: Problem, gives: Iterable[Give]) -> tuple[Give, ...]:
    """Leave out what is given on condition to ventures that do not end complete."""
    listed = sorted(gives)
    ends = set(completed(problem, listed))
    return tuple(
        give
        for give in listed
        if not problem.supplies[give.supply].conditional
        or problem.demands[give.demand].venture in ends
    )
