"""Whether any offer fits a need, by offers of equal terms: the largest of them stands for all.

The more an offer has available, the fewer rules it fails; so where the largest of equal terms fails
one, all of them do. It holds where no restriction is in force, and nothing is outstanding between
the offers and the needs that are asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ledger.eligibility.counts import OffersAlike, offer_indexes
from ledger.eligibility.index import RateOf
from ledger.eligibility.rules import NeedFacts


class Fit(NamedTuple):
    """What is known of a need by its terms alone.

    `possible` says that the terms of an offer fit its own; `certain` is how many offers fit it in
    any quantity.
    """

    possible: bool
    certain: int


class OffersByTerms:
    """The offers of some factors, one of each terms."""

    def __init__(self, alike: Sequence[OffersAlike], day: date, rate_of: RateOf) -> None:
        """Index them for a day, as `OfferIndex` does."""
        self._numbers = {one.facts.offer.code: len(one.free) for one in alike}
        self._indexes = offer_indexes((one.largest for one in alike), day, rate_of)

    def fit(self, need: NeedFacts) -> Fit:
        """Say how offers fit the terms of a need."""
        index = self._indexes.get(need.need.factor)
        if index is None or not index.failing_terms(need).passing:
            return Fit(possible=False, certain=0)
        certain = index.offers_at(index.unlimited_for(need))
        return Fit(possible=True, certain=sum(self._numbers[one.offer.code] for one in certain))
