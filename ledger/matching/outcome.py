"""What a plan leaves: what stays open of a need, what stays with an offer, and why."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from ledger.matching.plan import Give, completed
from ledger.matching.problem import Problem


class Outcome:
    """A plan of a problem, looked at from its needs and its offers."""

    def __init__(self, problem: Problem, gives: Iterable[Give]) -> None:
        """Take a plan; nothing of it is changed."""
        self.problem = problem
        self.gives = tuple(gives)
        self.completed = frozenset(completed(problem, self.gives))
        self.given = {(give.demand, give.supply): give.amount for give in self.gives}

    @cached_property
    def demand_of(self) -> dict[str, int]:
        """The place of each need that takes part, by code."""
        return {demand.code: place for place, demand in enumerate(self.problem.demands)}

    @cached_property
    def supply_of(self) -> dict[str, int]:
        """The place of each offer that takes part, by code."""
        return {supply.code: place for place, supply in enumerate(self.problem.supplies)}

    @cached_property
    def venture_of(self) -> dict[str, int]:
        """The place of each project that takes part, by code."""
        return {venture.code: place for place, venture in enumerate(self.problem.ventures)}

    @cached_property
    def open_left(self) -> list[int]:
        """What stays open of each need."""
        left = [demand.open for demand in self.problem.demands]
        for give in self.gives:
            left[give.demand] -= give.amount
        return left

    @cached_property
    def free_left(self) -> list[int]:
        """What stays with each offer, in its own unit."""
        left = [supply.free for supply in self.problem.supplies]
        for give in self.gives:
            left[give.supply] -= self.of_offer(give)
        return left

    def of_offer(self, give: Give) -> int:
        """Give the offer's side of a give."""
        ratio = self.problem.ratio(give.demand, give.supply)
        assert ratio is not None, f"{give} has no rate"
        return ratio.to_offer(give.amount)

    def to(self, demand: int) -> list[Give]:
        """Give what one need gets."""
        return [give for give in self.gives if give.demand == demand]

    def by(self, supply: int) -> list[Give]:
        """Give what one offer gives, the largest part first."""
        found = [give for give in self.gives if give.supply == supply]
        return sorted(found, key=lambda give: (-self.of_offer(give), give.demand))

    def ends_complete(self, demand: int) -> bool:
        """Say whether the project of a need ends complete."""
        return self.problem.demands[demand].venture in self.completed

    def why_no_more(self, demand: int, supply: int) -> str:
        """Say in one word why an offer that fits a need gives it no more than it does.

        `placed`: the need wants no more; `condition`: the project does not end complete;
        `largest`: its largest ticket or share is reached; `elsewhere`: others get what it has;
        `spent`: it gives this need all it has; `smallest`: what is left of it or of the need is
        below its smallest ticket, `whole`: below the whole of an indivisible need; `spare`:
        nothing but a plan that was not proven the best.
        """
        problem = self.problem
        limits, ratio = problem.limits(demand, supply), problem.ratio(demand, supply)
        assert limits is not None
        assert ratio is not None
        if not self.open_left[demand]:
            return "placed"
        if problem.supplies[supply].conditional and not self.ends_complete(demand):
            return "condition"
        given = self.given.get((demand, supply), 0)
        if given >= limits.high:
            capped = limits.high < ratio.to_need(problem.supplies[supply].free)
            return "largest" if capped else "spent"
        could = ratio.to_need(self.free_left[supply] + ratio.to_offer(given))
        others = len(self.by(supply)) > (given > 0)
        if could <= given or (others and could < limits.low):
            return "elsewhere" if others else "spent"
        if given + self.open_left[demand] < limits.low or could < limits.low:
            return "smallest" if problem.demands[demand].divisible else "whole"
        return "spare"
