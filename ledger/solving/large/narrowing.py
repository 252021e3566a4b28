"""From the priced relaxation towards a whole answer, by closing things round by round.

As a dive does where the relaxation is a linear program (see `dive`), with an eye for what is only
nearly an optimum: an indivisible need split between supplies is pinned to the one that gives the
most and has room for it, flows far below their tickets are closed, and projects completed by the
smallest parts are dropped. What is left is brought near its optimum again from where it was.
"""

from __future__ import annotations

import numpy as np

from ledger.solving.descent import Rest, descend
from ledger.solving.highs import Deadline
from ledger.solving.large.arcs import Arcs, Flags, Floats, Piece, Places
from ledger.solving.large.pricing import Priced, joined, modelled

_ROUNDS = 6
_STEPS = 100
_FLOWS = 0.02
"""A smaller part of an indivisible need says nothing of who will fill it."""
_TRACE = 1e-3
_LEAST_PART, _MOST_PART = 1e-4, 0.99
"""Projects completed in parts between these count as partly completed."""
_DROPPED = 0.3
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
        still[_small_parts(part, still)] = False
        kept = np.flatnonzero(_pinned(arcs, piece, flow) & ~_too_small(arcs, piece, flow, part))
        piece = piece.only(kept)
        begin = Rest(np.concatenate([part, flow[kept]]), rest.prices, rest.lean)
        rest = descend(modelled(arcs, piece, still), _STEPS, begin, deadline)
    piece, rest = joined(arcs, piece, found.piece, rest)
    part, flow = np.split(rest.values, [len(may)])
    return Priced(piece, part, flow, found.best)


def _small_parts(part: Floats, still: Flags) -> Places:
    """Choose the projects to drop."""
    partly = np.flatnonzero((part > _LEAST_PART) & (part < _MOST_PART) & still)
    count = int(np.ceil(len(partly) * _DROPPED))
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


def _too_small(arcs: Arcs, piece: Piece, flow: Floats, part: Floats) -> Flags:
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
