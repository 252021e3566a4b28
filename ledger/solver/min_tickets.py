"""Good plans of larger pipelines: what ends complete without tickets, then how they are kept.

Without smallest amounts every `y` may be a fraction, and its rows bind nothing: the program is
far smaller, and every plan is still a solution of it, so its optimum bounds theirs. Its solution
says which ventures end complete, and as a rule which supply each indivisible demand takes; only
the flows between divisible demands, of which there are many alike, have to find another way.

Level 1 of larger pipelines without smallest amounts, and what it tells the whole program.

Without tickets the program is far smaller: every plan is still a solution of it, so its optimum
bounds theirs. The rows that its relaxation breaks hold in the whole program too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ledger.solver.cuts import FormulationCutSeparator
from ledger.solver.formulation import Formulation, level_one_program
from ledger.solver.highs import Deadline, FloatArray, IndexArray, Model, Solver, VariableType
from ledger.solver.strengthen import LpOptimum, restrict_to_candidates, solve_strengthened

_CHECKS = 60
_CHECKS_OF_COVERAGE = 32
"""Nearly all that coverage gains, it gains by then."""
_NODES = 200


def lp_relaxation(formulation: Formulation) -> Model:
    """Give the model with nothing held to whole numbers."""
    types = np.full(formulation.model.columns, VariableType.CONTINUOUS, np.uint8)
    return replace(formulation.model, types=[types])


def solutions_with_tickets(
    formulation: Formulation,
    optimum: LpOptimum,
    solution: FloatArray,
    tolerance: float,
    deadline: Deadline,
) -> Iterator[FloatArray]:
    """Give solutions that keep the tickets near one that does not.

    The most promising first, where the clock runs the quickest to find. Promising: the ventures
    that end complete are the same, and indivisible demands may turn elsewhere. Quick: each
    indivisible demand takes the supply that it took, and ventures may end incomplete.
    """
    project_columns = np.array(list(formulation.project_columns.values()), np.int32)
    integers = np.setdiff1d(_binary_columns(formulation), _ticket_columns(formulation)).astype(
        np.int32
    )
    nearby = LpOptimum(solution, optimum.reduced_costs, optimum.bound)
    rounded = np.round(solution)
    variants = [(project_columns, integers[:0]), (integers, project_columns)]
    for fixed, at_most in variants if deadline.left is None else reversed(variants):
        solver = _candidate_solver(formulation, nearby, tolerance)
        solver.set_bounds(fixed, rounded[fixed], rounded[fixed])
        solver.set_bounds(at_most, np.zeros(len(at_most)), rounded[at_most])
        values = solver.solve(deadline=deadline, checks=_CHECKS).values
        if values is not None:
            yield values


def solve_with_fixed_projects(
    formulation: Formulation, start: FloatArray, tolerance: float, deadline: Deadline
) -> FloatArray | None:
    """Give a better solution of level 2 in which the ventures end complete that do at the start.

    The pairs looked at are those of the start, those that the relaxation uses once it is known
    which ventures end complete, and a few more.
    """
    project_columns = np.array(list(formulation.project_columns.values()), np.int32)
    relaxation = Solver(lp_relaxation(formulation), tolerance=tolerance)
    relaxation.set_bounds(project_columns, start[project_columns], start[project_columns])
    optimum = relaxation.solve(deadline=deadline)
    if optimum.values is None or optimum.reduced_costs is None:
        return None
    nearby = LpOptimum(np.maximum(optimum.values, start), optimum.reduced_costs, optimum.bound)
    solver = _candidate_solver(formulation, nearby, tolerance)
    solver.set_bounds(project_columns, start[project_columns], start[project_columns])
    solver.start_from(start)
    return solver.solve(deadline=deadline, nodes=_NODES, checks=_CHECKS_OF_COVERAGE).values


def _candidate_solver(formulation: Formulation, nearby: LpOptimum, tolerance: float) -> Solver:
    """Give a solver of the pairs that are used near a solution, and a few more."""
    solver = Solver(formulation.model, tolerance=tolerance)
    solver.disable_feasibility_jump()
    restrict_to_candidates(solver, formulation, nearby)
    return solver


def _binary_columns(formulation: Formulation) -> IndexArray:
    return np.unique(formulation.open_columns[formulation.open_columns >= 0])


def _ticket_columns(formulation: Formulation) -> IndexArray:
    """Give the columns that say of a pair with a smallest amount whether it gives anything."""
    open_columns = formulation.open_columns
    tickets: IndexArray = open_columns[
        (open_columns >= 0) & (open_columns != formulation.amount_columns)
    ]
    return tickets


INTEGER_GAP = 0.999
"""Weights are whole, so that less than one is no gap."""
_MIN_AMOUNT = 1e-7


class TicketRelaxation:
    """A program without tickets, and where its columns are in the whole one."""

    def __init__(self, formulation: Formulation, *, integral: bool) -> None:
        self.formulation = formulation
        self.program = level_one_program(formulation.pairs, integral=integral, tickets=False)
        self._column_map = _column_map_of(self.program, formulation)
        open_columns, amount_columns = formulation.open_columns, formulation.amount_columns
        self._ticket_columns = np.flatnonzero(
            (open_columns >= 0) & (open_columns != amount_columns)
        )

    def solve_relaxation(self, deadline: Deadline) -> LpOptimum | None:
        """Solve the relaxation and give it in the columns of the whole program.

        The rows that it broke are added to both programs.
        """
        model, full_model = self.program.model, self.formulation.model
        rows_before, entries_before = model.rows, len(model.entries)
        optimum = solve_strengthened(self.program, deadline, FormulationCutSeparator(self.program))
        added = model.row_uppers[len(model.row_uppers) - (model.rows - rows_before) :]
        for (_, columns, values), most in zip(model.entries[entries_before:], added, strict=True):
            full_model.add_entries(
                full_model.add_rows(-np.inf, most, 1), self._column_map[columns], values
            )
        if optimum is None:
            return None
        return LpOptimum(
            self.lift(optimum.values), self._mapped(optimum.reduced_costs), optimum.bound
        )

    def solver(self, tolerance: float, gap: float = 0.0) -> Solver:
        """Give a solver of the program that stops at a gap of this share of the value."""
        solver = Solver(self.program.model, tolerance=tolerance)
        solver.disable_feasibility_jump()
        solver.set_option("mip_abs_gap", INTEGER_GAP)
        solver.set_option("mip_rel_gap", gap)
        return solver

    def lift(self, values: FloatArray) -> FloatArray:
        """Give values of the whole program's columns; what gives anything is open."""
        lifted = self._mapped(values)
        tickets = self._ticket_columns
        lifted[self.formulation.open_columns[tickets]] = (
            lifted[self.formulation.amount_columns[tickets]] > _MIN_AMOUNT
        )
        return lifted

    def _mapped(self, values: FloatArray) -> FloatArray:
        mapped = np.zeros(self.formulation.model.columns)
        mapped[self._column_map] = values
        return mapped


def _column_map_of(program: Formulation, full: Formulation) -> IndexArray:
    column_map = np.zeros(program.model.columns, np.int32)
    column_map[list(program.project_columns.values())] = list(full.project_columns.values())
    for own, others in (
        (program.amount_columns, full.amount_columns),
        (program.offer_amount_columns, full.offer_amount_columns),
    ):
        column_map[own[own >= 0]] = others[own >= 0]
    return column_map
