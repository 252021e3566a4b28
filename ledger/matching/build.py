"""From what the ledger holds to a matching problem: who takes part, and who may serve whom.

The rules are asked once per kind of need for the kinds of offers that pass them, never pair by
pair; the rules on quantity are left to the limits of a pair (see `problem`).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from ledger.core.factors import Factor
from ledger.eligibility.counts import Outstanding, OutstandingByNeed
from ledger.eligibility.index import OfferIndex, RateOf, Ratio
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.gaps.completeness import need_is_placed
from ledger.matching.problem import NOBODY, Demand, Problem, Supply, Venture
from ledger.registers.records import ACTIVE_STATUSES, Offer
from ledger.registers.table import CONDITION_COMPLETE

_NO_ONE: OutstandingByNeed = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Built:
    """A problem, and the pairs of units (need's, offer's) left out for want of a rate."""

    problem: Problem
    without_rate: tuple[tuple[str, str], ...]


def build(
    needs: Iterable[NeedFacts],
    offers: Iterable[OfferFacts],
    day: date,
    rate_of: RateOf,
    living: OutstandingByNeed = _NO_ONE,
    *,
    chosen: Collection[str] | None = None,
) -> Built:
    """Build the problem of a day from all needs and offers of a ledger, in any order.

    `chosen` names the needs that may be given something (None: all); the others still count
    where it is asked whether a project ends complete. `rate_of(need unit, offer unit)` is how
    many offer units one need unit costs, or None. `living` is by need, then by offer.
    """
    every = sorted(needs, key=lambda facts: (facts.project.code, facts.need.code))
    open_needs = [facts for facts in every if _takes_part(facts, chosen)]
    supplied = sorted((one for one in offers if _has_something(one, day)), key=_offer_code)
    kinds = _Kinds(open_needs, supplied, day, rate_of)
    places = {facts.offer.code: place for place, facts in enumerate(supplied)}
    ventures = _ventures(every, open_needs)
    venture_of = {demand: place for place, one in enumerate(ventures) for demand in one.demands}
    demands = tuple(
        _demand(facts, venture_of[place], kinds.of_need[place], living, places)
        for place, facts in enumerate(open_needs)
    )
    supplies = tuple(
        _supply(facts, kind) for facts, kind in zip(supplied, kinds.of_offer, strict=True)
    )
    problem = Problem(ventures, demands, supplies, kinds.links, _living(open_needs, living, places))
    return Built(problem, kinds.without_rate)


def _takes_part(facts: NeedFacts, chosen: Collection[str] | None) -> bool:
    asked = chosen is None or facts.need.code in chosen
    active = facts.project.status in ACTIVE_STATUSES
    return asked and active and facts.balance.quantified and facts.balance.free > 0


def _has_something(facts: OfferFacts, day: date) -> bool:
    begun = facts.offer.valid_from is None or facts.offer.valid_from <= day
    return begun and not facts.offer.is_over(day) and facts.balance.free > 0


def _offer_code(facts: OfferFacts) -> str:
    return facts.offer.code


def _ventures(every: list[NeedFacts], open_needs: list[NeedFacts]) -> tuple[Venture, ...]:
    """Group the demands by project; one with a need that stays open can't end complete."""
    taking_part = {facts.need.code for facts in open_needs}
    stuck = {
        facts.project.code
        for facts in every
        if not need_is_placed(facts.balance) and facts.need.code not in taking_part
    }
    demands: dict[str, list[int]] = {}
    weights: dict[str, int] = {}
    for place, facts in enumerate(open_needs):
        demands.setdefault(facts.project.code, []).append(place)
        weights[facts.project.code] = facts.project.weight
    return tuple(
        Venture(code, weights[code], tuple(places), code not in stuck)
        for code, places in demands.items()
    )


def _demand(
    facts: NeedFacts, venture: int, kind: int, living: OutstandingByNeed, places: Mapping[str, int]
) -> Demand:
    return Demand(
        code=facts.need.code,
        venture=venture,
        kind=kind,
        open=facts.balance.free,
        net=facts.balance.net,
        divisible=facts.need.divisible,
        only=None if facts.need.divisible else _only(living.get(facts.need.code, {}), places),
    )


def _only(lives: Mapping[str, Outstanding], places: Mapping[str, int]) -> int | None:
    """Say which one offer may take the rest of an indivisible need, if it lives with any."""
    codes = [code for code, some in lives.items() if some.need > 0 or some.offer > 0]
    if not codes:
        return None
    return places.get(codes[0], NOBODY) if len(codes) == 1 else NOBODY


def _supply(facts: OfferFacts, kind: int) -> Supply:
    offer = facts.offer
    return Supply(
        code=offer.code,
        kind=kind,
        free=facts.balance.free,
        min_ticket=offer.min_ticket,
        max_ticket=offer.max_ticket,
        max_share=offer.max_share,
        conditional=offer.condition == CONDITION_COMPLETE,
        cost=offer.rate,
    )


def _living(
    open_needs: list[NeedFacts], living: OutstandingByNeed, places: Mapping[str, int]
) -> dict[tuple[int, int], Outstanding]:
    return {
        (place, places[code]): lives
        for place, facts in enumerate(open_needs)
        for code, lives in living.get(facts.need.code, {}).items()
        if code in places
    }


class _NeedKey(NamedTuple):
    """All that the rules ask of a need's side, but for quantities."""

    factor: Factor
    unit: str
    topic: str | None
    sector: str
    city: str
    instruments: tuple[str, ...]
    needed_by: date | None


class _Kinds:
    """The kinds of needs and offers, found by asking the rules once for each two of a kind."""

    def __init__(
        self, needs: list[NeedFacts], offers: list[OfferFacts], day: date, rate_of: RateOf
    ) -> None:
        offer_kinds: dict[Hashable, int] = {}
        self.of_offer = [
            offer_kinds.setdefault(_offer_key(facts.offer), len(offer_kinds)) for facts in offers
        ]
        samples: dict[int, OfferFacts] = {}
        for kind, facts in zip(self.of_offer, offers, strict=True):
            samples.setdefault(kind, facts)
        self._reach = _Reach(samples, day, rate_of)
        self._by_key: dict[_NeedKey, int] = {}
        self._by_links: dict[Hashable, int] = {}
        self._links: list[dict[int, Ratio]] = []
        self.of_need = [self._kind_of(facts) for facts in needs]
        self.without_rate = tuple(sorted(self._reach.without_rate))

    @property
    def links(self) -> tuple[Mapping[int, Ratio], ...]:
        """The kinds of offers that may serve each kind of need."""
        return tuple(self._links)

    def _kind_of(self, need: NeedFacts) -> int:
        key = _need_key(need)
        if key not in self._by_key:
            found = self._reach.links(need)
            # Needs of different terms that reach the same offers are of one kind all the same.
            alike = need.balance.unit.code, tuple(found)
            if alike not in self._by_links:
                self._by_links[alike] = len(self._links)
                self._links.append(found)
            self._by_key[key] = self._by_links[alike]
        return self._by_key[key]


class _Reach:
    """Which kinds of offers pass every rule but those on quantity, for a need."""

    def __init__(self, samples: dict[int, OfferFacts], day: date, rate_of: RateOf) -> None:
        by_factor: dict[Factor, list[int]] = {}
        for kind, facts in samples.items():
            by_factor.setdefault(facts.offer.factor, []).append(kind)
        self._sets = {
            factor: OfferIndex((samples[kind] for kind in some), day, rate_of)
            for factor, some in by_factor.items()
        }
        self._kind_of = {facts.offer.code: kind for kind, facts in samples.items()}
        self._unit_of = {kind: facts.balance.unit.code for kind, facts in samples.items()}
        self.without_rate: set[tuple[str, str]] = set()

    def links(self, need: NeedFacts) -> dict[int, Ratio]:
        """Give the kinds that may serve a need, in order, each with its rate."""
        sets = self._sets.get(need.need.factor)
        if sets is None:
            return {}
        ratios = sets.ratios(need.balance.unit)
        found: dict[int, Ratio] = {}
        for code in sets.admissible_offers(need):
            kind = self._kind_of[code]
            ratio = ratios.get(self._unit_of[kind])
            if ratio is None:
                self.without_rate.add((need.balance.unit.code, self._unit_of[kind]))
            else:
                found[kind] = ratio
        return dict(sorted(found.items()))


def _need_key(facts: NeedFacts) -> _NeedKey:
    need = facts.need
    return _NeedKey(
        need.factor,
        facts.balance.unit.code,
        need.topic,
        facts.project.sector,
        facts.city.code,
        tuple(sorted(need.instruments)),
        need.needed_by,
    )


def _offer_key(offer: Offer) -> Hashable:
    lists = (
        *(offer.topics, offer.sectors, offer.countries, offer.regions),
        *(offer.cities, offer.excluded_countries, offer.instruments),
    )
    return offer.factor, offer.unit, tuple(map(frozenset, lists)), offer.available_from
