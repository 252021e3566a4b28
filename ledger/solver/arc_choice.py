"""The arcs that a sub-MIP may use: all arcs of a problem, and the candidates of each need.

Candidates are the arcs that the relaxation uses, and those with the lowest reduced cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ledger.solver.arcs import ArcBlock, Arcs, BoolArray, FloatArray, IndexArray, RestrictedProblem
from ledger.solver.assignment import Assignment
from ledger.solver.bounds import FULL
from ledger.solver.relaxation import TOLERANCE, RelaxationOptimum

_SMALLEST_TICKET = 1e-6
"""A minimum amount below this part of a need is ignored."""


class ArcLimits(NamedTuple):
    """The number of candidate arcs of a need.

    An indivisible need has more: fewer of them fit.
    """

    divisible: int
    indivisible: int


@dataclass(frozen=True)
class PlanState:
    """The state of a plan: completed projects, and the part of its need that each arc supplies."""

    completed: BoolArray
    allocated: FloatArray


@dataclass(frozen=True)
class ArcChoice:
    """All arcs in order of need; which are candidates, and the minimum share of each.

    `low` is that share, a part of the open amount of the need, 0 without a minimum; it is known for
    arcs that are candidates or in use only.
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
        """Choose the candidates: the arcs that the relaxation uses, and those of least cost."""
        block = restricted.block
        candidate = _candidate_arcs(arcs, block, optimum, arc_limits)
        low = np.zeros(len(candidate))
        for index in np.flatnonzero(candidate & arcs.divisible[block.need]).tolist():
            (offer,) = arcs.groups.members[block.group[index]]
            low[index] = min_share(assignment, int(block.need[index]), offer)
        share_limited = (block.share < FULL) & (optimum.flow > TOLERANCE)
        return ArcChoice(arcs, block, restricted.completable, candidate, low, share_limited)

    def state_of(self, assignment: Assignment) -> PlanState:
        """Return the state of the plan of an assignment."""
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
        """The index of each arc by its need and offer."""
        keys = zip(self.block.need.tolist(), self.offer.tolist(), strict=True)
        return {key: index for index, key in enumerate(keys)}

    @cached_property
    def offer(self) -> IndexArray:
        """The offer of each arc: every supply group has one member here."""
        members = np.array([some[0] for some in self.arcs.groups.members], np.int64)
        result: IndexArray = members[self.block.group]
        return result


def min_share(assignment: Assignment, need: int, offer: int) -> float:
    """Return the smallest part of a need that an offer may supply, 0 where there is no minimum."""
    limits = assignment.limits(need, offer)
    low = 0.0 if limits is None else limits.low / assignment.problem.needs[need].open
    return low if low > _SMALLEST_TICKET else 0.0


def _candidate_arcs(
    arcs: Arcs, block: ArcBlock, optimum: RelaxationOptimum, arc_limits: ArcLimits
) -> BoolArray:
    price = np.round(block.load * optimum.prices[block.group], 9)
    most = np.where(arcs.divisible[block.need], arc_limits.divisible, arc_limits.indivisible)
    return block.cheapest(price, most) | (optimum.flow > TOLERANCE)
