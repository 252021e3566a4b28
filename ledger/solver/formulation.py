"""The mixed-integer program of a problem whose pairs are listed one by one.

Sets: projects p that can be completed, needs n, offers s, pairs (n, s) that the rules admit.
Parameters: `b[n]`, the open amount of a need; `c[s]`, the capacity of an offer; `r`, the rate of a
pair; `low` and `high`, its limits.

Variables:

- `z[p]` in {0, 1}: project p ends complete;
- `t[n,s]` in [0, 1]: the pair allocates `t x high`; in {0, 1} where `low` equals `high`;
- `y[n,s]` in {0, 1}, for a pair with a minimum amount: it allocates anything.

Constraints, each divided by its `b` or `c` so that the solver's tolerance is relative to them:

- capacity: the sum of `r x high x t` of an offer is at most `c`;
- level 1: the sum of `high x t` of a need is exactly `b x z`. A project that is not completed
  takes nothing, so conditions hold by themselves; level 1 does not count parts, so nothing is lost;
- level 2: that sum is at most `b`, and at least `b x z`; what a conditional offer allocates is at
  most `z`; the weight of all `z` is at least what level 1 has reached;
- sequence, on level 2: `p[n]` in {0, 1} for a need that others come after; what is allocated to it
  is at least `b x p`, and what each of the others gets is at most its own `b x p`;
- caps: the sum of rate x amount of the pairs that one counts is at most what is left of it; of one
  on a number, `g[cap,p]` in {0, 1} is at least each `t` of its pairs in p, and the sum of its `g`
  at most what is left; floors: what some offers give to p is at least what is missing x z;
- ticket: `t` is at most `y`, and at least `y x low / high`.

Objective: level 1, the weight of all `z`; level 2, the sum of weight x `high x t` / net.

All `t` may be fractions, so that every plan in whole numbers is a solution of this program and its
optimum bounds theirs. With `integral`, amounts across currencies are whole numbers: `t` counts the
smallest parts of the need and an integer column `w >= r x t` those of the offer, rounded up by the
steepest line that the solver can represent. Rows whose columns all count parts are not divided:
the solver's tolerance is then a share of one part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import lcm

import numpy as np

from ledger.matching.plan import Allocation, allocated_to_needs
from ledger.solver.columns import Formulation
from ledger.solver.highs import INFINITY, IndexArray, Model, VariableType
from ledger.solver.limit_rows import LimitRows
from ledger.solver.options import UNTIMED, Deadline
from ledger.solver.pairs import EligiblePair, EligiblePairs, steepest_slope

LARGEST_INTEGER = 10**6
"""Up to this amount, integer amounts are stated where they are not integral by themselves."""
_LARGEST_ROW = 10**11
"""Up to this need and offer: one part of more is too small an entry of their rows."""
_MAX_SCALE = 5_000
_COVERAGE_TOLERANCE = 1e-9
"""The tolerance of a coverage that is required, relative to it."""


def level_one_program(
    pairs: EligiblePairs,
    *,
    integral: bool = False,
    tickets: bool = True,
    deadline: Deadline = UNTIMED,
) -> Formulation:
    """Formulate level 1: the weight of the projects that end complete.

    Without `tickets` minimum amounts are left out, except those of all-or-nothing pairs.
    """
    builder = FormulationBuilder(pairs, integral=integral, only_completable=True, deadline=deadline)
    completable = pairs.completable
    builder.add_project_columns([pairs.problem.projects[one].weight for one in completable])
    builder.add_pair_columns(lambda _: Fraction(0), tickets=tickets)
    builder.add_capacities()
    builder.add_limits()
    builder.add_exact_coverage()
    return builder.build(Fraction(1), level=1)


def level_two_program(
    pairs: EligiblePairs,
    weight: int,
    *,
    integral: bool = False,
    shortfall: Fraction | None = None,
    deadline: Deadline = UNTIMED,
) -> Formulation:
    """Formulate level 2: the coverage of plans that complete at least this weight.

    With `shortfall`, of plans whose goals miss at most this.
    """
    scale = _scale(pairs)
    builder = partial_coverage_program(
        pairs,
        weight,
        lambda pair: coverage_weight(pairs, pair) * scale,
        integral=integral,
        deadline=deadline,
    )
    if shortfall is not None:
        builder.add_goals(most=shortfall)
    return builder.build(scale, level=2)


def partial_coverage_program(
    pairs: EligiblePairs,
    weight: Fraction | int,
    objective: Callable[[EligiblePair], Fraction],
    *,
    opening: Callable[[EligiblePair], float] | None = None,
    integral: bool = False,
    deadline: Deadline = UNTIMED,
) -> FormulationBuilder:
    """State which plans complete at least this weight, at this objective of their amounts."""
    builder = FormulationBuilder(pairs, integral=integral, deadline=deadline)
    builder.add_project_columns([0] * len(pairs.completable))
    builder.add_pair_columns(objective, opening=opening)
    builder.add_capacities()
    builder.add_limits()
    builder.add_partial_coverage()
    builder.add_sequence()
    builder.add_conditions()
    builder.add_min_weight(weight)
    return builder


def coverage_weight(pairs: EligiblePairs, pair: EligiblePair) -> Fraction:
    """Return what a part of the need of a pair adds to coverage."""
    need = pairs.problem.needs[pair.need]
    return Fraction(pairs.problem.projects[need.project].weight, need.net)


def _scale(pairs: EligiblePairs) -> Fraction:
    """Return a factor that makes all coefficients integral, if it is small enough to help."""
    common = 1
    for need in pairs.by_need:
        common = lcm(common, pairs.problem.needs[need].net)
        if common > _MAX_SCALE:
            return Fraction(1)
    return Fraction(common)


class FormulationBuilder:
    """Builds a formulation; ends with `TimeUp` once the deadline has passed.

    With `only_completable`, pairs of other projects take no part.
    """

    def __init__(
        self,
        pairs: EligiblePairs,
        *,
        integral: bool,
        only_completable: bool = False,
        deadline: Deadline = UNTIMED,
    ) -> None:
        self._deadline = deadline
        self._pairs, self._integral, self._only_completable = pairs, integral, only_completable
        self.project_columns: dict[int, int] = {}
        self.model = self._model = Model()
        size = len(pairs.all)
        self._amount_columns = np.full(size, -1, np.int32)
        self._open_columns = np.full(size, -1, np.int32)
        self._offer_amount_columns = np.full(size, -1, np.int32)
        self._units = [1] * size
        self._capacity_rows: dict[int, int] = {}
        self._placed_columns: dict[int, int] = {}
        self._limits = LimitRows(pairs, self._model, self._amount_columns, self._units)

    def project(self, pair: EligiblePair) -> int:
        """Return the project of a pair."""
        return self._pairs.problem.needs[pair.need].project

    def add_project_columns(self, weights: list[int]) -> None:
        """Add `z` of each project that can be completed, at these objectives."""
        columns = self._model.add_columns(np.array(weights, np.float64), 0, 1, VariableType.INTEGER)
        self.project_columns.update(zip(self._pairs.completable, columns.tolist(), strict=True))

    def add_pair_columns(
        self,
        objective: Callable[[EligiblePair], Fraction],
        *,
        tickets: bool = True,
        opening: Callable[[EligiblePair], float] | None = None,
    ) -> None:
        """Add the columns of all pairs that take part, with their tickets.

        With `opening` every pair has a `y`, at this objective, whatever its minimum amount.
        """
        self._deadline.check()
        chosen = [
            at
            for at, pair in enumerate(self._pairs.all)
            if not self._only_completable or self.project(pair) in self.project_columns
        ]
        counted = [self._counts_units(at) for at in chosen]
        pairs = [self._pairs.all[at] for at in chosen]
        for at, pair, counts_units in zip(chosen, pairs, counted, strict=True):
            self._units[at] = 1 if counts_units else pair.high
        gain = [
            float(objective(pair) * self._units[at]) for at, pair in zip(chosen, pairs, strict=True)
        ]
        most = [pair.high // self._units[at] for at, pair in zip(chosen, pairs, strict=True)]
        types = [
            VariableType.INTEGER if pair.all_or_nothing or counts_units else VariableType.CONTINUOUS
            for pair, counts_units in zip(pairs, counted, strict=True)
        ]
        self._amount_columns[chosen] = self._model.add_columns(
            np.array(gain), 0, np.array(most, np.float64), np.array(types, np.uint8)
        )
        all_or_nothing = [at for at, pair in zip(chosen, pairs, strict=True) if pair.all_or_nothing]
        self._open_columns[all_or_nothing] = self._amount_columns[all_or_nothing]
        if opening is not None:
            opened = [at for at in chosen if not self._pairs.all[at].all_or_nothing]
            self._add_tickets(opened, [opening(self._pairs.all[at]) for at in opened])
        elif tickets:
            self._add_tickets([at for at in chosen if self._has_ticket(self._pairs.all[at])])

    @staticmethod
    def _has_ticket(pair: EligiblePair) -> bool:
        return 1 < pair.low < pair.high

    def _counts_units(self, at: int) -> bool:
        pair = self._pairs.all[at]
        asked = self._integral and at in self._pairs.rounding_pairs
        if not asked or pair.all_or_nothing or pair.high > LARGEST_INTEGER:
            return False
        problem = self._pairs.problem
        return max(problem.needs[pair.need].open, problem.offers[pair.offer].free) <= _LARGEST_ROW

    def _add_tickets(self, indices: list[int], gains: Sequence[float] = ()) -> None:
        size = len(indices)
        if not size:
            return
        gain = np.array(gains) if gains else 0.0
        self._open_columns[indices] = self._model.add_columns(
            gain, 0, 1, VariableType.INTEGER, count=size
        )
        least = [self._pairs.all[at].low / self._units[at] for at in indices]
        most = [self._pairs.all[at].high / self._units[at] for at in indices]
        for limit, lower, upper in ((least, 0, INFINITY), (most, -INFINITY, 0)):
            rows = self._model.add_rows(lower, upper, size)
            self._model.add_entries(rows, self._amount_columns[indices], 1)
            self._model.add_entries(rows, self._open_columns[indices], -np.array(limit))

    def add_capacities(self) -> None:
        """Add the capacity of each offer, in its own unit."""
        for offer, indices in self._pairs.by_offer.items():
            self._deadline.check()
            free = self._pairs.problem.offers[offer].free
            part = free if self._counts_only_units(indices) else 1
            (row,) = self._model.add_rows(-INFINITY, part, 1).tolist()
            self._capacity_rows[offer] = row
            costs = [self._cost(at) for at in indices if self._amount_columns[at] >= 0]
            self._model.add_entries(
                row, [one[0] for one in costs], [float(one[1] * part / free) for one in costs]
            )

    def _cost(self, at: int) -> tuple[int, Fraction | int]:
        """Return the column by which a pair draws on its offer, and the amount per unit."""
        pair = self._pairs.all[at]
        if pair.all_or_nothing:
            return int(self._amount_columns[at]), pair.ratio.to_offer(pair.high)
        rate = Fraction(pair.ratio.under, pair.ratio.over)
        if not self._counts_units(at) or pair.ratio.over == 1:
            return int(self._amount_columns[at]), rate * self._units[at]
        most = pair.ratio.to_offer(pair.high)
        (offer_amount_column,) = self._model.add_columns(
            0, 0, most, VariableType.INTEGER, count=1
        ).tolist()
        self._offer_amount_columns[at] = offer_amount_column
        row = self._model.add_rows(0, INFINITY, 1)
        self._model.add_entries(row, offer_amount_column, 1)
        self._model.add_entries(
            row, self._amount_columns[at], -steepest_slope(pair.ratio, pair.high)
        )
        return offer_amount_column, 1

    def add_exact_coverage(self) -> None:
        """Fill every need exactly as its project ends complete."""
        for project, project_column in self.project_columns.items():
            self._deadline.check()
            for need in self._pairs.problem.projects[project].needs:
                row = self._model.add_rows(0, 0, 1)
                self._model.add_entries(row, project_column, -self._scale(need))
                self._add_amount_entries(row, need)

    def add_partial_coverage(self) -> None:
        """Fill every need at most, and all of it where its project ends complete."""
        for need in self._pairs.by_need:
            self._deadline.check()
            self._add_amount_entries(self._model.add_rows(-INFINITY, self._scale(need), 1), need)
            project_column = self.project_columns.get(self._pairs.problem.needs[need].project)
            if project_column is not None:
                row = self._model.add_rows(0, INFINITY, 1)
                self._add_amount_entries(row, need)
                self._model.add_entries(row, project_column, -self._scale(need))

    def add_limits(self) -> None:
        """Add a row for each cap across pairs, and one for each floor of a project."""
        self._limits.add_floors(self.project_columns)
        self._limits.add_caps()

    def add_goals(self, *, gain: float = 0.0, most: Fraction | None = None) -> None:
        """Add what is missing of each goal, at this objective; `most`: the largest shortfall."""
        self._limits.add_goals(gain=gain, most=most)

    def add_amounts_of_needs(self, allocations: Iterable[Allocation]) -> None:
        """Give every need exactly what a plan gives it."""
        given = allocated_to_needs(self._pairs.problem, allocations)
        for need in self._pairs.by_need:
            own = self._pairs.problem.needs[need]
            part = given[need] * self._scale(need) / own.open
            self._add_amount_entries(self._model.add_rows(part, part, 1), need)

    def add_sequence(self) -> None:
        """Let a need get something only if those that it comes after end placed."""
        for need in self._pairs.by_need:
            for earlier in self._pairs.problem.needs[need].after:
                row = self._model.add_rows(-INFINITY, 0, 1)
                self._add_amount_entries(row, need)
                if earlier in self._pairs.by_need:
                    column = self._placed_column(earlier)
                    self._model.add_entries(row, column, -self._scale(need))

    def _placed_column(self, need: int) -> int:
        """Return the column that is 1 only if all that is open of a need is allocated."""
        if need not in self._placed_columns:
            (column,) = self._model.add_columns(0, 0, 1, VariableType.INTEGER, count=1).tolist()
            row = self._model.add_rows(0, INFINITY, 1)
            self._add_amount_entries(row, need)
            self._model.add_entries(row, column, -self._scale(need))
            self._placed_columns[need] = column
        return self._placed_columns[need]

    def _add_amount_entries(self, row: IndexArray, need: int) -> None:
        indices = self._pairs.by_need[need]
        part = self._pairs.problem.needs[need].open / self._scale(need)
        self._model.add_entries(
            row, self._amount_columns[indices], [self._units[at] / part for at in indices]
        )

    def _scale(self, need: int) -> int:
        """Return the factor of the rows of a need: its open amount where they count parts."""
        counts_units = self._counts_only_units(self._pairs.by_need[need])
        return self._pairs.problem.needs[need].open if counts_units else 1

    def _counts_only_units(self, indices: Iterable[int]) -> bool:
        """Return whether all columns of a row count parts, so that the row does too."""
        with_columns = [at for at in indices if self._amount_columns[at] >= 0]
        every = self._pairs.all
        return any(self._counts_units(at) for at in with_columns) and all(
            self._counts_units(at) or every[at].all_or_nothing for at in with_columns
        )

    def add_conditions(self) -> None:
        """Bound conditional allocations by `z` of their project."""
        for at, pair in enumerate(self._pairs.all):
            if self._pairs.problem.offers[pair.offer].conditional:
                self._deadline.check()
                column = (
                    self._open_columns[at]
                    if self._open_columns[at] >= 0
                    else self._amount_columns[at]
                )
                most = 1 if self._open_columns[at] >= 0 else pair.high // self._units[at]
                row = self._model.add_rows(-INFINITY, 0, 1)
                self._model.add_entries(row, column, 1)
                self._model.add_entries(row, self.project_columns[self.project(pair)], -most)

    def add_min_weight(self, weight: Fraction | int) -> None:
        """Require this completed weight."""
        if not self.project_columns:
            return
        row = self._model.add_rows(int(weight), INFINITY, 1)
        weights = [self._pairs.problem.projects[project].weight for project in self.project_columns]
        self._model.add_entries(row, list(self.project_columns.values()), weights)

    def add_min_coverage(self, coverage: Fraction) -> tuple[int, float]:
        """Require this coverage, within a tolerance: what it admits is checked in whole numbers.

        Return the row, and by what it is divided.
        """
        scale = max(1.0, float(coverage))
        (row,) = self._model.add_rows(
            float(coverage) / scale - _COVERAGE_TOLERANCE, INFINITY, 1
        ).tolist()
        gains = [
            float(coverage_weight(self._pairs, pair)) * self._units[at] / scale
            for at, pair in enumerate(self._pairs.all)
        ]
        self._model.add_entries(row, self._amount_columns, gains)
        return row, scale

    def amount_in_column(self, at: int, amount: int) -> tuple[int, float]:
        """Return the amount column of a pair, and an amount as its value."""
        return int(self._amount_columns[at]), amount / self._units[at]

    def build(self, scale: Fraction, *, level: int) -> Formulation:
        """Return the formulation."""
        return Formulation(
            self._pairs,
            self._model,
            self.project_columns,
            self._placed_columns,
            self._limits,
            self._amount_columns,
            self._open_columns,
            self._offer_amount_columns,
            tuple(self._units),
            self._capacity_rows,
            scale,
            level,
            self._integral,
        )
