"""What no plan exceeds, said exactly where the solver says it in floats.

Proven bounds from prices: whatever the prices are, no plan can do better than these say.

Let every store's whole free amount have a price p[s] >= 0, and let giving all of demand n from s
cost load[n,s] x p[s]. Taking the capacities into the objective at these prices leaves a problem
that falls apart by demand: each is filled by its cheapest arcs, one after the other up to each
one's share; an indivisible one by its cheapest. With c[n] what that costs,

    level 1 <= sum p[s] + sum over projects of max(0, weight - sum c[n]).

For level 2, subject to level 1 reaching a value V, that condition is taken in as well at a price
q >= 0 a unit of weight. Let v[n] = weight x open / net, g[n] = what filling n as far as it pays
(v above the cost, offers on condition left out) earns, then

    level 2 <= sum p[s] - q V + sum over projects of max(sum g[n], q weight + sum (v[n] - c[n])).

Rows that all plans keep (see `crowding`) can be taken in at prices too. What they then charge for a
project, or for a flow, is due beside its cost, and their right sides at their prices are added.

The figures are floats; a margin far above what their sums can lose keeps the bounds proven.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor, fsum
from typing import Any, NamedTuple

import numpy as np

from ledger.matching.problem import Problem
from ledger.solver.arcs import Arcs, Flags, Floats, Piece, Places

SAME = Fraction(1, 10**8)
"""A bound of the solver that exceeds an exact value by this share or less is that value."""

_TRACE = Fraction(1, 10**5)


def whole_below(bound: float) -> Fraction:
    """Round a bound on whole numbers down, but for what the solver may be off."""
    exact = Fraction(bound)
    return Fraction(floor(exact + max(_TRACE, SAME * abs(exact))))


def most_coverage(problem: Problem) -> Fraction:
    """Give what level 2 would be if every demand got all that is open in it."""
    parts = (
        Fraction(problem.ventures[one.venture].weight * one.open, one.net)
        for one in problem.demands
    )
    return sum(parts, Fraction(0))


_MARGIN = 1e-9
FULL = 1 - 1e-9
"""What a part reaches that is whole but for what floats lose."""


class Dues(NamedTuple):
    """What rows charge at their prices: for a project, for all of an arc's load, and in sum."""

    ventures: Floats
    arcs: Floats
    total: float


def complete_bound(
    arcs: Arcs,
    prices: Floats,
    completable: Flags,
    dues: Dues | None = None,
    cost: Floats | None = None,
) -> Fraction:
    """Bound level 1 by prices; weights are whole, so that the bound is rounded down.

    `cost` is what the cheapest cost at these prices and dues, where that is known.
    """
    gain = net_gains(arcs, prices, dues, cost)
    gain = np.where(completable & (gain > 0), gain, 0.0)
    terms = [*prices.tolist(), *gain.tolist(), 0.0 if dues is None else dues.total]
    return Fraction(floor(fsum(terms) + _MARGIN * (1 + fsum(map(abs, terms)))))


def net_gains(
    arcs: Arcs, prices: Floats, dues: Dues | None = None, cost: Floats | None = None
) -> Floats:
    """Give what each project's weight exceeds its cost by."""
    if cost is None:
        cost = cheapest(arcs, prices, None if dues is None else dues.arcs)
    gain = weights(arcs) - by_venture(arcs, cost)
    return gain if dues is None else gain - dues.ventures


def coverage_bound(
    arcs: Arcs, prices: Floats, completable: Flags, value: int, price: float
) -> Fraction:
    """Bound level 2 by prices, among the plans that reach `value` on level 1."""
    worth = worths(arcs)
    whole = price * weights(arcs) + by_venture(arcs, worth - cheapest(arcs, prices))
    part = by_venture(arcs, _earned(arcs, prices, worth))
    best = np.maximum(part, np.where(completable, whole, 0.0))
    terms = [*prices.tolist(), *best.tolist(), -price * value]
    margin = _MARGIN * (1 + fsum(map(abs, terms)))
    return Fraction(floor((fsum(terms) + margin) * 1e6) + 1, 10**6)


def worths(arcs: Arcs) -> Floats:
    """Give what covering all that is open in each demand counts on level 2."""
    found: Floats = weights(arcs)[arcs.venture] * arcs.open / arcs.net
    return found


def weights(arcs: Arcs) -> Floats:
    """Give the weights of the projects."""
    return np.array([float(venture.weight) for venture in arcs.problem.ventures])


def cheapest(arcs: Arcs, prices: Floats, dues: Floats | None = None) -> Floats:
    """Give for each demand what filling it costs at these prices; infinite where nobody can.

    `dues` are added to the prices of all arcs, one after the other.
    """
    cost = np.zeros(len(arcs.open))
    filled = np.zeros(len(arcs.open))
    first = 0
    for piece in arcs.pieces():
        due = None if dues is None else dues[first : first + len(piece.demand)]
        first += len(piece.demand)
        ordered, price, take = taken(arcs, piece, prices, due)
        cost += np.bincount(ordered.demand, take * price, len(cost))
        filled += np.bincount(ordered.demand, take, len(cost))
    cost[filled < FULL] = np.inf
    return cost


def taken(
    arcs: Arcs, piece: Piece, prices: Floats, due: Floats | None = None
) -> tuple[Piece, Floats, Floats]:
    """Choose the arcs that fill each demand at the least cost, with their prices and parts."""
    price = piece.load * prices[piece.store] + (0.0 if due is None else due)
    if not len(price):
        return piece, price, price
    starts = np.flatnonzero(np.diff(piece.demand, prepend=-1))
    if (piece.share >= 1).all():
        # Every arc could fill its demand alone, so that the cheapest does; no need to sort.
        least = np.repeat(np.minimum.reduceat(price, starts), _sizes(starts, len(price)))
        found = np.flatnonzero(price == least)
        first = found[np.flatnonzero(np.diff(piece.demand[found], prepend=-1))]
        return piece.only(first), price[first], np.ones(len(first))
    # What is dearer than an arc that could fill its demand alone is never taken.
    alone = np.minimum.reduceat(np.where(piece.share >= 1, price, np.inf), starts)
    near = np.flatnonzero(price <= np.repeat(alone, _sizes(starts, len(price))))
    order = near[np.lexsort((price[near], piece.demand[near]))]
    ordered = piece.only(order)
    return ordered, price[order], _taken(arcs, ordered)


def _sizes(starts: Places, end: int) -> Places:
    return np.diff(starts, append=end)


def _earned(arcs: Arcs, prices: Floats, worth: Floats) -> Floats:
    earned = np.zeros(len(arcs.open))
    for piece in arcs.pieces():
        ordered, price, take = paying(arcs, piece, prices, worth)
        gain = worth[ordered.demand] - price
        earned += np.bincount(ordered.demand, take * gain, len(earned))
    return earned


def paying(arcs: Arcs, piece: Piece, prices: Floats, worth: Floats) -> tuple[Piece, Floats, Floats]:
    """Choose, of arcs without a condition, those that fill each demand as far as it pays."""
    pays = piece.load * prices[piece.store] < worth[piece.demand]
    return taken(arcs, piece.only(pays & ~arcs.stores.conditional[piece.store]), prices)


def _taken(arcs: Arcs, ordered: Piece) -> Floats:
    """Give how much of each arc, in the order of their prices, goes into filling its demand."""
    if not len(ordered.demand):
        return ordered.share
    starts = np.flatnonzero(np.diff(ordered.demand, prepend=-1))
    sizes = _sizes(starts, len(ordered.demand))
    upto = np.cumsum(ordered.share)
    before = np.repeat(upto[starts] - ordered.share[starts], sizes)
    left = 1 - (upto - ordered.share - before)
    take = np.clip(left, 0.0, ordered.share)
    first = np.zeros(len(take), dtype=bool)
    first[starts] = True
    return np.where(arcs.divisible[ordered.demand], take, np.where(first, 1.0, 0.0))


def by_venture(arcs: Arcs, by_demand: Any) -> Floats:
    """Add up figures of demands by project."""
    return np.bincount(arcs.venture, by_demand, len(arcs.problem.ventures)).astype(np.float64)
