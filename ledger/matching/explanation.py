"""An explanation: one sentence that answers, what it rests on, and what was looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from ledger.eligibility_facts import Failure
from ledger.matching.pairs import Pair
from ledger.matching.trial import Change
from ledger.quantity import Unit, format_amount


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
        unit, offer_unit = need.standing.unit, offer.standing.unit
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
