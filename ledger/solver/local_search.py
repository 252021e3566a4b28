"""Levels 3 and 4: fewer deals, then lower cost, without touching what levels 1 and 2 reached.

Every move leaves what each demand gets as it is, so that both levels stay exactly the same. The
moves are tried in a fixed order until none helps: improved, not claimed to be the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.matching.plan import Allocation, completed
from ledger.matching.problem import MatchingProblem, PairLimits

_ROUNDS = 4


def reduce_deals_and_cost(
    problem: MatchingProblem, allocations: Sequence[Allocation]
) -> tuple[Allocation, ...]:
    """Give a plan worth the same on levels 1 and 2, with fewer deals, and those at lower cost.

    A deal is spared where another supply of the same demand, or one that had no part in it yet,
    takes over all of two deals; cost is spared where a cheaper supply takes over a whole deal.
    Supplies whose cost is unknown are no reason for a move.
    """
    search = _LocalSearch(problem, allocations)
    for _ in range(_ROUNDS):
        improved = [search.merge_deals(need) or search.reduce_cost(need) for need in search.needs]
        if not any(improved):
            break
    return search.plan()


@dataclass(frozen=True, slots=True)
class _Deal:
    offer: int
    amount: int


class _LocalSearch:
    """A plan on the table, with what each supply has left."""

    def __init__(self, problem: MatchingProblem, allocations: Sequence[Allocation]) -> None:
        self._problem = problem
        self._completed = set(completed(problem, allocations))
        self._amounts: dict[int, dict[int, int]] = {}
        self._free = [offer.free for offer in problem.offers]
        self._limits_by_need: dict[int, dict[int, PairLimits]] = {}
        for allocation in allocations:
            self._amounts.setdefault(allocation.need, {})[allocation.offer] = allocation.amount
            self._free[allocation.offer] -= self._offer_amount(
                allocation.need, allocation.offer, allocation.amount
            )
        self.needs = sorted(self._amounts)

    def plan(self) -> tuple[Allocation, ...]:
        """Give the plan in order of demand, then supply."""
        return tuple(
            Allocation(need, offer, amount)
            for need in self.needs
            for offer, amount in sorted(self._amounts[need].items())
        )

    def merge_deals(self, need: int) -> bool:
        """Let one supply take over two deals of a demand, if any can."""
        deals = [_Deal(*deal) for deal in sorted(self._amounts[need].items())]
        for index, one in enumerate(deals):
            for rate in deals[index + 1 :]:
                for offer in (one.offer, rate.offer, *self._limits(need)):
                    if self._transfer(need, offer, (one, rate)):
                        return True
        return False

    def reduce_cost(self, need: int) -> bool:
        """Let cheaper supplies take over whole deals of a demand, if any can."""
        improved = False
        for offer, amount in sorted(self._amounts[need].items()):
            cost = self._problem.offers[offer].cost
            if cost is None:
                continue
            deal = (_Deal(offer, amount),)
            improved |= any(self._transfer(need, rate, deal) for rate in self._cheaper(need, cost))
        return improved

    def _cheaper(self, need: int, cost: Decimal) -> list[int]:
        """Give the supplies that have no part in a demand yet and cost less, cheapest first."""
        offers = self._problem.offers
        cheaper_rates = {
            offer: rate
            for offer in self._limits(need)
            if (rate := offers[offer].cost) is not None
            and rate < cost
            and offer not in self._amounts[need]
        }
        return sorted(cheaper_rates, key=lambda offer: (cheaper_rates[offer], offer))

    def _transfer(self, need: int, offer: int, deals: Sequence[_Deal]) -> bool:
        """Move these parts of a demand to one supply, if its limits and what it has allow it."""
        limits = self._limits(need).get(offer)
        current = self._amounts[need].get(offer, 0)
        leaving = [deal for deal in deals if deal.offer != offer]
        amount = current + sum(deal.amount for deal in leaving)
        if limits is None or not limits.low <= amount <= limits.high:
            return False
        more = self._offer_amount(need, offer, amount) - self._offer_amount(need, offer, current)
        if more > self._free[offer]:
            return False
        for deal in leaving:
            self._free[deal.offer] += self._offer_amount(need, deal.offer, deal.amount)
            del self._amounts[need][deal.offer]
        self._free[offer] -= more
        self._amounts[need][offer] = amount
        return True

    def _limits(self, need: int) -> dict[int, PairLimits]:
        """Give the supplies that may serve a demand as the plan stands, with their limits."""
        if need not in self._limits_by_need:
            ends = self._problem.needs[need].project in self._completed
            self._limits_by_need[need] = {
                offer: limits
                for offer, limits in self._problem.eligible_offers(need)
                if ends or not self._problem.offers[offer].conditional
            }
        return self._limits_by_need[need]

    def _offer_amount(self, need: int, offer: int, amount: int) -> int:
        ratio = self._problem.ratio(need, offer)
        assert ratio is not None
        return ratio.to_offer(amount)
