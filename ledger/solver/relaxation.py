"""The linear relaxation of level 1: projects and flows in fractions, and shadow prices of capacity.

Sets: needs n of projects p that can be completed, supply groups s, arcs (n, s).
Variables: y[n,s], the part of the open amount of n that s supplies; z[p], the completed part of p.

    max sum weight[p] z[p]
    sum over s of y[n,s] = z[p of n]            for every need of a project that can be completed
    sum over n of load[n,s] y[n,s] <= 1         for every supply group
    0 <= y[n,s] <= share[n,s],  0 <= z <= 1

Coverage equals z: more earns nothing on level 1, and so the condition of an offer, to give only
where the project ends complete, holds by itself.

Integral z would also satisfy y[n,s] <= share[n,s] z. There are as many of these rows as arcs, but
only some hundreds matter: they are added where an optimum violates them, and so are the cover cuts
of full supply groups (see `cover_cuts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ledger.solver.arcs import ArcBlock, Arcs, BoolArray, FloatArray, IndexArray
from ledger.solver.bounds import FULL, DualCharges, weights
from ledger.solver.cover_cuts import CoverCut, CoverCutSeparator
from ledger.solver.highs import INFINITY, Model, Solver
from ledger.solver.options import UNTIMED, Deadline

_MIN_VIOLATION = 1e-6
_ROUNDS = 6
_COVER_CUT_ROUNDS = 8
"""Rounds of cover cuts; the first ones gain the most."""
_MIN_CUTS = 4
_MIN_IMPROVEMENT = 5e-5
_CAPACITY_MARGIN = 1e-6
_LARGE_CAPACITY = 1e6
TOLERANCE = 1e-7


@dataclass(frozen=True, slots=True)
class RelaxationOptimum:
    """An optimum: `part` is z, `flow` is y by arc, `prices` are shadow prices of the groups.

    `dual_charges` are those of the cover cuts.
    """

    part: FloatArray
    flow: FloatArray
    prices: FloatArray
    value: float
    dual_charges: DualCharges


def completable_projects(arcs: Arcs) -> BoolArray:
    """Return which projects can be completed: the arcs can fill all of their needs."""
    filled = np.zeros(len(arcs.open))
    for block in arcs.blocks():
        filled += np.bincount(block.need, block.share, len(filled))
    projects = arcs.problem.projects
    unfillable = np.bincount(arcs.project, filled < FULL, len(projects)) > 0
    return np.array([project.completable for project in projects], dtype=bool) & ~unfillable


def reduced_cost_arcs(block: ArcBlock, optimum: RelaxationOptimum, per_need: int) -> BoolArray:
    """Choose the arcs that an optimum uses, and the cheapest `per_need` of each need."""
    price = block.load * optimum.prices[block.group] + optimum.dual_charges.arcs
    return block.cheapest(price, per_need) | (optimum.flow > TOLERANCE)


class LevelOneProgram(NamedTuple):
    """The program of level 1 over some arcs: a column per project, then per arc."""

    model: Model
    parts: IndexArray
    capacity_rows: IndexArray


def level_one_of_arcs(arcs: Arcs, block: ArcBlock, completable: BoolArray) -> LevelOneProgram:
    """Build the program."""
    most = np.where(completable[arcs.project[block.need]], block.share, 0.0)
    model = Model()
    parts = model.add_columns(
        np.where(completable, weights(arcs), 0.0), 0.0, completable.astype(np.float64)
    )
    flows = model.add_columns(0.0, 0.0, most, count=len(most))
    coverage_rows = model.add_rows(0.0, 0.0, len(arcs.open))
    model.add_entries(coverage_rows, parts[arcs.project], -1.0)
    model.add_entries(coverage_rows[block.need], flows, 1.0)
    capacity_rows = model.add_rows(-INFINITY, 1.0, len(arcs.groups.free))
    model.add_entries(capacity_rows[block.group], flows, block.load)
    return LevelOneProgram(model, parts, capacity_rows)


class Relaxation:
    """The linear relaxation over some arcs, which can be restricted and solved again."""

    def __init__(self, arcs: Arcs, block: ArcBlock, completable: BoolArray) -> None:
        self.arcs = block
        self._arcs, self._completable = arcs, completable
        self._projects = len(completable)
        self._separator = CoverCutSeparator(arcs, block)
        self.cover_cuts: list[CoverCut] = []
        self._cover_cut_rows: list[int] = []
        program = level_one_of_arcs(arcs, block, completable)
        self._rows = program.model.rows
        self._flow_project_columns = program.parts[arcs.project[block.need]]
        self._share_rows_added = block.share >= 1
        self._capacity_rows = program.capacity_rows
        self._solver = Solver(program.model, tolerance=TOLERANCE)
        self._solver.set_option("solver", "simplex")

    def solve_tightened(self, deadline: Deadline = UNTIMED) -> RelaxationOptimum | None:
        """Solve with the rows y <= share x z, as far as the rounds go."""
        optimum = self.solve(deadline)
        for _ in range(_ROUNDS):
            violated = self._violated(optimum) if optimum is not None else self._capacity_rows[:0]
            if not len(violated):
                break
            self.add_share_rows(violated)
            optimum = self.solve(deadline) or optimum
        return optimum

    def add_cover_cuts(
        self, optimum: RelaxationOptimum, deadline: Deadline = UNTIMED
    ) -> RelaxationOptimum:
        """Solve with cover cuts of full supply groups, as far as the rounds go."""
        for _ in range(_COVER_CUT_ROUNDS):
            violated = self._separator.violated(optimum.part, optimum.flow)
            for cover_cut in violated:
                self.add_cover_cut(cover_cut)
            resolved = self.solve(deadline) if violated else None
            if resolved is None:
                break
            improvement, optimum = optimum.value - resolved.value, resolved
            if len(violated) < _MIN_CUTS or improvement < optimum.value * _MIN_IMPROVEMENT:
                break
        return optimum

    def add_cover_cut(self, cover_cut: CoverCut) -> None:
        """Add a cover cut."""
        self._solver.add_row(-INFINITY, cover_cut.upper, cover_cut.columns, cover_cut.values)
        self._cover_cut_rows.append(self._rows)
        self.cover_cuts.append(cover_cut)
        self._rows += 1

    def restricted_to(self, selected: BoolArray) -> Relaxation:
        """Return the relaxation over some arcs, with a margin in large supply groups.

        The margin leaves room for rounding. It keeps the rows that this one has.
        """
        other = Relaxation(self._arcs, self.arcs.select(selected), self._completable)
        index = np.full(self._projects + len(selected), -1)
        index[: self._projects] = np.arange(self._projects)
        index[self._projects :][selected] = self._projects + np.arange(int(selected.sum()))
        other.add_share_rows(
            np.flatnonzero((self._share_rows_added & (self.arcs.share < 1))[selected])
        )
        for cover_cut in self.cover_cuts:
            columns = index[cover_cut.columns]
            in_restriction = columns >= 0
            other.add_cover_cut(
                CoverCut(
                    columns[in_restriction].astype(np.int32),
                    cover_cut.values[in_restriction],
                    cover_cut.upper,
                )
            )
        large = self._capacity_rows[self._arcs.groups.free > _LARGE_CAPACITY]
        most = np.full(len(large), 1 - _CAPACITY_MARGIN)
        other._solver.set_bounds_of_rows(large, np.full(len(large), -INFINITY), most)
        return other

    def _violated(self, optimum: RelaxationOptimum) -> IndexArray:
        part = optimum.part[self._flow_project_columns]
        return np.flatnonzero(
            ~self._share_rows_added & (optimum.flow > self.arcs.share * part + _MIN_VIOLATION)
        )

    def add_share_rows(self, flows: IndexArray) -> None:
        """Add the rows y <= share x z of these flows."""
        self._share_rows_added[flows] = True
        columns = np.column_stack([self._flow_project_columns[flows], flows + self._projects])
        values = np.column_stack([-self.arcs.share[flows], np.ones(len(flows))])
        self._solver.add_two_entry_rows(columns.astype(np.int32), values)
        self._rows += len(flows)

    def solve(self, deadline: Deadline = UNTIMED) -> RelaxationOptimum | None:
        """Solve it; None where the time was too short."""
        result = self._solver.solve(deadline=deadline)
        if result.values is None or result.duals is None or not result.optimal:
            return None
        return RelaxationOptimum(
            part=result.values[: self._projects],
            flow=result.values[self._projects :],
            prices=np.abs(result.duals[self._capacity_rows]),
            value=result.value,
            dual_charges=self._dual_charges_of(result.duals),
        )

    def _dual_charges_of(self, duals: FloatArray) -> DualCharges:
        """Return the dual charges of the cover cuts, by project and by arc."""
        prices = np.abs(duals[np.array(self._cover_cut_rows, np.int64)])
        sizes = [len(cover_cut.columns) for cover_cut in self.cover_cuts]
        none = np.zeros(0)
        columns = np.concatenate([none.astype(np.int64), *(one.columns for one in self.cover_cuts)])
        values = np.concatenate([none, *(one.values for one in self.cover_cuts)])
        total = self._projects + len(self.arcs.need)
        charge = np.bincount(columns, values * np.repeat(prices, sizes), total).astype(np.float64)
        most = np.array([cover_cut.upper for cover_cut in self.cover_cuts])
        return DualCharges(charge[: self._projects], charge[self._projects :], float(prices @ most))

    def close(self, projects: IndexArray, arcs: IndexArray) -> None:
        """Fix these projects and these arcs at zero."""
        columns = np.concatenate([projects, arcs + self._projects]).astype(np.int32)
        self._solver.set_bounds(columns, np.zeros(len(columns)), np.zeros(len(columns)))
