"""Prices where there are too many arcs for one linear program: column generation by need.

The relaxation (see `relaxation`) is brought near its optimum over some arcs of each need by PDHG.
At its prices all arcs are evaluated: that proves a bound and finds the arcs of lowest cost, which
join the arcs in use for the next round. The prices with the lowest bound are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from ledger.solver.arcs import ArcBlock, Arcs, BoolArray, FloatArray
from ledger.solver.bounds import FULL, cheapest_fill, complete_bound
from ledger.solver.options import Deadline
from ledger.solver.pdhg import PdhgState, solve_pdhg
from ledger.solver.relaxation import level_one_of_arcs

Keys = npt.NDArray[np.uint64]

ARCS_PER_NEED = 8
"""The arcs of each need that join in a round."""
ROUNDS = (100, 100, 100, 200, 200, 200)
"""The steps of each round; long ones end once the bound decreases little."""
_MIN_DECREASE = Fraction(999, 1000)
_USED = 1e-6
_PRICE_BITS, _TIE_BITS = np.uint64(31), np.uint64(12)
"""The bits of a sort key for the price and for breaking ties; the others are for the need."""


@dataclass(frozen=True, slots=True)
class PricingPass:
    """All arcs evaluated at some prices: the cheapest of each need, and the bound.

    `cost` is the cost of filling each need at these prices.
    """

    prices: FloatArray
    block: ArcBlock
    cost: FloatArray
    bound: Fraction


@dataclass(frozen=True, slots=True)
class PricedRelaxation:
    """The result of the rounds: completed parts, flows, and the best prices."""

    block: ArcBlock
    part: FloatArray
    flow: FloatArray
    best: PricingPass


def price_groups(arcs: Arcs, completable: BoolArray, deadline: Deadline) -> PricedRelaxation:
    """Return prices of the supply groups, the bound they prove, and flows near the optimum."""
    best_pass = pricing_pass = price_all_arcs(arcs, np.zeros(len(arcs.groups.free)), completable)
    block = pricing_pass.block
    state = PdhgState(
        np.zeros(len(completable) + len(block.need)),
        np.zeros(len(arcs.open) + len(best_pass.prices)),
    )
    for steps in ROUNDS:
        model = level_one_of_arcs(arcs, block, completable).model
        state = solve_pdhg(model, steps, state, deadline)
        pricing_pass = price_all_arcs(
            arcs, np.maximum(state.prices[len(arcs.open) :], 0.0), completable
        )
        block, state = merge_arcs(arcs, block, pricing_pass.block, state)
        converged = steps == ROUNDS[-1] and pricing_pass.bound > best_pass.bound * _MIN_DECREASE
        best_pass = min(best_pass, pricing_pass, key=lambda one: one.bound)
        if converged or deadline.passed:
            break
    part, flow = np.split(state.values, [len(completable)])
    return PricedRelaxation(block, part, flow, best_pass)


def price_all_arcs(
    arcs: Arcs, prices: FloatArray, completable: BoolArray, per_need: int = ARCS_PER_NEED
) -> PricingPass:
    """Evaluate all arcs at these prices."""
    cost, filled = np.zeros(len(arcs.open)), np.zeros(len(arcs.open))
    cheapest_blocks = []
    for block in arcs.blocks():
        chosen, price, share_used = cheapest_fill(arcs, block, prices)
        cost += np.bincount(chosen.need, share_used * price, len(cost))
        filled += np.bincount(chosen.need, share_used, len(cost))
        cheapest_blocks.append(cheapest_arcs(block, prices, per_need))
    cost[filled < FULL] = np.inf
    bound = complete_bound(arcs, prices, completable, cost=cost)
    return PricingPass(prices, ArcBlock.concatenate(cheapest_blocks), cost, bound)


def cheapest_arcs(block: ArcBlock, prices: FloatArray, most: int) -> ArcBlock:
    """Return up to `most` arcs of each need, the cheapest at these prices."""
    if not len(block.need):
        return block
    rank = block.rank(np.argsort(_sort_keys(block, prices), kind="stable"))
    return block.select(np.flatnonzero(rank < most))


def _sort_keys(block: ArcBlock, prices: FloatArray) -> Keys:
    """Return a sort key for each arc: its need, its price, and a hash."""
    # Positive floats sort by their bits as by their values.
    price = (block.load * prices[block.group]).astype(np.float32).view(np.uint32)
    ties = block.ties.astype(np.uint64) >> np.uint64(63) - _TIE_BITS
    need_offset = (block.need - block.need[0]).astype(np.uint64)
    keys: Keys = (need_offset << _PRICE_BITS | price.astype(np.uint64)) << _TIE_BITS | ties
    return keys


def merge_arcs(
    arcs: Arcs, old: ArcBlock, new: ArcBlock, state: PdhgState
) -> tuple[ArcBlock, PdhgState]:
    """Join the arcs in use and the new ones, and continue from the same state."""
    part, flow = np.split(state.values, [len(arcs.problem.projects)])
    used = np.flatnonzero(flow > _USED)
    merged = ArcBlock.concatenate([old.select(used), new])
    _, first = np.unique(merged.need * len(arcs.groups.free) + merged.group, return_index=True)
    flows = np.concatenate([flow[used], np.zeros(len(new.need))])[first]
    return merged.select(first), PdhgState(
        np.concatenate([part, flows]), state.prices, state.primal_weight
    )
