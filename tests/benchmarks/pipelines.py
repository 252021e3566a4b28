"""Pipelines made from a seed: projects with needs in all three factors, and offers that may fit.

    dense(1000, 800, seed=1)        few places and sectors, wide mandates
    sparse(10_000, 10_000, seed=1)  counted in needs; many places, narrow mandates

Supply is scarce: a good share of the projects cannot be completed, and which ones is the question.
The same seed gives the same pipeline.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from ledger.core.factors import Factor, Side, Stage
from ledger.core.quantity import Unit
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.journal.balance import Balance
from ledger.matching.build import build
from ledger.matching.problem import MatchingProblem
from ledger.reference.places import countries, region_chain
from ledger.reference.terms import instruments, sectors
from ledger.reference.units import shipped_units
from ledger.registers.records import City, Need, Offer, Project, Provider
from ledger.registers.table import CONDITION_COMPLETE

DAY = date(2026, 11, 23)
DECLARED = date(2026, 1, 1)
IN_EUROS = {"EUR": "1", "USD": "0.92", "GBP": "1.17", "JPY": "0.0061"}
"""What one of each currency is worth; the rates between them follow."""
UNITS = {"money": ("EUR", "USD", "GBP", "JPY"), "expertise": ("person-day",)}
TOPICS = {
    Factor.MONEY: ("investment", "studies", "working-capital"),
    Factor.EXPERTISE: ("design", "finance", "law", "environment"),
    Factor.IMPLEMENTATION: ("civil-works", "rolling-stock", "systems"),
}
TYPICAL = {Factor.MONEY: 20_000_000, Factor.EXPERTISE: 400, Factor.IMPLEMENTATION: 40}
"""The middle size of a need: euros, person-days, work packages."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a pipeline is like. `supply` is what is offered of all that is needed, by factor.

    `terms`: tickets, shares and conditions, and needs that only one offer may fill.
    `wide`: how often a list of a mandate is left empty.
    """

    projects: int
    offers: int
    places: int
    fields: int
    wide: float
    terms: bool = True
    offer_ratio: tuple[float, float, float] = (0.75, 0.8, 0.85)
    seed: int = 1


class Pipeline(NamedTuple):
    """Needs and offers as matching takes them, in no order that means anything."""

    needs: list[NeedFacts]
    offers: list[OfferFacts]


def dense(projects: int, offers: int, *, seed: int = 1, terms: bool = True) -> Pipeline:
    """Make a pipeline in which an offer fits about a quarter of the needs of its factor."""
    return made(
        Shape(
            projects,
            offers,
            places=12,
            fields=6,
            wide=0.55,
            terms=terms,
            offer_ratio=(0.38, 0.42, 0.46),
            seed=seed,
        )
    )


def sparse(needs: int, offers: int, *, seed: int = 1, terms: bool = True) -> Pipeline:
    """Make a pipeline of about so many needs, each of which some thirty offers fit."""
    places = max(30, min(200, offers // 66))
    shape = Shape(needs * 5 // 12, offers, places, fields=24, wide=0.04, terms=terms, seed=seed)
    return made(shape)


def made(shape: Shape) -> Pipeline:
    """Make the pipeline of a shape."""
    return _Maker(shape).pipeline()


def problem_of(pipeline: Pipeline) -> MatchingProblem:
    """Give the matching problem of a pipeline."""
    return build(pipeline.needs, pipeline.offers, DAY, rate_of).problem


def rate_of(need_unit: str, offer_unit: str) -> Fraction | None:
    """Return the exact number of an offer's units per unit of a need."""
    try:
        return Fraction(IN_EUROS[need_unit]) / Fraction(IN_EUROS[offer_unit])
    except KeyError:
        return None


class _Maker:
    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._random = random.Random(shape.seed)
        everywhere = sorted(code for code in countries() if region_chain(code))
        self._places = self._sample(everywhere, shape.places)
        self._fields = self._sample(sorted(sectors()), shape.fields)
        self._instruments = sorted(instruments())[:5]
        self._units = shipped_units()
        self._cities = {
            place: [
                City(code=f"{place}{n}", name=f"{place} {n}", country=place, office="hq")
                for n in range(1 + self._random.randrange(4))
            ]
            for place in self._places
        }
        self._wanted = dict.fromkeys(Factor, 0.0)

    def pipeline(self) -> Pipeline:
        needs = [need for number in range(self._shape.projects) for need in self._project(number)]
        offers = list(self._offers())
        self._random.shuffle(needs)
        self._random.shuffle(offers)
        return Pipeline(needs, offers)

    def _project(self, number: int) -> Iterator[NeedFacts]:
        rnd = self._random
        place = self._popular(self._places)
        project = Project(
            code=f"P{number:06}",
            title=f"Project {number}",
            city=rnd.choice(self._cities[place]).code,
            sector=self._popular(self._fields),
            status="preparation",
            weight=rnd.randint(1, 10),
        )
        city = next(city for city in self._cities[place] if city.code == project.city)
        wealth = rnd.lognormvariate(0, 0.5)
        for index in range(rnd.choices((1, 2, 3, 4, 5), (18, 32, 28, 14, 8))[0]):
            yield self._need(project, city, f"N{number:06}-{index}", wealth)

    def _need(self, project: Project, city: City, code: str, wealth: float) -> NeedFacts:
        rnd = self._random
        factor = rnd.choices(tuple(Factor), (45, 30, 25))[0]
        unit = self._unit(factor)
        size = wealth * rnd.lognormvariate(0, 0.9)
        self._wanted[factor] += size
        need = Need(
            code=code,
            project=project.code,
            factor=factor,
            unit=unit.code,
            declared_on=DECLARED,
            topic=rnd.choice(TOPICS[factor]) if rnd.random() < 0.8 else None,
            needed_by=DAY + timedelta(days=90 * rnd.randint(2, 12)) if rnd.random() < 0.5 else None,
            divisible=not (self._shape.terms and rnd.random() < _indivisible(factor)),
            instruments=self._some(self._instruments, 0.6, 3) if factor is Factor.MONEY else (),
        )
        amount = _amount(size, factor, unit)
        balance = Balance(Side.NEED, code, unit, {Stage.OPEN: amount})
        return NeedFacts(need, project, city, balance, region_chain(city.country))

    def _offers(self) -> Iterator[OfferFacts]:
        """Give offers of providers of a few each; a provider's offers share its mandate."""
        rnd = self._random
        factors = rnd.choices(tuple(Factor), (45, 30, 25), k=self._shape.offers)
        shares = [rnd.lognormvariate(0, 0.8) for _ in factors]
        offer_ratio = dict(zip(Factor, self._shape.offer_ratio, strict=True))
        sums = {
            factor: sum(s for s, f in zip(shares, factors, strict=True) if f is factor)
            for factor in Factor
        }
        mandates = {factor: self._mandates(factor) for factor in Factor}
        provider = Provider(code="PRV-1", name="Provider", kind="fund")
        for number, (factor, share) in enumerate(zip(factors, shares, strict=True)):
            offer = replace(rnd.choice(mandates[factor]), code=f"O{number:06}")
            unit = self._units[offer.unit]
            size = share / sums[factor] * self._wanted[factor] * offer_ratio[factor]
            amount = _amount(size, factor, unit)
            if self._shape.terms:
                offer = self._with_terms(offer, unit, amount)
            balance = Balance(Side.OFFER, offer.code, unit, {Stage.AVAILABLE: amount})
            yield OfferFacts(offer, provider, balance)

    def _mandates(self, factor: Factor) -> list[Offer]:
        return [self._mandate(factor) for _ in range(max(5, self._shape.offers // 12))]

    def _mandate(self, factor: Factor) -> Offer:
        rnd, wide = self._random, self._shape.wide
        starts = DAY + timedelta(days=90 * rnd.randint(0, 6))
        offer = Offer(
            code="",
            provider="PRV-1",
            factor=factor,
            unit=self._unit(factor).code,
            declared_on=DECLARED,
            topics=self._some(TOPICS[factor], 0.25 + wide / 2, 2),
            sectors=() if rnd.random() < wide else self._mandated_fields(),
            instruments=self._some(self._instruments, 0.5, 3) if factor is Factor.MONEY else (),
            available_from=starts if rnd.random() < 0.2 else None,
            rate=Decimal(rnd.randint(0, 60)) / 10 if factor is Factor.MONEY else None,
        )
        return offer if rnd.random() < wide else replace(offer, **self._reach())

    def _reach(self) -> dict[str, Any]:
        """Name a region, or a few countries, or now and then one city."""
        rnd = self._random
        chosen = rnd.random()
        place = self._popular(self._places)
        if chosen < 0.3:
            return {"regions": (region_chain(place)[0],)}
        if chosen < 0.9:
            return {"countries": tuple({self._popular(self._places) for _ in range(3)} | {place})}
        return {"cities": (rnd.choice(self._cities[place]).code,)}

    def _mandated_fields(self) -> tuple[str, ...]:
        fields = {self._popular(self._fields) for _ in range(self._random.randint(1, 3))}
        if self._random.random() < 0.3:
            fields = {field.split(".")[0] for field in fields}
        return tuple(sorted(fields))

    def _with_terms(self, offer: Offer, unit: Unit, amount: int) -> Offer:
        rnd = self._random
        small = _amount(rnd.lognormvariate(-1.5, 0.7), offer.factor, unit)
        large = _amount(rnd.lognormvariate(0.5, 0.5), offer.factor, unit)
        return replace(
            offer,
            min_ticket=min(small, amount) if rnd.random() < 0.35 else None,
            max_ticket=max(large, small) if rnd.random() < 0.3 else None,
            max_share=Decimal(rnd.randint(5, 18)) / 20 if rnd.random() < 0.2 else None,
            condition=CONDITION_COMPLETE if rnd.random() < 0.25 else None,
        )

    def _unit(self, factor: Factor) -> Unit:
        if factor is Factor.MONEY:
            return self._units[self._random.choices(tuple(IN_EUROS), (55, 25, 10, 10))[0]]
        return self._units["person-day" if factor is Factor.EXPERTISE else "package"]

    def _sample(self, values: list[str], size: int) -> list[str]:
        return sorted(self._random.sample(values, min(size, len(values))))

    def _popular(self, values: Sequence[T]) -> T:
        """Choose one; those at the front come up more often than those at the end."""
        return values[int(len(values) * self._random.random() ** 1.5)]

    def _some(self, values: Sequence[str], none: float, most: int) -> tuple[str, ...]:
        if self._random.random() < none:
            return ()
        size = self._random.randint(1, min(most, len(values)))
        return tuple(sorted(self._random.sample(list(values), size)))


def _indivisible(factor: Factor) -> float:
    return {Factor.MONEY: 0.15, Factor.EXPERTISE: 0.3, Factor.IMPLEMENTATION: 0.6}[factor]


def _amount(size: float, factor: Factor, unit: Unit) -> int:
    """Give a size, of which one is typical, in smallest parts, in round figures."""
    worth = float(IN_EUROS.get(unit.code, "1"))
    whole = size * TYPICAL[factor] / worth
    step = 1000 if factor is Factor.MONEY else 1
    return max(1, round(whole / step)) * step * 10**unit.decimals
