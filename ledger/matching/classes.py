"""Classes of needs and offers that are alike in all rules except those on quantity.

Offers of equal mandates belong to one class, of any provider: the rules are evaluated once per
kind of need and mandate. The offers that are barred for a need, or whose provider is paused for
it, are then taken out, and where that is a part of a mandate's offers, the parts become classes of
their own. So restrictions cost as much as what they bar.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from functools import cached_property, reduce
from operator import or_
from typing import NamedTuple

from ledger.core.factors import Factor
from ledger.core.quantity import Unit
from ledger.core.text import text_key
from ledger.eligibility.barred import BarredOffers
from ledger.eligibility.bitsets import ValueIndex, bit_positions, bitset
from ledger.eligibility.index import OfferIndex, RateOf, Ratio
from ledger.eligibility.rules import NeedFacts, OfferFacts

PausedProviders = Mapping[str, frozenset[str]]
"""The providers whose offers are not proposed for a need, by the code of the need."""


class _Kind(NamedTuple):
    """Needs alike, the mandates that admit them, and the offers taken out of some, as sets."""

    factor: Factor
    unit: Unit
    mandates: list[int]
    taken_out: dict[int, int]


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
        self._taken: dict[int, int] = {}
        kind_of_need = [self._kind_of(need, kinds) for need in needs]
        self._take_out()
        self._parts = self._divided()
        self._classes: list[list[int]] = [[] for _ in self._mandates.unit_of]
        self.class_of_offer = self._class_the_offers()
        self.without_rate: set[tuple[str, str]] = set()
        self.links: list[dict[int, Ratio]] = []
        by_links: dict[Hashable, int] = {}
        class_of_kind = [self._class_of(kind, by_links) for kind in self._kinds]
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
                self._taken[place] = taken_out
            mandates = self._mandates.admitting(need)
            self._kinds.append(_Kind(need.need.factor, need.balance.unit, mandates, {}))
        return place

    def _take_out(self) -> None:
        """Note what each kind loses of the mandates of which any kind loses offers.

        They are few, and only of these sets of offers are made.
        """
        sets = self._mandates.sets_touched_by(reduce(or_, self._taken.values(), 0))
        for place, taken_out in self._taken.items():
            kind = self._kinds[place]
            for mandate in kind.mandates:
                if mandate in sets and (lost := sets[mandate] & taken_out):
                    kind.taken_out[mandate] = lost

    @cached_property
    def _by_paused(self) -> ValueIndex:
        paused = frozenset().union(*self._paused.values())
        lists = ((code,) if (code := one.provider.code) in paused else () for one in self._offers)
        return ValueIndex(lists, len(self._offers))

    def _divided(self) -> dict[int, list[int]]:
        """Return the parts of the mandates of which some needs lose offers."""
        parts: dict[int, list[int]] = {}
        for kind in self._kinds:
            for mandate, out in kind.taken_out.items():
                whole = parts.get(mandate) or [self._mandates.offers_of(mandate)]
                halves = (half for part in whole for half in (part & out, part & ~out))
                parts[mandate] = [half for half in halves if half]
        return parts

    def _class_the_offers(self) -> list[int]:
        """Return the class of each offer, numbered in the order of their first offers."""
        numbers: dict[tuple[int, int], int] = {}
        classes = []
        for place, mandate in enumerate(self._mandates.of_offer):
            parts = self._parts.get(mandate, ())
            part = next((at for at, offers in enumerate(parts) if offers >> place & 1), 0)
            classes.append(numbers.setdefault((mandate, part), len(numbers)))
        for mandate, part in sorted(numbers):
            if mandate != _NO_MANDATE:
                self._classes[mandate].append(numbers[mandate, part])
        return classes

    def _class_of(self, kind: _Kind, by_links: dict[Hashable, int]) -> int:
        """Return the class of a kind: those with the same eligible offers are one class."""
        links = self._links(kind)
        place = by_links.setdefault((kind.unit.code, tuple(links)), len(by_links))
        if place == len(self.links):
            self.links.append(links)
        return place

    def _links(self, kind: _Kind) -> dict[int, Ratio]:
        """Return the classes of offers that a kind can take from, in their order."""
        ratios = self._mandates.ratios(kind.factor, kind.unit)
        links: dict[int, Ratio] = {}
        for mandate in kind.mandates:
            classes = self._classes[mandate]
            out = kind.taken_out.get(mandate)
            if out is not None:
                pairs = zip(classes, self._parts[mandate], strict=True)
                classes = [one for one, offers in pairs if not offers & out]
            unit = self._mandates.unit_of[mandate]
            ratio = ratios.get(unit)
            if ratio is not None:
                links.update(dict.fromkeys(classes, ratio))
            elif classes:
                self.without_rate.add((kind.unit.code, unit))
        return {one: links[one] for one in sorted(links)}


class _Mandates:
    """The different mandates of offers that are not barred everywhere, each with its offers."""

    def __init__(
        self, offers: Sequence[OfferFacts], everywhere: int, day: date, rate_of: RateOf
    ) -> None:
        numbers: dict[Hashable, int] = {}
        self.unit_of: list[str] = []
        self.of_offer: list[int] = []
        self._size = len(offers)
        self._places: list[list[int]] = []
        samples: dict[Factor, list[OfferFacts]] = {}
        barred = set(bit_positions(everywhere))
        for place, facts in enumerate(offers):
            if place in barred:
                self.of_offer.append(_NO_MANDATE)
                continue
            mandate = numbers.setdefault(_offer_key(facts), len(numbers))
            self.of_offer.append(mandate)
            if mandate == len(self._places):
                samples.setdefault(facts.offer.factor, []).append(facts)
                self.unit_of.append(facts.balance.unit.code)
                self._places.append([])
            self._places[mandate].append(place)
        of_sample = {offers[places[0]].offer.code: at for at, places in enumerate(self._places)}
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

    def sets_touched_by(self, offers: int) -> dict[int, int]:
        """Return the offers of each mandate that has any of these, as a set."""
        touched = {self.of_offer[place] for place in bit_positions(offers)} - {_NO_MANDATE}
        return {one: self.offers_of(one) for one in touched}

    def offers_of(self, mandate: int) -> int:
        """Return the offers of a mandate as a set."""
        return bitset(self._places[mandate], self._size)


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
