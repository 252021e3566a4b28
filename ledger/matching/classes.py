"""Classes of needs and offers that are alike in all rules except those on quantity.

Offers of equal mandates belong to one class, of any provider: the rules are evaluated once per
kind of need and mandate. The offers that are barred for a need, or whose provider is paused for
it, are then taken out, and where that is a part of a mandate's offers, the parts become classes of
their own. So restrictions cost as much as what they bar.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from types import MappingProxyType
from typing import NamedTuple

from ledger.core.factors import Factor
from ledger.core.quantity import Unit
from ledger.core.text import text_key
from ledger.eligibility.barred import BarredOffers
from ledger.eligibility.bitsets import ValueIndex, bit_positions
from ledger.eligibility.index import OfferIndex, RateOf, Ratio
from ledger.eligibility.rules import NeedFacts, OfferFacts

PausedProviders = Mapping[str, frozenset[str]]
"""The providers whose offers are not proposed for a need, by the code of the need."""


class _Kind(NamedTuple):
    """Needs alike, and the mandates that admit them."""

    factor: Factor
    unit: Unit
    mandates: list[int]


_Losses = Mapping[int, int]
"""The offers taken out of mandates, as sets of their places among the offers of the mandate."""

_NO_LOSSES: _Losses = MappingProxyType({})


class _Ratios(NamedTuple):
    """The rates from a unit to the units of the offers of a factor, and to their classes'."""

    by_unit: Mapping[str, Ratio]
    by_class: Mapping[int, Ratio]


class EligibilityClasses:
    """The class of each need and of each offer, at its place.

    `links` gives the classes of offers for each class of needs, with the rates, and `without_rate`
    the pairs of units (of the need, of the offer) that were left out.
    """

    def __init__(
        self,
        needs: Sequence[NeedFacts],
        offers: Sequence[OfferFacts],
        day: date,
        rate_of: RateOf,
        paused: PausedProviders,
    ) -> None:
        """Class needs and offers, which are in the order of the problem."""
        self._offers, self._paused = offers, paused
        self._barred = BarredOffers(offers, day)
        self._mandates = _Mandates(offers, self._barred.everywhere, day, rate_of)
        kinds: dict[Hashable, int] = {}
        self._kinds: list[_Kind] = []
        self._taken: dict[int, list[int]] = {}
        self._losses: dict[int, _Losses] = {}
        kind_of_need = [self._kind_of(need, kinds) for need in needs]
        self._parts = self._divided()
        self._classes: list[list[int]] = [[] for _ in self._mandates.unit_of]
        self._unit_of_class: dict[int, str] = {}
        self._ratios = cache(self._find_ratios)
        self.class_of_offer = self._class_the_offers()
        self.without_rate: set[tuple[str, str]] = set()
        self.links: list[dict[int, Ratio]] = []
        by_links: dict[Hashable, int] = {}
        class_of_kind = [self._class_of(place, by_links) for place in range(len(self._kinds))]
        self.class_of_need = [class_of_kind[kind] for kind in kind_of_need]

    def _kind_of(self, need: NeedFacts, kinds: dict[Hashable, int]) -> int:
        paused = self._paused.get(need.need.code)
        project = need.project.code if need.project.code in self._barred.projects else None
        place = kinds.setdefault((_need_key(need), paused, project), len(kinds))
        if place == len(self._kinds):
            taken_out = self._barred.for_need_alone(need)
            if paused:
                taken_out |= self._by_paused.containing_any(paused)
            if taken_out:
                self._taken.setdefault(taken_out, []).append(place)
            mandates = self._mandates.admitting(need)
            self._kinds.append(_Kind(need.need.factor, need.balance.unit, mandates))
        return place

    def _take_out(self) -> Iterator[dict[int, int]]:
        """Note what each kind loses of the mandates that admit it; give what is lost at once.

        The same offers are barred for most needs of a city: what those have in common is found
        once.
        """
        mandates = self._mandates
        for taken_out, places in self._taken.items():
            touched, lost = mandates.having_any(taken_out), dict[int, int]()
            for place in places:
                own = self._kinds[place].mandates
                if touched.isdisjoint(own):
                    continue
                losing = touched.intersection(own)
                for mandate in losing - lost.keys():
                    lost[mandate] = mandates.part_of(mandate, taken_out)
                self._losses[place] = {one: lost[one] for one in losing}
            yield lost

    @cached_property
    def _by_paused(self) -> ValueIndex:
        paused = frozenset().union(*self._paused.values())
        lists = ((code,) if (code := one.provider.code) in paused else () for one in self._offers)
        return ValueIndex(lists, len(self._offers))

    def _divided(self) -> dict[int, list[int]]:
        """Return the parts of the mandates of which some needs lose offers."""
        parts: dict[int, list[int]] = {}
        for lost in self._take_out():
            for mandate, out in lost.items():
                whole = parts.get(mandate) or [(1 << len(self._mandates.places[mandate])) - 1]
                halves = (half for part in whole for half in (part & out, part & ~out))
                parts[mandate] = [half for half in halves if half]
        return parts

    def _class_the_offers(self) -> list[int]:
        """Return the class of each offer, numbered in the order of their first offers."""
        part_of = {
            self._mandates.places[mandate][at]: part
            for mandate, parts in self._parts.items()
            for part, offers in enumerate(parts)
            for at in bit_positions(offers)
        }
        numbers: dict[tuple[int, int], int] = {}
        classes = [
            numbers.setdefault((mandate, part_of.get(place, 0)), len(numbers))
            for place, mandate in enumerate(self._mandates.of_offer)
        ]
        for mandate, part in sorted(numbers):
            if mandate != _NO_MANDATE:
                number = numbers[mandate, part]
                self._classes[mandate].append(number)
                self._unit_of_class[number] = self._mandates.unit_of[mandate]
        return classes

    def _class_of(self, place: int, by_links: dict[Hashable, int]) -> int:
        """Return the class of a kind: those with the same eligible offers are one class."""
        kind = self._kinds[place]
        ratios = self._ratios(kind.factor, kind.unit)
        linked = self._linked(kind, self._losses.get(place, _NO_LOSSES), ratios.by_unit)
        place = by_links.setdefault((kind.unit.code, tuple(linked)), len(by_links))
        if place == len(self.links):
            linked.sort()
            by_class = ratios.by_class
            self.links.append({one: by_class[one] for one in linked})
        return place

    def _find_ratios(self, factor: Factor, unit: Unit) -> _Ratios:
        by_unit = self._mandates.ratios(factor, unit)
        units = self._unit_of_class.items()
        return _Ratios(by_unit, {one: by_unit[own] for one, own in units if own in by_unit})

    def _linked(self, kind: _Kind, losses: _Losses, ratios: Mapping[str, Ratio]) -> list[int]:
        """Return the classes of offers that a kind can take from, the same in the same order."""
        linked: list[int] = []
        for mandate in kind.mandates:
            classes = self._classes[mandate]
            out = losses.get(mandate)
            if out is not None:
                pairs = zip(classes, self._parts[mandate], strict=True)
                classes = [one for one, offers in pairs if not offers & out]
            unit = self._mandates.unit_of[mandate]
            if unit in ratios:
                linked += classes
            elif classes:
                self.without_rate.add((kind.unit.code, unit))
        return linked


class _Mandates:
    """The different mandates of offers that are not barred everywhere, each with its offers."""

    def __init__(
        self, offers: Sequence[OfferFacts], everywhere: int, day: date, rate_of: RateOf
    ) -> None:
        numbers: dict[Hashable, int] = {}
        self.unit_of: list[str] = []
        self.of_offer: list[int] = []
        self.places: list[list[int]] = []
        samples: dict[Factor, list[OfferFacts]] = {}
        barred = set(bit_positions(everywhere))
        for place, facts in enumerate(offers):
            if place in barred:
                self.of_offer.append(_NO_MANDATE)
                continue
            mandate = numbers.setdefault(_offer_key(facts), len(numbers))
            self.of_offer.append(mandate)
            if mandate == len(self.places):
                samples.setdefault(facts.offer.factor, []).append(facts)
                self.unit_of.append(facts.balance.unit.code)
                self.places.append([])
            self.places[mandate].append(place)
        of_sample = {offers[places[0]].offer.code: at for at, places in enumerate(self.places)}
        self._indexes = {factor: OfferIndex(some, day, rate_of) for factor, some in samples.items()}
        self._at = {
            factor: [of_sample[code] for code in index.codes]
            for factor, index in self._indexes.items()
        }

    def admitting(self, need: NeedFacts) -> list[int]:
        """Return the mandates that admit a need, quantities apart."""
        factor = need.need.factor
        if factor not in self._indexes:
            return []
        at = self._at[factor]
        return [at[place] for place in bit_positions(self._indexes[factor].passing_terms(need))]

    def ratios(self, factor: Factor, unit: Unit) -> Mapping[str, Ratio]:
        """Return the rates from a unit to those of the offers of a factor."""
        index = self._indexes.get(factor)
        return {} if index is None else index.ratios(unit)

    def having_any(self, offers: int) -> frozenset[int]:
        """Return the mandates that any of these offers has."""
        return frozenset(map(self.of_offer.__getitem__, bit_positions(offers))) - {_NO_MANDATE}

    def part_of(self, mandate: int, offers: int) -> int:
        """Return which offers of a mandate these are, by their places among them."""
        places = enumerate(self.places[mandate])
        return sum([1 << at for at, place in places if offers >> place & 1])


_NO_MANDATE = -1
"""In place of the mandate of an offer that is barred everywhere."""


def _need_key(facts: NeedFacts) -> Hashable:
    """Return the properties of a need that the rules look at, except quantities."""
    need, city, unit = facts.need, facts.city.code, facts.balance.unit.code
    topic = None if need.topic is None else text_key(need.topic)
    instruments = tuple(sorted(need.instruments))
    return need.factor, unit, topic, facts.project.sector, city, instruments, need.needed_by


def _offer_key(facts: OfferFacts) -> Hashable:
    offer = facts.offer
    lists = (
        *(map(text_key, offer.topics), offer.sectors, offer.countries, offer.regions),
        *(offer.cities, offer.excluded_countries, offer.instruments),
    )
    return offer.factor, offer.unit, tuple(map(frozenset, lists)), offer.available_from
