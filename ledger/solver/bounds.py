"""Bounds on both levels from dual prices (Lagrangian bounds), valid for any prices.

Let the capacity of every supply group s have a price p[s] >= 0, and let supplying all of need n
from s cost load[n,s] x p[s]. Relaxing the capacities into the objective at these prices leaves a
problem that separates by need: each is filled by its cheapest arcs, one after the other up to the
share of each; an indivisible need by its cheapest arc. With c[n] the cost of filling n,

    level 1 <= sum p[s] + sum over projects of max(0, weight - sum c[n]).

For level 2, subject to level 1 reaching a value V, that condition is relaxed as well, at a price
q >= 0 per unit of weight. Let v[n] = weight x open / net, and g[n] the profit of filling n as far
as it pays (v above the cost, conditional offers excluded), then

    level 2 <= sum p[s] - q V + sum over projects of max(sum g[n], q weight + sum (v[n] - c[n])).

Cover cuts (see `cover_cuts`) hold for every plan, so they can be relaxed at prices too: their dual
charges for a project or an arc are added to its cost, their right-hand sides to the bound.

The figures are floats; a margin far above their rounding errors keeps the bounds valid.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor, fsum
from typing import Any, NamedTuple

import numpy as np

from ledger.matching.problem import MatchingProblem
from ledger.solver.arcs import ArcBlock, Arcs, BoolArray, FloatArray, IndexArray

BOUND_TOLERANCE = Fraction(1, 10**8)
"""A solver bound that exceeds an exact value by at most this share is taken as that value."""

_TRACE = Fraction(1, 10**5)


def integer_bound(bound: float) -> Fraction:
    """Round a bound on an integer down, allowing for the tolerance of the solver."""
    exact = Fraction(bound)
    return Fraction(floor(exact + max(_TRACE, BOUND_TOLERANCE * abs(exact))))


def max_completeness(problem: MatchingProblem) -> Fraction:
    """Return level 1 of a plan that completes every project that can be completed."""
    return Fraction(sum(one.weight for one in problem.projects if one.completable))


def max_coverage(problem: MatchingProblem) -> Fraction:
    """Return level 2 of a plan that covers every need completely."""
    parts = (
        Fraction(problem.projects[one.project].weight * one.open, one.net) for one in problem.needs
    )
    return sum(parts, Fraction(0))


_MARGIN = 1e-9
FULL = 1 - 1e-9
"""A fraction above this counts as complete: the rest is a rounding error."""


class DualCharges(NamedTuple):
    """Dual charges of cuts: per project, per load of an arc, and their total right-hand side."""

    projects: FloatArray
    arcs: FloatArray
    total: float


def complete_bound(
    arcs: Arcs,
    prices: FloatArray,
    completable: BoolArray,
    dual_charges: DualCharges | None = None,
    cost: FloatArray | None = None,
) -> Fraction:
    """Bound level 1 by prices; weights are integers, so the bound is rounded down.

    `cost` is the cost of filling each need at these prices and charges, where it is known.
    """
    gain = net_gains(arcs, prices, dual_charges, cost)
    gain = np.where(completable & (gain > 0), gain, 0.0)
    terms = [*prices.tolist(), *gain.tolist(), 0.0 if dual_charges is None else dual_charges.total]
    return Fraction(floor(fsum(terms) + _MARGIN * (1 + fsum(map(abs, terms)))))


def net_gains(
    arcs: Arcs,
    prices: FloatArray,
    dual_charges: DualCharges | None = None,
    cost: FloatArray | None = None,
) -> FloatArray:
    """Return the weight of each project less the cost of filling its needs."""
    if cost is None:
        cost = fill_costs(arcs, prices, None if dual_charges is None else dual_charges.arcs)
    gain = weights(arcs) - sum_by_project(arcs, cost)
    return gain if dual_charges is None else gain - dual_charges.projects


def coverage_bound(
    arcs: Arcs, prices: FloatArray, completable: BoolArray, value: int, weight_price: float
) -> Fraction:
    """Bound level 2 by prices, over the plans that reach `value` on level 1."""
    completed_value, covered_value = _values(arcs, prices)
    completed_value += weight_price * weights(arcs)
    best = np.maximum(covered_value, np.where(completable, completed_value, 0.0))
    terms = [*prices.tolist(), *best.tolist(), -weight_price * value]
    margin = _MARGIN * (1 + fsum(map(abs, terms)))
    return Fraction(floor((fsum(terms) + margin) * 1e6) + 1, 10**6)


def completion_gains(arcs: Arcs, prices: FloatArray) -> FloatArray:
    """Return what level 2 gains at these prices if each project ends complete; 0 or less."""
    completed_value, covered_value = _values(arcs, prices)
    return completed_value - covered_value


def _values(arcs: Arcs, prices: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the profit of each project if it ends complete, and of its needs as far as it pays."""
    coverage_weight = coverage_weights(arcs)
    completed_value = sum_by_project(arcs, coverage_weight - fill_costs(arcs, prices))
    return completed_value, sum_by_project(arcs, _profits(arcs, prices, coverage_weight))


def coverage_weights(arcs: Arcs) -> FloatArray:
    """Return the coverage that filling each need adds to level 2."""
    result: FloatArray = weights(arcs)[arcs.project] * arcs.open / arcs.net
    return result


def weights(arcs: Arcs) -> FloatArray:
    """Return the weights of the projects."""
    return np.array([float(project.weight) for project in arcs.problem.projects])


def fill_costs(
    arcs: Arcs, prices: FloatArray, dual_charges: FloatArray | None = None
) -> FloatArray:
    """Return the cost of filling each need at these prices; infinite where it cannot be filled.

    `dual_charges` are added to the prices of all arcs in order.
    """
    cost = np.zeros(len(arcs.open))
    filled = np.zeros(len(arcs.open))
    first = 0
    for block in arcs.blocks():
        charge = None if dual_charges is None else dual_charges[first : first + len(block.need)]
        first += len(block.need)
        ordered, price, share_used = cheapest_fill(arcs, block, prices, charge)
        cost += np.bincount(ordered.need, share_used * price, len(cost))
        filled += np.bincount(ordered.need, share_used, len(cost))
    cost[filled < FULL] = np.inf
    return cost


def cheapest_fill(
    arcs: Arcs, block: ArcBlock, prices: FloatArray, charge: FloatArray | None = None
) -> tuple[ArcBlock, FloatArray, FloatArray]:
    """Choose the arcs that fill each need at the least cost, with their prices and shares."""
    price = block.load * prices[block.group] + (0.0 if charge is None else charge)
    if not len(price):
        return block, price, price
    starts = np.flatnonzero(np.diff(block.need, prepend=-1))
    if (block.share >= 1).all():
        # Every arc could fill its need alone, so the cheapest one does; no sorting is needed.
        cheapest_price = np.repeat(np.minimum.reduceat(price, starts), _sizes(starts, len(price)))
        cheapest = np.flatnonzero(price == cheapest_price)
        first = cheapest[np.flatnonzero(np.diff(block.need[cheapest], prepend=-1))]
        return block.select(first), price[first], np.ones(len(first))
    # An arc dearer than one that could fill its need alone is never used.
    single_fill_price = np.minimum.reduceat(np.where(block.share >= 1, price, np.inf), starts)
    near = np.flatnonzero(price <= np.repeat(single_fill_price, _sizes(starts, len(price))))
    order = near[np.lexsort((price[near], block.need[near]))]
    ordered = block.select(order)
    return ordered, price[order], _fill_shares(arcs, ordered)


def _sizes(starts: IndexArray, end: int) -> IndexArray:
    return np.diff(starts, append=end)


def _profits(arcs: Arcs, prices: FloatArray, coverage_weight: FloatArray) -> FloatArray:
    profits = np.zeros(len(arcs.open))
    for block in arcs.blocks():
        ordered, price, share_used = profitable_fill(arcs, block, prices, coverage_weight)
        gain = coverage_weight[ordered.need] - price
        profits += np.bincount(ordered.need, share_used * gain, len(profits))
    return profits


def profitable_fill(
    arcs: Arcs, block: ArcBlock, prices: FloatArray, coverage_weight: FloatArray
) -> tuple[ArcBlock, FloatArray, FloatArray]:
    """Choose unconditional arcs that fill each need as far as it pays."""
    pays = block.load * prices[block.group] < coverage_weight[block.need]
    return cheapest_fill(arcs, block.select(pays & ~arcs.groups.conditional[block.group]), prices)


def _fill_shares(arcs: Arcs, ordered: ArcBlock) -> FloatArray:
    """Return the share of each arc, in order of price, used to fill its need."""
    if not len(ordered.need):
        return ordered.share
    starts = np.flatnonzero(np.diff(ordered.need, prepend=-1))
    sizes = _sizes(starts, len(ordered.need))
    upto = np.cumsum(ordered.share)
    before = np.repeat(upto[starts] - ordered.share[starts], sizes)
    left = 1 - (upto - ordered.share - before)
    share_used = np.clip(left, 0.0, ordered.share)
    first = np.zeros(len(share_used), dtype=bool)
    first[starts] = True
    return np.where(arcs.divisible[ordered.need], share_used, np.where(first, 1.0, 0.0))


def sum_by_project(arcs: Arcs, by_need: Any) -> FloatArray:
    """Add up figures of needs by project."""
    return np.bincount(arcs.project, by_need, len(arcs.problem.projects)).astype(np.float64)
