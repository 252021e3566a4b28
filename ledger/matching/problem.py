"""The matching problem: what is open, what is available, and who may serve whom, in whole numbers.

Everything the solver has to know is here, and nothing it has not: codes, amounts in smallest
parts, and links between classes. A class is a group of needs, or of offers, that are alike in all
rules except those on quantity: a pipeline of 100,000 needs has far fewer classes than pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from ledger.eligibility.index import Ratio
from ledger.eligibility.rules import NONE_OUTSTANDING, Outstanding, share_limit

NO_OFFER = -1
"""The index of no offer."""


@dataclass(frozen=True, slots=True)
class MatchingNeed:
    """A need of the problem: `open` and `net` (required less withdrawn) in its smallest part.

    `project` and `need_class` are indices of the problem. `sole_offer` is the index of the only
    offer that may serve it, where one has outstanding amounts in an indivisible need. `after` are
    the indices of the needs that have to end placed before it gets anything; it is `blocked` where
    one that comes before it cannot.
    """

    code: str
    project: int
    need_class: int
    open: int
    net: int
    divisible: bool
    sole_offer: int | None = None
    after: tuple[int, ...] = ()
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class MatchingOffer:
    """An offer of the problem: `free` and its tickets in its own unit's smallest part.

    `conditional`: it gives only to projects that end complete. `cost` is in percent a year.
    """

    code: str
    offer_class: int
    free: int
    min_ticket: int | None = None
    max_ticket: int | None = None
    max_share: Decimal | None = None
    conditional: bool = False
    cost: Decimal | None = None

    @property
    def is_unrestricted(self) -> bool:
        """Whether only its capacity limits what it gives to a need."""
        unlimited = self.max_ticket is None or self.max_ticket >= self.free
        return unlimited and self.min_ticket is None and self.max_share is None


@dataclass(frozen=True, slots=True)
class MatchingFloor:
    """What some offers have to give to a project before it counts as complete.

    `missing` is in the smallest part of the floor's unit, less what is placed; `rates` says how
    many parts of it one part of each need is.
    """

    code: str
    offers: frozenset[int]
    rates: Mapping[int, Fraction]
    missing: Fraction


@dataclass(frozen=True, slots=True)
class MatchingProject:
    """A project with open needs: its weight, its needs, and whether it can end complete.

    It cannot where a need is unknown, or open outside this matching, and does not before its floors
    are met.
    """

    code: str
    weight: int
    needs: tuple[int, ...]
    completable: bool
    floors: tuple[MatchingFloor, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchingCap:
    """A cap on what some offers give to some needs together, of which something may be placed.

    `most` is in the smallest part of the cap's unit; `units` names the unit of each need that it
    counts, `rates` how many parts of the cap's unit one part of each is, and `placed` what is
    placed in each. A cap on a number of projects has `counted` ones in the problem, and `already`
    as many in all.
    """

    code: str
    most: int
    offers: frozenset[int]
    units: Mapping[int, str]
    rates: Mapping[str, Fraction] = field(default_factory=dict)
    placed: Mapping[str, int] = field(default_factory=dict)
    already: int = 0
    counted: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class MatchingGoal:
    """A floor of a quantity or a number for one group, which a plan meets as far as it can.

    `least` and `placed` are in the smallest part of `unit`, or count projects where it has none;
    `rates` says how many parts one part of each need is. Of one on a number, `counted` are the
    projects of the problem that are counted already, and `placed` as many in all.
    """

    code: str
    group: str
    least: int
    placed: Fraction
    offers: frozenset[int]
    rates: Mapping[int, Fraction]
    unit: str | None = None
    counted: frozenset[int] = frozenset()

    @property
    def missing(self) -> Fraction:
        """What is missing before a plan gives anything, never below zero."""
        return max(Fraction(0), self.least - self.placed)


class PairLimits(NamedTuple):
    """The minimum and maximum addition of a pair, in the need's smallest part; 1 <= low <= high."""

    low: int
    high: int


@dataclass(frozen=True)
class MatchingProblem:
    """A matching problem, in an order independent of the order of its input.

    `links` gives, for each class of needs, the classes of offers that may serve it, with the rates
    between their units in smallest parts. `outstanding` holds the outstanding amounts of pairs, by
    the indices of need and offer.
    """

    projects: tuple[MatchingProject, ...]
    needs: tuple[MatchingNeed, ...]
    offers: tuple[MatchingOffer, ...]
    links: tuple[Mapping[int, Ratio], ...]
    outstanding: Mapping[tuple[int, int], Outstanding]
    caps: tuple[MatchingCap, ...] = ()
    goals: tuple[MatchingGoal, ...] = ()

    @cached_property
    def offers_of_class(self) -> tuple[tuple[int, ...], ...]:
        """The indices of the offers of each class; a class without offers has none."""
        classes = {offer.offer_class for offer in self.offers}.union(*self.links)
        size = 1 + max(classes, default=-1)
        grouped: list[list[int]] = [[] for _ in range(size)]
        for index, offer in enumerate(self.offers):
            grouped[offer.offer_class].append(index)
        return tuple(map(tuple, grouped))

    @cached_property
    def needs_of_class(self) -> tuple[tuple[int, ...], ...]:
        """The indices of the needs of each class."""
        grouped: list[list[int]] = [[] for _ in self.links]
        for index, need in enumerate(self.needs):
            grouped[need.need_class].append(index)
        return tuple(map(tuple, grouped))

    @cached_property
    def unrestricted_offers(self) -> tuple[bool, ...]:
        """Which offers only their capacity limits, without outstanding amounts."""
        outstanding = {offer for _, offer in self.outstanding}
        return tuple(
            index not in outstanding and offer.is_unrestricted
            for index, offer in enumerate(self.offers)
        )

    def ratio(self, need: int, offer: int) -> Ratio | None:
        """Return the rate of an eligible pair, else None."""
        return self.links[self.needs[need].need_class].get(self.offers[offer].offer_class)

    def limits(self, need: int, offer: int) -> PairLimits | None:
        """Return the limits of an addition to a pair, or None where nothing may be added."""
        ratio = self.ratio(need, offer)
        if ratio is None or self.needs[need].sole_offer not in (None, offer):
            return None
        outstanding_amounts = self.outstanding.get((need, offer), NONE_OUTSTANDING)
        return pair_limits(self.needs[need], self.offers[offer], ratio, outstanding_amounts)

    def eligible_offers(self, need: int) -> Iterator[tuple[int, PairLimits]]:
        """Yield every offer that may serve a need, in order of indices, with its limits."""
        indices = (
            index
            for offer_class in self.links[self.needs[need].need_class]
            for index in self.offers_of_class[offer_class]
        )
        for offer in sorted(indices):
            limits = self.limits(need, offer)
            if limits is not None:
                yield offer, limits


def pair_limits(
    need: MatchingNeed, offer: MatchingOffer, ratio: Ratio, outstanding_amounts: Outstanding
) -> PairLimits | None:
    """Return the limits of an addition; None where ticket, share or amount exclude it.

    The offer side is rounded up, as the first hold of a deal rounds it.
    """
    low, high = 1, min(need.open, ratio.to_need(offer.free))
    if offer.max_ticket is not None:
        high = min(high, ratio.to_need(offer.max_ticket - outstanding_amounts.offer))
    if offer.max_share is not None:
        high = min(high, share_limit(offer.max_share, need.net) - outstanding_amounts.need)
    if offer.min_ticket is not None:
        low = max(low, least_reaching(offer.min_ticket - outstanding_amounts.offer, ratio))
    if not need.divisible:
        low = max(low, need.open)
    return PairLimits(low, high) if low <= high else None


def least_reaching(offer_amount: int, ratio: Ratio) -> int:
    """Return the least amount of a need whose offer side, rounded up, is at least this."""
    return ratio.to_need(offer_amount - 1) + 1 if offer_amount > 0 else 0
