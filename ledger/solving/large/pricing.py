"""Prices without a linear program: raised where too much is asked for, lowered where too little.

At given prices every demand turns to its cheapest stores, and every project whose demands cost
less than its weight would be completed. A store that is asked for more than it has becomes dearer
by a factor, one that is asked for less cheaper, by smaller factors from step to step. The prices
with the lowest bound on the way are kept: good ones, not the best.
"""

from __future__ import annotations

import numpy as np

from ledger.solving.large.arcs import Arcs, Flags, Floats, Piece
from ledger.solving.large.bound import by_venture, paying, taken, weights, worths
from ledger.solving.large.guide import hashed

_STEPS = 40
_STEPS_ON = 20
"""Steps from prices that are good already."""
_FACTOR = 0.5
_SLOWER = 0.94
_LEAST = 1e-6


def estimated_prices(arcs: Arcs, piece: Piece, may: Flags, begin: Floats | None = None) -> Floats:
    """Give prices of the stores, found over these arcs."""
    weight, count = weights(arcs), len(arcs.stores.free)
    prices = _first(arcs, piece, count) if begin is None else np.maximum(begin, _LEAST)
    best, lowest, factor = prices, np.inf, _FACTOR if begin is None else _FACTOR / 2
    for _ in range(_STEPS if begin is None else _STEPS_ON):
        ordered, price, take = taken(arcs, piece, prices)
        cost = np.bincount(ordered.demand, take * price, len(arcs.open))
        gain = np.where(may, weight - np.bincount(arcs.venture, cost, len(weight)), 0.0)
        bound = prices.sum() + np.maximum(gain, 0.0).sum()
        if bound < lowest:
            best, lowest = prices, bound
        asked = np.where((gain > 0)[arcs.venture[ordered.demand]], take * ordered.load, 0.0)
        used = np.bincount(ordered.store, asked, count)
        prices = np.maximum(prices * np.exp(factor * np.clip(used - 1, -1.0, 1.0)), _LEAST)
        factor *= _SLOWER
    return best


def coverage_prices(
    arcs: Arcs, piece: Piece, may: Flags, value: int, begin: Floats
) -> tuple[Floats, float]:
    """Give prices of the stores, and of a unit of level 1, that bound level 2 well."""
    weight, worth, count = weights(arcs), worths(arcs), len(arcs.stores.free)
    price = float(worth.sum() / max(1.0, weight.sum()))
    prices = np.maximum(begin * price, _LEAST)
    best, lowest, factor = (prices, price), np.inf, _FACTOR
    for _ in range(_STEPS_ON):
        whole, cost, take = taken(arcs, piece, prices)
        part, part_cost, part_take = paying(arcs, piece, prices, worth)
        filled = np.bincount(whole.demand, take * cost, len(worth))
        earned = np.bincount(part.demand, part_take * (worth[part.demand] - part_cost), len(worth))
        gain = np.where(may, price * weight + by_venture(arcs, worth - filled), -np.inf)
        other = by_venture(arcs, earned)
        bound = prices.sum() - price * value + np.maximum(gain, other).sum()
        if bound < lowest:
            best, lowest = (prices, price), bound
        chosen = gain > other
        used = np.bincount(
            whole.store, chosen[arcs.venture[whole.demand]] * take * whole.load, count
        )
        used += np.bincount(
            part.store, ~chosen[arcs.venture[part.demand]] * part_take * part.load, count
        )
        prices = np.maximum(prices * np.exp(factor * np.clip(used - 1, -1.0, 1.0)), _LEAST)
        reached = weight[chosen].sum() / max(1, value)
        price *= float(np.exp(factor * np.clip(1 - reached, -1.0, 1.0)))
        factor *= _SLOWER
    return best


def cheapest_arcs(arcs: Arcs, prices: Floats, most: int) -> Piece:
    """Give up to so many arcs of each demand, the cheapest at these prices."""
    found = []
    for piece in arcs.pieces():
        price = piece.load * prices[piece.store]
        order = np.lexsort((hashed(piece.demand * 1_000_003 + piece.store), price, piece.demand))
        starts = np.flatnonzero(np.diff(piece.demand[order], prepend=-1))
        rank = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
        found.append(piece.only(np.sort(order[rank < most])))
    return Piece.joined(found)


def _first(arcs: Arcs, piece: Piece, count: int) -> Floats:
    """Give first prices: what the demands that reach a store would pay for it on average."""
    per_need = weights(arcs) / np.maximum(
        1, np.bincount(arcs.venture, minlength=len(weights(arcs)))
    )
    offered = per_need[arcs.venture[piece.demand]] / piece.load
    reaching = np.bincount(piece.store, minlength=count)
    return np.maximum(np.bincount(piece.store, offered, count) / np.maximum(1, reaching), _LEAST)
