"""The rows of limits across pairs in a program: caps, and floors of projects.

See `formulation` for the variables. Rows are divided by what is left, or missing, so that the
solver's tolerance is relative to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from ledger.matching.caps import linear_left
from ledger.matching.plan import Allocation
from ledger.matching.problem import MatchingCap, MatchingFloor, MatchingProblem
from ledger.solver.highs import INFINITY, IndexArray, Model, VariableType
from ledger.solver.pairs import EligiblePairs


class LimitRows:
    """Adds the rows of limits to a model; `units` is the amount of one unit of a pair's column."""

    def __init__(
        self,
        pairs: EligiblePairs,
        model: Model,
        amount_columns: IndexArray,
        units: Sequence[int],
    ) -> None:
        self._pairs, self._model = pairs, model
        self._amount_columns, self._units = amount_columns, units
        self._counting_columns: dict[tuple[int, int], int] = {}

    def add_floors(self, project_columns: Mapping[int, int]) -> None:
        """Add a row for each floor of a project that can be completed."""
        for project, column in project_columns.items():
            for floor in self._pairs.problem.projects[project].floors:
                self._add_floor(floor, column)

    def add_caps(self) -> dict[tuple[int, int], int]:
        """Add a row for each cap; return the `g` of those on a number, by cap and project."""
        for at, cap in enumerate(self._pairs.problem.caps):
            own = [
                place
                for place, pair in enumerate(self._pairs.all)
                if pair.need in cap.units
                and pair.offer in cap.offers
                and self._amount_columns[place] >= 0
            ]
            if own and cap.counted is None:
                self._add_quantity_cap(cap, own)
            elif own:
                self._add_number_cap(at, cap, own)
        return self._counting_columns

    def _add_floor(self, floor: MatchingFloor, project_column: int) -> None:
        """Let a project end complete only if some of its offers give enough."""
        scale = max(Fraction(1), floor.missing)
        row = self._model.add_rows(0, INFINITY, 1)
        own = [
            at
            for need in floor.rates
            for at in self._pairs.by_need.get(need, ())
            if self._pairs.all[at].offer in floor.offers and self._amount_columns[at] >= 0
        ]
        rates = [floor.rates[self._pairs.all[at].need] * self._units[at] for at in own]
        self._model.add_entries(row, self._amount_columns[own], [float(r / scale) for r in rates])
        self._model.add_entries(row, project_column, -float(floor.missing / scale))

    def _add_quantity_cap(self, cap: MatchingCap, own: list[int]) -> None:
        left = linear_left(cap)
        scale = max(Fraction(1), left)
        row = self._model.add_rows(-INFINITY, float(left / scale), 1)
        rates = [cap.rates[cap.units[self._pairs.all[at].need]] * self._units[at] for at in own]
        self._model.add_entries(row, self._amount_columns[own], [float(r / scale) for r in rates])

    def _add_number_cap(self, at: int, cap: MatchingCap, own: list[int]) -> None:
        by_project: dict[int, list[int]] = {}
        for place in own:
            project = self._pairs.problem.needs[self._pairs.all[place].need].project
            if project not in (cap.counted or ()):
                by_project.setdefault(project, []).append(place)
        if not by_project:
            return
        columns = self._model.add_columns(
            0, 0, 1, VariableType.INTEGER, count=len(by_project)
        ).tolist()
        left = max(0, cap.most - cap.already)
        self._model.add_entries(self._model.add_rows(-INFINITY, left, 1), columns, 1)
        for (project, places), column in zip(by_project.items(), columns, strict=True):
            self._counting_columns[at, project] = column
            for place in places:
                most = self._pairs.all[place].high // self._units[place]
                row = self._model.add_rows(-INFINITY, 0, 1)
                self._model.add_entries(row, int(self._amount_columns[place]), 1)
                self._model.add_entries(row, column, -most)


def is_counted(
    problem: MatchingProblem, allocations: Iterable[Allocation], cap: int, project: int
) -> bool:
    """Say whether a plan places something of a project under a cap."""
    counting = problem.caps[cap]
    return any(
        one.offer in counting.offers
        and one.need in counting.units
        and problem.needs[one.need].project == project
        for one in allocations
    )
