"""Classes of needs and offers that are alike in all rules except those on quantity.

Offers of equal mandates belong to one class, of any provider: the rules are evaluated once per
kind of need and mandate. The offers that are barred for a need, or whose provider is paused for
it, are then taken out, and where that is a part of a mandate's offers, the parts become classes of
their own. So restrictions cost as much as what they bar.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
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
        self._taken: dict[int, list[int]] = {}
        kind_of_need = [self._kind_of(need, kinds) for need in needs]
        self._parts = self._divided()
        self._classes: list[list[int]] = [[] for _ in self._mandates.unit_of]
        self._unit_of_class: dict[int, str] = {}
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
                self._taken.setdefault(taken_out, []).append(place)
            mandates = self._mandates.admitting(need)
            self._kinds.append(_Kind(need.need.factor, need.balance.unit, mandates, {}))
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
                kind = self._kinds[place]
                for mandate in touched.intersection(kind.mandates):
                    if mandate not in lost:
                        lost[mandate] = mandates.offers_of(mandate) & taken_out
                    kind.taken_out[mandate] = lost[mandate]
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
                number = numbers[mandate, part]
                self._classes[mandate].append(number)
                self._unit_of_class[number] = self._mandates.unit_of[mandate]
        return classes

    def _class_of(self, kind: _Kind, by_links: dict[Hashable, int]) -> int:
        """Return the class of a kind: those with the same eligible offers are one class."""
        ratios = self._mandates.ratios(kind.factor, kind.unit)
        linked = tuple(sorted(self._linked(kind, ratios)))
        place = by_links.setdefault((kind.unit.code, linked), len(by_links))
        if place == len(self.links):
            units = self._unit_of_class
            self.links.append({one: ratios[units[one]] for one in linked})
        return place

    def _linked(self, kind: _Kind, ratios: Mapping[str, Ratio]) -> list[int]:
        """Return the classes of offers that a kind can take from, in any order."""
        linked: list[int] = []
        for mandate in kind.mandates:
            classes = self._classes[mandate]
            out = kind.taken_out.get(mandate)
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
        self._size = len(offers)
        self._places: list[list[int]] = []
        self._sets: dict[int, int] = {}
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

    def having_any(self, offers: int) -> frozenset[int]:
        """Return the mandates that any of these offers has."""
        return frozenset(self.of_offer[place] for place in bit_positions(offers)) - {_NO_MANDATE}

    def offers_of(self, mandate: int) -> int:
        """Return the offers of a mandate as a set, which is made when it is first asked for."""
        found = self._sets.get(mandate)
        if found is None:
            found = self._sets[mandate] = bitset(self._places[mandate], self._size)
        return found


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
