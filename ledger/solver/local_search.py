"""Levels 3 and 4: fewer deals, then lower cost, without changing levels 1 and 2.

Every move leaves the amount of each need unchanged, so both levels stay exactly the same. Moves
are tried in a fixed order until none helps: a local optimum, not a proven one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.matching.plan import Allocation, completed
from ledger.matching.problem import MatchingProblem, PairLimits
from ledger.solver.options import UNTIMED, Deadline

_ROUNDS = 4


def reduce_deals_and_cost(
    problem: MatchingProblem, allocations: Sequence[Allocation], deadline: Deadline = UNTIMED
) -> tuple[Allocation, ...]:
    """Return a plan equal on levels 1 and 2, with fewer deals, and those at lower cost.

    Two deals are merged where one offer can take over both; a deal moves to a cheaper offer that
    can take over all of it. Offers of unknown cost are no reason for a move. After the deadline no
    other need is tried.
    """
    search = _LocalSearch(problem, allocations)
    for _ in range(_ROUNDS):
        improved = False
        for need in search.needs:
            if deadline.passed:
                return search.plan()
            improved |= search.merge_deals(need) or search.reduce_cost(need)
        if not improved:
            break
    return search.plan()


@dataclass(frozen=True, slots=True)
class _Deal:
    offer: int
    amount: int


class _LocalSearch:
    """A plan with the free capacity of each offer."""

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
        """Return the plan in order of need, then offer."""
        return tuple(
            Allocation(need, offer, amount)
            for need in self.needs
            for offer, amount in sorted(self._amounts[need].items())
        )

    def merge_deals(self, need: int) -> bool:
        """Merge two deals of a need into one, if an offer can take over both."""
        deals = [_Deal(*deal) for deal in sorted(self._amounts[need].items())]
        for index, one in enumerate(deals):
            for rate in deals[index + 1 :]:
                for offer in (one.offer, rate.offer, *self._limits(need)):
                    if self._transfer(need, offer, (one, rate)):
                        return True
        return False

    def reduce_cost(self, need: int) -> bool:
        """Move whole deals of a need to cheaper offers, if any can take them over."""
        improved = False
        for offer, amount in sorted(self._amounts[need].items()):
            cost = self._problem.offers[offer].cost
            if cost is None:
                continue
            deal = (_Deal(offer, amount),)
            improved |= any(self._transfer(need, rate, deal) for rate in self._cheaper(need, cost))
        return improved

    def _cheaper(self, need: int, cost: Decimal) -> list[int]:
        """Return the cheaper offers without a deal with a need, cheapest first."""
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
        """Move these deals of a need to one offer, if its limits and capacity allow it."""
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
        """Return the offers that may serve a need under the plan, with their limits."""
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
