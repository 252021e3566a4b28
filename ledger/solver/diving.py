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

from ledger.solver.arcs import Arcs, Flags, Floats, Piece, Places
from ledger.solver.highs import Deadline
from ledger.solver.pdhg import Rest, descend
from ledger.solver.pricing import Priced, joined, modelled
from ledger.solver.relaxation import Relaxation, Relaxed

TINY = 1e-6
FLOWS = 1e-9
"""What flows at least: less is lost in a program's tolerance."""
_MOST_ROUNDS = 50
_FIRST = 5
"""Rounds that drop no project yet: first it has to be seen what tickets cost."""
_DROPPED = 0.2
"""The part of the projects completed in part that a round drops."""
_FEWEST = 3
_FORBIDDEN = 0.25
"""The part of the flows below their tickets that a round forbids."""


def dive(
    arcs: Arcs, relaxation: Relaxation, deadline: Deadline | None = None, left: int = 0
) -> Relaxed | None:
    """Narrow the relaxation until so few projects are undecided, or as far as the rounds go."""
    found = relaxation.solve(deadline)
    for turn in range(_MOST_ROUNDS):
        if found is None or undecided(arcs, relaxation.arcs, found).sum() <= left:
            break
        forbidden = np.union1d(_too_small(arcs, relaxation, found), _split(arcs, relaxation, found))
        closing = _small_parts(found.part)
        if turn < _FIRST and len(forbidden):
            closing = closing[:0]
        if not len(closing) and not len(forbidden):
            break
        relaxation.drop(closing)
        relaxation.forbid(forbidden)
        again = relaxation.solve(deadline)
        if again is None:
            break
        found = again
    return found


def undecided(arcs: Arcs, piece: Piece, found: Relaxed) -> Flags:
    """Say which projects are completed in part, or by flows that are too small, or divided."""
    venture, used = arcs.venture[piece.demand], found.flow > FLOWS
    part = found.part[venture]
    divided = used & ~arcs.divisible[piece.demand] & (found.flow < part - TINY)
    small = used & (found.flow < _tickets(arcs, piece) - TINY)
    open_: Flags = (found.part > TINY) & (found.part < 1 - TINY)
    open_[venture[(divided | small) & (part > 1 - TINY)]] = True
    return open_


def _tickets(arcs: Arcs, piece: Piece) -> Floats:
    """Give the smallest amount of each arc, as a part of what is open in its demand."""
    return arcs.stores.min_ticket[piece.store] / (piece.load * arcs.stores.free[piece.store])


def _small_parts(part: Floats) -> Places:
    """Choose the projects to drop: of those completed in part, the smallest parts."""
    partly = np.flatnonzero((part > TINY) & (part < 1 - TINY))
    count = max(_FEWEST, ceil(len(partly) * _DROPPED))
    return partly[np.argsort(part[partly], kind="stable")[:count]]


def _too_small(arcs: Arcs, relaxation: Relaxation, found: Relaxed) -> Places:
    """Choose flows below their tickets: some of them, counted by how far below."""
    piece = relaxation.arcs
    ticket = _tickets(arcs, piece)
    full = found.part[arcs.venture[piece.demand]] > 1 - TINY
    short = (found.flow > TINY) & (found.flow < ticket - TINY) & full
    places = np.flatnonzero(short)
    order = np.argsort(found.flow[places] / ticket[places], kind="stable")
    return places[order[: ceil(len(places) * _FORBIDDEN)]]


def _split(arcs: Arcs, relaxation: Relaxation, found: Relaxed) -> Places:
    """Choose the arcs to close round indivisible needs that are to be one supply's."""
    piece, flow = relaxation.arcs, found.flow
    at = np.flatnonzero(~arcs.divisible[piece.demand] & (flow > TINY))
    taken = np.zeros(len(arcs.stores.free))
    pinned: list[Places] = []
    order = at[np.lexsort((piece.demand[at], -flow[at]))]
    starts = np.searchsorted(piece.demand, np.arange(len(arcs.open) + 1))
    seen: set[int] = set()
    for arc in order.tolist():
        demand, store, load = int(piece.demand[arc]), int(piece.store[arc]), piece.load[arc]
        if demand in seen or taken[store] + load > 1 + TINY:
            continue
        seen.add(demand)
        taken[store] += load
        others = np.arange(starts[demand], starts[demand + 1])
        pinned.append(others[(others != arc) & (flow[others] > TINY)])
    return np.concatenate([*pinned, np.zeros(0, np.int64)])


_ROUNDS = 6
_STEPS = 100
_FLOWS = 0.02
"""A smaller part of an indivisible need says nothing of who will fill it."""
_TRACE = 1e-3
_LEAST_PART, _MOST_PART = 1e-4, 0.99
"""Projects completed in parts between these count as partly completed."""
_PRICED_DROPPED = 0.3
"""The part of the projects completed in part that a round drops."""
_LIKELY = 0.5
_SLACK = 1e-6


def narrowed(arcs: Arcs, may: Flags, found: Priced, deadline: Deadline) -> Priced:
    """Close arcs and projects until little is in parts; the arcs closed are given with no flow."""
    if arcs.divisible.all() and not arcs.stores.min_ticket.any():
        return found
    piece, still = found.piece, may.copy()
    cost = np.where(np.isfinite(found.best.cost), found.best.cost, 0.0)
    # A demand is worth to its project what it costs: the price of its row.
    prices = np.concatenate([-cost, found.best.prices])
    rest = Rest(np.concatenate([found.part, found.flow]), prices)
    for _ in range(_ROUNDS):
        if deadline.passed:
            break
        part, flow = np.split(rest.values, [len(may)])
        still[_smallest_parts(part, still)] = False
        kept = np.flatnonzero(_pinned(arcs, piece, flow) & ~_below_ticket(arcs, piece, flow, part))
        piece = piece.only(kept)
        begin = Rest(np.concatenate([part, flow[kept]]), rest.prices, rest.lean)
        rest = descend(modelled(arcs, piece, still), _STEPS, begin, deadline)
    piece, rest = joined(arcs, piece, found.piece, rest)
    part, flow = np.split(rest.values, [len(may)])
    return Priced(piece, part, flow, found.best)


def _smallest_parts(part: Floats, still: Flags) -> Places:
    """Choose the projects to drop."""
    partly = np.flatnonzero((part > _LEAST_PART) & (part < _MOST_PART) & still)
    count = int(np.ceil(len(partly) * _PRICED_DROPPED))
    return partly[np.argsort(part[partly], kind="stable")[:count]]


def _pinned(arcs: Arcs, piece: Piece, flow: Floats) -> Flags:
    """Say which arcs stay open: of indivisible needs that find room, one each."""
    at = np.flatnonzero(~arcs.divisible[piece.demand] & (flow > _FLOWS))
    at = at[np.lexsort((piece.demand[at], -flow[at]))]
    taken = [0.0] * len(arcs.stores.free)
    own = np.full(len(arcs.open), -1)
    steps = (at, piece.demand[at], piece.store[at], piece.load[at])
    for arc, demand, store, load in zip(*(step.tolist() for step in steps), strict=True):
        if own[demand] < 0 and taken[store] + load <= 1 + _SLACK:
            own[demand] = arc
            taken[store] += load
    stays = arcs.divisible[piece.demand] | (own[piece.demand] < 0)
    stays[own[own >= 0]] = True
    return stays


def _below_ticket(arcs: Arcs, piece: Piece, flow: Floats, part: Floats) -> Flags:
    """Say which flows are below their tickets: the half of them that is furthest below."""
    stores = arcs.stores
    ticket = stores.min_ticket[piece.store] / (piece.load * stores.free[piece.store])
    likely = part[arcs.venture[piece.demand]] > _LIKELY
    places = np.flatnonzero((flow > _TRACE) & (flow < ticket * (1 - _TRACE)) & likely)
    chosen = np.zeros(len(flow), dtype=bool)
    if len(places):
        reached = flow[places] / ticket[places]
        chosen[places[reached <= np.median(reached)]] = True
    return chosen
