"""From the relaxation to a nearly whole answer, by narrowing it round by round.

A round only ever closes things, so that what is left always has an answer: projects completed by
the smallest parts are dropped, an indivisible need split between supplies is pinned to the one
that gives the most and has room for it, a flow below its ticket is forbidden. The relaxation is
then solved again from where it was, and finds better use for what came free.
"""

from __future__ import annotations

import numpy as np

from ledger.solving.highs import Deadline
from ledger.solving.large.arcs import Arcs, Floats, Places
from ledger.solving.large.relaxation import Relaxation, Relaxed

_TINY = 1e-6
_MOST_ROUNDS = 60
_DROPPED = 0.2
"""The part of the projects completed in part that a round drops."""


def dive(
    arcs: Arcs, relaxation: Relaxation, found: Relaxed, deadline: Deadline | None = None
) -> Relaxed:
    """Narrow the relaxation until nothing is in parts, or as far as the rounds go."""
    for _ in range(_MOST_ROUNDS):
        closing = _small_parts(found.part)
        forbidden = np.union1d(_too_small(arcs, relaxation, found), _split(arcs, relaxation, found))
        if not len(closing) and not len(forbidden):
            break
        relaxation.drop(closing)
        relaxation.forbid(forbidden)
        again = relaxation.solve(deadline)
        if again is None:
            break
        found = again
    return found


def _small_parts(part: Floats) -> Places:
    """Choose the projects to drop: of those completed in part, the smallest parts."""
    partly = np.flatnonzero((part > _TINY) & (part < 1 - _TINY))
    count = -(-len(partly) * _DROPPED // 1)
    return partly[np.argsort(part[partly], kind="stable")[: int(count)]]


def _too_small(arcs: Arcs, relaxation: Relaxation, found: Relaxed) -> Places:
    """Choose flows below their tickets: the smaller half of them, counted by how far below."""
    piece = relaxation.arcs
    ticket = arcs.stores.min_ticket[piece.store] / (piece.load * arcs.stores.free[piece.store])
    full = found.part[arcs.venture[piece.demand]] > 1 - _TINY
    short = (found.flow > _TINY) & (found.flow < ticket - _TINY) & full
    places = np.flatnonzero(short)
    order = np.argsort(found.flow[places] / ticket[places], kind="stable")
    return places[order[: -(-len(places) // 2)]]


def _split(arcs: Arcs, relaxation: Relaxation, found: Relaxed) -> Places:
    """Choose the arcs to close round indivisible needs that are to be one supply's."""
    piece, flow = relaxation.arcs, found.flow
    at = np.flatnonzero(~arcs.divisible[piece.demand] & (flow > _TINY))
    taken = np.zeros(len(arcs.stores.free))
    pinned: list[Places] = []
    order = at[np.lexsort((piece.demand[at], -flow[at]))]
    starts = np.searchsorted(piece.demand, np.arange(len(arcs.open) + 1))
    seen: set[int] = set()
    for arc in order.tolist():
        demand, store, load = int(piece.demand[arc]), int(piece.store[arc]), piece.load[arc]
        if demand in seen or taken[store] + load > 1 + _TINY:
            continue
        seen.add(demand)
        taken[store] += load
        others = np.arange(starts[demand], starts[demand + 1])
        pinned.append(others[(others != arc) & (flow[others] > _TINY)])
    return np.concatenate([*pinned, np.zeros(0, np.int64)])
