"""The matching problem: what is open, what is available, and who may serve whom, in whole numbers.

Everything the solver has to know is here, and nothing it has not: codes, amounts in smallest
parts, and links between kinds. A kind is a group of needs, or of offers, that are alike in all
rules but those on quantity; a pipeline of a hundred thousand needs has far fewer kinds than pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from ledger.eligibility.counts import Outstanding
from ledger.eligibility.index import Ratio
from ledger.eligibility.rules import share_limit

NOBODY = -1
"""The place of no supply."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A need that takes part: `open` and `net` (required less withdrawn) in its smallest part.

    `venture` and `kind` are places in the problem's lists. `only` is the place of the one supply
    that may serve it, where something of that one lives in an indivisible need.
    """

    code: str
    venture: int
    kind: int
    open: int
    net: int
    divisible: bool
    only: int | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """An offer that takes part: `free` and its tickets in its own unit's smallest part.

    `conditional`: it gives to a project only where that ends complete. `cost` is percent a year.
    """

    code: str
    kind: int
    free: int
    min_ticket: int | None = None
    max_ticket: int | None = None
    max_share: Decimal | None = None
    conditional: bool = False
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Venture:
    """A project with something open: its weight, its demands, and whether it may end complete.

    It may not where a need of it is unknown, or open without being asked for in this matching.
    """

    code: str
    weight: int
    demands: tuple[int, ...]
    completable: bool


class Limits(NamedTuple):
    """The least and the most that a pair may add, in the need's smallest part; 1 <= low <= high."""

    low: int
    high: int


@dataclass(frozen=True)
class Problem:
    """One matching problem, in an order of its own that no input order can change.

    `links` gives, for each kind of demand, the kinds of supply that may serve it, each with the
    rate between their units in smallest parts. `living` holds what lives in a pair already, by
    the places of its demand and its supply.
    """

    ventures: tuple[Venture, ...]
    demands: tuple[Demand, ...]
    supplies: tuple[Supply, ...]
    links: tuple[Mapping[int, Ratio], ...]
    living: Mapping[tuple[int, int], Outstanding]

    @cached_property
    def supplies_of_kind(self) -> tuple[tuple[int, ...], ...]:
        """The places of the supplies of each kind; a kind that is only linked to has none."""
        kinds = {supply.kind for supply in self.supplies}.union(*self.links)
        size = 1 + max(kinds, default=-1)
        found: list[list[int]] = [[] for _ in range(size)]
        for place, supply in enumerate(self.supplies):
            found[supply.kind].append(place)
        return tuple(map(tuple, found))

    @cached_property
    def demands_of_kind(self) -> tuple[tuple[int, ...], ...]:
        """The places of the demands of each kind."""
        found: list[list[int]] = [[] for _ in self.links]
        for place, demand in enumerate(self.demands):
            found[demand.kind].append(place)
        return tuple(map(tuple, found))

    def ratio(self, demand: int, supply: int) -> Ratio | None:
        """Give the rate of a pair that the rules admit, else None."""
        return self.links[self.demands[demand].kind].get(self.supplies[supply].kind)

    def limits(self, demand: int, supply: int) -> Limits | None:
        """Give what a pair may add to what lives in it, or None where it may add nothing."""
        ratio = self.ratio(demand, supply)
        if ratio is None or self.demands[demand].only not in (None, supply):
            return None
        lives = self.living.get((demand, supply), _NOTHING)
        return pair_limits(self.demands[demand], self.supplies[supply], ratio, lives)

    def partners(self, demand: int) -> Iterator[tuple[int, Limits]]:
        """Give every supply that may serve a demand, in order of places, with its limits."""
        places = (
            place
            for kind in self.links[self.demands[demand].kind]
            for place in self.supplies_of_kind[kind]
        )
        for supply in sorted(places):
            limits = self.limits(demand, supply)
            if limits is not None:
                yield supply, limits


_NOTHING = Outstanding(0, 0)


def pair_limits(demand: Demand, supply: Supply, ratio: Ratio, lives: Outstanding) -> Limits | None:
    """Give the least and the most a pair may add; None where ticket, share or amount forbid it.

    The offer's side of what is added is rounded up, as the first hold of a deal rounds it.
    """
    low, high = 1, min(demand.open, ratio.to_need(supply.free))
    if supply.max_ticket is not None:
        high = min(high, ratio.to_need(supply.max_ticket - lives.offer))
    if supply.max_share is not None:
        high = min(high, share_limit(supply.max_share, demand.net) - lives.need)
    if supply.min_ticket is not None:
        low = max(low, least_reaching(supply.min_ticket - lives.offer, ratio))
    if not demand.divisible:
        low = max(low, demand.open)
    return Limits(low, high) if low <= high else None


def least_reaching(offer_amount: int, ratio: Ratio) -> int:
    """Give the least amount of a need whose offer side, rounded up, is at least this."""
    return ratio.to_need(offer_amount - 1) + 1 if offer_amount > 0 else 0
