"""What a plan leaves open, need by need, and the main blocking reason of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ledger.core.quantity import Unit, format_known
from ledger.eligibility.counts import EligibleCount
from ledger.eligibility.rules import NeedFacts
from ledger.gaps.completeness import need_is_placed
from ledger.matching.build import BuiltProblem
from ledger.matching.caps import CapsOfPlan
from ledger.matching.plan import Allocation, PlanIndex
from ledger.matching.problem import MatchingProblem
from ledger.matching.sequence import comes_after
from ledger.registers.records import ACTIVE_STATUSES

Count = Callable[[Sequence[NeedFacts]], Mapping[str, EligibleCount]]
"""Counts the eligible offers of needs, by code of the need."""
PausedPair = Callable[[NeedFacts], str | None]
"""Says which offer a need would take if it were not declined or released; None where none."""


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """An open need of an incomplete project: its open amount, and why.

    `amount` is in the smallest part of `unit`, None where it is not known.
    """

    need: str
    project: str
    factor: str
    amount: int | None
    unit: Unit
    why: str

    def to_dict(self) -> dict[str, str | None]:
        """Return the need as in `cityfund.match/1`."""
        return {
            "project": self.project,
            "need": self.need,
            "factor": self.factor,
            "open": format_known(self.amount, self.unit.decimals),
            "unit": self.unit.code,
            "why": self.why,
        }


def remaining_needs(
    built: BuiltProblem,
    allocations: Iterable[Allocation],
    needs: Mapping[str, NeedFacts],
    selected: Collection[str] | None,
    count: Count,
    paused: PausedPair,
) -> tuple[OpenNeed, ...]:
    """Return the open needs of the matched projects, by project, then need.

    `selected` names the needs that were selected (None: all).
    """
    plan = PlanIndex(built.problem, allocations)
    caps = CapsOfPlan(plan.problem, plan.allocations)
    complete = {plan.problem.projects[index].code for index in plan.completed}
    open_facts: list[tuple[NeedFacts, int | None]] = []
    for facts in _candidate_needs(plan.problem, needs, selected):
        index = plan.need_index.get(facts.need.code)
        open_amount = facts.balance.free if index is None else plan.open_amounts[index]
        if facts.project.code not in complete and not (
            facts.balance.quantified and open_amount == 0
        ):
            open_facts.append((facts, open_amount if facts.balance.quantified else None))
    counts = count([facts for facts, _ in open_facts])
    return tuple(
        OpenNeed(
            facts.need.code,
            facts.project.code,
            facts.need.factor.value,
            amount,
            facts.balance.unit,
            _reason(plan, caps, facts, counts[facts.need.code], paused),
        )
        for facts, amount in open_facts
    )


def _candidate_needs(
    problem: MatchingProblem, needs: Mapping[str, NeedFacts], selected: Collection[str] | None
) -> list[NeedFacts]:
    """Return the unplaced needs of every project that was matched or selected."""
    projects = {project.code for project in problem.projects}
    if selected is not None:
        projects |= {needs[code].project.code for code in selected}
    unplaced = [
        facts
        for facts in needs.values()
        if not need_is_placed(facts.balance)
        and (facts.project.code in projects or selected is None)
        and facts.project.status in ACTIVE_STATUSES
    ]
    return sorted(unplaced, key=lambda facts: (facts.project.code, facts.need.code))


def _reason(
    plan: PlanIndex,
    caps: CapsOfPlan,
    facts: NeedFacts,
    count: EligibleCount,
    paused: PausedPair,
) -> str:
    """Return the main reason that blocks a need."""
    if not facts.balance.quantified:
        return "the amount is not known yet"
    index = plan.need_index.get(facts.need.code)
    if index is None:
        return "it was not among what was selected"
    if plan.has_to_wait(index):
        return comes_after(facts.need.after)
    eligible = [(offer, limits.low) for offer, limits in plan.problem.eligible_offers(index)]
    if not eligible:
        words = paused(facts) if count.eligible else None
        return words or count.obstacle or "no offer that could serve it has a known rate"
    free = [(offer, low) for offer, low in eligible if caps.reached(index, offer) is None]
    if not free:
        return f"limit {caps.reached(index, eligible[0][0])} leaves it no more"
    return _limited_by_offers(plan, index, free)


def _limited_by_offers(plan: PlanIndex, need: int, eligible: Sequence[tuple[int, int]]) -> str:
    """Return what limits the eligible offers of a need."""
    unused = [(offer, low) for offer, low in eligible if (need, offer) not in plan.amounts]
    sufficient = [offer for offer, low in unused if _could_serve(plan, need, offer, low)]
    if any(not plan.problem.offers[offer].conditional for offer in sufficient):
        return "an offer could still give to it: this proposal is not proven the best"
    if sufficient:
        return "what is left is offered only to projects that end complete"
    if any(plan.free_amounts[offer] for offer, _ in unused):
        return "what is left of the offers that could serve it is too little for one hold"
    if any(plan.free_amounts[offer] for offer, _ in eligible):
        return "what could serve it gives already as much of it as its mandate allows"
    if len(unused) < len(eligible):
        return "nothing more is left of the offers that could serve it"
    return "all that could serve it is given to others"


def _could_serve(plan: PlanIndex, need: int, offer: int, low: int) -> bool:
    ratio = plan.problem.ratio(need, offer)
    assert ratio is not None
    return ratio.to_need(plan.free_amounts[offer]) >= low
