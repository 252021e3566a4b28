"""What an exact search may choose from: all arcs, and the few of each demand worth a look."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ledger.solver.arcs import ArcBlock, Arcs, BoolArray, FloatArray, IndexArray, RestrictedProblem
from ledger.solver.assignment import Assignment
from ledger.solver.bounds import FULL
from ledger.solver.candidates import tie_break_hash
from ledger.solver.neighbourhood import SMALLEST_TICKET
from ledger.solver.relaxation import TOLERANCE, RelaxationOptimum


class ArcLimits(NamedTuple):
    """How many arcs of a demand are looked at.

    Of one that only one supply may fill, more are: it has fewer choices.
    """

    divisible: int
    indivisible: int


@dataclass(frozen=True)
class PlanState:
    """How far a plan is: which projects end complete, and what part of a demand each arc gives."""

    completed: BoolArray
    allocated: FloatArray


@dataclass(frozen=True)
class ArcChoice:
    """All arcs, in order of demand; which of them are `near`, and the least each may give.

    `low` is a part of what is open in the demand, 0 where there is no smallest amount; it is
    known of the arcs that are near or used, and of no others.
    """

    arcs: Arcs
    block: ArcBlock
    completable: BoolArray
    candidate: BoolArray
    low: FloatArray
    share_limited: BoolArray

    @staticmethod
    def select(
        restricted: RestrictedProblem,
        arcs: Arcs,
        optimum: RelaxationOptimum,
        assignment: Assignment,
        arc_limits: ArcLimits,
    ) -> ArcChoice:
        """Choose the arcs that are near: those the relaxation uses, and the cheapest others."""
        block = restricted.block
        candidate = _candidate_arcs(arcs, block, optimum, arc_limits)
        low = np.zeros(len(candidate))
        for index in np.flatnonzero(candidate & arcs.divisible[block.need]).tolist():
            (offer,) = arcs.groups.members[block.group[index]]
            low[index] = min_share(assignment, int(block.need[index]), offer)
        share_limited = (block.share < FULL) & (optimum.flow > TOLERANCE)
        return ArcChoice(arcs, block, restricted.completable, candidate, low, share_limited)

    def state_of(self, assignment: Assignment) -> PlanState:
        """Give the state of the plan in a book."""
        completed = [assignment.is_complete(index) for index in range(len(self.completable))]
        allocated = np.zeros(len(self.candidate))
        for need, given in enumerate(assignment.amounts):
            for offer, amount in given.items():
                index = self.index_of[need, offer]
                allocated[index] = amount / assignment.problem.needs[need].open
                if not self.candidate[index] and self.arcs.divisible[need]:
                    self.low[index] = min_share(assignment, need, offer)
        return PlanState(np.array(completed, dtype=bool), allocated)

    @cached_property
    def index_of(self) -> dict[tuple[int, int], int]:
        """The place of each arc by its demand and supply."""
        keys = zip(self.block.need.tolist(), self.offer.tolist(), strict=True)
        return {key: index for index, key in enumerate(keys)}

    @cached_property
    def offer(self) -> IndexArray:
        """The supply of each arc: every store has one member."""
        members = np.array([some[0] for some in self.arcs.groups.members], np.int64)
        result: IndexArray = members[self.block.group]
        return result


def min_share(assignment: Assignment, need: int, offer: int) -> float:
    """Give the least part of a demand that a supply may give, 0 where it is any."""
    limits = assignment.limits(need, offer)
    low = 0.0 if limits is None else limits.low / assignment.problem.needs[need].open
    return low if low > SMALLEST_TICKET else 0.0


def _candidate_arcs(
    arcs: Arcs, block: ArcBlock, optimum: RelaxationOptimum, arc_limits: ArcLimits
) -> BoolArray:
    price = np.round(block.load * optimum.prices[block.group], 9)
    ties = tie_break_hash(block.need * 1_000_003 + block.group)
    order: IndexArray = np.lexsort((ties, price, block.need))
    starts = np.flatnonzero(np.diff(block.need[order], prepend=-1))
    rank = np.zeros(len(order), np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    most = np.where(arcs.divisible[block.need], arc_limits.divisible, arc_limits.indivisible)
    result: BoolArray = (rank < most) | (optimum.flow > TOLERANCE)
    return result
