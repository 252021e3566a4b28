"""Level 1 of large programs: the relaxation without minimum tickets, and plans near its solution.

Without minimum tickets there are no `y` columns and their rows: the program is far smaller and
every plan is still a solution of it, so that its optimum bounds theirs. Its solution says which
projects end complete and, as a rule, which offer each indivisible need takes; only the flows
between divisible needs have to be found again with tickets. Rows that its linear relaxation
violates hold in the full program too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ledger.solver.columns import Formulation
from ledger.solver.cuts import FormulationCutSeparator
from ledger.solver.formulation import level_one_program
from ledger.solver.highs import INFINITY, FloatArray, IndexArray, Solver
from ledger.solver.options import UNTIMED, Deadline
from ledger.solver.strengthen import LpOptimum, restrict_to_candidates, solve_strengthened

_CHECKS = 60
_CHECKS_OF_COVERAGE = 32
"""Coverage improves little after this number of checks."""
_CHECKS_OF_CHANGES = 60
"""Where completed projects may change too."""
_NODES = 200
_HALF = 0.5


def solutions_with_tickets(
    formulation: Formulation,
    optimum: LpOptimum,
    solution: FloatArray,
    tolerance: float,
    deadline: Deadline,
) -> Iterator[FloatArray]:
    """Yield solutions with minimum tickets near one without.

    Most promising: the same projects complete, indivisible needs free. Quickest, first where there
    is a time limit: indivisible needs keep their offers, projects may end incomplete.
    """
    project_columns = formulation.completion_columns
    tickets = formulation.open_columns[formulation.has_ticket]
    integers = np.setdiff1d(formulation.binary_columns, tickets).astype(np.int32)
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


def solve_near_projects(
    formulation: Formulation,
    start: FloatArray,
    tolerance: float,
    deadline: Deadline,
    *,
    changes: int = 0,
) -> FloatArray | None:
    """Return a better solution of level 2 with nearly the same projects complete as at the start.

    At most this number of projects end complete that did not, or the reverse (local branching: see
    Fischetti and Lodi, "Local branching", Mathematical Programming, 2003). Its candidate pairs are
    those of the start, those of the relaxation within the same limit, and a few more.
    """
    relaxation = Solver(formulation.model.relaxed(), tolerance=tolerance)
    _limit_changes(relaxation, formulation, start, changes)
    optimum = relaxation.solve(deadline=deadline)
    if optimum.values is None or optimum.reduced_costs is None:
        return None
    nearby = LpOptimum(np.maximum(optimum.values, start), optimum.reduced_costs, optimum.bound)
    solver = _candidate_solver(formulation, nearby, tolerance)
    _limit_changes(solver, formulation, start, changes)
    solver.start_from(start)
    checks = _CHECKS_OF_CHANGES if changes else _CHECKS_OF_COVERAGE
    return solver.solve(deadline=deadline, nodes=_NODES, checks=checks).values


def _limit_changes(
    solver: Solver, formulation: Formulation, start: FloatArray, changes: int
) -> None:
    columns = formulation.completion_columns
    if not changes:
        solver.set_bounds(columns, start[columns], start[columns])
        return
    completed = start[columns] > _HALF
    solver.add_row(
        -INFINITY, changes - int(completed.sum()), columns, np.where(completed, -1.0, 1.0)
    )


def _candidate_solver(formulation: Formulation, nearby: LpOptimum, tolerance: float) -> Solver:
    """Return a solver of the pairs used near a solution, and a few more."""
    solver = Solver(formulation.model, tolerance=tolerance)
    solver.disable_feasibility_jump()
    restrict_to_candidates(solver, formulation, nearby)
    return solver


INTEGER_GAP = 0.999
"""Weights are integers, so a gap below one is none."""
_MIN_AMOUNT = 1e-7


class TicketRelaxation:
    """A program without minimum tickets, and the map of its columns to the full program."""

    def __init__(
        self, formulation: Formulation, *, integral: bool, deadline: Deadline = UNTIMED
    ) -> None:
        self.formulation = formulation
        self.program = level_one_program(
            formulation.pairs, integral=integral, tickets=False, deadline=deadline
        )
        self._column_map = _column_map_of(self.program, formulation)

    def solve_relaxation(self, deadline: Deadline) -> LpOptimum | None:
        """Solve the linear relaxation and return it in the columns of the full program.

        The rows that it violated are added to both programs.
        """
        model, full_model = self.program.model, self.formulation.model
        rows_before, entries_before = model.rows, len(model.entries)
        deadline.check()
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
        """Return a solver of the program that stops at this relative gap."""
        solver = Solver(self.program.model, tolerance=tolerance)
        solver.disable_feasibility_jump()
        solver.stop_at_gap(INTEGER_GAP)
        solver.set_option("mip_rel_gap", gap)
        return solver

    def lift(self, values: FloatArray) -> FloatArray:
        """Return values of the columns of the full program; every pair in use is open."""
        lifted = self._mapped(values)
        tickets = self.formulation.has_ticket
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
    for key, column in program.limits.cap_columns.items():
        column_map[column] = full.limits.cap_columns[key]
    for own, others in (
        (program.amount_columns, full.amount_columns),
        (program.offer_amount_columns, full.offer_amount_columns),
    ):
        column_map[own[own >= 0]] = others[own >= 0]
    return column_map
