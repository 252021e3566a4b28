"""An explanation: one sentence, its reasons, and the pairs or needs behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from ledger.core.quantity import Unit, format_amount, format_known
from ledger.eligibility.rules import Failure
from ledger.matching.near_misses import Change
from ledger.matching.pairs import PairFacts
from ledger.rates.rates import OldRate


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
            "open": format_known(self.open, places),
            "gets": format_amount(self.gets, places),
            "stays_open": format_known(remaining, places),
            "alone": format_known(self.served_alone, places),
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
    old_rates: Sequence[OldRate] = ()

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
            "old_rates": [one.to_dict() for one in self.old_rates],
        }
