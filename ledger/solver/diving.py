"""The diving heuristic (relax-and-fix): from a relaxation to a nearly integral solution.

Each round only fixes variables at zero, so that what remains is always feasible: the projects with
the smallest completed parts are dropped, an indivisible need split between groups is fixed to the
one with the largest flow and capacity for it, and flows below their minimum ticket are forbidden.
The relaxation is then solved again from the previous basis.

`dive` works on the linear program of `relaxation`, `relax_and_fix` on the priced relaxation of
`pricing`, which is only nearly optimal: a first-order method restores it after each round.
"""

from __future__ import annotations

from math import ceil

import numpy as np

from ledger.solver.arcs import ArcBlock, Arcs, BoolArray, FloatArray, IndexArray
from ledger.solver.options import UNTIMED, Deadline
from ledger.solver.pdhg import PdhgState, solve_pdhg
from ledger.solver.pricing import PricedRelaxation, merge_arcs
from ledger.solver.relaxation import Relaxation, RelaxationOptimum, level_one_of_arcs

FRACTION_TOLERANCE = 1e-6
MIN_FLOW = 1e-9
"""The smallest flow: less is within the tolerance of a program."""
_MAX_ROUNDS = 50
_ROUNDS_WITHOUT_DROPS = 5
"""Rounds before the first project is dropped, to see the effect of tickets first."""
_DROPPED_SHARE = 0.2
"""The share of the partly completed projects that a round drops."""
_MIN_DROPPED = 3
_FORBIDDEN_SHARE = 0.25
"""The share of the flows below their tickets that a round forbids."""


def dive(
    arcs: Arcs, relaxation: Relaxation, deadline: Deadline = UNTIMED, max_undecided: int = 0
) -> RelaxationOptimum | None:
    """Dive until at most `max_undecided` projects are undecided, or the rounds end."""
    result = relaxation.solve(deadline)
    for round_number in range(_MAX_ROUNDS):
        if (
            result is None
            or undecided_projects(arcs, relaxation.arcs, result).sum() <= max_undecided
        ):
            break
        forbidden = np.union1d(
            _too_small(arcs, relaxation, result), _split(arcs, relaxation, result)
        )
        dropped = _small_fractions(
            result.part, FRACTION_TOLERANCE, 1 - FRACTION_TOLERANCE, _DROPPED_SHARE, _MIN_DROPPED
        )
        if round_number < _ROUNDS_WITHOUT_DROPS and len(forbidden):
            dropped = dropped[:0]
        if not len(dropped) and not len(forbidden):
            break
        relaxation.close(dropped, forbidden)
        resolved = relaxation.solve(deadline)
        if resolved is None:
            break
        result = resolved
    return result


def undecided_projects(arcs: Arcs, block: ArcBlock, result: RelaxationOptimum) -> BoolArray:
    """Return which projects are partly completed, or use flows too small or divided."""
    project, used = arcs.project[block.need], result.flow > MIN_FLOW
    part = result.part[project]
    divided = used & ~arcs.divisible[block.need] & (result.flow < part - FRACTION_TOLERANCE)
    below_ticket = used & (result.flow < _ticket_shares(arcs, block) - FRACTION_TOLERANCE)
    undecided_flags: BoolArray = (result.part > FRACTION_TOLERANCE) & (
        result.part < 1 - FRACTION_TOLERANCE
    )
    undecided_flags[project[(divided | below_ticket) & (part > 1 - FRACTION_TOLERANCE)]] = True
    return undecided_flags


def _ticket_shares(arcs: Arcs, block: ArcBlock) -> FloatArray:
    """Return the minimum ticket of each arc as a part of the open amount of its need."""
    return arcs.groups.min_ticket[block.group] / (block.load * arcs.groups.free[block.group])


def _small_fractions(
    part: FloatArray, low: float, high: float, share: float, least: int = 0
) -> IndexArray:
    """Choose the projects to drop: a share of those partly completed, the smallest parts."""
    partial = np.flatnonzero((part > low) & (part < high))
    count = max(least, ceil(len(partial) * share))
    return partial[np.argsort(part[partial], kind="stable")[:count]]


def _too_small(arcs: Arcs, relaxation: Relaxation, result: RelaxationOptimum) -> IndexArray:
    """Choose flows to forbid: those furthest below their tickets."""
    block = relaxation.arcs
    ticket = _ticket_shares(arcs, block)
    full = result.part[arcs.project[block.need]] > 1 - FRACTION_TOLERANCE
    short = (result.flow > FRACTION_TOLERANCE) & (result.flow < ticket - FRACTION_TOLERANCE) & full
    indices = np.flatnonzero(short)
    order = np.argsort(result.flow[indices] / ticket[indices], kind="stable")
    return indices[order[: ceil(len(indices) * _FORBIDDEN_SHARE)]]


def _split(arcs: Arcs, relaxation: Relaxation, result: RelaxationOptimum) -> IndexArray:
    """Choose the arcs to close so that each indivisible need keeps one offer."""
    block, flow = relaxation.arcs, result.flow
    return np.flatnonzero(
        ~_pinned(arcs, block, flow, FRACTION_TOLERANCE) & (flow > FRACTION_TOLERANCE)
    )


def _pinned(arcs: Arcs, block: ArcBlock, flow: FloatArray, min_flow: float) -> BoolArray:
    """Return the arcs that stay open: the largest flow of each indivisible need that has capacity.

    A need that has none for any of its flows keeps all of its arcs.
    """
    at = np.flatnonzero(~arcs.divisible[block.need] & (flow > min_flow))
    at = at[np.lexsort((block.need[at], -flow[at]))]
    used = [0.0] * len(arcs.groups.free)
    chosen_arc = np.full(len(arcs.open), -1)
    steps = (at, block.need[at], block.group[at], block.load[at])
    for arc, need, group, load in zip(*(step.tolist() for step in steps), strict=True):
        if chosen_arc[need] < 0 and used[group] + load <= 1 + FRACTION_TOLERANCE:
            chosen_arc[need] = arc
            used[group] += load
    open_arcs = arcs.divisible[block.need] | (chosen_arc[block.need] < 0)
    open_arcs[chosen_arc[chosen_arc >= 0]] = True
    return open_arcs


_ROUNDS = 6
_STEPS = 100
_MIN_INDIVISIBLE_FLOW = 0.02
"""A smaller flow of an indivisible need does not indicate its offer."""
_RELATIVE_TRACE = 1e-3
_MIN_PARTIAL, _MAX_PARTIAL = 1e-4, 0.99
"""Completions between these count as partial."""
_FIRST_ORDER_DROPPED_SHARE = 0.3
"""The share of the partly completed projects that a round drops."""
_LIKELY_COMPLETION = 0.5


def relax_and_fix(
    arcs: Arcs, completable: BoolArray, result: PricedRelaxation, deadline: Deadline
) -> PricedRelaxation:
    """Fix arcs and projects until few are fractional; closed arcs are returned without flow."""
    if arcs.divisible.all() and not arcs.groups.min_ticket.any():
        return result
    block, still_completable = result.block, completable.copy()
    cost = np.where(np.isfinite(result.best.cost), result.best.cost, 0.0)
    # The price of the row of a need is the cost of filling it.
    prices = np.concatenate([-cost, result.best.prices])
    state = PdhgState(np.concatenate([result.part, result.flow]), prices)
    for _ in range(_ROUNDS):
        if deadline.passed:
            break
        part, flow = np.split(state.values, [len(completable)])
        undropped = np.where(still_completable, part, 0.0)
        dropped = _small_fractions(
            undropped, _MIN_PARTIAL, _MAX_PARTIAL, _FIRST_ORDER_DROPPED_SHARE
        )
        still_completable[dropped] = False
        kept_arcs = np.flatnonzero(
            _pinned(arcs, block, flow, _MIN_INDIVISIBLE_FLOW)
            & ~_below_ticket(arcs, block, flow, part)
        )
        block = block.select(kept_arcs)
        begin = PdhgState(
            np.concatenate([part, flow[kept_arcs]]), state.prices, state.primal_weight
        )
        model = level_one_of_arcs(arcs, block, still_completable).model
        state = solve_pdhg(model, _STEPS, begin, deadline)
    block, state = merge_arcs(arcs, block, result.block, state)
    part, flow = np.split(state.values, [len(completable)])
    return PricedRelaxation(block, part, flow, result.best)


def _below_ticket(arcs: Arcs, block: ArcBlock, flow: FloatArray, part: FloatArray) -> BoolArray:
    """Return the flows below their tickets: the half furthest below."""
    ticket = _ticket_shares(arcs, block)
    likely = part[arcs.project[block.need]] > _LIKELY_COMPLETION
    indices = np.flatnonzero(
        (flow > _RELATIVE_TRACE) & (flow < ticket * (1 - _RELATIVE_TRACE)) & likely
    )
    closed = np.zeros(len(flow), dtype=bool)
    if len(indices):
        reached = flow[indices] / ticket[indices]
        closed[indices[reached <= np.median(reached)]] = True
    return closed
