"""What a plan leaves open, need by need, and in a line the main thing that stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.core.quantity import Unit, format_amount
from ledger.eligibility.counts import EligibleCount
from ledger.eligibility.rules import NeedFacts
from ledger.gaps.completeness import need_is_placed
from ledger.matching.build import Built
from ledger.matching.plan import Give, completed, given_to
from ledger.matching.problem import Problem
from ledger.registers.records import ACTIVE_STATUSES

Count = Callable[[Sequence[NeedFacts]], Mapping[str, EligibleCount]]
"""Counts the offers that needs could turn to, by a need's code."""


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """A need of a project that would stay incomplete: what stays open of it, and why.

    `amount` is in the smallest part of `unit`, None where it is not known.
    """

    need: str
    project: str
    factor: str
    amount: int | None
    unit: Unit
    why: str

    def to_dict(self) -> dict[str, str | None]:
        """Give it as `cityfund.match/1` has it."""
        amount = None if self.amount is None else format_amount(self.amount, self.unit.decimals)
        return {
            "project": self.project,
            "need": self.need,
            "factor": self.factor,
            "open": amount,
            "unit": self.unit.code,
            "why": self.why,
        }


def leftovers(
    built: Built,
    gives: Iterable[Give],
    needs: Mapping[str, NeedFacts],
    chosen: Collection[str] | None,
    count: Count,
) -> tuple[OpenNeed, ...]:
    """Give what stays open in the projects that were matched, by project, then need.

    `chosen` names the needs that were selected (None: all).
    """
    plan = tuple(gives)
    problem = built.problem
    demands = {demand.code: place for place, demand in enumerate(problem.demands)}
    given = given_to(problem, plan)
    complete = {problem.ventures[place].code for place in completed(problem, plan)}
    left: list[tuple[NeedFacts, int | None]] = []
    for facts in _looked_at(problem, needs, chosen):
        place = demands.get(facts.need.code)
        open_ = facts.balance.free - (0 if place is None else given[place])
        if facts.project.code not in complete and not (facts.balance.quantified and open_ == 0):
            left.append((facts, open_ if facts.balance.quantified else None))
    counts = count([facts for facts, _ in left])
    reasons = _Reasons(problem, plan, demands)
    return tuple(
        OpenNeed(
            facts.need.code,
            facts.project.code,
            facts.need.factor.value,
            amount,
            facts.balance.unit,
            reasons.why(facts, counts[facts.need.code]),
        )
        for facts, amount in left
    )


def _looked_at(
    problem: Problem, needs: Mapping[str, NeedFacts], chosen: Collection[str] | None
) -> list[NeedFacts]:
    """Give the needs, not yet placed, of every project that was matched or selected."""
    projects = {venture.code for venture in problem.ventures}
    if chosen is not None:
        projects |= {needs[code].project.code for code in chosen}
    found = [
        facts
        for facts in needs.values()
        if not need_is_placed(facts.balance)
        and (facts.project.code in projects or chosen is None)
        and facts.project.status in ACTIVE_STATUSES
    ]
    return sorted(found, key=lambda facts: (facts.project.code, facts.need.code))


class _Reasons:
    """Why needs stay open, found from what a plan leaves of the offers."""

    def __init__(self, problem: Problem, gives: Iterable[Give], demands: Mapping[str, int]) -> None:
        self._problem = problem
        self._demands = demands
        self._left = [supply.free for supply in problem.supplies]
        self._pairs = set()
        for give in gives:
            ratio = problem.ratio(give.demand, give.supply)
            assert ratio is not None
            self._left[give.supply] -= ratio.to_offer(give.amount)
            self._pairs.add((give.demand, give.supply))

    def why(self, facts: NeedFacts, count: EligibleCount) -> str:
        """Say in a line what most stands in the way of a need."""
        if not facts.balance.quantified:
            return "the amount is not known yet"
        place = self._demands.get(facts.need.code)
        if place is None:
            return "it was not among what was selected"
        able = [(supply, limits.low) for supply, limits in self._problem.partners(place)]
        if not able:
            return count.obstacle or "no offer that could serve it has a known rate"
        return self._spent(place, able)

    def _spent(self, demand: int, able: Sequence[tuple[int, int]]) -> str:
        """Say what became of the offers that could serve a need."""
        others = [(one, low) for one, low in able if (demand, one) not in self._pairs]
        enough = [supply for supply, low in others if self._could_give(demand, supply, low)]
        if any(not self._problem.supplies[supply].conditional for supply in enough):
            return "an offer could still give to it, but no better proposal was found in time"
        if enough:
            return "what is left is offered only to projects that end complete"
        if any(self._left[supply] for supply, _ in others):
            return "what is left of the offers that could serve it is too little for one hold"
        if any(self._left[supply] for supply, _ in able):
            return "what could serve it gives already as much of it as its mandate allows"
        if len(others) < len(able):
            return "nothing more is left of the offers that could serve it"
        return "all that could serve it is given to others"

    def _could_give(self, demand: int, supply: int, low: int) -> bool:
        ratio = self._problem.ratio(demand, supply)
        assert ratio is not None
        return ratio.to_need(self._left[supply]) >= low
