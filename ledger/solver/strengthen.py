"""The relaxation of level 1, and the few columns of it that a good plan is made of.

The relaxation lets ventures end in part. What a pair gives to a venture is then at most that part
of its limit; these rows are too many to write down, but few of them matter, and are found by
solving. Likewise a supply serves at most one demand that takes more than half of it, whole, and at
most two that take more than a third.

Its prices say which pairs are worth a look: those that it uses, and of the others the ones that
cost it least. Most cost nothing, so ties are broken by lot, with a fixed seed; the
first ones in order would all be of the same supplies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ledger.solver.cover_cuts import CoverCut
from ledger.solver.cuts import FormulationCutSeparator
from ledger.solver.formulation import Formulation
from ledger.solver.highs import (
    INFINITY,
    SEED,
    Deadline,
    FloatArray,
    IndexArray,
    Solver,
    VariableType,
)

_ROUNDS = 15
_ROUNDS_WITH_COVERS = 20
"""Where covers are looked for too."""
_MIN_VIOLATION = 1e-6
_ARCS_PER_DIVISIBLE_NEED, _ARCS_PER_INDIVISIBLE_NEED = 6, 10
"""How many pairs of a demand are looked at, at least."""
_MAX_CARDINALITY = 4


@dataclass(frozen=True, slots=True)
class LpOptimum:
    """An optimum of the relaxation: its columns, its reduced costs, and its value, a bound."""

    values: FloatArray
    reduced_costs: FloatArray
    bound: float


def solve_strengthened(
    formulation: Formulation, deadline: Deadline, covers: FormulationCutSeparator | None = None
) -> LpOptimum | None:
    """Solve the relaxation, and add to the model the rows that it breaks, until it breaks none.

    None if the time was over before.
    """
    model = formulation.model
    fractional = replace(model, types=[np.full(model.columns, VariableType.CONTINUOUS, np.uint8)])
    solver = Solver(fractional)
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
    """Give for each supply the pairs of which it can serve one, two or a few, if there are more.

    Of pairs that give one amount or nothing, each more than a part `1 / (k + 1)` of a supply, it
    serves `k` at most.
    """
    pairs = formulation.pairs
    cuts = []
    for offer, indices in pairs.group_of_offer.items():
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
    """Give the columns of pairs that can't give all of a demand, with their ends and limits."""
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
    """Leave a solver the pairs that a solution uses, and the few that its prices speak for."""
    retained = np.zeros(formulation.model.columns, dtype=bool)
    retained[list(formulation.project_columns.values())] = True
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
        (open_columns >= 0) & (open_columns != amount_columns),
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
