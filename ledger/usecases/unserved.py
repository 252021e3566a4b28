"""The needs that no offer fits, found by what needs share and what offers share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.core.factors import Factor
from ledger.eligibility.counts import outstanding_by_need, without_offers
from ledger.eligibility.fits import Fit, OffersByTerms
from ledger.eligibility.rules import NeedFacts
from ledger.rates.rates import plain_rates
from ledger.registers.records import City
from ledger.store.needs_alike import read_needs_alike, read_outstanding
from ledger.store.offers_alike import OffersToJudge, read_offer_facts, read_offers_alike
from ledger.store.session.snapshot import Reader, Snapshot


def unserved(snapshot: Snapshot, needs: Iterable[NeedFacts]) -> list[str]:
    """Give those of some needs, by code, that no offer is eligible for, in their order."""
    return without_offers(
        needs,
        snapshot.offer_facts.values(),
        snapshot.day,
        plain_rates(snapshot.rate_of),
        outstanding_by_need(snapshot.deals.values()),
    )


def read_unserved(reader: Reader, cities: Iterable[City]) -> list[str]:
    """Give the open needs, by code, that no offer is eligible for, of projects that take deals.

    `cities` are all there are; the terms of offers have to be decisive. The terms that needs share
    decide most of them; the rest are read and judged by their quantities.
    """
    offers = _read_offers(reader, ())
    named = {city for one in offers.alike for city in one.facts.offer.cities}
    countries = {city.code: city.country for city in cities}
    needs = read_needs_alike(reader.connection, countries, named)
    found = _by_terms(reader, needs, offers)
    return [*found.unserved, *_judge(reader, found.open, offers)]


class _ByTerms(NamedTuple):
    """The needs that no offer's terms fit, and those that are decided by their quantities."""

    unserved: list[str]
    open: list[str]


def _read_offers(reader: Reader, apart: Collection[str]) -> OffersToJudge:
    stored = read_offers_alike(reader.connection, [*Factor], apart)
    return read_offer_facts(reader, stored, apart)


def _by_terms(reader: Reader, needs: Iterable[Sequence[str]], offers: OffersToJudge) -> _ByTerms:
    """Decide the needs for which the terms that they share are enough."""
    by_first = {codes[0]: codes for codes in needs}
    facts = reader.some("need", [*by_first]).need_facts if by_first else {}
    by_terms = OffersByTerms(offers.alike, reader.day, offers.rate_of)
    outstanding = read_outstanding(reader.connection)
    found = _ByTerms([], [])
    for first, codes in by_first.items():
        fit = by_terms.fit(facts[first])
        if fit.possible:
            found.open.extend(_undecided(codes, fit, outstanding))
        else:
            found.unserved.extend(codes)
    return found


def _undecided(
    codes: Sequence[str], fit: Fit, outstanding: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """Give the needs that may have deals with every offer that fits them in any quantity."""
    return (code for code in codes if fit.certain <= len(outstanding.get(code, ())))


def _judge(reader: Reader, codes: Collection[str], offers: OffersToJudge) -> list[str]:
    """Judge needs one by one, by the largest offer of each terms and by those with their deals."""
    if not codes:
        return []
    needs = reader.having("need", "code", codes, "deal")
    outstanding = outstanding_by_need(needs.deals.values())
    apart = {offer for others in outstanding.values() for offer in others}
    if apart:
        offers = _read_offers(reader, apart)
    return without_offers(
        needs.need_facts.values(),
        [*(one.largest for one in offers.alike), *offers.apart],
        reader.day,
        offers.rate_of,
        outstanding,
    )
