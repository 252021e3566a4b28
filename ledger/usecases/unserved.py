"""The needs that no offer fits, found by what needs share and what offers share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.core.factors import Factor
from ledger.eligibility.counts import OffersAlike, outstanding_by_need, without_offers
from ledger.eligibility.fits import Fit, OffersByTerms, largest
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.rates.rates import plain_rates
from ledger.registers.records import City
from ledger.restrictions.bars import NO_RESTRICTIONS
from ledger.store.needs_alike import read_needs_alike, read_outstanding
from ledger.store.offers_alike import read_offers_alike
from ledger.store.restrictions import read_restrictions
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


def can_read_unserved(reader: Reader) -> bool:
    """Say whether terms tell what fits: as now, and with no restriction on single parties."""
    return reader.times.are_now and read_restrictions(reader.connection) is NO_RESTRICTIONS


def read_unserved(reader: Reader, cities: Mapping[str, City]) -> list[str]:
    """Give the open needs, by code, that no offer is eligible for: those of projects going on.

    `cities` are all there are. The terms that needs share decide of most; the
    rest are read and judged by their quantities.
    """
    offers = _read_offers(reader, ())
    named = {city for one in offers.alike for city in one.facts.offer.cities}
    countries = {code: city.country for code, city in cities.items()}
    needs = read_needs_alike(reader.connection, countries, named)
    found = _by_terms(reader, needs, offers)
    return [*found.unserved, *_judge(reader, found.open, offers)]


class _Offers(NamedTuple):
    """The offers of equal terms, those that stand apart, and the snapshot that has them."""

    alike: list[OffersAlike]
    apart: list[OfferFacts]
    snapshot: Snapshot


class _ByTerms(NamedTuple):
    """The needs that no offer's terms fit, and those of which the quantity decides."""

    unserved: list[str]
    open: list[str]


def _read_offers(reader: Reader, apart: Collection[str]) -> _Offers:
    stored = read_offers_alike(reader.connection, [*Factor], apart)
    free = {one.code: one.free for one in stored}
    snapshot = reader.having("offer", "code", {*free, *apart}, rates=True)
    return _Offers(
        [OffersAlike(snapshot.offer_facts[code], free[code]) for code in free],
        [snapshot.offer_facts[code] for code in sorted(apart)],
        snapshot,
    )


def _by_terms(reader: Reader, needs: Iterable[Sequence[str]], offers: _Offers) -> _ByTerms:
    """Decide by the terms that needs share what they decide."""
    by_first = {codes[0]: codes for codes in needs}
    facts = reader.some("need", [*by_first]).need_facts if by_first else {}
    by_terms = OffersByTerms(offers.alike, reader.day, plain_rates(offers.snapshot.rate_of))
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
    """Give the needs for which an offer may have nothing left to fit but what is outstanding."""
    return (code for code in codes if fit.certain <= len(outstanding.get(code, ())))


def _judge(reader: Reader, codes: Collection[str], offers: _Offers) -> list[str]:
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
        [*map(largest, offers.alike), *offers.apart],
        reader.day,
        plain_rates(offers.snapshot.rate_of),
        outstanding,
    )
