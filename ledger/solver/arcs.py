"""A problem as arrays: stores of supply, and the arcs from demands to stores, made piece by piece.

A store is one supply, or all supplies of a kind whose gives no ticket, share or past restricts:
those are one capacity to the relaxation. Arcs are as many as there are pairs of a demand and a
store, so they are never all held at once: `Arcs.pieces` makes them for some demands at a time.
Figures are floats that err on the side of the larger limit; nothing here is a plan.

What a plan is made on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ledger.matching.problem import Problem, Supply

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.signedinteger[Any]]
Flags = npt.NDArray[np.bool_]

PIECE = 2_000_000
"""About how many arcs a piece has."""
_SLACK = 1 + 1e-12
_NO_LIMIT = np.inf


@dataclass(frozen=True)
class Stores:
    """The stores of a problem: their members' places, and the terms of those of one member.

    `largest` is the most that any one member has free; `free` what all of them have.
    """

    members: tuple[tuple[int, ...], ...]
    of_supply: Places
    free: Floats
    largest: Floats
    min_ticket: Floats
    max_ticket: Floats
    max_share: Floats
    conditional: Flags


@dataclass(frozen=True)
class Piece:
    """Arcs in order of demand: `share` is the most of what is open in a demand that an arc gives.

    `load` is what giving all of it takes of the store, as a part of what the store has free.
    """

    demand: Places
    store: Places
    share: Floats
    load: Floats

    def only(self, chosen: Flags | Places) -> Piece:
        """Give some of the arcs."""
        return Piece(self.demand[chosen], self.store[chosen], self.share[chosen], self.load[chosen])

    @staticmethod
    def joined(pieces: list[Piece]) -> Piece:
        """Put pieces one after the other."""
        return Piece(
            np.concatenate([piece.demand for piece in pieces] or [np.zeros(0, np.int64)]),
            np.concatenate([piece.store for piece in pieces] or [np.zeros(0, np.int64)]),
            np.concatenate([piece.share for piece in pieces] or [np.zeros(0)]),
            np.concatenate([piece.load for piece in pieces] or [np.zeros(0)]),
        )


class Arcs:
    """The arcs of a problem, made for some demands at a time.

    `alone`: every supply is a store of its own, so that an arc is a pair.
    """

    def __init__(self, problem: Problem, *, alone: bool = False) -> None:
        self.problem, self.alone = problem, alone
        demands = problem.demands
        self.open = np.array([float(demand.open) for demand in demands])
        self.net = np.array([float(demand.net) for demand in demands])
        self.divisible = np.array([demand.divisible for demand in demands], dtype=bool)
        self.venture = np.array([demand.venture for demand in demands], dtype=np.int64)
        self.kind = np.array([demand.kind for demand in demands], dtype=np.int64)
        self.stores = _stores(problem, alone=alone)
        self._special = {
            place for place, demand in enumerate(demands) if demand.only is not None
        } | {demand for demand, _ in problem.living}

    @cached_property
    def _reach(self) -> tuple[Places, Places, Floats]:
        """For each kind of demand, where its stores begin; the stores; and the rates to them."""
        by_kind = _stores_of_kind(self.problem, self.stores)
        starts = np.zeros(len(self.problem.links) + 1, np.int64)
        stores: list[Places] = []
        rates: list[Floats] = []
        for place, links in enumerate(self.problem.links):
            found = [by_kind[kind] for kind in links]
            sizes = [len(some) for some in found]
            starts[place + 1] = starts[place] + sum(sizes)
            stores += found
            ratios = [ratio.under / ratio.over for ratio in links.values()]
            rates.append(np.repeat(np.array(ratios), sizes))
        none = np.zeros(0, np.int64)
        return starts, np.concatenate([*stores, none]), np.concatenate([*rates, np.zeros(0)])

    @cached_property
    def count(self) -> int:
        """How many arcs there are at most."""
        starts = self._reach[0]
        return int((starts[self.kind + 1] - starts[self.kind]).sum())

    def pieces(self, demands: Places | None = None) -> Iterator[Piece]:
        """Make the arcs of some demands (None: all), in their order."""
        chosen = np.arange(len(self.open)) if demands is None else demands
        starts = self._reach[0]
        sizes = starts[self.kind[chosen] + 1] - starts[self.kind[chosen]]
        ends = np.cumsum(sizes)
        first = 0
        while first < len(chosen):
            before = ends[first - 1] if first else 0
            last = max(first + 1, int(np.searchsorted(ends, before + PIECE, side="right")))
            yield self._piece(chosen[first:last], sizes[first:last])
            first = last

    def all(self, demands: Places | None = None) -> Piece:
        """Make the arcs of some demands (None: all) in one."""
        return Piece.joined(list(self.pieces(demands)))

    def _piece(self, demands: Places, sizes: Places) -> Piece:
        starts, stores, rates = self._reach
        demand = np.repeat(demands, sizes)
        ends = np.cumsum(sizes)
        offsets = np.arange(len(demand)) - np.repeat(ends - sizes, sizes)
        places = starts[self.kind[demand]] + offsets
        store, rate = stores[places], rates[places]
        low, high = self._limits(demand, store, rate)
        self._correct(demand, store, low, high)
        open_ = self.open[demand]
        whole = self.divisible[demand] | (high * _SLACK >= open_)
        fits = (high >= 1) & (low <= high * _SLACK) & whole
        load = open_ * rate / self.stores.free[store]
        return Piece(demand, store, np.minimum(1.0, high / open_), load).only(fits)

    def _limits(self, demand: Places, store: Places, rate: Floats) -> tuple[Floats, Floats]:
        """Give the least and the most that arcs may give, in the needs' units."""
        stores, open_ = self.stores, self.open[demand]
        free = np.where(self.divisible[demand], stores.free[store], stores.largest[store])
        most = np.floor(np.minimum(free, stores.max_ticket[store]) / rate * _SLACK)
        share = np.floor(stores.max_share[store] * self.net[demand] * _SLACK)
        high = np.minimum(np.minimum(open_, most), np.maximum(share, 0))
        # The least whole amount that is more than this; between equal units nothing is rounded.
        less = (stores.min_ticket[store] - 1) / rate
        low = np.maximum(1.0, np.floor(np.where(rate == 1, less, less / _SLACK)) + 1)
        return low, high

    def _correct(self, demand: Places, store: Places, low: Floats, high: Floats) -> None:
        """Set right, one by one, the limits of demands that something lives in."""
        if not self._special:
            return
        for place in np.flatnonzero(np.isin(demand, np.array(sorted(self._special)))).tolist():
            supply = self.stores.members[store[place]][0]
            if len(self.stores.members[store[place]]) > 1:
                # Nothing lives with any member of such a store.
                if self.problem.demands[demand[place]].only is not None:
                    high[place] = 0.0
                continue
            limits = self.problem.limits(int(demand[place]), supply)
            low[place], high[place] = limits if limits is not None else (1.0, 0.0)


def _stores(problem: Problem, *, alone: bool) -> Stores:
    lived = {supply for _, supply in problem.living}
    lived |= {demand.only for demand in problem.demands if demand.only is not None}
    groups: dict[tuple[int, bool, int], list[int]] = {}
    for place, supply in enumerate(problem.supplies):
        apart = place if alone or place in lived or not _plain(supply) else -1
        groups.setdefault((supply.kind, supply.conditional, apart), []).append(place)
    members = tuple(map(tuple, groups.values()))
    of_supply = np.zeros(len(problem.supplies), np.int64)
    for store, some in enumerate(members):
        of_supply[list(some)] = store
    firsts = [problem.supplies[some[0]] for some in members]
    frees = [[problem.supplies[place].free for place in some] for some in members]
    return Stores(
        members=members,
        of_supply=of_supply,
        free=np.array([float(sum(some)) for some in frees]),
        largest=np.array([float(max(some)) for some in frees]),
        min_ticket=np.array([float(one.min_ticket or 0) for one in firsts]),
        max_ticket=np.array(
            [_NO_LIMIT if _plain(one) else float(one.max_ticket or _NO_LIMIT) for one in firsts]
        ),
        max_share=np.array(
            [_NO_LIMIT if one.max_share is None else float(one.max_share) for one in firsts]
        ),
        conditional=np.array([one.conditional for one in firsts], dtype=bool),
    )


def _plain(supply: Supply) -> bool:
    """Say whether nothing but what it has free limits what a supply gives to a need."""
    unlimited = supply.max_ticket is None or supply.max_ticket >= supply.free
    return unlimited and supply.min_ticket is None and supply.max_share is None


def _stores_of_kind(problem: Problem, stores: Stores) -> list[Places]:
    found: list[list[int]] = [[] for _ in problem.supplies_of_kind]
    for store, members in enumerate(stores.members):
        found[problem.supplies[members[0]].kind].append(store)
    return [np.array(some, np.int64) for some in found]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan is made on: arcs, which projects may end complete, and prices of the stores.

    `part` of the projects and `flow` of the arcs are what is known of the relaxation's optimum.
    """

    piece: Piece
    may: Flags
    prices: Floats
    part: Floats
    flow: Floats
