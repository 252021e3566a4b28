"""Openings: what one city of an idle partnership needs and the other could give, both ways.

An opening is a need with something open for which an available offer of the other city is
eligible, or a need of expertise in whose topic the other city is proven or credentialed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from ledger.core.factors import Factor
from ledger.eligibility.counts import OutstandingByNeed, eligible_offers
from ledger.eligibility.index import OfferIndex, RateOf
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.eligibility.verdict import pairing_at_best
from ledger.partnerships.records import Partnership

EvidenceOf = Callable[[NeedFacts, str], str | None]
"""Says how a city could serve a need of expertise, proven or credentialed; None if it could not."""


class Opening(NamedTuple):
    """A need of one city, `asker`, that the other city of a partnership, `giver`, could serve.

    With an offer, `need_amount` is the most that it could take now, None where no rate is known;
    without one, `evidence` says by what the other city could give expertise.
    """

    partnership: str
    asker: str
    giver: str
    need: NeedFacts
    offer: OfferFacts | None = None
    need_amount: int | None = None
    evidence: str | None = None

    @property
    def amount(self) -> int:
        """Give what of the need could be served: what the offer could give, else all open."""
        return self.need.balance.free if self.need_amount is None else self.need_amount

    @property
    def grounds(self) -> str:
        """Say why the other city could serve the need."""
        if self.offer is not None:
            return f"offer {self.offer.offer.code} is eligible"
        return f"{self.giver} is {self.evidence} in {self.need.need.topic}"


def is_open(need: NeedFacts) -> bool:
    """Say whether something of a need is still to be found."""
    return need.balance.free > 0


def asks_for_evidence(need: NeedFacts) -> bool:
    """Say whether evidence in a topic makes an opening of a need: of expertise, with a topic."""
    return need.need.factor is Factor.EXPERTISE and need.need.topic is not None


class Exchange:
    """What cities need and could give on a day: asked once for each need, not for each pair."""

    def __init__(
        self,
        needs: Iterable[NeedFacts],
        offers: Iterable[OfferFacts],
        day: date,
        rate_of: RateOf,
        outstanding: OutstandingByNeed,
        evidence_of: EvidenceOf,
    ) -> None:
        """Take the open needs and the available offers of cities; all others are passed over."""
        self._day, self._rate_of = day, rate_of
        self._outstanding, self._evidence_of = outstanding, evidence_of
        self._needs: defaultdict[str, list[NeedFacts]] = defaultdict(list)
        for need in needs:
            if is_open(need):
                self._needs[need.city.code].append(need)
        by_factor: defaultdict[Factor, list[OfferFacts]] = defaultdict(list)
        for offer in offers:
            if offer.balance.free > 0 and offer.provider.city is not None:
                by_factor[offer.offer.factor].append(offer)
        self._indexes = {
            factor: OfferIndex(some, day, rate_of) for factor, some in by_factor.items()
        }
        self._givers: dict[str, dict[str, list[OfferFacts]]] = {}

    def asks_nothing(self, one: Partnership) -> bool:
        """Say whether neither city of a partnership has an open need."""
        return one.city not in self._needs and one.with_city not in self._needs

    def count(self, one: Partnership) -> int:
        """Count the openings of a partnership."""
        return sum(
            len(self._offers_for(need).get(giver, ())) + (self._evidence(need, giver) is not None)
            for need, giver in self._asked(one)
        )

    def openings(self, one: Partnership) -> Iterator[Opening]:
        """Give the openings of a partnership, those of its first city first, then by need."""
        for need, giver in self._asked(one):
            asker = need.city.code
            for offer in self._offers_for(need).get(giver, ()):
                amount = self._possible_amount(need, offer)
                yield Opening(one.code, asker, giver, need, offer, amount)
            evidence = self._evidence(need, giver)
            if evidence is not None:
                yield Opening(one.code, asker, giver, need, evidence=evidence)

    def _asked(self, one: Partnership) -> Iterator[tuple[NeedFacts, str]]:
        """Give the open needs of both cities, each with the city on the other side."""
        for asker in one.cities:
            for need in self._needs.get(asker, ()):
                yield need, one.other(asker)

    def _evidence(self, need: NeedFacts, giver: str) -> str | None:
        return self._evidence_of(need, giver) if asks_for_evidence(need) else None

    def _possible_amount(self, need: NeedFacts, offer: OfferFacts) -> int | None:
        rate = self._rate_of(need.balance.unit.code, offer.balance.unit.code)
        between = self._outstanding.get(need.need.code, {})
        return pairing_at_best(need, offer, self._day, rate, between).need_amount

    def _offers_for(self, need: NeedFacts) -> Mapping[str, list[OfferFacts]]:
        """Give the eligible offers for a need by their provider's city, by code."""
        code = need.need.code
        if code not in self._givers:
            found: dict[str, list[OfferFacts]] = {}
            index = self._indexes.get(need.need.factor)
            if index is not None:
                eligible = eligible_offers(need, index, self._outstanding.get(code, {}))
                for offer in sorted(eligible, key=lambda one: one.offer.code):
                    found.setdefault(offer.provider.city or "", []).append(offer)
            self._givers[code] = found
        return self._givers[code]
