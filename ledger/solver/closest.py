"""A start for the fewest changes: the plan whose amounts differ least from those of a baseline.

The program of the fewest changes counts lines, and its linear relaxation tells little of where they
can be kept. This one measures amounts, for which the relaxation is nearly integral:

- variables and constraints of level 2 (see `formulation`), with a least weight and coverage;
- `d[n,s]` in [0, high / q] for a pair of the baseline with amount `q`: the difference of its amount
  from `q`, divided by `q`;

Which of the projects that the baseline and the start complete both end complete is given, and that
all others do not; only those that one of the two completes are free.

Objective: minimise the sum of `d`, and of the part of its largest amount that each pair gives which
is not in the baseline. A vertex uses few pairs, and most of the baseline at their amounts.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ledger.matching.plan import completed, completeness, coverage
from ledger.solver.formulation import FormulationBuilder, partial_coverage_program
from ledger.solver.greedy import OfferArrays, Plan, extended
from ledger.solver.highs import INFINITY, FloatArray, Solver
from ledger.solver.least_changes import (
    Aim,
    BaselineProgram,
    WorkLimits,
    is_feasible,
    plans_of_choice,
)
from ledger.solver.options import Deadline
from ledger.solver.pairs import EligiblePair, EligiblePairs
from ledger.solver.rounding import with_rounding_margin

_TOLERANCE = 1e-7
_COVERAGE_TOLERANCE = 1e-9
_MIN_DIFFERENCE = 1e-8
_ROUNDS = 3
"""How often more coverage is asked for than has to be reached, to make up for rounding."""
_GAP = 0.5
"""The search may end this near to the optimum, in lines: it is a start."""


def closest_plan(
    pairs: EligiblePairs, aim: Aim, start: Plan, limits: WorkLimits, deadline: Deadline
) -> Plan:
    """Return the plan of the fewest changes among those found, never worse than the start."""
    problem = pairs.problem
    before, after = (set(completed(problem, plan)) for plan in (aim.baseline, start))
    program = _Program(pairs, aim)
    solver = Solver(program.formulation.model, tolerance=_TOLERANCE)
    solver.disable_feasibility_jump()
    solver.stop_at_gap(_GAP)
    projects = program.formulation.project_columns
    least = np.array([float(one in before and one in after) for one in projects])
    most = np.array([float(one in before or one in after) for one in projects])
    solver.set_bounds(program.formulation.completion_columns, least, most)
    checks = limits.checks(program.formulation.model.columns)
    best = start
    for _ in range(_ROUNDS):
        solver.start_from(program.column_values(start))
        values = solver.solve(deadline=deadline, nodes=limits.nodes, checks=checks).values
        if values is None or deadline.passed:
            return best
        found, missing = _best_near(pairs, aim, program, values, best, deadline)
        if found != best or not missing:
            return found
        # Rounding lost some coverage, as where a part of a package falls away: ask for more.
        program.required += missing
        program.require_coverage(solver)
    return best


def _best_near(
    pairs: EligiblePairs,
    aim: Aim,
    program: _Program,
    values: FloatArray,
    best: Plan,
    deadline: Deadline,
) -> tuple[Plan, Fraction]:
    """Return the best plan near a solution, and the coverage that the nearest plans miss."""
    short = []
    for solution in (values, program.solve_with_margins(values, deadline)):
        if solution is None:
            continue
        for plan in plans_of_choice(pairs, aim, program.choice(solution), deadline):
            if aim.changes(plan) >= aim.changes(best) or not is_feasible(pairs.problem, plan):
                continue
            reached = _topped_up(pairs, aim, plan)
            if aim.changes(reached) < aim.changes(best) and aim.admits(pairs, reached):
                best = reached
            elif completeness(pairs.problem, plan) >= aim.weight:
                short.append(aim.coverage - coverage(pairs.problem, reached))
    return best, max(Fraction(0), min(short, default=Fraction(0)))


def _topped_up(pairs: EligiblePairs, aim: Aim, plan: Plan) -> Plan:
    """Return a plan with the lines of what is left that cover most, until it covers enough."""
    problem = pairs.problem
    missing = aim.coverage - coverage(problem, plan)
    if missing <= 0 or completeness(problem, plan) < aim.weight:
        return plan
    used = {(one.need, one.offer) for one in plan}
    more = [
        (-coverage(problem, [one]), one)
        for one in extended(OfferArrays(problem), plan)
        if (one.need, one.offer) not in used and not problem.offers[one.offer].conditional
    ]
    added = []
    for gain, one in sorted(more):
        if missing <= 0:
            break
        added.append(one)
        missing += gain
    return tuple(sorted([*plan, *added]))


class _Program(BaselineProgram):
    def __init__(self, pairs: EligiblePairs, aim: Aim) -> None:
        super().__init__(pairs, aim)
        self._difference_columns: dict[int, tuple[int, float]] = {}
        builder = partial_coverage_program(pairs, aim.weight, self._gain)
        self.required = aim.coverage
        self._coverage_row = builder.add_min_coverage(aim.coverage)
        builder.add_goals(most=aim.shortfall)
        self._add_differences(builder)
        self.formulation = builder.build(Fraction(1), level=3)

    def _gain(self, pair: EligiblePair) -> Fraction:
        return Fraction(0 if self._is_in_baseline(pair) else -1, pair.high)

    def _add_differences(self, builder: FormulationBuilder) -> None:
        model = builder.model
        for at, pair in enumerate(self._pairs.all):
            amount = self._amounts.get((pair.need, pair.offer))
            if amount is None:
                continue
            column, value = builder.amount_in_column(at, amount)
            most = pair.high / amount
            (difference,) = model.add_columns(-1.0, 0, most, count=1).tolist()
            above, below = model.add_rows(
                np.array([-INFINITY, 1.0]), np.array([1.0, INFINITY]), 2
            ).tolist()
            model.add_entries(above, [column, difference], [1 / value, -1.0])
            model.add_entries(below, [column, difference], [1 / value, 1.0])
            self._difference_columns[at] = difference, value

    def column_values(self, plan: Plan) -> FloatArray:
        """Return the columns of a plan."""
        values = self.formulation.column_values(plan)
        for at, (difference, value) in self._difference_columns.items():
            values[difference] = abs(values[self.formulation.amount_columns[at]] / value - 1)
        return values

    def require_coverage(self, solver: Solver) -> None:
        """Require the coverage of `required`."""
        row, scale = self._coverage_row
        least = np.array([float(self.required) / scale - _COVERAGE_TOLERANCE])
        solver.set_bounds_of_rows(np.array([row], np.int32), least, np.array([INFINITY]))

    def solve_with_margins(self, values: FloatArray, deadline: Deadline) -> FloatArray | None:
        """Solve again with all choices fixed, and room for rounding where lines change."""
        formulation = self.formulation
        choice, index_of = self.choice(values), self._pairs.index_of
        rounded = [index_of[pair] for pair in choice.amounts.keys() - choice.unchanged]
        model = with_rounding_margin(formulation.model, *formulation.rounding_margins(rounded))
        solver = Solver(model, tolerance=_TOLERANCE)
        self.require_coverage(solver)
        columns, chosen = formulation.binary_choices(values)
        solver.set_bounds(columns, chosen, chosen)
        result = solver.solve(deadline=deadline).values
        return None if result is None else result[: formulation.model.columns]

    def _is_unchanged(self, at: int, values: FloatArray) -> bool:
        difference = self._difference_columns.get(at)
        return difference is not None and bool(values[difference[0]] < _MIN_DIFFERENCE)
