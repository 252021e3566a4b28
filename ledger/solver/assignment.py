"""A plan in the making, in exact whole numbers: what is free, what is open, who gives what."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.matching.plan import Give
from ledger.matching.problem import Limits, Problem, Supply

_MOST_KEPT = 1_000_000
"""So many limits of pairs are kept at a time."""


class Book:
    """What every supply has left and every demand still wants, kept with every give.

    What a pair gives stays within its limits, and never exceeds what is free or open.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.free = [supply.free for supply in problem.supplies]
        self.open = [demand.open for demand in problem.demands]
        self.given: list[dict[int, int]] = [{} for _ in problem.demands]
        self.takers: list[set[int]] = [set() for _ in problem.supplies]
        self._log: list[tuple[int, int, int]] = []
        self._ratios = [problem.links[demand.kind] for demand in problem.demands]
        self._kinds = [supply.kind for supply in problem.supplies]
        self._least = [1 if demand.divisible else demand.open for demand in problem.demands]
        self._tied = {place for place, one in enumerate(problem.demands) if one.only is not None}
        lived = {supply for _, supply in problem.living}
        self._plain = [
            place not in lived and _is_plain(supply)
            for place, supply in enumerate(problem.supplies)
        ]
        self._limits: dict[int, Limits | None] = {}

    def limits(self, demand: int, supply: int) -> Limits | None:
        """Give the limits of a pair."""
        if self._plain[supply] and demand not in self._tied:
            return self._plain_limits(demand, supply)
        key = demand * len(self.free) + supply
        if key not in self._limits:
            if len(self._limits) >= _MOST_KEPT:
                self._limits.clear()
            self._limits[key] = self.problem.limits(demand, supply)
        return self._limits[key]

    def _plain_limits(self, demand: int, supply: int) -> Limits | None:
        """Give the limits of a pair that no ticket, share or past restricts."""
        ratio = self._ratios[demand].get(self._kinds[supply])
        if ratio is None:
            return None
        low, most = self._least[demand], ratio.to_need(self.problem.supplies[supply].free)
        high = min(self.problem.demands[demand].open, most)
        return Limits(low, high) if low <= high else None

    def room(self, demand: int, supply: int) -> int:
        """Give how much of what a demand still wants a supply could add."""
        return self.spare(demand, supply, self.open[demand])

    def spare(self, demand: int, supply: int, wanted: int) -> int:
        """Give how much of what is wanted a supply could add to what it gives a demand now."""
        given, free = self.given[demand].get(supply, 0), self.free[supply]
        if not (free or given):
            return 0
        ratio = self._ratios[demand].get(self._kinds[supply])
        if ratio is None:
            return 0
        if given:
            free += ratio.to_offer(given)
        most = min(given + wanted, ratio.to_need(free))
        if self._plain[supply] and demand not in self._tied:
            # What is free now is no more than what is at most given.
            return most - given if most >= self._least[demand] else 0
        limits = self.limits(demand, supply)
        if limits is None or min(most, limits.high) < limits.low:
            return 0
        return min(most, limits.high) - given

    def may_add(self, demand: int, supply: int) -> bool:
        """Say whether a supply could give a demand more than now if it had nothing else to give."""
        given = self.given[demand].get(supply, 0)
        if self._plain[supply] and demand not in self._tied:
            ratio = self._ratios[demand].get(self._kinds[supply])
            if ratio is None or given >= self.problem.demands[demand].open:
                return False
            most = ratio.to_need(self.problem.supplies[supply].free)
            return most > given and most >= self._least[demand]
        limits = self.limits(demand, supply)
        return limits is not None and given < limits.high

    def excess(self, demand: int, supply: int) -> int:
        """Give how much of a give could go elsewhere and leave the pair within its limits."""
        given, limits = self.given[demand].get(supply, 0), self.limits(demand, supply)
        if not given or limits is None:
            return 0
        whole = limits.low <= 1 or not self.problem.demands[demand].divisible
        return given if whole else given - limits.low

    def give(self, demand: int, supply: int, amount: int) -> None:
        """Add to what a pair gives; less than nothing takes away."""
        self._log.append((demand, supply, amount))
        self._write(demand, supply, amount)

    def mark(self) -> int:
        """Give the place in the book to which one can go back from now on."""
        return len(self._log)

    def go_back(self, mark: int) -> None:
        """Undo all that was written since a mark."""
        while len(self._log) > mark:
            demand, supply, amount = self._log.pop()
            self._write(demand, supply, -amount)

    def _write(self, demand: int, supply: int, amount: int) -> None:
        ratio = self._ratios[demand][self._kinds[supply]]
        before = self.given[demand].get(supply, 0)
        after = before + amount
        self.free[supply] += ratio.to_offer(before) - ratio.to_offer(after)
        self.open[demand] -= amount
        assert min(after, self.free[supply], self.open[demand]) >= 0
        if after:
            self.given[demand][supply] = after
            self.takers[supply].add(demand)
        else:
            self.given[demand].pop(supply, None)
            self.takers[supply].discard(demand)

    def take_back(self, demand: int, supply: int) -> int:
        """Undo all that a pair gives; say how much it was."""
        amount = self.given[demand].get(supply, 0)
        self.give(demand, supply, -amount)
        return amount

    def clear(self, demands: Iterable[int]) -> None:
        """Take back all that these demands got."""
        for demand in demands:
            for supply in sorted(self.given[demand]):
                self.take_back(demand, supply)

    def is_complete(self, venture: int) -> bool:
        """Say whether a project ends complete by what is written down."""
        one = self.problem.ventures[venture]
        return one.completable and not any(self.open[demand] for demand in one.demands)

    def plan(self) -> tuple[Give, ...]:
        """Give the plan in order of demand, then supply."""
        return tuple(
            Give(demand, supply, amount)
            for demand, gives in enumerate(self.given)
            for supply, amount in sorted(gives.items())
        )


def _is_plain(supply: Supply) -> bool:
    return supply.min_ticket is None and supply.max_ticket is None and supply.max_share is None
