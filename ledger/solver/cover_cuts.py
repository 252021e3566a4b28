"""What whole projects would keep where they crowd round stores that are used up: rows as cuts.

Take stores that are full, with so much room between them. Some takers, which may each take so much
there, or nothing, would exceed it by an excess, all together. If one that takes more than the
excess stays away, the others get no more room than there is, less what it takes beyond:

    sum of what they take <= room - sum over takers of max(0, size - excess) x (1 - taken part)

A taker is a project with its demands that are served there, or, at a single store, a demand that
only one supply may fill. Of such demands alone, a cover that does not fit loses one at least, and
larger ones count for as many as they are worth (lifted after Letchford and Souli, 2019).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ledger.solver.arcs import Arcs, Flags, Floats, Piece, Places

_FLOWS = 1e-7
_PARTS = 1e-5
_FULL = 1 - 3e-6
_TRIED = 6
"""Covers of a crowd that are tried, each with one taker more."""
_BROKEN = 1e-3
_BEYOND = 1e-9


class Crowd(NamedTuple):
    """At most so much of these columns, each times its value."""

    columns: Places
    values: Floats
    most: float


class Crowds:
    """Finds the rows that an answer of the relaxation breaks; its columns are projects, arcs."""

    def __init__(self, arcs: Arcs, piece: Piece) -> None:
        self._piece = piece
        self._ventures = len(arcs.problem.ventures)
        self._venture = arcs.venture[piece.demand]
        self._divisible = arcs.divisible[piece.demand]
        self._stores = len(arcs.stores.free)

    def broken(self, part: Floats, flow: Floats) -> list[Crowd]:
        """Give rows that are broken by parts of projects and flows of arcs."""
        piece = self._piece
        full = np.bincount(piece.store, flow * piece.load, self._stores) > _FULL
        groups, worth = self._groups(part, flow, full)
        found = self._of(np.concatenate([part, flow]), full, groups, worth)
        grouped = np.bincount(groups, minlength=self._stores)[groups] > 1
        if grouped.any():
            alone = np.arange(self._stores), np.ones(self._stores)
            found += self._of(np.concatenate([part, flow]), full & grouped, *alone)
        return found

    def _groups(self, part: Floats, flow: Floats, full: Flags) -> tuple[Places, Floats]:
        """Group the full stores that some demand shares; give their worth in a common measure."""
        piece = self._piece
        inner = (flow > _FLOWS) & (flow < piece.share * part[self._venture] - _FLOWS)
        at = np.flatnonzero(inner & full[piece.store])
        same = np.flatnonzero(np.diff(piece.demand[at]) == 0)
        near: dict[int, list[tuple[int, float]]] = {}
        for one, other in zip(at[same].tolist(), at[same + 1].tolist(), strict=True):
            first, second = int(piece.store[one]), int(piece.store[other])
            ratio = float(piece.load[one] / piece.load[other])
            near.setdefault(first, []).append((second, ratio))
            near.setdefault(second, []).append((first, 1 / ratio))
        group, worth = np.arange(self._stores), np.ones(self._stores)
        seen: set[int] = set()
        for root in near:
            queue = [] if root in seen else [root]
            seen.add(root)
            for store in queue:
                group[store] = root
                for other, ratio in near[store]:
                    if other not in seen:
                        seen.add(other)
                        worth[other] = worth[store] * ratio
                        queue.append(other)
        return group, worth

    def _of(self, answer: Floats, full: Flags, group: Places, worth: Floats) -> list[Crowd]:
        """Give the rows of groups of stores."""
        piece = self._piece
        at = np.flatnonzero(full[piece.store])
        if not len(at):
            return []
        at = at[np.argsort(group[piece.store[at]], kind="stable")]
        of = group[piece.store[at]]
        room = np.bincount(group, worth * full, self._stores)
        single = np.bincount(group[full], minlength=self._stores) == 1
        whole = single[of] & ~self._divisible[at]
        taker = np.where(whole, at + self._ventures, self._venture[at])
        partly = (answer[taker] > _PARTS) & (answer[taker] < 1 - _PARTS)
        partly &= answer[at + self._ventures] > _FLOWS
        starts = np.flatnonzero(np.diff(of, prepend=-1))
        ends = np.append(starts[1:], len(at))
        found = []
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            if partly[start:end].any():
                some = at[start:end]
                load = piece.load[some] * worth[piece.store[some]] / room[of[start]]
                found += self._rows(answer, some, taker[start:end], load)
        return found

    def _rows(self, answer: Floats, at: Places, taker: Places, load: Floats) -> list[Crowd]:
        whole = taker >= self._ventures
        rows = [lifted_cover(taker[whole], load[whole], answer[taker[whole]])]
        demand = self._piece.demand[at]
        served = np.isin(demand, demand[answer[at + self._ventures] > _FLOWS])
        rows.append(self._flow_cover(answer, at[served], taker[served], load[served]))
        return [row for row in rows if row is not None]

    def _flow_cover(self, answer: Floats, at: Places, taker: Places, load: Floats) -> Crowd | None:
        """Give the row of the most broken cover tried, if any is."""
        takers, of = np.unique(taker, return_inverse=True)
        size = self._sizes(at, load, of, len(takers))
        part = answer[takers]
        takes = np.bincount(of, answer[at + self._ventures] * load, len(takers))
        order = np.lexsort((-size, -part))
        upto = np.cumsum(size[order])
        first = int(np.searchsorted(upto, 1 + _BEYOND, side="right"))
        best, cover, beyond = _BROKEN, order[:0], order[:0].astype(np.float64)
        for last in range(first, min(len(order), first + _TRIED)):
            some = order[: last + 1]
            over = np.maximum(size[some] - (upto[last] - 1), 0.0)
            broken = takes[some].sum() + (over * (1 - part[some])).sum() - 1
            if broken > best:
                best, cover, beyond = broken, some, over
        if not len(cover):
            return None
        chosen = np.zeros(len(takers), dtype=bool)
        chosen[cover] = True
        used = chosen[of]
        columns = np.concatenate([takers[cover], at[used] + self._ventures])
        values = np.concatenate([-beyond, load[used]])
        columns, place = np.unique(columns, return_inverse=True)
        summed = np.bincount(place, values).astype(np.float64)
        return Crowd(columns.astype(np.int32), summed, float(1 - beyond.sum()))

    def _sizes(self, at: Places, load: Floats, taker: Places, count: int) -> Floats:
        """Give the most that each taker could take here, of all of its demands."""
        piece = self._piece
        starts = np.flatnonzero(np.diff(piece.demand[at], prepend=-1))
        # Arcs are in order of groups, then of demands, so that those of a demand are together.
        share = np.minimum(1.0, np.add.reduceat(piece.share[at], starts))
        largest = np.maximum.reduceat(load, starts)
        return np.bincount(taker[starts], share * largest, count).astype(np.float64)


def lifted_cover(columns: Places, size: Floats, part: Floats) -> Crowd | None:
    """Give a row that whole takers of one room keep and these parts break, if one is found."""
    order = np.lexsort((-size, -part))
    upto = np.cumsum(size[order])
    last = int(np.searchsorted(upto, 1 + _BEYOND, side="right"))
    if last >= len(order):
        return None
    cover, excess = order[: last + 1].tolist(), float(upto[last] - 1)
    for one in sorted(cover, key=lambda it: (part[it], size[it])):
        if size[one] < excess - _BEYOND:
            cover.remove(one)
            excess -= float(size[one])
    if len(cover) < 2:  # noqa: PLR2004 - one that never fits has no arc
        return None
    sizes = np.sort(size[cover])[::-1]
    level = _level(sizes, excess)
    steps = np.cumsum(np.minimum(level, sizes))
    counts = np.searchsorted(steps + _BEYOND, size, side="left").astype(np.float64)
    inside = np.zeros(len(size), dtype=bool)
    inside[cover] = True
    counts[inside & (size <= level * (1 + _BEYOND))] = 1.0
    if counts @ part - (len(cover) - 1) < _BROKEN:
        return None
    used = counts > 0
    return Crowd(columns[used].astype(np.int32), counts[used], float(len(cover) - 1))


def _level(sizes: Floats, excess: float) -> float:
    """Give the size to which the largest have to be cut for all to fit."""
    level = float(sizes[0])
    for count in range(1, len(sizes)):
        step = count * (level - float(sizes[count]))
        if step >= excess:
            return level - excess / count
        level, excess = float(sizes[count]), excess - step
    return 1 / len(sizes)
