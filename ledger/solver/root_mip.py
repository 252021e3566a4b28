"""The MIP of all projects at its root node: a better bound and, at times, a better plan.

Variables: `z` of each project in {0, 1}; flows of arcs, in {0, 1} for indivisible needs.
Constraints: those of the relaxation (see `relaxation`), without minimum tickets.
Objective: the weight of completed projects.

Only the root node is affordable. The solver's cuts lower the bound, which is valid however early
the search ends; from the current plan its heuristics often find a better one, which is rounded.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor, isfinite

import numpy as np

from ledger.solver.arcs import ArcBlock, Arcs, BoolArray
from ledger.solver.assignment import Assignment
from ledger.solver.candidates import CandidateList
from ledger.solver.construct import construct_from_solution
from ledger.solver.highs import FloatArray, Solver
from ledger.solver.options import Deadline
from ledger.solver.relaxation import TOLERANCE, level_one_of_arcs

MAX_ARCS = 40_000
"""Up to this number of arcs, the program is affordable."""
_WORK = 1_500_000
"""The work limit, in columns times checks."""
_MARGIN = 1e-5
_RELATIVE_MARGIN = 1e-9
_HALF = 0.5


class RootMip:
    """The program over all arcs of a problem."""

    def __init__(self, arcs: Arcs, block: ArcBlock, completable: BoolArray) -> None:
        self._arcs, self._block, self._project_count = arcs, block, len(completable)
        model = level_one_of_arcs(arcs, block, completable, integral=True).model
        self._columns = model.columns
        self._solver = Solver(model, tolerance=TOLERANCE)

    def search(
        self, assignment: Assignment, candidates: CandidateList, deadline: Deadline
    ) -> Fraction | None:
        """Search from the current plan and keep a better one; return a bound of level 1."""
        self._solver.start_from(self._column_values(assignment, candidates))
        result = self._solver.solve(
            deadline=deadline, nodes=1, checks=max(1, _WORK // self._columns)
        )
        if result.values is not None and result.value > assignment.completed_weight + _MARGIN:
            self._round_and_apply(assignment, candidates, result.values)
        if not isfinite(result.bound):
            return None
        return Fraction(floor(result.bound * (1 + _RELATIVE_MARGIN) + _MARGIN))

    def _round_and_apply(
        self, assignment: Assignment, candidates: CandidateList, values: FloatArray
    ) -> None:
        """Round a solution and apply it if it completes more."""
        selected = np.flatnonzero(values[: self._project_count] > _HALF).tolist()
        flows = values[self._project_count :]
        flowing = np.flatnonzero(flows > TOLERANCE)
        needs, groups = self._block.need[flowing].tolist(), self._block.group[flowing].tolist()
        shares = zip(needs, groups, flows[flowing].tolist(), strict=True)
        checkpoint, before = assignment.checkpoint(), assignment.completed_weight
        assignment.clear(range(len(self._arcs.open)))
        construct_from_solution(assignment, candidates, selected, shares)
        if assignment.completed_weight <= before:
            assignment.roll_back(checkpoint)

    def _column_values(self, assignment: Assignment, candidates: CandidateList) -> FloatArray:
        done = [float(assignment.is_complete(index)) for index in range(self._project_count)]
        block = self._block
        keys = zip(block.need.tolist(), block.group.tolist(), strict=True)
        index_of = {key: index for index, key in enumerate(keys)}
        flows = np.zeros(len(index_of))
        for need, given in enumerate(assignment.amounts):
            for offer, amount in given.items():
                index = index_of.get((need, candidates.group_of(offer)))
                if index is not None:
                    flows[index] += amount / assignment.problem.needs[need].open
        return np.concatenate([done, flows])
