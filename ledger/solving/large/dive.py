"""From the relaxation to a nearly whole answer, by narrowing it round by round.

A round only ever closes things, so that what is left always has an answer: projects completed by
the smallest parts are dropped, an indivisible need split between supplies is pinned to the one
that gives the most and has room for it, a flow below its ticket is forbidden. The relaxation is
then solved again from where it was, and finds better use for what came free.
"""

from __future__ import annotations

from math import ceil

import numpy as np

from ledger.solving.highs import Deadline
from ledger.solving.large.arcs import Arcs, Flags, Floats, Piece, Places
from ledger.solving.large.relaxation import Relaxation, Relaxed

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
