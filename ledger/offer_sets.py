"""The offers of one factor, indexed so that each rule gives the set that passes it for a need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from ledger.bitsets import Ladder, Named, bits, positions
from ledger.eligibility_facts import NeedFacts, OfferFacts
from ledger.eligibility_rules import units_convert
from ledger.offers import Offer
from ledger.projects import ACTIVE_STATUSES
from ledger.quantity import Unit
from ledger.unit_offers import QuantityRules, Ratio, UnitOffers, Wanted, sort_key

RateOf = Callable[[str, str], Decimal | None]
"""How many of the second unit one of the first costs, by code; None where nobody knows."""


QUANTITY_RULES = frozenset(("ticket", "share", "indivisible"))
"""The rules that look at amounts; all others are the same for needs and offers of a kind."""


class _Convertible(NamedTuple):
    """The offers that a unit converts to, and those of them with a known rate."""

    all: int
    rated: tuple[tuple[UnitOffers, Ratio], ...]


class OfferSets:
    """Offers of one factor as sets; the place of an offer in a set is a bit of a whole number."""

    def __init__(self, offers: Iterable[OfferFacts], day: date, rate_of: RateOf) -> None:
        """Index offers of one factor for one day; `rate_of` prices need units in offer units."""
        ordered = sorted(offers, key=sort_key)
        terms = [facts.offer for facts in ordered]
        size = len(ordered)
        self.day, self.rate_of = day, rate_of
        self.by_code = {facts.offer.code: facts for facts in ordered}
        self._codes = [offer.code for offer in terms]
        self._place = {code: place for place, code in enumerate(self._codes)}
        self.everyone = (1 << size) - 1
        self._topics = Named((offer.topics for offer in terms), size)
        self._sectors = Named((offer.sectors for offer in terms), size)
        self._instruments = Named((offer.instruments for offer in terms), size)
        self._geography = _Geography(terms, size)
        self._starts = Ladder((offer.available_from for offer in terms), size)
        self._valid = bits((i for i, o in enumerate(terms) if _valid_on(o, day)), size)
        self._units = list(_by_unit(ordered))
        self._convertible = lru_cache(maxsize=None)(self._find_convertible)

    def only(self, codes: Iterable[str]) -> int:
        """Give the set of these offers, leaving out those that are not counted here."""
        places = (self._place[code] for code in codes if code in self._place)
        return bits(places, len(self._place))

    def passing(self, need: NeedFacts, *, taken: bool) -> dict[str, int]:
        """Give for each rule the offers that pass it, all of them new to this need.

        `taken` says that something of another offer lives in the need already.
        """
        everyone = self.everyone
        quantity = self._quantity(need)
        whole = need.need.divisible or not taken
        return {
            "unit": self._convertible(need.standing.unit).all,
            "quantified": everyone if need.standing.quantified else 0,
            "topic": self._topics.empty | self._topics.naming([need.need.topic or ""]),
            "sector": self._sectors.empty | self._sectors.naming(_and_above(need.project.sector)),
            "geography": self._geography.reaching(need),
            "instrument": self._instrument(need.need.instruments),
            "window": self._valid,
            "start": self._start(need.need.needed_by),
            "status": everyone if need.project.status in ACTIVE_STATUSES else 0,
            "ticket": quantity.ticket,
            "share": quantity.share,
            "indivisible": quantity.indivisible if whole else 0,
        }

    def admitting(self, need: NeedFacts) -> list[str]:
        """Give the codes of the offers that pass every rule but those on quantity."""
        passing = self.passing(need, taken=False)
        found = self.everyone
        for rule, passed in passing.items():
            if rule not in QUANTITY_RULES:
                found &= passed
        return [self._codes[place] for place in positions(found)]

    def ratios(self, unit: Unit) -> dict[str, Ratio]:
        """Give for each unit that one of these offers counts in the rate to it, where known."""
        return {offers.unit.code: ratio for offers, ratio in self._convertible(unit).rated}

    def _instrument(self, accepted: tuple[str, ...]) -> int:
        if not accepted:
            return self.everyone
        return self._instruments.empty | self._instruments.naming(accepted)

    def _start(self, needed_by: date | None) -> int:
        if needed_by is None:
            return self.everyone
        return (self.everyone & ~self._starts.all) | self._starts.at_most(needed_by)

    def _quantity(self, need: NeedFacts) -> QuantityRules:
        """Test quantities only against units with a known rate; the others pass untested."""
        ticket = share = indivisible = self.everyone
        standing = need.standing
        if standing.free > 0:
            wanted = Wanted(standing.free, standing.net, need.need.divisible)
            for offers, ratio in self._convertible(standing.unit).rated:
                passing = offers.passing(wanted, ratio)
                ticket ^= offers.all & ~passing.ticket
                share ^= offers.all & ~passing.share
                indivisible ^= offers.all & ~passing.indivisible
        return QuantityRules(ticket, share, indivisible)

    def _find_convertible(self, unit: Unit) -> _Convertible:
        found, rated = 0, []
        for offers in self._units:
            if not units_convert(unit, offers.unit):
                continue
            found |= offers.all
            same = unit.code == offers.unit.code
            rate = Decimal(1) if same else self.rate_of(unit.code, offers.unit.code)
            if rate is not None:
                rated.append((offers, ratio_between(rate, unit, offers.unit)))
        return _Convertible(found, tuple(rated))


class _Geography:
    """The union of countries, regions and cities of each mandate, less its excluded countries."""

    def __init__(self, offers: list[Offer], size: int) -> None:
        self._countries = Named((offer.countries for offer in offers), size)
        self._regions = Named((offer.regions for offer in offers), size)
        self._cities = Named((offer.cities for offer in offers), size)
        self._excluded = Named((offer.excluded_countries for offer in offers), size)
        self._anywhere = self._countries.empty & self._regions.empty & self._cities.empty

    def reaching(self, need: NeedFacts) -> int:
        """Give the offers whose mandate admits the project's city."""
        country = [need.city.country]
        reach = self._anywhere | self._countries.naming(country)
        reach |= self._regions.naming(need.region_chain) | self._cities.naming([need.city.code])
        return reach & ~self._excluded.naming(country)


def _by_unit(ordered: list[OfferFacts]) -> Iterable[UnitOffers]:
    start = 0
    for _, members in groupby(ordered, key=lambda facts: facts.standing.unit.code):
        group = list(members)
        yield UnitOffers(group, start, len(ordered))
        start += len(group)


def _valid_on(offer: Offer, day: date) -> bool:
    begun = offer.valid_from is None or offer.valid_from <= day
    return begun and not offer.has_expired(day)


def _and_above(sector: str) -> list[str]:
    parts = sector.split(".")
    return [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def ratio_between(rate: Decimal, need_unit: Unit, offer_unit: Unit) -> Ratio:
    """Turn a rate between whole units into one between their smallest parts."""
    exact = Fraction(rate) * Fraction(10) ** (offer_unit.decimals - need_unit.decimals)
    return Ratio(exact.numerator, exact.denominator)
