"""The caps and floors of a problem: made of the limits in force, and of what is placed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from ledger.core.factors import DEAL_STAGES, Factor
from ledger.core.quantity import Unit
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.journal.balance import DealBalance
from ledger.limits.caps import (
    CAP,
    FLOOR,
    NUMBER,
    SHARE,
    Money,
    is_comparable,
    money_of,
    most_of,
)
from ledger.limits.scope import in_force, scope_of
from ledger.matching.problem import MatchingCap, MatchingFloor, MatchingGoal
from ledger.registers.records import Limit

RateOf = Callable[[str, str], Fraction | None]
"""Gives the units of the second that one unit of the first is; None without a rate."""


@dataclass(frozen=True, slots=True)
class GivenLimits:
    """The limits of a ledger, and what they ask of it: its deals, and all sides of them.

    `of_year` is what each deal placed in the year of the day, by its code.
    """

    limits: tuple[Limit, ...] = ()
    deals: tuple[DealBalance, ...] = ()
    units: Mapping[str, Unit] = field(default_factory=dict)
    base: Unit | None = None
    of_year: Mapping[str, int] = field(default_factory=dict)


NO_LIMITS = GivenLimits()


class CapBuilder:
    """Makes the caps of a problem, whose needs and offers are in the order of their indices."""

    def __init__(
        self,
        given: GivenLimits,
        sides: tuple[Sequence[NeedFacts], Sequence[OfferFacts]],
        every: tuple[Iterable[NeedFacts], Iterable[OfferFacts]],
        day: date,
        rate_of: RateOf,
    ) -> None:
        """Take the needs and offers of the problem, and those of all deals."""
        self._given, (self._needs, self._offers) = given, sides
        self._every_need = {one.need.code: one for one in every[0]}
        self._every_offer = {one.offer.code: one for one in every[1]}
        self._day, self._rate_of = day, rate_of
        self._placed_under: dict[str, dict[tuple[str, str], list[_Placed]]] = {}

    @cached_property
    def _deals(self) -> list[tuple[DealBalance, NeedFacts, OfferFacts]]:
        """The deals with both sides there, which every limit asks for."""
        return [
            (one, self._every_need[one.deal.need], self._every_offer[one.deal.offer])
            for one in self._given.deals
            if one.deal.need in self._every_need and one.deal.offer in self._every_offer
        ]

    def caps(self, projects: Mapping[str, int]) -> tuple[MatchingCap, ...]:
        """Return the caps; `projects` gives the index of each project by its code."""
        limits = (one for one in self._given.limits if one.kind == CAP)
        in_time = (one for one in limits if in_force(one, self._day))
        return tuple(cap for one in in_time for cap in self._caps_of(one, projects))

    def floors(self, project: str, needs: Sequence[int]) -> tuple[MatchingFloor, ...]:
        """Return the floors of a project, whose needs have these indices."""
        limits = (one for one in self._given.limits if one.kind == FLOOR)
        in_time = (one for one in limits if one.measure == SHARE and in_force(one, self._day))
        floors = (self._floor(one, project, needs) for one in in_time)
        return tuple(one for one in floors if one is not None and one.missing > 0)

    def goals(
        self, asked: Iterable[NeedFacts], projects: Mapping[str, int]
    ) -> tuple[MatchingGoal, ...]:
        """Return the floors of quantities and numbers: one for each group of what is asked."""
        needs = [*asked]
        limits = (one for one in self._given.limits if one.kind == FLOOR)
        in_time = (one for one in limits if one.measure != SHARE and in_force(one, self._day))
        return tuple(goal for one in in_time for goal in self._goals_of(one, needs, projects))

    def _goals_of(
        self, limit: Limit, asked: Sequence[NeedFacts], projects: Mapping[str, int]
    ) -> Iterator[MatchingGoal]:
        """Give the goals of a floor: groups with offers available, or with something placed."""
        scope, placed = scope_of(limit), self._placed(limit)
        need_keys = {
            _need_key(limit, one) for one in asked if scope.takes_project(one.project, one.city)
        }
        offer_keys = {
            _offer_key(limit, one)
            for one in self._offers
            if scope.takes_offer(one.offer, one.provider, one.country)
        }
        if limit.per not in {"provider", "offer"}:
            offer_keys = {""}  # what no offer can meet is missing all the same
        groups = {(offer, need) for offer in offer_keys for need in need_keys}
        for key in sorted(groups | {one for one in placed if one[1] in need_keys}):
            yield self._goal(limit, key, placed.get(key, ()), projects)

    def _goal(
        self,
        limit: Limit,
        key: tuple[str, str],
        placed: Sequence[_Placed],
        projects: Mapping[str, int],
    ) -> MatchingGoal:
        scope = scope_of(limit)
        offers = frozenset(
            at
            for at, one in enumerate(self._offers)
            if _offer_key(limit, one) == key[0]
            and scope.takes_offer(one.offer, one.provider, one.country)
        )
        needs = [
            at
            for at, one in enumerate(self._needs)
            if _need_key(limit, one) == key[1] and scope.takes_project(one.project, one.city)
        ]
        group = str(self._day.year) if limit.per == "year" else key[0] or key[1]
        if limit.measure == NUMBER:
            counted = {one.project for one in placed}
            return MatchingGoal(
                limit.code,
                group,
                int(limit.value),
                Fraction(len(counted)),
                offers,
                dict.fromkeys(needs, Fraction(1)),
                counted=frozenset(projects[one] for one in counted if one in projects),
            )
        unit = self._given.units[str(limit.unit)]
        rates = {at: self._rate_towards(self._needs[at].balance.unit, unit) for at in needs}
        return MatchingGoal(
            limit.code,
            group,
            int(Fraction(limit.value) * 10**unit.decimals),
            sum((one.amount * self._rate_towards(one.unit, unit) for one in placed), Fraction(0)),
            offers,
            {at: rate for at, rate in rates.items() if rate},
            unit.code,
        )

    def _rate_towards(self, unit: Unit, other: Unit) -> Fraction:
        """Return the rate of a unit that a floor counts; without one it adds nothing."""
        if not is_comparable(unit, other):
            return Fraction(0)
        return self._known_rate(unit, other) or Fraction(0)

    def _floor(self, limit: Limit, project: str, needs: Sequence[int]) -> MatchingFloor | None:
        scope, first = scope_of(limit), self._needs[needs[0]]
        if not scope.takes_project(first.project, first.city):
            return None
        unit, total = self._money_of(project)
        placed = sum(
            one.amount * (self._known_rate(one.unit, unit) or 0)
            for one in self._placed(limit).get(("", _need_key(limit, first)), ())
            if is_comparable(one.unit, unit)
        )
        rates = {
            at: self._known_rate(self._needs[at].balance.unit, unit) or Fraction(0)
            for at in needs
            if is_comparable(self._needs[at].balance.unit, unit)
        }
        offers = frozenset(
            at
            for at, one in enumerate(self._offers)
            if scope.takes_offer(one.offer, one.provider, one.country)
        )
        return MatchingFloor(limit.code, offers, rates, Fraction(limit.value) * total - placed)

    def _caps_of(self, limit: Limit, projects: Mapping[str, int]) -> Iterator[MatchingCap]:
        """Give the caps of a limit: one for each group of offers and each of needs."""
        scope = scope_of(limit)
        needs, offers = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
        for at, offer in enumerate(self._offers):
            if scope.takes_offer(offer.offer, offer.provider, offer.country):
                offers[_offer_key(limit, offer)].append(at)
        for at, need in enumerate(self._needs):
            if scope.takes_project(need.project, need.city):
                needs[_need_key(limit, need)].append(at)
        placed = self._placed(limit)
        for offer_key, some in offers.items():
            for need_key, own in needs.items():
                there = placed.get((offer_key, need_key), [])
                yield from self._cap(limit, frozenset(some), own, there, projects)

    def _placed(self, limit: Limit) -> dict[tuple[str, str], list[_Placed]]:
        """Return what is placed under a limit, by the groups of its offers and needs."""
        if limit.code not in self._placed_under:
            self._placed_under[limit.code] = self._sum_placed(limit)
        return self._placed_under[limit.code]

    def _sum_placed(self, limit: Limit) -> dict[tuple[str, str], list[_Placed]]:
        scope, placed = scope_of(limit), defaultdict[tuple[str, str], list[_Placed]](list)
        for one, need, offer in self._deals:
            amount = self._amount(limit, one)
            if amount <= 0:
                continue
            takes = scope.takes_offer(offer.offer, offer.provider, offer.country)
            if takes and scope.takes_project(need.project, need.city):
                key = _offer_key(limit, offer), _need_key(limit, need)
                placed[key].append(_Placed(need.project.code, need.balance.unit, amount))
        return dict(placed)

    def _amount(self, limit: Limit, one: DealBalance) -> int:
        if limit.per == "year":
            return self._given.of_year.get(one.deal.code, 0)
        return sum(one.need.get(stage, 0) for stage in DEAL_STAGES)

    def _cap(
        self,
        limit: Limit,
        offers: frozenset[int],
        needs: Sequence[int],
        placed: Sequence[_Placed],
        projects: Mapping[str, int],
    ) -> Iterator[MatchingCap]:
        if limit.measure == NUMBER:
            counted = {one.project for one in placed}
            yield MatchingCap(
                code=limit.code,
                most=int(limit.value),
                offers=offers,
                units=dict.fromkeys(needs, ""),
                already=len(counted),
                counted=frozenset(projects[one] for one in counted if one in projects),
            )
            return
        project = self._needs[needs[0]].project.code
        unit, most = most_of(limit, self._given.units, lambda: self._money_of(project))
        own = {at: self._needs[at].balance.unit for at in needs}
        counts = {at: one for at, one in own.items() if is_comparable(one, unit)}
        there = Counter[str]()
        units = {unit.code: unit, **{one.code: one for one in counts.values()}}
        for one in placed:
            if is_comparable(one.unit, unit):
                there[one.unit.code] += one.amount
                units[one.unit.code] = one.unit
        if counts:
            yield MatchingCap(
                code=limit.code,
                most=most,
                offers=offers,
                units={at: one.code for at, one in counts.items()},
                rates={code: self._rate(one, unit, most) for code, one in units.items()},
                placed=dict(there),
            )

    def _money_of(self, project: str) -> Money:
        """Return the money that a project requires, withdrawn left out, in one unit."""
        nets = (
            (one.balance.unit, one.balance.net)
            for one in self._every_need.values()
            if one.project.code == project and one.need.factor is Factor.MONEY
        )
        assert self._given.base is not None
        return money_of(nets, self._given.base, self._known_rate)

    def _known_rate(self, unit: Unit, other: Unit) -> Fraction | None:
        """Return the smallest parts of a unit that one of another is; None without a rate."""
        if unit.code == other.code:
            return Fraction(1)
        rate = self._rate_of(unit.code, other.code)
        return None if rate is None else rate * Fraction(10) ** (other.decimals - unit.decimals)

    def _rate(self, unit: Unit, other: Unit, most: int) -> Fraction:
        """Return the rate of a unit; without one so much that nothing in it fits."""
        rate = self._known_rate(unit, other)
        return Fraction(most + 1) if rate is None else rate


class _Placed(NamedTuple):
    """What a deal has placed: in which project, and how much in the unit of its need."""

    project: str
    unit: Unit
    amount: int


def _offer_key(limit: Limit, offer: OfferFacts) -> str:
    if limit.per == "provider":
        return offer.provider.code
    return offer.offer.code if limit.per == "offer" else ""


def _need_key(limit: Limit, need: NeedFacts) -> str:
    keys = {
        "country": need.city.country,
        "sector": need.project.sector,
        "project": need.project.code,
    }
    key = keys.get(limit.per or "", "")
    return f"{key};{need.project.code}" if limit.measure == SHARE else key
