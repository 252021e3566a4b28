"""The offers that restrictions bar for a need, as sets.

Each restriction in force is compiled once into the offers that it binds and those that it targets;
what depends on the city alone is joined into one set and remembered. The answers are those of
`Restrictions.judge` on every pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from ledger.core.text import text_key
from ledger.eligibility.bitsets import ValueIndex
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.registers.records import Exemption, Restriction
from ledger.restrictions.bars import (
    Restrictions,
    binds_everybody,
    has_no_scope,
    in_force,
    lies_in_sector,
)


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
    def is_particular(self) -> bool:
        """Say whether what it bars can differ between two needs of one city."""
        return bool(self.exemptions) or not has_no_scope(self.restriction)


class BarredOffers:
    """The offers at their places, and what restrictions in force on one day bar of them."""

    def __init__(self, offers: Sequence[OfferFacts], instruments: ValueIndex, day: date) -> None:
        """Compile the restrictions that the offers come with."""
        size = len(offers)
        self._all = (1 << size) - 1
        self._instruments = instruments
        restrictions = offers[0].restrictions if offers else Restrictions()
        current = [one for one in restrictions.restrictions if in_force(one, day)]
        exemptions = [
            leave for one in current for leave in restrictions.exemptions_from(one.code, day)
        ]
        self._by_provider, self._by_country = _parties(offers, current, exemptions)
        exempted = {leave.restriction for leave in exemptions}
        self._debarring = [one for one in current if _debars(one) and one.code not in exempted]
        debarred = {code for one in self._debarring for code in one.providers}
        self._everywhere = self._by_provider.containing_any(debarred)
        compiled = [
            self._compile(one, restrictions, day)
            for one in current
            if one.code in exempted or not _debars(one)
        ]
        self._particular = [one for one in compiled if one.is_particular]
        self._general = [one for one in compiled if not one.is_particular]
        self._of_city = lru_cache(maxsize=None)(self._barred_of_city)
        self._particular_of_city = lru_cache(maxsize=None)(self._met_in_city)

    def for_need(self, need: NeedFacts) -> int:
        """Return the offers that are barred for a need."""
        city = need.city.code, need.city.country
        barred = self._of_city(*city)
        for one, met in self._particular_of_city(*city):
            barred |= met & self._in_scope(one.restriction, need) & ~_covered(one, need)
        return barred

    def by_restriction(self, need: NeedFacts) -> Iterator[tuple[str, int]]:
        """Give what each restriction bars for a need, by its code, where it bars any offer."""
        city = need.city.code, need.city.country
        every = [
            *(
                (one.code, self._by_provider.containing_any(one.providers))
                for one in self._debarring
            ),
            *((one.restriction.code, self._met(one, *city)) for one in self._general),
            *(
                (
                    one.restriction.code,
                    met & self._in_scope(one.restriction, need) & ~_covered(one, need),
                )
                for one, met in self._particular_of_city(*city)
            ),
        ]
        yield from ((code, barred) for code, barred in every if barred)

    def _met_in_city(self, city: str, country: str) -> list[tuple[_Compiled, int]]:
        """Return the particular restrictions that meet a city, each with the offers it meets."""
        every = ((one, self._met(one, city, country)) for one in self._particular)
        return [(one, met) for one, met in every if met]

    def _compile(self, one: Restriction, restrictions: Restrictions, day: date) -> _Compiled:
        exemptions = tuple(
            (leave, self._by_provider.containing_any(leave.providers))
            if leave.providers
            else (leave, self._all)
            for leave in restrictions.exemptions_from(one.code, day)
        )
        return _Compiled(
            one,
            self._all if binds_everybody(one) else self._bound(one),
            self._by_provider.containing_any(one.providers),
            self._by_country.containing_any(one.countries),
            exemptions,
        )

    def _bound(self, one: Restriction) -> int:
        by_code = self._by_provider.containing_any(one.binds_providers)
        return by_code | self._by_country.containing_any(one.binds_countries)

    def _barred_of_city(self, city: str, country: str) -> int:
        barred = self._everywhere
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


def _parties(
    offers: Sequence[OfferFacts], current: Sequence[Restriction], exemptions: Sequence[Exemption]
) -> tuple[ValueIndex, ValueIndex]:
    """Index the offers by their providers and countries, of those that somebody names."""
    named = {
        code
        for codes in (
            *(one.providers for one in current),
            *(one.binds_providers for one in current),
            *(leave.providers for leave in exemptions),
        )
        for code in codes
    }
    lists = ((*one.binds_countries, *one.countries) for one in current)
    countries = {country for listed in lists for country in listed}
    size = len(offers) if current else 0
    providers = ((code,) if (code := one.provider.code) in named else () for one in offers[:size])
    places = ((one.country,) if one.country in countries else () for one in offers[:size])
    return ValueIndex(providers, size), ValueIndex(places, size)


def _debars(one: Restriction) -> bool:
    """Say whether a restriction bars providers that it names, from everything everywhere."""
    return binds_everybody(one) and has_no_scope(one) and not (one.countries or one.cities)
