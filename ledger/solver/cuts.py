"""Cuts on the exact program: combinatorial Benders cuts of exact flows, and cover cuts.

The tolerance of the solver is relative, so that it cannot tell one unit of 10^11. Where an exact
flow in whole numbers is blocked, the offers that its paths reach are exhausted, and too small for
the needs that they reach. So at least one of those projects stays incomplete, or some pair has to
be opened or closed: a no-good cut with coefficients of one (Codato and Fischetti, "Combinatorial
Benders' cuts for mixed-integer linear programming", Operations Research, 2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.solver.arcs import ArcBlock, Arcs
from ledger.solver.columns import Formulation
from ledger.solver.cover_cuts import CoverCut, CoverCutSeparator
from ledger.solver.highs import INFINITY, FloatArray, Solver
from ledger.solver.pairs import EligiblePairs
from ledger.solver.repair import BlockedNeed, Flow


@dataclass(frozen=True, slots=True)
class NoGoodCut:
    """Not all at once: these projects complete, pairs `closed` closed, pairs `opened` open."""

    completed: frozenset[int]
    closed: frozenset[int]
    opened: frozenset[int]


def cut_of_blocked_flow(pairs: EligiblePairs, flow: Flow, blocked: BlockedNeed) -> NoGoodCut | None:
    """Return a cut that excludes a blocked flow; None where the blockade proves nothing.

    With D the needs and S the offers reached, all in one unit: the requirement of D exceeds the
    capacity of S, less the minimum that open pairs take from S for other needs, plus the maximum
    that open pairs bring to D from other offers.
    """
    reached = [at for need in blocked.needs for at in pairs.by_need.get(need, ())]
    if not blocked.needs or any(at in pairs.rounding_pairs for at in reached):
        return None
    inward = [at for at in reached if pairs.all[at].offer not in blocked.offers]
    outward = [
        at
        for offer in blocked.offers
        for at in pairs.by_offer[offer]
        if pairs.all[at].need not in blocked.needs and flow.open[at] and pairs.all[at].low > 1
    ]
    required = sum(pairs.problem.needs[need].open for need in blocked.needs)
    available = sum(pairs.problem.offers[offer].free for offer in blocked.offers)
    available -= sum(pairs.all[at].low for at in outward)
    available += sum(pairs.all[at].high for at in inward if flow.open[at])
    if required <= available:
        return None
    return NoGoodCut(
        frozenset(pairs.problem.needs[need].project for need in blocked.needs),
        frozenset(at for at in inward if not flow.open[at]),
        frozenset(outward),
    )


def add_cut(solver: Solver, formulation: Formulation, cut: NoGoodCut) -> None:
    """Add a no-good cut to a model."""
    columns = [formulation.project_columns[project] for project in sorted(cut.completed)]
    values = [1] * len(columns)
    for at in sorted(cut.opened):
        columns.append(int(formulation.open_columns[at]))
        values.append(1)
    most = len(columns) - 1
    for at in sorted(cut.closed):
        columns.append(int(formulation.open_columns[at]))
        values.append(-1)
    solver.add_row(-INFINITY, most, np.array(columns, np.int32), np.array(values, np.float64))


class FormulationCutSeparator:
    """Separates cover cuts in the columns of a formulation of level 1 (see `cover_cuts`)."""

    def __init__(self, formulation: Formulation) -> None:
        pairs = formulation.pairs
        arcs = Arcs(pairs.problem, per_offer=True)
        at = np.flatnonzero(formulation.amount_columns >= 0)
        some = [pairs.all[index] for index in at.tolist()]
        need = np.array([pair.need for pair in some], np.int64)
        offer = np.array([pair.offer for pair in some], np.int64)
        rate = np.array([pair.ratio.under / pair.ratio.over for pair in some])
        most = np.array([pair.high for pair in some], np.float64)
        open_ = arcs.open[need]
        group = arcs.groups.group_of_offer[offer]
        load = open_ * rate / arcs.groups.free[group]
        self._cover_cuts = CoverCutSeparator(
            arcs, ArcBlock(need, group, np.minimum(1.0, most / open_), load)
        )
        self._projects_with_columns = np.array(list(formulation.project_columns), np.int64)
        self._project_columns = formulation.completion_columns
        self._amount_columns = formulation.amount_columns[at]
        units = np.array([formulation.units[index] for index in at.tolist()], np.float64)
        self._scale = units / open_
        self._projects = len(pairs.problem.projects)

    def violated(self, values: FloatArray) -> list[CoverCut]:
        """Return cuts that these values of the columns violate."""
        part = np.zeros(self._projects)
        part[self._projects_with_columns] = values[self._project_columns]
        flow = values[self._amount_columns] * self._scale
        column = np.full(self._projects, -1, np.int32)
        column[self._projects_with_columns] = self._project_columns
        columns = np.concatenate([column, self._amount_columns])
        scale = np.concatenate([np.ones(self._projects), self._scale])
        return [
            CoverCut(columns[row.columns], row.values * scale[row.columns], row.upper)
            for row in self._cover_cuts.violated(part, flow)
        ]
