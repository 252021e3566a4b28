"""The offers that restrictions bar for a need, as sets.

Each restriction in force is compiled once into the offers that it binds and those that it targets;
what depends on the city alone is joined into one set and remembered. The answers are those of
`Restrictions.judge` on every pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from ledger.core.text import text_key
from ledger.eligibility.bitsets import ValueIndex
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.registers.records import Exemption, Restriction
from ledger.restrictions.bars import Restrictions, binds_everybody, in_force, lies_in_sector


class _Compiled(NamedTuple):
    """A restriction in force, with the offers whose provider it binds, and those it targets.

    `named` are targets by their code, `abroad` by country: not in the projects of that country.
    """

    restriction: Restriction
    bound: int
    named: int
    abroad: int
    exemptions: tuple[tuple[Exemption, int], ...]
    """Those in force on the day, each with the offers that it can cover."""

    @property
    def depends_on_city_only(self) -> bool:
        """Say whether it bars the same offers for every need of a city."""
        one = self.restriction
        return not (one.factors or one.sectors or one.topics or one.instruments or self.exemptions)


class BarredOffers:
    """The offers at their places, and what restrictions in force on one day bar of them."""

    def __init__(self, offers: Sequence[OfferFacts], instruments: ValueIndex, day: date) -> None:
        """Compile the restrictions that the offers come with."""
        size = len(offers)
        self._all = (1 << size) - 1
        self._instruments = instruments
        self._by_provider = ValueIndex(((one.provider.code,) for one in offers), size)
        countries = ((one.country,) if one.country else () for one in offers)
        self._by_country = ValueIndex(countries, size)
        restrictions = offers[0].restrictions if offers else Restrictions()
        compiled = [
            self._compile(one, restrictions, day)
            for one in restrictions.restrictions
            if in_force(one, day)
        ]
        self._general = [one for one in compiled if one.depends_on_city_only]
        self._particular = [one for one in compiled if not one.depends_on_city_only]
        self._of_city = lru_cache(maxsize=None)(self._barred_of_city)

    def for_need(self, need: NeedFacts) -> int:
        """Return the offers that are barred for a need."""
        city = need.city.code, need.city.country
        barred = self._of_city(*city)
        for one in self._particular:
            found = self._met(one, *city)
            if found:
                barred |= found & self._in_scope(one.restriction, need) & ~_covered(one, need)
        return barred

    def _compile(self, one: Restriction, restrictions: Restrictions, day: date) -> _Compiled:
        bound = self._of_parties(one.binds_providers, one.binds_countries)
        exemptions = tuple(
            (leave, self._by_provider.containing_any(leave.providers))
            if leave.providers
            else (leave, self._all)
            for leave in restrictions.exemptions_from(one.code, day)
        )
        return _Compiled(
            one,
            self._all if binds_everybody(one) else bound,
            self._by_provider.containing_any(one.providers),
            self._by_country.containing_any(one.countries),
            exemptions,
        )

    def _of_parties(self, providers: Iterable[str], countries: Iterable[str]) -> int:
        by_code = self._by_provider.containing_any(providers)
        return by_code | self._by_country.containing_any(countries)

    def _barred_of_city(self, city: str, country: str) -> int:
        barred = 0
        for one in self._general:
            barred |= self._met(one, city, country)
        return barred

    def _met(self, one: _Compiled, city: str, country: str) -> int:
        """Return the offers of which one party is bound and the other a target."""
        restriction, met = one.restriction, 0
        own = self._by_country.containing_any((country,))
        if city in restriction.cities:
            met = one.bound
        elif country in restriction.countries:
            met = one.bound & ~own
        if binds_everybody(restriction) or country in restriction.binds_countries:
            met |= one.named | one.abroad & ~own
        return met

    def _in_scope(self, restriction: Restriction, need: NeedFacts) -> int:
        """Return the offers of which the need and every possible instrument lie in the scope."""
        if restriction.factors and need.need.factor not in restriction.factors:
            return 0
        if restriction.sectors and not lies_in_sector(need.project.sector, restriction.sectors):
            return 0
        topic = need.need.topic
        if restriction.topics and (
            topic is None or text_key(topic) not in map(text_key, restriction.topics)
        ):
            return 0
        if not restriction.instruments:
            return self._all
        return self._by_instruments(frozenset(restriction.instruments), need.need.instruments)

    def _by_instruments(self, scope: frozenset[str], accepted: tuple[str, ...]) -> int:
        """Return the offers whose instruments, of those accepted, are some, and all in a scope."""
        possible = frozenset(accepted or self._instruments.values)
        inside = self._instruments.containing_any(possible & scope)
        inside &= ~self._instruments.containing_any(possible - scope)
        return inside | self._instruments.empty if accepted and possible <= scope else inside


def _covered(one: _Compiled, need: NeedFacts) -> int:
    """Return the offers of which an exemption covers the pair."""
    covered = 0
    for leave, offers in one.exemptions:
        conditions = (
            (leave.cities, need.city.code in leave.cities),
            (leave.projects, need.project.code in leave.projects),
            (leave.factors, need.need.factor in leave.factors),
            (leave.sectors, lies_in_sector(need.project.sector, leave.sectors)),
        )
        if all(holds for given, holds in conditions if given):
            covered |= offers
    return covered
