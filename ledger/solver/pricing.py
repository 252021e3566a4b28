"""Prices where there are too many arcs for one linear program: a few of each demand, in rounds.

The relaxation is brought near its optimum over some arcs of each demand. At the prices found, all
arcs are looked at: that proves a bound, and names the arcs that are cheapest now. Those join the
arcs in use, and it goes on from where it stood. The prices with the lowest bound are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from ledger.solver.arcs import Arcs, Flags, Floats, Piece
from ledger.solver.bounds import FULL, complete_bound, taken, weights
from ledger.solver.candidates import hashed
from ledger.solver.highs import INFINITY, Deadline, Model
from ledger.solver.pdhg import Rest, descend

Keys = npt.NDArray[np.uint64]

FEW = 8
"""Arcs of each demand that join in a round."""
ROUNDS = (100, 100, 100, 200, 200, 200)
"""The steps of each round; long ones end when one has lowered the bound by little."""
_LITTLE = Fraction(999, 1000)
_USED = 1e-6
_PRICE, _TIES = np.uint64(31), np.uint64(12)
"""Bits of a key for the price and for what breaks ties; the others are the demand's."""


@dataclass(frozen=True, slots=True)
class Looked:
    """All arcs looked at once, at some prices: the cheapest of each demand, and what they prove.

    `cost` is what filling each demand costs at these prices.
    """

    prices: Floats
    piece: Piece
    cost: Floats
    bound: Fraction


@dataclass(frozen=True, slots=True)
class Priced:
    """Where the rounds ended: `part` of each project, `flow` of each arc; the best prices seen."""

    piece: Piece
    part: Floats
    flow: Floats
    best: Looked


def priced(arcs: Arcs, may: Flags, deadline: Deadline) -> Priced:
    """Find prices of the stores, a bound that they prove, and flows near the relaxation's."""
    best = found = looked_at(arcs, np.zeros(len(arcs.stores.free)), may)
    piece = found.piece
    rest = Rest(np.zeros(len(may) + len(piece.demand)), np.zeros(len(arcs.open) + len(best.prices)))
    for steps in ROUNDS:
        rest = descend(modelled(arcs, piece, may), steps, rest, deadline)
        found = looked_at(arcs, np.maximum(rest.prices[len(arcs.open) :], 0.0), may)
        piece, rest = joined(arcs, piece, found.piece, rest)
        settled = steps == ROUNDS[-1] and found.bound > best.bound * _LITTLE
        best = min(best, found, key=lambda one: one.bound)
        if settled or deadline.passed:
            break
    part, flow = np.split(rest.values, [len(may)])
    return Priced(piece, part, flow, best)


def looked_at(arcs: Arcs, prices: Floats, may: Flags, few: int = FEW) -> Looked:
    """Look at all arcs at these prices."""
    cost, filled = np.zeros(len(arcs.open)), np.zeros(len(arcs.open))
    cheap = []
    for piece in arcs.pieces():
        chosen, price, take = taken(arcs, piece, prices)
        cost += np.bincount(chosen.demand, take * price, len(cost))
        filled += np.bincount(chosen.demand, take, len(cost))
        cheap.append(cheapest_of(piece, prices, few))
    cost[filled < FULL] = np.inf
    bound = complete_bound(arcs, prices, may, cost=cost)
    return Looked(prices, Piece.joined(cheap), cost, bound)


def cheapest_of(piece: Piece, prices: Floats, most: int) -> Piece:
    """Give up to so many arcs of each demand, the cheapest at these prices."""
    if not len(piece.demand):
        return piece
    order = np.argsort(_keys(piece, prices), kind="stable")
    starts = np.flatnonzero(np.diff(piece.demand, prepend=-1))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    return piece.only(np.sort(order[rank < most]))


def _keys(piece: Piece, prices: Floats) -> Keys:
    """Give one number to sort each arc by: by its demand, then its price, then scattered."""
    # What is positive sorts by its bits as it does by its value.
    price = (piece.load * prices[piece.store]).astype(np.float32).view(np.uint32)
    ties = hashed(piece.demand * 1_000_003 + piece.store).astype(np.uint64) >> np.uint64(63) - _TIES
    place = (piece.demand - piece.demand[0]).astype(np.uint64)
    keys: Keys = (place << _PRICE | price.astype(np.uint64)) << _TIES | ties
    return keys


def modelled(arcs: Arcs, piece: Piece, may: Flags) -> Model:
    """Write the relaxation of level 1 down (see `relaxation`)."""
    model = Model()
    parts = model.add_columns(np.where(may, weights(arcs), 0.0), 0.0, may.astype(np.float64))
    most = may[arcs.venture[piece.demand]] * piece.share
    flows = model.add_columns(0.0, 0.0, most, count=len(most))
    fills = model.add_rows(0.0, 0.0, len(arcs.open))
    model.put(fills, parts[arcs.venture], -1.0)
    model.put(fills[piece.demand], flows, 1.0)
    holds = model.add_rows(-INFINITY, 1.0, len(arcs.stores.free))
    model.put(holds[piece.store], flows, piece.load)
    return model


def joined(arcs: Arcs, old: Piece, new: Piece, rest: Rest) -> tuple[Piece, Rest]:
    """Go on with the arcs in use and the new ones, from the same place."""
    part, flow = np.split(rest.values, [len(arcs.problem.ventures)])
    used = np.flatnonzero(flow > _USED)
    both = Piece.joined([old.only(used), new])
    _, first = np.unique(both.demand * len(arcs.stores.free) + both.store, return_index=True)
    flows = np.concatenate([flow[used], np.zeros(len(new.demand))])[first]
    return both.only(first), Rest(np.concatenate([part, flows]), rest.prices, rest.lean)
