"""A plan made in one pass, heaviest and smallest projects first: what there is without a solver."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ledger.matching.plan import Give
from ledger.matching.problem import Limits, Problem


def greedy_plan(problem: Problem) -> tuple[Give, ...]:
    """Complete the projects that can be completed, one after the other, then fill what is left.

    Heavier projects come first, of equals those with fewer needs. Offers on condition give only
    to projects that are completed.
    """
    pot = _Pot(problem)
    for place in _by_promise(problem):
        venture = problem.ventures[place]
        if venture.completable:
            pot.complete(venture.demands)
    pot.fill()
    return pot.plan()


def _by_promise(problem: Problem) -> list[int]:
    ventures = problem.ventures
    return sorted(
        range(len(ventures)),
        key=lambda place: (-Fraction(ventures[place].weight, len(ventures[place].demands)), place),
    )


class _Pot:
    """What is still free and still open while a plan is made."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._free = [supply.free for supply in problem.supplies]
        self._open = [demand.open for demand in problem.demands]
        self._given: dict[tuple[int, int], int] = {}

    def complete(self, demands: Iterable[int]) -> None:
        """Give all of these demands what is open in them, or none of them anything."""
        taken: list[Give] = []
        for demand in demands:
            gives = self._placing(demand)
            taken += gives
            if self._open[demand]:
                for give in taken:
                    self._give_back(give)
                return

    def fill(self) -> None:
        """Give what is left to what is open, by offers that ask for no condition."""
        for demand, still in enumerate(self._open):
            if still:
                self._placing(demand, conditional=False)

    def plan(self) -> tuple[Give, ...]:
        """Give the plan in order of demand, then supply."""
        return tuple(Give(*pair, amount) for pair, amount in sorted(self._given.items()))

    def _placing(self, demand: int, *, conditional: bool = True) -> list[Give]:
        gives = []
        for supply, limits in self._problem.partners(demand):
            if not conditional and self._problem.supplies[supply].conditional:
                continue
            amount = self._amount(demand, supply, limits)
            if amount:
                gives.append(self._give(demand, supply, amount))
            if not self._open[demand]:
                break
        return gives

    def _amount(self, demand: int, supply: int, limits: Limits) -> int:
        ratio = self._problem.ratio(demand, supply)
        if ratio is None or (demand, supply) in self._given:
            return 0
        amount = min(self._open[demand], limits.high, ratio.to_need(self._free[supply]))
        return amount if amount >= limits.low else 0

    def _give(self, demand: int, supply: int, amount: int) -> Give:
        self._move(demand, supply, amount)
        self._given[demand, supply] = amount
        return Give(demand, supply, amount)

    def _give_back(self, give: Give) -> None:
        self._move(give.demand, give.supply, -give.amount)
        del self._given[give.demand, give.supply]

    def _move(self, demand: int, supply: int, amount: int) -> None:
        ratio = self._problem.ratio(demand, supply)
        assert ratio is not None
        taken = ratio.to_offer(abs(amount))
        self._open[demand] -= amount
        self._free[supply] -= taken if amount > 0 else -taken
