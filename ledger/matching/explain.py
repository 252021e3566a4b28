"""An explanation: one sentence that answers, what it rests on, and what was looked at.

What a plan leaves: what stays open of a need, what stays with an offer, and why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from ledger.core.quantity import Unit, format_amount
from ledger.eligibility.rules import Failure
from ledger.matching.near_misses import Change
from ledger.matching.pairs import PairFacts
from ledger.matching.plan import Allocation, completed
from ledger.matching.problem import MatchingProblem


class Because(NamedTuple):
    """One thing that an answer rests on: a stable word for scripts and a sentence for people."""

    reason: str
    sentence: str


class Receiver(NamedTuple):
    """Who gets a part of an offer in the proposal; `amount` in the offer's smallest part."""

    need: str
    project: str
    amount: int
    weight: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """A need and an offer in an explanation.

    `gives` is what the proposal moves between them, in the need's smallest part. `why` says in
    words what keeps it from being more; `reason` is the stable word for it. `left` is what stays
    with the offer after the proposal.
    """

    pair: PairFacts
    failures: tuple[Failure, ...]
    changes: tuple[Change, ...]
    need_amount: int
    offer_amount: int
    offer_remaining: int
    reason: str
    why: str
    receivers: tuple[Receiver, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the row as `cityfund.explanation/1` has it."""
        need, offer = self.pair.need, self.pair.offer
        unit, offer_unit = need.balance.unit, offer.balance.unit
        return {
            "offer": offer.offer.code,
            "provider": offer.provider.code,
            "provider_name": offer.provider.name,
            "need": need.need.code,
            "project": need.project.code,
            "project_title": need.project.title,
            "city_name": need.city.name,
            "eligible": not self.failures,
            "gives": format_amount(self.need_amount, unit.decimals),
            "unit": unit.code,
            "offer_gives": format_amount(self.offer_amount, offer_unit.decimals),
            "offer_unit": offer_unit.code,
            "stays_with_offer": format_amount(self.offer_remaining, offer_unit.decimals),
            "failures": [failure._asdict() for failure in self.failures],
            "changes": [change.to_dict() for change in self.changes],
            "reason": self.reason,
            "why": self.why,
            "elsewhere": [
                {
                    **one._asdict(),
                    "amount": format_amount(one.amount, offer_unit.decimals),
                    "unit": offer_unit.code,
                }
                for one in self.receivers
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRow:
    """A need in the explanation of its project.

    `open` is what is open today (None where the amount is not known), `gets` what the proposal
    gives it, `alone` the most it could get if nobody else asked (None where that was not asked).
    """

    need: str
    factor: str
    topic: str | None
    unit: Unit
    open: int | None
    gets: int
    served_alone: int | None
    binding: bool
    reason: str
    why: str
    offers: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the row as `cityfund.explanation/1` has it."""
        places = self.unit.decimals
        remaining = None if self.open is None else self.open - self.gets
        return {
            "need": self.need,
            "factor": self.factor,
            "topic": self.topic,
            "open": _formatted(self.open, places),
            "gets": format_amount(self.gets, places),
            "stays_open": _formatted(remaining, places),
            "alone": _formatted(self.served_alone, places),
            "unit": self.unit.code,
            "binding": self.binding,
            "reason": self.reason,
            "why": self.why,
            "offers": list(self.offers),
        }


Row = PairRow | NeedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a project, a need or an offer comes out of today's proposal as it does.

    `outcome` is a stable word. `facts` holds what belongs to the kind alone. `proven` says that
    everything told follows from proven optima; else it is the best that was found in the time.
    """

    kind: str
    code: str
    day: date
    outcome: str
    sentence: str
    because: tuple[Because, ...]
    rows: tuple[Row, ...]
    proven: bool
    facts: dict[str, Any] = field(default_factory=dict)

    def head(self) -> dict[str, Any]:
        """Give what stands before the rows in `cityfund.explanation/1`."""
        return {
            "schema": "cityfund.explanation/1",
            "as_of": self.day,
            "kind": self.kind,
            "code": self.code,
            "outcome": self.outcome,
            "sentence": self.sentence,
            "because": [one._asdict() for one in self.because],
            "proven": self.proven,
            **self.facts,
        }


def _formatted(amount: int | None, places: int) -> str | None:
    return None if amount is None else format_amount(amount, places)


class PlanIndex:
    """A plan of a problem, looked at from its needs and its offers."""

    def __init__(self, problem: MatchingProblem, allocations: Iterable[Allocation]) -> None:
        """Take a plan; nothing of it is changed."""
        self.problem = problem
        self.allocations = tuple(allocations)
        self.completed = frozenset(completed(problem, self.allocations))
        self.amounts = {
            (allocation.need, allocation.offer): allocation.amount
            for allocation in self.allocations
        }

    @cached_property
    def need_index(self) -> dict[str, int]:
        """The place of each need that takes part, by code."""
        return {need.code: index for index, need in enumerate(self.problem.needs)}

    @cached_property
    def offer_index(self) -> dict[str, int]:
        """The place of each offer that takes part, by code."""
        return {offer.code: index for index, offer in enumerate(self.problem.offers)}

    @cached_property
    def project_index(self) -> dict[str, int]:
        """The place of each project that takes part, by code."""
        return {project.code: index for index, project in enumerate(self.problem.projects)}

    @cached_property
    def open_amounts(self) -> list[int]:
        """What stays open of each need."""
        remaining = [need.open for need in self.problem.needs]
        for allocation in self.allocations:
            remaining[allocation.need] -= allocation.amount
        return remaining

    @cached_property
    def free_amounts(self) -> list[int]:
        """What stays with each offer, in its own unit."""
        remaining = [offer.free for offer in self.problem.offers]
        for allocation in self.allocations:
            remaining[allocation.offer] -= self.offer_amount(allocation)
        return remaining

    def offer_amount(self, allocation: Allocation) -> int:
        """Give the offer's side of a give."""
        ratio = self.problem.ratio(allocation.need, allocation.offer)
        assert ratio is not None, f"{allocation} has no rate"
        return ratio.to_offer(allocation.amount)

    def allocations_to(self, need: int) -> list[Allocation]:
        """Give what one need gets."""
        return [allocation for allocation in self.allocations if allocation.need == need]

    def allocations_by(self, offer: int) -> list[Allocation]:
        """Give what one offer gives, the largest part first."""
        own_allocations = [
            allocation for allocation in self.allocations if allocation.offer == offer
        ]
        return sorted(
            own_allocations,
            key=lambda allocation: (-self.offer_amount(allocation), allocation.need),
        )

    def ends_complete(self, need: int) -> bool:
        """Say whether the project of a need ends complete."""
        return self.problem.needs[need].project in self.completed

    def why_no_more(self, need: int, offer: int) -> str:
        """Say in one word why an offer that fits a need gives it no more than it does.

        `placed`: the need wants no more; `condition`: the project does not end complete;
        `largest`: its largest ticket or share is reached; `elsewhere`: others get what it has;
        `spent`: it gives this need all it has; `smallest`: what is left of it or of the need is
        below its smallest ticket, `whole`: below the whole of an indivisible need; `spare`:
        nothing but a plan that was not proven the best.
        """
        problem = self.problem
        limits, ratio = problem.limits(need, offer), problem.ratio(need, offer)
        assert limits is not None
        assert ratio is not None
        if not self.open_amounts[need]:
            return "placed"
        if problem.offers[offer].conditional and not self.ends_complete(need):
            return "condition"
        amounts = self.amounts.get((need, offer), 0)
        if amounts >= limits.high:
            capped = limits.high < ratio.to_need(problem.offers[offer].free)
            return "largest" if capped else "spent"
        possible = ratio.to_need(self.free_amounts[offer] + ratio.to_offer(amounts))
        serves_others = len(self.allocations_by(offer)) > (amounts > 0)
        if possible <= amounts or (serves_others and possible < limits.low):
            return "elsewhere" if serves_others else "spent"
        if amounts + self.open_amounts[need] < limits.low or possible < limits.low:
            return "smallest" if problem.needs[need].divisible else "whole"
        return "spare"
