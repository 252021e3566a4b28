"""Separation of flow cover and lifted cover inequalities at full supply groups.

Take full groups with a common capacity, and takers that each use up to `size` of it, or nothing,
and together exceed it by an excess. If a taker larger than the excess is left out, the others gain
no more room than the capacity less the remainder:

    sum of their flows <= capacity - sum over takers of max(0, size - excess) x (1 - z of the taker)

A taker is a project with its needs served there or, at a single group, an indivisible need. Of
indivisible needs alone, a cover exceeds the capacity, so at least one of it is left out; larger
items are lifted into the cover inequality (Letchford and Souli, "On lifted cover inequalities: a
new lifting procedure with unusual properties", Operations Research Letters, 2019).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ledger.solver.arcs import ArcBlock, Arcs, BoolArray, FloatArray, IndexArray

_MIN_FLOW = 1e-7
_MIN_COMPLETION = 1e-5
_FULL = 1 - 3e-6
_MAX_COVERS = 6
"""The number of covers tried per cluster, each with one more taker."""
_MIN_VIOLATION = 1e-3
_EPSILON = 1e-9


class CoverCut(NamedTuple):
    """An inequality: the sum of `values` x columns is at most `upper`."""

    columns: IndexArray
    values: FloatArray
    upper: float


class CoverCutSeparator:
    """Separates violated cuts; the columns are projects, then arcs."""

    def __init__(self, arcs: Arcs, block: ArcBlock) -> None:
        self._block = block
        self._projects = len(arcs.problem.projects)
        self._project = arcs.project[block.need]
        self._divisible = arcs.divisible[block.need]
        self._group_count = len(arcs.groups.free)

    def violated(self, part: FloatArray, flow: FloatArray) -> list[CoverCut]:
        """Return cuts that a fractional solution violates."""
        block = self._block
        full = np.bincount(block.group, flow * block.load, self._group_count) > _FULL
        clusters, scale = self._clusters(part, flow, full)
        result = self._cuts_of(np.concatenate([part, flow]), full, clusters, scale)
        grouped = np.bincount(clusters, minlength=self._group_count)[clusters] > 1
        if grouped.any():
            singletons = np.arange(self._group_count), np.ones(self._group_count)
            result += self._cuts_of(np.concatenate([part, flow]), full & grouped, *singletons)
        return result

    def _clusters(
        self, part: FloatArray, flow: FloatArray, full: BoolArray
    ) -> tuple[IndexArray, FloatArray]:
        """Cluster full groups that share a need, and scale them to a common measure."""
        block = self._block
        inner = (flow > _MIN_FLOW) & (flow < block.share * part[self._project] - _MIN_FLOW)
        arcs_at = np.flatnonzero(inner & full[block.group])
        same = np.flatnonzero(np.diff(block.need[arcs_at]) == 0)
        adjacent: dict[int, list[tuple[int, float]]] = {}
        for one, other in zip(arcs_at[same].tolist(), arcs_at[same + 1].tolist(), strict=True):
            first, second = int(block.group[one]), int(block.group[other])
            ratio = float(block.load[one] / block.load[other])
            adjacent.setdefault(first, []).append((second, ratio))
            adjacent.setdefault(second, []).append((first, 1 / ratio))
        cluster, scale = np.arange(self._group_count), np.ones(self._group_count)
        seen: set[int] = set()
        for root in adjacent:
            queue = [] if root in seen else [root]
            seen.add(root)
            for group in queue:
                cluster[group] = root
                for other, ratio in adjacent[group]:
                    if other not in seen:
                        seen.add(other)
                        scale[other] = scale[group] * ratio
                        queue.append(other)
        return cluster, scale

    def _cuts_of(
        self, solution: FloatArray, full: BoolArray, cluster: IndexArray, scale: FloatArray
    ) -> list[CoverCut]:
        """Return the cuts of clusters of supply groups."""
        block = self._block
        arcs_at = np.flatnonzero(full[block.group])
        if not len(arcs_at):
            return []
        arcs_at = arcs_at[np.argsort(cluster[block.group[arcs_at]], kind="stable")]
        of = cluster[block.group[arcs_at]]
        capacity = np.bincount(cluster, scale * full, self._group_count)
        single = np.bincount(cluster[full], minlength=self._group_count) == 1
        indivisible = single[of] & ~self._divisible[arcs_at]
        row_taker = np.where(indivisible, arcs_at + self._projects, self._project[arcs_at])
        partly = (solution[row_taker] > _MIN_COMPLETION) & (
            solution[row_taker] < 1 - _MIN_COMPLETION
        )
        partly &= solution[arcs_at + self._projects] > _MIN_FLOW
        starts = np.flatnonzero(np.diff(of, prepend=-1))
        ends = np.append(starts[1:], len(arcs_at))
        result = []
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            if partly[start:end].any():
                cluster_arcs = arcs_at[start:end]
                load = (
                    block.load[cluster_arcs]
                    * scale[block.group[cluster_arcs]]
                    / capacity[of[start]]
                )
                result += self._cuts_of_cluster(solution, cluster_arcs, row_taker[start:end], load)
        return result

    def _cuts_of_cluster(
        self, solution: FloatArray, arcs_at: IndexArray, row_taker: IndexArray, load: FloatArray
    ) -> list[CoverCut]:
        indivisible = row_taker >= self._projects
        rows = [
            lifted_cover(
                row_taker[indivisible], load[indivisible], solution[row_taker[indivisible]]
            )
        ]
        need = self._block.need[arcs_at]
        served = np.isin(need, need[solution[arcs_at + self._projects] > _MIN_FLOW])
        rows.append(self._flow_cover(solution, arcs_at[served], row_taker[served], load[served]))
        return [row for row in rows if row is not None]

    def _flow_cover(
        self, solution: FloatArray, arcs_at: IndexArray, taker: IndexArray, load: FloatArray
    ) -> CoverCut | None:
        """Return the most violated flow cover inequality tried, if any."""
        takers, of = np.unique(taker, return_inverse=True)
        size = self._sizes(arcs_at, load, of, len(takers))
        part = solution[takers]
        taken = np.bincount(of, solution[arcs_at + self._projects] * load, len(takers))
        order = np.lexsort((-size, -part))
        cumulative = np.cumsum(size[order])
        first = int(np.searchsorted(cumulative, 1 + _EPSILON, side="right"))
        best, cover, excesses = _MIN_VIOLATION, order[:0], order[:0].astype(np.float64)
        for last in range(first, min(len(order), first + _MAX_COVERS)):
            cover_items = order[: last + 1]
            excess = np.maximum(size[cover_items] - (cumulative[last] - 1), 0.0)
            violation = taken[cover_items].sum() + (excess * (1 - part[cover_items])).sum() - 1
            if violation > best:
                best, cover, excesses = violation, cover_items, excess
        if not len(cover):
            return None
        chosen = np.zeros(len(takers), dtype=bool)
        chosen[cover] = True
        used = chosen[of]
        columns = np.concatenate([takers[cover], arcs_at[used] + self._projects])
        values = np.concatenate([-excesses, load[used]])
        columns, index = np.unique(columns, return_inverse=True)
        summed = np.bincount(index, values).astype(np.float64)
        return CoverCut(columns.astype(np.int32), summed, float(1 - excesses.sum()))

    def _sizes(
        self, arcs_at: IndexArray, load: FloatArray, row_taker: IndexArray, count: int
    ) -> FloatArray:
        """Return the largest amount of each taker here, over all of its needs."""
        block = self._block
        starts = np.flatnonzero(np.diff(block.need[arcs_at], prepend=-1))
        # Arcs are in order of clusters, then of needs, so those of a need are adjacent.
        share = np.minimum(1.0, np.add.reduceat(block.share[arcs_at], starts))
        largest = np.maximum.reduceat(load, starts)
        return np.bincount(row_taker[starts], share * largest, count).astype(np.float64)


def lifted_cover(columns: IndexArray, size: FloatArray, part: FloatArray) -> CoverCut | None:
    """Return a violated lifted cover inequality for one capacity, if one is found."""
    order = np.lexsort((-size, -part))
    cumulative = np.cumsum(size[order])
    last = int(np.searchsorted(cumulative, 1 + _EPSILON, side="right"))
    if last >= len(order):
        return None
    cover, excess = order[: last + 1].tolist(), float(cumulative[last] - 1)
    for one in sorted(cover, key=lambda item: (part[item], size[item])):
        if size[one] < excess - _EPSILON:
            cover.remove(one)
            excess -= float(size[one])
    if len(cover) < 2:  # noqa: PLR2004 - one that never fits has no arc
        return None
    sizes = np.sort(size[cover])[::-1]
    level = _level(sizes, excess)
    steps = np.cumsum(np.minimum(level, sizes))
    counts = np.searchsorted(steps + _EPSILON, size, side="left").astype(np.float64)
    inside = np.zeros(len(size), dtype=bool)
    inside[cover] = True
    counts[inside & (size <= level * (1 + _EPSILON))] = 1.0
    if counts @ part - (len(cover) - 1) < _MIN_VIOLATION:
        return None
    used = counts > 0
    return CoverCut(columns[used].astype(np.int32), counts[used], float(len(cover) - 1))


def _level(sizes: FloatArray, excess: float) -> float:
    """Return the size to which the largest items have to be cut for all to fit."""
    level = float(sizes[0])
    for count in range(1, len(sizes)):
        step = count * (level - float(sizes[count]))
        if step >= excess:
            return level - excess / count
        level, excess = float(sizes[count]), excess - step
    return 1 / len(sizes)
