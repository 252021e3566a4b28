"""The rows of goals in a program: floors that a plan meets as far as it can.

See `formulation` for the variables. Each goal has a column `s` in [0, 1], the share of it that
is missing: what is placed and given, as shares of what it asks for, and `s` are at least 1. One on
a number of projects has `h[p]` in {0, 1} for each project that is not counted yet: at most the sum
of its amounts, each divided by the least that its pair may give.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ledger.matching.goals import missing_of
from ledger.matching.plan import Allocation
from ledger.matching.problem import MatchingGoal, MatchingProblem
from ledger.solver.highs import INFINITY, FloatArray, IndexArray, Model, VariableType
from ledger.solver.pairs import EligiblePairs

_TOLERANCE = 1e-9
"""The tolerance of a shortfall that is required: what it admits is checked in whole numbers."""


@dataclass(frozen=True, slots=True)
class GoalColumns:
    """The `s` of each goal by its index, and the `h` by goal and project."""

    missing: dict[int, int] = field(default_factory=dict)
    counting: dict[tuple[int, int], int] = field(default_factory=dict)

    def fill(
        self, values: FloatArray, problem: MatchingProblem, allocations: Iterable[Allocation]
    ) -> None:
        """Set the columns to their values for a plan."""
        plan = tuple(allocations)
        for at, column in self.missing.items():
            goal = problem.goals[at]
            values[column] = missing_of(problem, goal, plan) / goal.least
        for (at, project), column in self.counting.items():
            goal = problem.goals[at]
            values[column] = any(
                one.offer in goal.offers
                and one.need in goal.rates
                and problem.needs[one.need].project == project
                for one in plan
            )


def add_goals(
    pairs: EligiblePairs,
    model: Model,
    amount_columns: IndexArray,
    units: Sequence[int],
    *,
    gain: float = 0.0,
    most: Fraction | None = None,
) -> GoalColumns:
    """Add a row for each goal, each `s` at this objective; `most` is the largest shortfall.

    `units` is the amount of one unit of a pair's column.
    """
    columns = GoalColumns()
    for at, goal in enumerate(pairs.problem.goals):
        if goal.missing <= 0:
            continue
        own = [
            place
            for place, pair in enumerate(pairs.all)
            if pair.offer in goal.offers and pair.need in goal.rates and amount_columns[place] >= 0
        ]
        (column,) = model.add_columns(gain, 0, 1, count=1).tolist()
        columns.missing[at] = column
        row = model.add_rows(float(goal.missing / goal.least), INFINITY, 1)
        model.add_entries(row, column, 1)
        if goal.unit is None:
            by_project = _by_project(pairs, goal, own)
            for project, places in by_project.items():
                columns.counting[at, project] = _counting_column(
                    pairs, model, amount_columns[places], [units[one] for one in places], places
                )
                model.add_entries(row, columns.counting[at, project], float(1 / goal.least))
        else:
            shares = [
                float(goal.rates[pairs.all[one].need] * units[one] / goal.least) for one in own
            ]
            model.add_entries(row, amount_columns[own], shares)
    if most is not None and columns.missing:
        row = model.add_rows(-INFINITY, float(most) + _TOLERANCE * max(1.0, float(most)), 1)
        model.add_entries(row, list(columns.missing.values()), 1)
    return columns


def _by_project(
    pairs: EligiblePairs, goal: MatchingGoal, own: Iterable[int]
) -> dict[int, list[int]]:
    by_project: dict[int, list[int]] = {}
    for place in own:
        project = pairs.problem.needs[pairs.all[place].need].project
        if project not in goal.counted:
            by_project.setdefault(project, []).append(place)
    return by_project


def _counting_column(
    pairs: EligiblePairs,
    model: Model,
    amount_columns: IndexArray,
    units: Sequence[int],
    places: Sequence[int],
) -> int:
    """Add the `h` of a project: 1 only if one of its pairs gives something."""
    (column,) = model.add_columns(0, 0, 1, VariableType.INTEGER, count=1).tolist()
    row = model.add_rows(0, INFINITY, 1)
    shares = [
        unit / max(1, pairs.all[place].low) for unit, place in zip(units, places, strict=True)
    ]
    model.add_entries(row, amount_columns, shares)
    model.add_entries(row, column, -1)
    return int(column)
