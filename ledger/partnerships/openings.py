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
from ledger.eligibility.counts import OutstandingByNeed
from ledger.eligibility.index import OfferIndex, RateOf
from ledger.eligibility.rules import NeedFacts, OfferFacts, verdict
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
            if need.balance.free > 0:
                self._needs[need.city.code].append(need)
        by_factor: defaultdict[Factor, list[OfferFacts]] = defaultdict(list)
        for offer in offers:
            if offer.balance.free > 0 and offer.provider.city is not None:
                by_factor[offer.offer.factor].append(offer)
        self._indexes = {
            factor: OfferIndex(some, day, rate_of) for factor, some in by_factor.items()
        }
        self._givers: dict[str, dict[str, list[OfferFacts]]] = {}

    def openings(self, one: Partnership) -> Iterator[Opening]:
        """Give the openings of a partnership, by the asker's code, then by the need's."""
        for asker in one.cities:
            giver = one.other(asker)
            for need in self._needs.get(asker, ()):
                yield from self._of_need(one.code, need, asker, giver)

    def _of_need(self, code: str, need: NeedFacts, asker: str, giver: str) -> Iterator[Opening]:
        for offer in self._offers_for(need).get(giver, ()):
            rate = self._rate_of(need.balance.unit.code, offer.balance.unit.code)
            between = self._outstanding.get(need.need.code, {})
            pairing = pairing_at_best(need, offer, self._day, rate, between)
            if not verdict(pairing):
                yield Opening(code, asker, giver, need, offer, pairing.need_amount)
        if need.need.factor is Factor.EXPERTISE and need.need.topic is not None:
            evidence = self._evidence_of(need, giver)
            if evidence is not None:
                yield Opening(code, asker, giver, need, evidence=evidence)

    def _offers_for(self, need: NeedFacts) -> Mapping[str, list[OfferFacts]]:
        """Give the offers that pass every rule but those on quantity, by their provider's city."""
        code = need.need.code
        if code not in self._givers:
            found: dict[str, list[OfferFacts]] = {}
            index = self._indexes.get(need.need.factor)
            if index is not None:
                for offer in map(index.by_code.__getitem__, index.admissible_offers(need)):
                    found.setdefault(offer.provider.city or "", []).append(offer)
            self._givers[code] = found
        return self._givers[code]
