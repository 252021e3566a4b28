"""Levels 3 and 4: fewer deals, then lower cost, without touching what levels 1 and 2 reached.

Every move leaves what each demand gets as it is, so that both levels stay exactly the same. The
moves are tried in a fixed order until none helps: improved, not claimed to be the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.matching.plan import Give, completed
from ledger.matching.problem import Limits, Problem

_ROUNDS = 4


def improved(problem: Problem, gives: Sequence[Give]) -> tuple[Give, ...]:
    """Give a plan worth the same on levels 1 and 2, with fewer deals, and those at lower cost.

    A deal is spared where another supply of the same demand, or one that had no part in it yet,
    takes over all of two deals; cost is spared where a cheaper supply takes over a whole deal.
    Supplies whose cost is unknown are no reason for a move.
    """
    desk = _Desk(problem, gives)
    for _ in range(_ROUNDS):
        moved = [desk.join(demand) or desk.cheapen(demand) for demand in desk.demands]
        if not any(moved):
            break
    return desk.plan()


@dataclass(frozen=True, slots=True)
class _Part:
    supply: int
    amount: int


class _Desk:
    """A plan on the table, with what each supply has left."""

    def __init__(self, problem: Problem, gives: Sequence[Give]) -> None:
        self._problem = problem
        self._ends = set(completed(problem, gives))
        self._given: dict[int, dict[int, int]] = {}
        self._free = [supply.free for supply in problem.supplies]
        self._partners: dict[int, dict[int, Limits]] = {}
        for give in gives:
            self._given.setdefault(give.demand, {})[give.supply] = give.amount
            self._free[give.supply] -= self._taken(give.demand, give.supply, give.amount)
        self.demands = sorted(self._given)

    def plan(self) -> tuple[Give, ...]:
        """Give the plan in order of demand, then supply."""
        return tuple(
            Give(demand, supply, amount)
            for demand in self.demands
            for supply, amount in sorted(self._given[demand].items())
        )

    def join(self, demand: int) -> bool:
        """Let one supply take over two deals of a demand, if any can."""
        parts = [_Part(*part) for part in sorted(self._given[demand].items())]
        for place, one in enumerate(parts):
            for other in parts[place + 1 :]:
                for supply in (one.supply, other.supply, *self._limits(demand)):
                    if self._takes_over(demand, supply, (one, other)):
                        return True
        return False

    def cheapen(self, demand: int) -> bool:
        """Let cheaper supplies take over whole deals of a demand, if any can."""
        moved = False
        for supply, amount in sorted(self._given[demand].items()):
            cost = self._problem.supplies[supply].cost
            if cost is None:
                continue
            part = (_Part(supply, amount),)
            moved |= any(
                self._takes_over(demand, other, part) for other in self._cheaper(demand, cost)
            )
        return moved

    def _cheaper(self, demand: int, cost: Decimal) -> list[int]:
        """Give the supplies that have no part in a demand yet and cost less, cheapest first."""
        supplies = self._problem.supplies
        known = {
            supply: other
            for supply in self._limits(demand)
            if (other := supplies[supply].cost) is not None
            and other < cost
            and supply not in self._given[demand]
        }
        return sorted(known, key=lambda supply: (known[supply], supply))

    def _takes_over(self, demand: int, supply: int, parts: Sequence[_Part]) -> bool:
        """Move these parts of a demand to one supply, if its limits and what it has allow it."""
        limits = self._limits(demand).get(supply)
        mine = self._given[demand].get(supply, 0)
        leaving = [part for part in parts if part.supply != supply]
        amount = mine + sum(part.amount for part in leaving)
        if limits is None or not limits.low <= amount <= limits.high:
            return False
        more = self._taken(demand, supply, amount) - self._taken(demand, supply, mine)
        if more > self._free[supply]:
            return False
        for part in leaving:
            self._free[part.supply] += self._taken(demand, part.supply, part.amount)
            del self._given[demand][part.supply]
        self._free[supply] -= more
        self._given[demand][supply] = amount
        return True

    def _limits(self, demand: int) -> dict[int, Limits]:
        """Give the supplies that may serve a demand as the plan stands, with their limits."""
        if demand not in self._partners:
            ends = self._problem.demands[demand].venture in self._ends
            self._partners[demand] = {
                supply: limits
                for supply, limits in self._problem.partners(demand)
                if ends or not self._problem.supplies[supply].conditional
            }
        return self._partners[demand]

    def _taken(self, demand: int, supply: int, amount: int) -> int:
        ratio = self._problem.ratio(demand, supply)
        assert ratio is not None
        return ratio.to_offer(amount)
