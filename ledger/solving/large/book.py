"""A plan in the making, in exact whole numbers: what is free, what is open, who gives what."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.matching.plan import Give
from ledger.matching.problem import Limits, Problem


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
        self._limits: dict[tuple[int, int], Limits | None] = {}
        self._log: list[tuple[int, int, int]] = []

    def limits(self, demand: int, supply: int) -> Limits | None:
        """Give the limits of a pair, asked of the problem once."""
        key = demand, supply
        if key not in self._limits:
            self._limits[key] = self.problem.limits(demand, supply)
        return self._limits[key]

    def room(self, demand: int, supply: int) -> int:
        """Give how much of what a demand still wants a supply could add."""
        return self.spare(demand, supply, self.open[demand])

    def spare(self, demand: int, supply: int, wanted: int) -> int:
        """Give how much of what is wanted a supply could add to what it gives a demand now."""
        limits = self.limits(demand, supply)
        if limits is None:
            return 0
        ratio = self.problem.ratio(demand, supply)
        assert ratio is not None
        given = self.given[demand].get(supply, 0)
        free = self.free[supply] + ratio.to_offer(given)
        amount = min(given + wanted, limits.high, ratio.to_need(free)) - given
        return amount if given + amount >= limits.low else 0

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
        ratio = self.problem.ratio(demand, supply)
        assert ratio is not None
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
