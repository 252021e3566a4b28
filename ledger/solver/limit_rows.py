"""The rows of limits across pairs in a program: caps, floors of projects, and goals.

See `formulation` for the variables. Rows are divided by what is left, or missing, so that the
solver's tolerance is relative to it.

A goal is a floor that a plan meets as far as it can: it has a column `s` in [0, 1], the share of it
that is missing; what is placed and given, as shares of what it asks for, and `s` are at least 1.
One on a number of projects has `h[p]` in {0, 1} for each project that is not counted yet: at most
the sum of its amounts, each divided by the least that its pair may give.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction

from ledger.matching.caps import linear_left
from ledger.matching.goals import missing_of
from ledger.matching.plan import Allocation
from ledger.matching.problem import MatchingCap, MatchingGoal
from ledger.solver.highs import INFINITY, FloatArray, IndexArray, Model, VariableType
from ledger.solver.pairs import EligiblePairs

_TOLERANCE = 1e-9
"""The tolerance of a shortfall that is required: what it admits is checked in whole numbers."""


class LimitRows:
    """Adds the rows of limits to a model; `units` is the amount of one unit of a pair's column.

    `cap_columns` are the `g` by cap and project, `goal_columns` the `h` by goal and project, and
    `missing_columns` the `s` by goal.
    """

    def __init__(
        self,
        pairs: EligiblePairs,
        model: Model,
        amount_columns: IndexArray,
        units: Sequence[int],
    ) -> None:
        self._pairs, self._model = pairs, model
        self._amount_columns, self._units = amount_columns, units
        self.cap_columns: dict[tuple[int, int], int] = {}
        self.goal_columns: dict[tuple[int, int], int] = {}
        self.missing_columns: dict[int, int] = {}

    def add_floors(self, project_columns: Mapping[int, int]) -> None:
        """Let each project end complete only if some of its offers give enough."""
        for project, column in project_columns.items():
            for floor in self._pairs.problem.projects[project].floors:
                scale = max(Fraction(1), floor.missing)
                row = self._model.add_rows(0, INFINITY, 1)
                own = self._among(floor.rates, floor.offers)
                self._add_amounts(row, {at: floor.rates[self._need(at)] / scale for at in own})
                self._model.add_entries(row, column, -float(floor.missing / scale))

    def add_caps(self) -> None:
        """Add a row for each cap."""
        for at, cap in enumerate(self._pairs.problem.caps):
            own = self._among(cap.units, cap.offers)
            if own and cap.counted is None:
                self._add_quantity_cap(cap, own)
            elif own:
                self._add_number_cap(at, cap, own)

    def _add_quantity_cap(self, cap: MatchingCap, own: list[int]) -> None:
        left = linear_left(cap)
        scale = max(Fraction(1), left)
        row = self._model.add_rows(-INFINITY, float(left / scale), 1)
        self._add_amounts(row, {at: cap.rates[cap.units[self._need(at)]] / scale for at in own})

    def _add_number_cap(self, number: int, cap: MatchingCap, own: list[int]) -> None:
        by_project = self._by_project(own, cap.counted or ())
        if not by_project:
            return
        columns = self._binary_columns(len(by_project))
        left = max(0, cap.most - cap.already)
        self._model.add_entries(self._model.add_rows(-INFINITY, left, 1), columns, 1)
        for (project, places), column in zip(by_project.items(), columns, strict=True):
            self.cap_columns[number, project] = column
            for at in places:
                most = self._pairs.all[at].high // self._units[at]
                row = self._model.add_rows(-INFINITY, 0, 1)
                self._model.add_entries(row, int(self._amount_columns[at]), 1)
                self._model.add_entries(row, column, -most)

    def add_goals(self, *, gain: float = 0.0, most: Fraction | None = None) -> None:
        """Add a row for each goal, each `s` at this objective; `most`: the largest shortfall."""
        for at, goal in enumerate(self._pairs.problem.goals):
            if goal.missing > 0:
                self._add_goal(at, goal, gain)
        if most is not None and self.missing_columns:
            row = self._model.add_rows(
                -INFINITY, float(most) + _TOLERANCE * max(1.0, float(most)), 1
            )
            self._model.add_entries(row, list(self.missing_columns.values()), 1)

    def _add_goal(self, number: int, goal: MatchingGoal, gain: float) -> None:
        (column,) = self._model.add_columns(gain, 0, 1, count=1).tolist()
        self.missing_columns[number] = column
        row = self._model.add_rows(float(goal.missing / goal.least), INFINITY, 1)
        self._model.add_entries(row, column, 1)
        own = self._among(goal.rates, goal.offers)
        if goal.unit is not None:
            self._add_amounts(row, {at: goal.rates[self._need(at)] / goal.least for at in own})
            return
        for project, places in self._by_project(own, goal.counted).items():
            (counting,) = self._binary_columns(1)
            self.goal_columns[number, project] = counting
            shares = self._model.add_rows(0, INFINITY, 1)
            least = {at: Fraction(1, max(1, self._pairs.all[at].low)) for at in places}
            self._add_amounts(shares, least)
            self._model.add_entries(shares, counting, -1)
            self._model.add_entries(row, counting, float(1 / goal.least))

    def _among(self, needs: Collection[int], offers: Collection[int]) -> list[int]:
        """Return the pairs with a column of some needs and offers."""
        return [
            at
            for need in sorted(needs)
            for at in self._pairs.by_need.get(need, ())
            if self._pairs.all[at].offer in offers and self._amount_columns[at] >= 0
        ]

    def _need(self, at: int) -> int:
        return self._pairs.all[at].need

    def _by_project(self, own: Iterable[int], counted: Collection[int]) -> dict[int, list[int]]:
        """Group pairs by the projects that are not counted yet."""
        by_project: dict[int, list[int]] = {}
        for at in own:
            project = self._pairs.problem.needs[self._need(at)].project
            if project not in counted:
                by_project.setdefault(project, []).append(at)
        return by_project

    def _binary_columns(self, count: int) -> list[int]:
        columns: list[int] = self._model.add_columns(
            0, 0, 1, VariableType.INTEGER, count=count
        ).tolist()
        return columns

    def _add_amounts(self, row: IndexArray, rates: Mapping[int, Fraction]) -> None:
        """Add the amounts of pairs to a row, at these rates."""
        entries = [float(rate * self._units[at]) for at, rate in rates.items()]
        self._model.add_entries(row, self._amount_columns[[*rates]], entries)

    def fill(self, values: FloatArray, allocations: Sequence[Allocation]) -> None:
        """Set the columns of limits to their values for a plan."""
        problem = self._pairs.problem
        for number, column in self.missing_columns.items():
            goal = problem.goals[number]
            values[column] = missing_of(problem, goal, allocations) / goal.least
        for (number, project), column in self.goal_columns.items():
            goal = problem.goals[number]
            values[column] = self._places(allocations, goal.rates, goal.offers, project)
        for (number, project), column in self.cap_columns.items():
            cap = problem.caps[number]
            values[column] = self._places(allocations, cap.units, cap.offers, project)

    def _places(
        self,
        allocations: Iterable[Allocation],
        needs: Collection[int],
        offers: Collection[int],
        project: int,
    ) -> bool:
        """Say whether a plan places something of a project among these needs and offers."""
        return any(
            one.offer in offers
            and one.need in needs
            and self._pairs.problem.needs[one.need].project == project
            for one in allocations
        )
