"""How many offers each of some needs could turn to: counted without trying every pair.

A screen of a need or a project counts them without loading the gap report.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from ledger.core.factors import Factor
from ledger.eligibility.counts import (
    EligibleCount,
    count_alike,
    count_eligible,
    outstanding_by_need,
)
from ledger.eligibility.rules import NeedFacts
from ledger.rates.rates import plain_rates
from ledger.store.offers_alike import (
    are_terms_decisive,
    read_offer_facts,
    read_offers_alike,
    read_spent_offers,
)
from ledger.store.session.snapshot import Reader, Snapshot


def count(
    snapshot: Snapshot, needs: Iterable[NeedFacts], offers: Snapshot | None = None
) -> dict[str, EligibleCount]:
    """Count the eligible offers of some needs, without trying every pair.

    `offers` is the snapshot with the offers and rates, where that is another one.
    """
    of_offers = offers or snapshot
    return count_eligible(
        needs,
        of_offers.offer_facts.values(),
        snapshot.day,
        plain_rates(of_offers.rate_of),
        outstanding_by_need(snapshot.deals.values()),
    )


_FEW: Final = 100
"""Needs for which offers are judged by their terms; for more, sets of offers are made."""
_MOST_ALIKE: Final = 1000
"""Sets of terms up to which judging each costs less than making sets of offers."""


def count_for(
    reader: Reader, snapshot: Snapshot, needs: Sequence[NeedFacts]
) -> dict[str, EligibleCount]:
    """Count the eligible offers of a few needs: only offers of their factors are read."""
    factors = {facts.need.factor for facts in needs}
    found = _count_alike(reader, snapshot, needs, factors)
    return count(snapshot, needs, reader.offers_of(factors)) if found is None else found


def _count_alike(
    reader: Reader, snapshot: Snapshot, needs: Sequence[NeedFacts], factors: Collection[Factor]
) -> dict[str, EligibleCount] | None:
    """Count by the terms that offers share; None where that would not be quick, or not right."""
    if len(needs) > _FEW or not are_terms_decisive(reader):
        return None
    outstanding = outstanding_by_need(snapshot.deals.values())
    apart = {offer for need in needs for offer in outstanding.get(need.need.code, ())}
    stored = read_offers_alike(reader.connection, factors, apart)
    if len(stored) > _MOST_ALIKE:
        return None
    offers = read_offer_facts(reader, stored, apart)
    available = {one.facts.offer.factor for one in offers.alike}
    available |= {one.offer.factor for one in offers.apart if one.balance.free > 0}
    without = {*factors} - available
    spent = read_spent_offers(reader.connection, without) if without else {}
    return count_alike(
        needs, offers.alike, offers.apart, reader.day, offers.rate_of, outstanding, spent
    )
