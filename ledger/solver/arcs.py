"""A problem as arrays: supply groups, and the arcs from needs to groups, made block by block.

Sets: needs n; supply groups s, each one offer, or the aggregated capacity of all offers of a class
without ticket, share or earlier deals; arcs (n, s) that the rules admit.
Parameters: `share[n,s]`, the largest part of the open amount of n that one arc may supply;
`load[n,s]`, the part of the capacity of s that supplying all of n would use.

There are as many arcs as pairs of a need and a group, so they are never all held at once:
`Arcs.blocks` makes them for some needs at a time. Figures are floats that err on the side of the
larger limit; nothing here is a plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ledger.matching.problem import MatchingProblem
from ledger.solver.options import UNTIMED, Deadline

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.signedinteger[Any]]
BoolArray = npt.NDArray[np.bool_]

BLOCK_SIZE = 2_000_000
"""The approximate number of arcs of a block."""
_SLACK = 1 + 1e-12
_NO_LIMIT = np.inf


@dataclass(frozen=True)
class SupplyGroups:
    """The supply groups: the indices of their members, and the terms of those with one member.

    `largest_member` is the largest capacity of one member, `free` that of all members.
    """

    members: tuple[tuple[int, ...], ...]
    group_of_offer: IndexArray
    free: FloatArray
    largest_member: FloatArray
    min_ticket: FloatArray
    max_ticket: FloatArray
    max_share: FloatArray
    conditional: BoolArray


@dataclass(frozen=True)
class ArcBlock:
    """Arcs in order of need: `share` is the largest part of the open amount that an arc supplies.

    `load` is the part of the capacity of the group that supplying all of it would use.
    """

    need: IndexArray
    group: IndexArray
    share: FloatArray
    load: FloatArray

    def select(self, chosen: BoolArray | IndexArray) -> ArcBlock:
        """Return some of the arcs."""
        return ArcBlock(
            self.need[chosen], self.group[chosen], self.share[chosen], self.load[chosen]
        )

    def rank(self, order: IndexArray) -> IndexArray:
        """Return the place of each arc among those of its need, in an order by needs."""
        starts = np.flatnonzero(np.diff(self.need[order], prepend=-1))
        rank = np.zeros(len(order), np.int64)
        rank[order] = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
        return rank

    def cheapest(self, price: FloatArray, most: int | IndexArray) -> BoolArray:
        """Return which arcs are among the `most` cheapest of their need at these prices."""
        cheapest: BoolArray = self.rank(np.lexsort((self.ties, price, self.need))) < most
        return cheapest

    @property
    def ties(self) -> IndexArray:
        """A hash of each arc, to break ties independently of their order."""
        return tie_break_hash(self.need * 1_000_003 + self.group)

    @staticmethod
    def concatenate(blocks: list[ArcBlock]) -> ArcBlock:
        """Join blocks in their order."""
        return ArcBlock(
            np.concatenate([block.need for block in blocks] or [np.zeros(0, np.int64)]),
            np.concatenate([block.group for block in blocks] or [np.zeros(0, np.int64)]),
            np.concatenate([block.share for block in blocks] or [np.zeros(0)]),
            np.concatenate([block.load for block in blocks] or [np.zeros(0)]),
        )


def tie_break_hash(values: IndexArray) -> IndexArray:
    """Hash integers deterministically, to break ties independently of their order."""
    mixed = (values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(
        0xBF58476D1CE4E5B9
    )
    mixed ^= mixed >> np.uint64(31)
    return (mixed * np.uint64(0x94D049BB133111EB) >> np.uint64(1)).astype(np.int64)


class Arcs:
    """The arcs of a problem, made for some needs at a time.

    `per_offer`: every offer is a supply group of its own, so that an arc is a pair. A pass over
    more than one block ends with `TimeUp` once the deadline has passed.
    """

    def __init__(
        self, problem: MatchingProblem, *, per_offer: bool = False, deadline: Deadline = UNTIMED
    ) -> None:
        self.problem, self.per_offer, self._deadline = problem, per_offer, deadline
        needs = problem.needs
        self.open = np.array([float(need.open) for need in needs])
        self.net = np.array([float(need.net) for need in needs])
        self.divisible = np.array([need.divisible for need in needs], dtype=bool)
        self.project = np.array([need.project for need in needs], dtype=np.int64)
        self.need_class = np.array([need.need_class for need in needs], dtype=np.int64)
        self.groups = _groups(problem, per_offer=per_offer)
        self._individual_needs = {
            index for index, need in enumerate(needs) if need.sole_offer is not None
        } | {need for need, _ in problem.outstanding}

    @cached_property
    def _links_of_class(self) -> tuple[IndexArray, IndexArray, FloatArray]:
        """For each class of needs: the start of its groups, the groups, and the rates to them."""
        by_class = _groups_of_class(self.problem, self.groups)
        starts = np.zeros(len(self.problem.links) + 1, np.int64)
        groups: list[IndexArray] = []
        rates: list[FloatArray] = []
        for index, links in enumerate(self.problem.links):
            linked = [by_class[need_class] for need_class in links]
            sizes = [len(some) for some in linked]
            starts[index + 1] = starts[index] + sum(sizes)
            groups += linked
            ratios = [ratio.under / ratio.over for ratio in links.values()]
            rates.append(np.repeat(np.array(ratios), sizes))
        none = np.zeros(0, np.int64)
        return starts, np.concatenate([*groups, none]), np.concatenate([*rates, np.zeros(0)])

    @cached_property
    def count(self) -> int:
        """The maximum number of arcs."""
        starts = self._links_of_class[0]
        return int((starts[self.need_class + 1] - starts[self.need_class]).sum())

    def blocks(self, needs: IndexArray | None = None) -> Iterator[ArcBlock]:
        """Make the arcs of some needs (None: all), in their order."""
        chosen = np.arange(len(self.open)) if needs is None else needs
        starts = self._links_of_class[0]
        sizes = starts[self.need_class[chosen] + 1] - starts[self.need_class[chosen]]
        ends = np.cumsum(sizes)
        first = 0
        while first < len(chosen):
            if first:
                self._deadline.check()
            before = ends[first - 1] if first else 0
            last = max(first + 1, int(np.searchsorted(ends, before + BLOCK_SIZE, side="right")))
            yield self._block(chosen[first:last], sizes[first:last])
            first = last

    def all(self, needs: IndexArray | None = None) -> ArcBlock:
        """Make the arcs of some needs (None: all) as one block."""
        return ArcBlock.concatenate(list(self.blocks(needs)))

    def _block(self, needs: IndexArray, sizes: IndexArray) -> ArcBlock:
        starts, groups, rates = self._links_of_class
        need = np.repeat(needs, sizes)
        ends = np.cumsum(sizes)
        offsets = np.arange(len(need)) - np.repeat(ends - sizes, sizes)
        positions = starts[self.need_class[need]] + offsets
        group, rate = groups[positions], rates[positions]
        low, high = self._limits(need, group, rate)
        self._apply_individual_limits(need, group, low, high)
        open_ = self.open[need]
        can_be_filled = self.divisible[need] | (high * _SLACK >= open_)
        fits = (high >= 1) & (low <= high * _SLACK) & can_be_filled
        load = open_ * rate / self.groups.free[group]
        return ArcBlock(need, group, np.minimum(1.0, high / open_), load).select(fits)

    def _limits(
        self, need: IndexArray, group: IndexArray, rate: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return the minimum and maximum amounts of arcs, in the units of the needs."""
        groups, open_ = self.groups, self.open[need]
        free = np.where(self.divisible[need], groups.free[group], groups.largest_member[group])
        most = np.floor(np.minimum(free, groups.max_ticket[group]) / rate * _SLACK)
        share = np.floor(groups.max_share[group] * self.net[need] * _SLACK)
        high = np.minimum(np.minimum(open_, most), np.maximum(share, 0))
        # The smallest whole amount above this; between equal units nothing is rounded.
        less = (groups.min_ticket[group] - 1) / rate
        low = np.maximum(1.0, np.floor(np.where(rate == 1, less, less / _SLACK)) + 1)
        return low, high

    def _apply_individual_limits(
        self, need: IndexArray, group: IndexArray, low: FloatArray, high: FloatArray
    ) -> None:
        """Set the limits of needs with outstanding amounts one by one."""
        if not self._individual_needs:
            return
        for index in np.flatnonzero(
            np.isin(need, np.array(sorted(self._individual_needs)))
        ).tolist():
            offer = self.groups.members[group[index]][0]
            if len(self.groups.members[group[index]]) > 1:
                # No member of such a group has outstanding amounts.
                if self.problem.needs[need[index]].sole_offer is not None:
                    high[index] = 0.0
                continue
            limits = self.problem.limits(int(need[index]), offer)
            low[index], high[index] = limits if limits is not None else (1.0, 0.0)


def _groups(problem: MatchingProblem, *, per_offer: bool) -> SupplyGroups:
    outstanding_offers = {offer for _, offer in problem.outstanding}
    outstanding_offers |= {need.sole_offer for need in problem.needs if need.sole_offer is not None}
    by_key: dict[tuple[int, bool, int], list[int]] = {}
    for index, offer in enumerate(problem.offers):
        index_if_individual = (
            index if per_offer or index in outstanding_offers or not offer.is_unrestricted else -1
        )
        by_key.setdefault((offer.offer_class, offer.conditional, index_if_individual), []).append(
            index
        )
    members = tuple(map(tuple, by_key.values()))
    group_of_offer = np.zeros(len(problem.offers), np.int64)
    for group, group_members in enumerate(members):
        group_of_offer[list(group_members)] = group
    first_members = [problem.offers[group_members[0]] for group_members in members]
    free_amounts = [
        [problem.offers[index].free for index in group_members] for group_members in members
    ]
    return SupplyGroups(
        members=members,
        group_of_offer=group_of_offer,
        free=np.array([float(sum(group_members)) for group_members in free_amounts]),
        largest_member=np.array([float(max(group_members)) for group_members in free_amounts]),
        min_ticket=np.array([float(one.min_ticket or 0) for one in first_members]),
        max_ticket=np.array(
            [
                _NO_LIMIT if one.is_unrestricted else float(one.max_ticket or _NO_LIMIT)
                for one in first_members
            ]
        ),
        max_share=np.array(
            [_NO_LIMIT if one.max_share is None else float(one.max_share) for one in first_members]
        ),
        conditional=np.array([one.conditional for one in first_members], dtype=bool),
    )


def _groups_of_class(problem: MatchingProblem, groups: SupplyGroups) -> list[IndexArray]:
    by_class: list[list[int]] = [[] for _ in problem.offers_of_class]
    for group, members in enumerate(groups.members):
        by_class[problem.offers[members[0]].offer_class].append(group)
    return [np.array(some, np.int64) for some in by_class]


@dataclass(frozen=True, slots=True)
class RestrictedProblem:
    """A restricted problem: arcs, projects that can be completed, and prices of supply groups.

    `part` of the projects and `flow` of the arcs are the known part of the optimum of the
    relaxation.
    """

    block: ArcBlock
    completable: BoolArray
    prices: FloatArray
    part: FloatArray
    flow: FloatArray

    @staticmethod
    def unsolved(block: ArcBlock, completable: BoolArray, prices: FloatArray) -> RestrictedProblem:
        """Return the restricted problem where nothing of the optimum is known."""
        part, flow = np.zeros(len(completable)), np.zeros(len(block.need))
        return RestrictedProblem(block, completable, prices, part, flow)
