"""The offers that restrictions bar for a need, as sets.

Each restriction in force is compiled once into the offers that it binds and those that it targets,
and is found by the city that it concerns; what depends on the city alone is joined into one set
and remembered. The answers are those of `Restrictions.judge` on every pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import compress, count
from typing import NamedTuple

from ledger.eligibility.bitsets import PlacesByValue, ValueIndex, bitset
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.registers.records import Exemption, Restriction
from ledger.restrictions.bars import (
    NO_RESTRICTIONS,
    Conditional,
    binds_everybody,
    covers_need,
    has_no_scope,
    need_lies_in_scope,
)

Leave = tuple[Exemption, int]
"""An exemption in force, with the offers that it can cover."""


class _Compiled(NamedTuple):
    """A restriction in force, with the offers whose provider it binds, and those it targets.

    `named` are targets by their code, `abroad` by country: not in the projects of that country.
    """

    restriction: Restriction
    bound: int
    named: int
    abroad: int
    leaves: tuple[Leave, ...]


class _Met(NamedTuple):
    """The offers that a restriction meets in a city; which of them it bars is asked of a need."""

    restriction: Restriction
    offers: int
    leaves: tuple[Leave, ...] = ()


_Scope = tuple[tuple[str, ...], ...]

_OfCity = tuple[int, list[_Met]]
"""The offers that are barred for every need of a city, and what may be for some."""


class BarredOffers:
    """The offers at their places, and what restrictions in force on one day bar of them.

    `everywhere` are those barred for every need, and `projects` the projects that exemptions name.
    """

    def __init__(self, offers: Sequence[OfferFacts], day: date) -> None:
        """Compile those restrictions that concern every city; others when a city is asked for."""
        restrictions = offers[0].restrictions if offers else NO_RESTRICTIONS
        self._offers, self._on_day = offers, restrictions.on(day)
        size = len(offers)
        compared = offers if restrictions.restrictions else ()
        providers = [one.provider.code for one in compared]
        countries = [one.country for one in compared]
        self.everywhere = bitset(_places_among(self._on_day.debarred, providers), size)
        self._by_provider = _index(providers, self._on_day.providers, size)
        self._by_country = _index(countries, self._on_day.countries, size)
        self.projects = self._on_day.projects
        self._compiled: dict[str, _Compiled] = {}
        self._in_every_city: dict[_Scope, _Met] = {}
        self._everybody: list[_Compiled] = []
        for one in self._on_day.anywhere:
            self._sort(self._compile(one))
        self._of_city: dict[str, _OfCity] = {}
        self._of_place: dict[tuple[str, str | None], _OfCity] = {}
        self._each_of_city = lru_cache(maxsize=None)(self._find_each_of_city)

    def for_need(self, need: NeedFacts) -> int:
        """Return the offers that are barred for a need."""
        return self.everywhere | self.for_need_alone(need)

    def for_need_alone(self, need: NeedFacts) -> int:
        """Return the offers that are barred for a need, without those barred everywhere."""
        city = need.city
        known = self._of_city.get(city.code)
        if known is None:
            known = self._of_city[city.code] = self._find_of_place(city.code, city.country)
        barred, particular = known
        for met in particular:
            barred |= self._barred_of(met, need)
        return barred

    def by_restriction(self, need: NeedFacts) -> Iterator[tuple[str, int]]:
        """Give what each restriction bars for a need, by its code, where it bars any offer."""
        yield from self._debarred_by_each
        for met in self._each_of_city(need.city.code, need.city.country):
            barred = self._barred_of(met, need)
            if barred:
                yield met.restriction.code, barred

    @cached_property
    def _debarred_by_each(self) -> list[tuple[str, int]]:
        debarred = self._on_day.debarred
        lists = ((code,) if (code := one.provider.code) in debarred else () for one in self._offers)
        index = ValueIndex(lists, len(self._offers))
        every = ((one.code, index.containing_any(one.providers)) for one in self._on_day.debarring)
        return [(code, barred) for code, barred in every if barred]

    @cached_property
    def _instruments(self) -> ValueIndex:
        return ValueIndex((one.offer.instruments for one in self._offers), len(self._offers))

    def _compile(self, conditional: Conditional) -> _Compiled:
        one, exemptions = conditional
        found = self._compiled.get(one.code)
        if found is not None:
            return found
        every = (1 << len(self._offers)) - 1
        by_provider, by_country = self._by_provider, self._by_country
        bound = by_provider.containing_any(one.binds_providers)
        bound |= by_country.containing_any(one.binds_countries)
        leaves = tuple(
            (leave, by_provider.containing_any(leave.providers) if leave.providers else every)
            for leave in exemptions
        )
        named = by_provider.containing_any(one.providers)
        abroad = by_country.containing_any(one.countries)
        if not (one.cities or one.countries):  # no city is a target, and so it matters not
            bound = 0
        elif binds_everybody(one):
            bound = every
        result = self._compiled[one.code] = _Compiled(one, bound, named, abroad, leaves)
        return result

    def _sort(self, one: _Compiled) -> None:
        """Keep a restriction that may bar a pair of any city; by codes, join it with others."""
        if one.abroad or one.leaves:
            self._everybody.append(one)
        else:
            self._join_in_every_city(one.restriction, one.named)

    def _concerning(self, city: str, country: str) -> list[_Compiled]:
        """Return the restrictions that name a city or its country."""
        by_place = self._on_day.by_place
        return [self._compile(one) for at in (country, city) for one in by_place.get(at, ())]

    def _join_in_every_city(self, restriction: Restriction, named: int) -> None:
        """Join what restrictions of one scope bar wherever the project is."""
        scope = _scope_of(restriction)
        if not any(scope):
            self.everywhere |= named
        elif named:
            before = self._in_every_city.get(scope)
            offers = named if before is None else named | before.offers
            self._in_every_city[scope] = _Met(restriction, offers)

    def _find_of_place(self, city: str, country: str) -> _OfCity:
        """Return what `_find_of_city` does, once for cities of a country that none names."""
        place = (country, city if city in self._on_day.by_place else None)
        known = self._of_place.get(place)
        if known is None:
            known = self._of_place[place] = self._find_of_city(city, country)
        return known

    def _find_of_city(self, city: str, country: str) -> _OfCity:
        """Return what is barred for all needs of a city, and what may be for some.

        What is barred everywhere is left out of both.
        """
        every = (*self._everybody, *self._concerning(city, country))
        found = {one.restriction.code: one for one in every}
        barred, particular = 0, [*self._in_every_city.values()]
        for one in found.values():
            met = self._met(one, city, country)
            if one.leaves or not has_no_scope(one.restriction):
                particular.append(met)
            else:
                barred |= met.offers
        known = barred | self.everywhere
        left = ((met, met.offers & ~known) for met in particular)
        particular = [_Met(met.restriction, rest, met.leaves) for met, rest in left if rest]
        return barred & ~self.everywhere, particular

    def _find_each_of_city(self, city: str, country: str) -> list[_Met]:
        """Return what each restriction meets in a city, where it meets any offer."""
        anywhere = map(self._compile, self._on_day.anywhere)
        found = {one.restriction.code: one for one in (*anywhere, *self._concerning(city, country))}
        every = (self._met(found[code], city, country) for code in sorted(found))
        return [met for met in every if met.offers]

    def _met(self, one: _Compiled, city: str, country: str) -> _Met:
        """Return the offers of which one party is bound and the other a target."""
        restriction, met = one.restriction, 0
        if city in restriction.cities:
            met = one.bound
        elif country in restriction.countries:
            met = self._abroad(one.bound, country)
        if country in restriction.binds_countries or binds_everybody(restriction):
            met |= one.named | self._abroad(one.abroad, country)
        return _Met(restriction, met, one.leaves)

    def _abroad(self, offers: int, country: str) -> int:
        """Return those of some offers whose provider is not of a country."""
        return offers and offers & ~self._by_country.containing_any((country,))

    def _barred_of(self, met: _Met, need: NeedFacts) -> int:
        """Return the offers of those met that a restriction bars for a need."""
        terms, sector = need.need, need.project.sector
        if not need_lies_in_scope(met.restriction, terms.factor, sector, terms.topic):
            return 0
        barred = met.offers
        if met.restriction.instruments:
            scope = frozenset(met.restriction.instruments)
            barred &= self._by_instruments(scope, terms.instruments)
        for leave, offers in met.leaves:
            if covers_need(leave, need.city.code, need.project.code, terms.factor, sector):
                barred &= ~offers
        return barred

    def _by_instruments(self, scope: frozenset[str], accepted: tuple[str, ...]) -> int:
        """Return the offers whose instruments, of those accepted, are some, and all in a scope."""
        possible = frozenset(accepted or self._instruments.values)
        inside = self._instruments.containing_any(possible & scope)
        inside &= ~self._instruments.containing_any(possible - scope)
        return inside | self._instruments.empty if accepted and possible <= scope else inside


def _scope_of(one: Restriction) -> _Scope:
    return tuple(map(str, one.factors)), one.sectors, one.topics, one.instruments


def _index(values: Sequence[str | None], named: frozenset[str], size: int) -> PlacesByValue:
    """Index the offers, of `size` in all, by those of their values that a restriction names."""
    places: dict[str | None, list[int]] = {one: [] for one in named}
    for at in _places_among(named, values):
        places[values[at]].append(at)
    return PlacesByValue(places, size)


def _places_among(named: frozenset[str], values: Sequence[str | None]) -> Iterator[int]:
    """Give the places of the values that are named, without a step for any other."""
    return compress(count(), map(named.__contains__, values if named else ()))
