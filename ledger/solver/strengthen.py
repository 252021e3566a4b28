"""The strengthened linear relaxation of level 1, and the restriction to its candidate columns.

A pair allocates at most its limit times `z` of its project; there are too many of these rows to
state, so those that a solution violates are added. Likewise an offer serves at most k of the
indivisible needs that each take more than 1 / (k + 1) of it.

Reduced costs choose the candidate pairs of each need: those in use, then those of least cost. Most
cost nothing, so ties are broken at random with a fixed seed; the first in order would all belong
to the same offers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.solver.columns import Formulation
from ledger.solver.cover_cuts import CoverCut
from ledger.solver.cuts import FormulationCutSeparator
from ledger.solver.highs import INFINITY, SEED, FloatArray, IndexArray, Solver
from ledger.solver.options import Deadline

_ROUNDS = 15
_ROUNDS_WITH_COVERS = 20
"""Where cover cuts are separated too."""
_MIN_VIOLATION = 1e-6
_ARCS_PER_DIVISIBLE_NEED, _ARCS_PER_INDIVISIBLE_NEED = 6, 10
"""The minimum number of candidate pairs of a need."""
_MAX_CARDINALITY = 4


@dataclass(frozen=True, slots=True)
class LpOptimum:
    """An optimum of the linear relaxation: its columns, reduced costs, and value, a bound."""

    values: FloatArray
    reduced_costs: FloatArray
    bound: float


def solve_strengthened(
    formulation: Formulation, deadline: Deadline, covers: FormulationCutSeparator | None = None
) -> LpOptimum | None:
    """Solve the relaxation, adding violated rows to the model until none is left.

    None if the time was too short.
    """
    model = formulation.model
    solver = Solver(model.relaxed())
    amount_columns, project_columns, most = _limited_pairs(formulation)
    cardinality_cuts = _cardinality_cuts(formulation)
    optimum = None
    for _ in range(_ROUNDS_WITH_COVERS if covers else _ROUNDS):
        result = solver.solve(deadline=deadline)
        if result.values is None or result.reduced_costs is None:
            return optimum
        values = result.values
        optimum = LpOptimum(values, result.reduced_costs, result.bound)
        violated = values[amount_columns] > values[project_columns] * most + _MIN_VIOLATION
        rows = [
            CoverCut(np.array([share, end], np.int32), np.array([1, -limit], np.float64), 0)
            for share, end, limit in zip(
                amount_columns[violated], project_columns[violated], most[violated], strict=True
            )
        ]
        rows += [
            row
            for row in cardinality_cuts
            if values[row.columns].sum() > row.upper + _MIN_VIOLATION
        ]
        rows += covers.violated(values) if covers else []
        if not rows:
            return optimum
        for row in rows:
            solver.add_row(-INFINITY, row.upper, row.columns, row.values)
            model.add_entries(model.add_rows(-INFINITY, row.upper, 1), row.columns, row.values)
    return optimum


def _cardinality_cuts(formulation: Formulation) -> list[CoverCut]:
    """Return cardinality cuts: an offer serves at most k of its large all-or-nothing pairs.

    Pairs are large for k where each takes more than `1 / (k + 1)` of the offer.
    """
    pairs = formulation.pairs
    cuts = []
    for offer, indices in pairs.by_offer.items():
        free = pairs.problem.offers[offer].free
        all_or_nothing = [
            at
            for at in indices
            if pairs.all[at].all_or_nothing and formulation.amount_columns[at] >= 0
        ]
        costs = [pairs.all[at].ratio.to_offer(pairs.all[at].high) for at in all_or_nothing]
        for most in range(1, _MAX_CARDINALITY + 1):
            large = [
                at
                for at, cost in zip(all_or_nothing, costs, strict=True)
                if cost * (most + 1) > free
            ]
            if len(large) > most:
                columns = formulation.amount_columns[large]
                cuts.append(CoverCut(columns, np.ones(len(large)), most))
    return cuts


def _limited_pairs(formulation: Formulation) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Return the columns of pairs below the open amount of their need, with z and limits."""
    pairs, needs = formulation.pairs.all, formulation.pairs.problem.needs
    limited_pairs = [
        at
        for at, pair in enumerate(pairs)
        if formulation.amount_columns[at] >= 0 and pair.high < needs[pair.need].open
    ]
    project_columns = [
        formulation.project_columns[needs[pairs[at].need].project] for at in limited_pairs
    ]
    most = [pairs[at].high // formulation.units[at] for at in limited_pairs]
    return (
        formulation.amount_columns[limited_pairs],
        np.array(project_columns, np.int32),
        np.array(most, np.float64),
    )


def restrict_to_candidates(solver: Solver, formulation: Formulation, optimum: LpOptimum) -> None:
    """Restrict a solver to the pairs of a solution and candidates by reduced cost."""
    retained = np.zeros(formulation.model.columns, dtype=bool)
    retained[list(formulation.project_columns.values())] = True
    retained[list(formulation.placed_columns.values())] = True
    retained[list(formulation.limits.cap_columns.values())] = True
    for at in _candidate_pairs(formulation, optimum):
        retained[formulation.amount_columns[at]] = True
        if formulation.open_columns[at] >= 0:
            retained[formulation.open_columns[at]] = True
        if formulation.offer_amount_columns[at] >= 0:
            retained[formulation.offer_amount_columns[at]] = True
    closed = np.flatnonzero(~retained).astype(np.int32)
    solver.set_bounds(closed, np.zeros(len(closed)), np.zeros(len(closed)))


def _candidate_pairs(formulation: Formulation, optimum: LpOptimum) -> list[int]:
    pairs = formulation.pairs
    random_order = np.random.default_rng(SEED).random(len(pairs.all))
    amount_columns, open_columns = formulation.amount_columns, formulation.open_columns
    prices = optimum.reduced_costs[amount_columns] + np.where(
        formulation.has_ticket,
        optimum.reduced_costs[open_columns],
        0,
    )
    unused = optimum.values[amount_columns] < _MIN_VIOLATION
    selected = []
    for need, indices in pairs.by_need.items():
        with_columns = np.array([at for at in indices if amount_columns[at] >= 0], np.int32)
        order = np.lexsort(
            (random_order[with_columns], np.round(-prices[with_columns], 6), unused[with_columns])
        )
        size = (
            _ARCS_PER_DIVISIBLE_NEED
            if pairs.problem.needs[need].divisible
            else _ARCS_PER_INDIVISIBLE_NEED
        )
        selected += with_columns[order][: max(size, int((~unused[with_columns]).sum()))].tolist()
    return selected
