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
from ledger.matching.pairs import Pair
from ledger.matching.plan import Give, completed
from ledger.matching.problem import Problem


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

    pair: Pair
    failures: tuple[Failure, ...]
    changes: tuple[Change, ...]
    gives: int
    offer_gives: int
    left: int
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
            "gives": format_amount(self.gives, unit.decimals),
            "unit": unit.code,
            "offer_gives": format_amount(self.offer_gives, offer_unit.decimals),
            "offer_unit": offer_unit.code,
            "stays_with_offer": format_amount(self.left, offer_unit.decimals),
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
    alone: int | None
    binding: bool
    reason: str
    why: str
    offers: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the row as `cityfund.explanation/1` has it."""
        places = self.unit.decimals
        left = None if self.open is None else self.open - self.gets
        return {
            "need": self.need,
            "factor": self.factor,
            "topic": self.topic,
            "open": _written(self.open, places),
            "gets": format_amount(self.gets, places),
            "stays_open": _written(left, places),
            "alone": _written(self.alone, places),
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


def _written(amount: int | None, places: int) -> str | None:
    return None if amount is None else format_amount(amount, places)


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

        `need_is_placed`: the need wants no more; `condition`: the project does not end complete;
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
