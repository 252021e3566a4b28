"""From the relaxation to a nearly whole answer, by narrowing it round by round.

A round only ever closes things, so that what is left always has an answer: projects completed by
the smallest parts are dropped, an indivisible need split between supplies is pinned to the one
that gives the most and has room for it, a flow below its ticket is forbidden. The relaxation is
then solved again from where it was, and finds better use for what came free.

From the priced relaxation towards a whole answer, by closing things round by round.

As a dive does where the relaxation is a linear program (see `dive`), with an eye for what is only
nearly an optimum: an indivisible need split between supplies is pinned to the one that gives the
most and has room for it, flows far below their tickets are closed, and projects completed by the
smallest parts are dropped. What is left is brought near its optimum again from where it was.
"""

from __future__ import annotations

from math import ceil

import numpy as np

from ledger.solver.arcs import ArcBlock, Arcs, BoolArray, FloatArray, IndexArray
from ledger.solver.highs import Deadline
from ledger.solver.pdhg import PdhgState, solve_pdhg
from ledger.solver.pricing import PricedRelaxation, merge_arcs, relaxation_model
from ledger.solver.relaxation import Relaxation, RelaxationOptimum

FRACTION_TOLERANCE = 1e-6
MIN_FLOW = 1e-9
"""What flows at least: less is lost in a program's tolerance."""
_MAX_ROUNDS = 50
_ROUNDS_WITHOUT_DROPS = 5
"""Rounds that drop no project yet: first it has to be seen what tickets cost."""
_DROPPED_SHARE = 0.2
"""The part of the projects completed in part that a round drops."""
_MIN_DROPPED = 3
_FORBIDDEN_SHARE = 0.25
"""The part of the flows below their tickets that a round forbids."""


def dive(
    arcs: Arcs, relaxation: Relaxation, deadline: Deadline | None = None, max_undecided: int = 0
) -> RelaxationOptimum | None:
    """Narrow the relaxation until so few projects are undecided, or as far as the rounds go."""
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
        dropped = _small_fractions(result.part)
        if round_number < _ROUNDS_WITHOUT_DROPS and len(forbidden):
            dropped = dropped[:0]
        if not len(dropped) and not len(forbidden):
            break
        relaxation.drop(dropped)
        relaxation.forbid(forbidden)
        resolved = relaxation.solve(deadline)
        if resolved is None:
            break
        result = resolved
    return result


def undecided_projects(arcs: Arcs, block: ArcBlock, result: RelaxationOptimum) -> BoolArray:
    """Say which projects are completed in part, or by flows that are too small, or divided."""
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
    """Give the smallest amount of each arc, as a part of what is open in its demand."""
    return arcs.groups.min_ticket[block.group] / (block.load * arcs.groups.free[block.group])


def _small_fractions(part: FloatArray) -> IndexArray:
    """Choose the projects to drop: of those completed in part, the smallest parts."""
    partial = np.flatnonzero((part > FRACTION_TOLERANCE) & (part < 1 - FRACTION_TOLERANCE))
    count = max(_MIN_DROPPED, ceil(len(partial) * _DROPPED_SHARE))
    return partial[np.argsort(part[partial], kind="stable")[:count]]


def _too_small(arcs: Arcs, relaxation: Relaxation, result: RelaxationOptimum) -> IndexArray:
    """Choose flows below their tickets: some of them, counted by how far below."""
    block = relaxation.arcs
    ticket = _ticket_shares(arcs, block)
    full = result.part[arcs.project[block.need]] > 1 - FRACTION_TOLERANCE
    short = (result.flow > FRACTION_TOLERANCE) & (result.flow < ticket - FRACTION_TOLERANCE) & full
    indices = np.flatnonzero(short)
    order = np.argsort(result.flow[indices] / ticket[indices], kind="stable")
    return indices[order[: ceil(len(indices) * _FORBIDDEN_SHARE)]]


def _split(arcs: Arcs, relaxation: Relaxation, result: RelaxationOptimum) -> IndexArray:
    """Choose the arcs to close round indivisible needs that are to be one supply's."""
    block, flow = relaxation.arcs, result.flow
    at = np.flatnonzero(~arcs.divisible[block.need] & (flow > FRACTION_TOLERANCE))
    used = np.zeros(len(arcs.groups.free))
    pinned: list[IndexArray] = []
    order = at[np.lexsort((block.need[at], -flow[at]))]
    starts = np.searchsorted(block.need, np.arange(len(arcs.open) + 1))
    seen: set[int] = set()
    for arc in order.tolist():
        need, group, load = int(block.need[arc]), int(block.group[arc]), block.load[arc]
        if need in seen or used[group] + load > 1 + FRACTION_TOLERANCE:
            continue
        seen.add(need)
        used[group] += load
        others = np.arange(starts[need], starts[need + 1])
        pinned.append(others[(others != arc) & (flow[others] > FRACTION_TOLERANCE)])
    return np.concatenate([*pinned, np.zeros(0, np.int64)])


_ROUNDS = 6
_STEPS = 100
_MIN_INDIVISIBLE_FLOW = 0.02
"""A smaller part of an indivisible need says nothing of who will fill it."""
_RELATIVE_TRACE = 1e-3
_MIN_PARTIAL, _MAX_PARTIAL = 1e-4, 0.99
"""Projects completed in parts between these count as partly completed."""
_FIRST_ORDER_DROPPED_SHARE = 0.3
"""The part of the projects completed in part that a round drops."""
_LIKELY_COMPLETION = 0.5
_SLACK = 1e-6


def relax_and_fix(
    arcs: Arcs, completable: BoolArray, result: PricedRelaxation, deadline: Deadline
) -> PricedRelaxation:
    """Close arcs and projects until little is in parts; the arcs closed are given with no flow."""
    if arcs.divisible.all() and not arcs.groups.min_ticket.any():
        return result
    block, still_completable = result.block, completable.copy()
    cost = np.where(np.isfinite(result.best.cost), result.best.cost, 0.0)
    # A demand is worth to its project what it costs: the price of its row.
    prices = np.concatenate([-cost, result.best.prices])
    state = PdhgState(np.concatenate([result.part, result.flow]), prices)
    for _ in range(_ROUNDS):
        if deadline.passed:
            break
        part, flow = np.split(state.values, [len(completable)])
        still_completable[_smallest_fractions(part, still_completable)] = False
        kept_arcs = np.flatnonzero(
            _pinned(arcs, block, flow) & ~_below_ticket(arcs, block, flow, part)
        )
        block = block.select(kept_arcs)
        begin = PdhgState(
            np.concatenate([part, flow[kept_arcs]]), state.prices, state.primal_weight
        )
        state = solve_pdhg(
            relaxation_model(arcs, block, still_completable), _STEPS, begin, deadline
        )
    block, state = merge_arcs(arcs, block, result.block, state)
    part, flow = np.split(state.values, [len(completable)])
    return PricedRelaxation(block, part, flow, result.best)


def _smallest_fractions(part: FloatArray, still_completable: BoolArray) -> IndexArray:
    """Choose the projects to drop."""
    partial = np.flatnonzero((part > _MIN_PARTIAL) & (part < _MAX_PARTIAL) & still_completable)
    count = int(np.ceil(len(partial) * _FIRST_ORDER_DROPPED_SHARE))
    return partial[np.argsort(part[partial], kind="stable")[:count]]


def _pinned(arcs: Arcs, block: ArcBlock, flow: FloatArray) -> BoolArray:
    """Say which arcs stay open: of indivisible needs that find room, one each."""
    at = np.flatnonzero(~arcs.divisible[block.need] & (flow > _MIN_INDIVISIBLE_FLOW))
    at = at[np.lexsort((block.need[at], -flow[at]))]
    used = [0.0] * len(arcs.groups.free)
    chosen_arc = np.full(len(arcs.open), -1)
    steps = (at, block.need[at], block.group[at], block.load[at])
    for arc, need, group, load in zip(*(step.tolist() for step in steps), strict=True):
        if chosen_arc[need] < 0 and used[group] + load <= 1 + _SLACK:
            chosen_arc[need] = arc
            used[group] += load
    open_arcs = arcs.divisible[block.need] | (chosen_arc[block.need] < 0)
    open_arcs[chosen_arc[chosen_arc >= 0]] = True
    return open_arcs


def _below_ticket(arcs: Arcs, block: ArcBlock, flow: FloatArray, part: FloatArray) -> BoolArray:
    """Say which flows are below their tickets: the half of them that is furthest below."""
    groups = arcs.groups
    ticket = groups.min_ticket[block.group] / (block.load * groups.free[block.group])
    likely = part[arcs.project[block.need]] > _LIKELY_COMPLETION
    indices = np.flatnonzero(
        (flow > _RELATIVE_TRACE) & (flow < ticket * (1 - _RELATIVE_TRACE)) & likely
    )
    closed = np.zeros(len(flow), dtype=bool)
    if len(indices):
        reached = flow[indices] / ticket[indices]
        closed[indices[reached <= np.median(reached)]] = True
    return closed
