"""The declines of a need beside what eligibility says of the offers that there are.

Reasons of declines have the names of the rules, so that what providers say and what the rules
say of offers add up by reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ledger.eligibility.counts import outstanding_by_need
from ledger.eligibility.rules import RULES
from ledger.eligibility.verdict import nearest_first
from ledger.matching.near_misses import single_changes
from ledger.matching.pairs import PairFacts
from ledger.rates.rates import plain_rates
from ledger.store.session.snapshot import Reader


class DeclinesByReason(NamedTuple):
    """How often a need was declined for a reason, and how many offers fail the rule of its name.

    `failing` is None where the reason is no rule. `change` is the change of one term by which the
    nearest of these offers would fit; None where none would by a single one.
    """

    reason: str
    declined: int
    failing: int | None
    change: str | None

    def to_dict(self) -> dict[str, Any]:
        """Give it as a part of a JSON document."""
        return self._asdict()

    @property
    def text(self) -> str:
        """Say it in one sentence."""
        parts = [f"{self.declined} declined for {self.reason}"]
        if self.failing is not None:
            offers = "1 offer fails" if self.failing == 1 else f"{self.failing} offers fail"
            parts.append(f"{offers} {self.reason}")
        if self.change is not None:
            parts.append(f"smallest change: {self.change}")
        return "; ".join(parts)


def declines_of_need(reader: Reader, code: str, reasons: Iterable[str]) -> list[DeclinesByReason]:
    """Count the declines of a need by reason, most frequent first."""
    declined = Counter(reasons)
    pairs = _pairs(reader, code)
    every = sorted(declined, key=lambda one: (-declined[one], one))
    return [_by_reason(reason, declined[reason], pairs) for reason in every]


def _pairs(reader: Reader, code: str) -> list[PairFacts]:
    """Pair a need with the offers of its factor that have something available, nearest first."""
    snapshot = reader.around("need", code)
    need = snapshot.need_facts[code]
    offers = reader.offers_of([need.need.factor])
    outstanding = outstanding_by_need(snapshot.deals.values()).get(code, {})
    rate_of, unit = plain_rates(offers.rate_of), need.balance.unit.code
    pairs = [
        PairFacts(need, one, snapshot.day, rate_of(unit, one.balance.unit.code), outstanding)
        for one in offers.offer_facts.values()
        if one.balance.free > 0
    ]
    return sorted(pairs, key=lambda one: nearest_first(one.failures(), one.offer.offer.code))


def _by_reason(reason: str, declined: int, pairs: Sequence[PairFacts]) -> DeclinesByReason:
    """Count the offers that fail the rule of a reason.

    The smallest change is that of the first pair, nearest first, which a single one would resolve.
    """
    if reason not in RULES:
        return DeclinesByReason(reason, declined, None, None)
    failing = [pair for pair in pairs if any(one.rule == reason for one in pair.failures())]
    changes = ((pair.offer.offer.code, single_changes(pair)) for pair in failing)
    near = next((f"{offer} with {found[0].words}" for offer, found in changes if found), None)
    return DeclinesByReason(reason, declined, len(failing), near)
