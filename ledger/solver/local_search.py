"""Levels 3 and 4: fewer deals, then lower cost, without changing levels 1 and 2.

Every move leaves the amount of each need unchanged, so both levels stay exactly the same. Moves
are tried in a fixed order until none helps: a local optimum, not a proven one.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

from ledger.matching.plan import Allocation, completed
from ledger.matching.problem import MatchingProblem, PairLimits
from ledger.solver.assignment import Assignment
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


class _LocalSearch:
    """A plan whose deals are merged and moved."""

    def __init__(self, problem: MatchingProblem, allocations: Sequence[Allocation]) -> None:
        self._problem = problem
        self._completed = set(completed(problem, allocations))
        self._assignment = Assignment(problem)
        self._limits_by_need: dict[int, dict[int, PairLimits]] = {}
        self._assignment.allocate_all(allocations)
        self.needs = sorted({allocation.need for allocation in allocations})

    def plan(self) -> tuple[Allocation, ...]:
        """Return the plan in order of need, then offer."""
        return self._assignment.plan()

    def merge_deals(self, need: int) -> bool:
        """Merge two deals of a need into one, if an offer can take over both."""
        return any(
            self._transfer(need, offer, pair)
            for pair in combinations(sorted(self._assignment.amounts[need]), 2)
            for offer in (*pair, *self._limits(need))
        )

    def reduce_cost(self, need: int) -> bool:
        """Move whole deals of a need to cheaper offers, if any can take them over."""
        improved = False
        for offer in sorted(self._assignment.amounts[need]):
            cost = self._problem.offers[offer].cost
            if cost is not None:
                cheaper = self._cheaper(need, cost)
                improved |= any(self._transfer(need, other, (offer,)) for other in cheaper)
        return improved

    def _cheaper(self, need: int, cost: Decimal) -> list[int]:
        """Return the cheaper offers without a deal with a need, cheapest first."""
        offers = self._problem.offers
        costs = {
            offer: lower
            for offer in self._limits(need)
            if (lower := offers[offer].cost) is not None
            and lower < cost
            and offer not in self._assignment.amounts[need]
        }
        return sorted(costs, key=lambda offer: (costs[offer], offer))

    def _transfer(self, need: int, offer: int, deals: Sequence[int]) -> bool:
        """Move the deals of a need with these offers to one, if its limits and capacity allow."""
        limits, amounts = self._limits(need).get(offer), self._assignment.amounts[need]
        current = amounts.get(offer, 0)
        leaving = [other for other in deals if other != offer]
        amount = current + sum(amounts[other] for other in leaving)
        ratio = self._problem.ratio(need, offer)
        if limits is None or ratio is None or not limits.low <= amount <= limits.high:
            return False
        if ratio.to_offer(amount) - ratio.to_offer(current) > self._assignment.free[offer]:
            return False
        moved = sum(self._assignment.release(need, other) for other in leaving)
        self._assignment.allocate(need, offer, moved)
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
