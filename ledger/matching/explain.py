"""An explanation: one sentence, its reasons, and the pairs or needs behind it.

Also an index of a plan by need, offer and project: open amounts, capacities left, and why.
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
    """A reason: a stable code for scripts and a sentence for people."""

    reason: str
    sentence: str


class Receiver(NamedTuple):
    """A need that gets a part of an offer; `amount` in the offer's smallest part."""

    need: str
    project: str
    amount: int
    weight: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """A need and an offer in an explanation.

    `need_amount` is their allocation in the need's smallest part. `why` says what limits it,
    `reason` is its stable code. `offer_remaining` is the capacity of the offer after the proposal.
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
        """Return the row as in `cityfund.explanation/1`."""
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

    `open` is open today (None where the amount is not known), `gets` the allocation, `served_alone`
    the most it could get without competing needs (None where this was not computed).
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
        """Return the row as in `cityfund.explanation/1`."""
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

    `outcome` is a stable code. `facts` holds what is specific to the kind. `proven`: everything
    stated follows from proven optima; otherwise from the best plan found in time.
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
        """Return the head of `cityfund.explanation/1`."""
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
    """A plan of a problem, indexed by needs, offers and projects."""

    def __init__(self, problem: MatchingProblem, allocations: Iterable[Allocation]) -> None:
        """Index a plan."""
        self.problem = problem
        self.allocations = tuple(allocations)
        self.completed = frozenset(completed(problem, self.allocations))
        self.amounts = {
            (allocation.need, allocation.offer): allocation.amount
            for allocation in self.allocations
        }

    @cached_property
    def need_index(self) -> dict[str, int]:
        """The index of each need in the problem, by code."""
        return {need.code: index for index, need in enumerate(self.problem.needs)}

    @cached_property
    def offer_index(self) -> dict[str, int]:
        """The index of each offer in the problem, by code."""
        return {offer.code: index for index, offer in enumerate(self.problem.offers)}

    @cached_property
    def project_index(self) -> dict[str, int]:
        """The index of each project in the problem, by code."""
        return {project.code: index for index, project in enumerate(self.problem.projects)}

    @cached_property
    def open_amounts(self) -> list[int]:
        """The open amount of each need after the plan."""
        remaining = [need.open for need in self.problem.needs]
        for allocation in self.allocations:
            remaining[allocation.need] -= allocation.amount
        return remaining

    @cached_property
    def free_amounts(self) -> list[int]:
        """The capacity left of each offer, in its own unit."""
        remaining = [offer.free for offer in self.problem.offers]
        for allocation in self.allocations:
            remaining[allocation.offer] -= self.offer_amount(allocation)
        return remaining

    def offer_amount(self, allocation: Allocation) -> int:
        """Return the offer side of an allocation."""
        ratio = self.problem.ratio(allocation.need, allocation.offer)
        assert ratio is not None, f"{allocation} has no rate"
        return ratio.to_offer(allocation.amount)

    def allocations_to(self, need: int) -> list[Allocation]:
        """Return the allocations to a need."""
        return [allocation for allocation in self.allocations if allocation.need == need]

    def allocations_by(self, offer: int) -> list[Allocation]:
        """Return the allocations of an offer, the largest first."""
        own_allocations = [
            allocation for allocation in self.allocations if allocation.offer == offer
        ]
        return sorted(
            own_allocations,
            key=lambda allocation: (-self.offer_amount(allocation), allocation.need),
        )

    def ends_complete(self, need: int) -> bool:
        """Return whether the project of a need ends complete."""
        return self.problem.needs[need].project in self.completed

    def why_no_more(self, need: int, offer: int) -> str:
        """Return the code of the reason why an eligible offer gives a need no more.

        `placed`: the need is placed; `condition`: the project does not end complete; `largest`: the
        maximum ticket or share is reached; `elsewhere`: the capacity goes to other needs; `spent`:
        all of it goes to this need; `smallest`: the rest of the offer or the need is below the
        minimum ticket; `whole`: it is below the indivisible need; `spare`: only the plan, which is
        not proven the best.
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
