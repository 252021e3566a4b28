"""A program with the meaning of its columns: plans as values, and values as plans.

The variables are those of `formulation`, which builds the programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ledger.matching.plan import Allocation, allocated_to_needs, completed
from ledger.solver.arcs import BoolArray
from ledger.solver.highs import FloatArray, IndexArray, Model
from ledger.solver.limit_rows import LimitRows
from ledger.solver.pairs import EligiblePairs


@dataclass(frozen=True, slots=True)
class Formulation:
    """A model with the meaning of its columns.

    `open_columns` are the `y` of pairs with a minimum amount (-1: none), or the `t` of all-or-
    nothing pairs; `offer_amount_columns` the `w` (-1: none); `units` the amount of one `t`;
    `capacity_rows` the row of each offer; `placed_columns` the `p` of needs that others come after;
    `limits` has the columns of caps and goals. The objective is that of the level, times `scale`.
    """

    pairs: EligiblePairs
    model: Model
    project_columns: Mapping[int, int]
    placed_columns: Mapping[int, int]
    limits: LimitRows
    amount_columns: IndexArray
    open_columns: IndexArray
    offer_amount_columns: IndexArray
    units: tuple[int, ...]
    capacity_rows: Mapping[int, int]
    scale: Fraction
    level: int
    integral: bool

    @property
    def completion_columns(self) -> IndexArray:
        """The `z` of all projects."""
        return np.array(list(self.project_columns.values()), np.int32)

    @property
    def binary_columns(self) -> IndexArray:
        """The `y` of pairs with a minimum amount and the `t` of all-or-nothing pairs."""
        return np.unique(self.open_columns[self.open_columns >= 0])

    @property
    def has_ticket(self) -> BoolArray:
        """Which pairs have a `y`."""
        has_ticket: BoolArray = (self.open_columns >= 0) & (
            self.open_columns != self.amount_columns
        )
        return has_ticket

    def amounts(self, values: FloatArray) -> list[int]:
        """Return the nearest whole amount of each pair, 0 for closed pairs."""
        amounts = []
        for at, pair in enumerate(self.pairs.all):
            if self.amount_columns[at] < 0 or (
                self.open_columns[at] >= 0 and values[self.open_columns[at]] < _HALF
            ):
                amounts.append(0)
            elif pair.all_or_nothing:
                amounts.append(pair.high)
            else:
                share = Fraction(float(values[self.amount_columns[at]]))
                amounts.append(round(share * self.units[at]))
        return amounts

    def completed_projects(self, values: FloatArray) -> tuple[int, ...]:
        """Return the projects that end complete."""
        return tuple(
            project for project, column in self.project_columns.items() if values[column] > _HALF
        )

    def placed_needs(self, values: FloatArray) -> tuple[int, ...]:
        """Return the needs that others come after, where all that is open of them is allocated."""
        return tuple(need for need, column in self.placed_columns.items() if values[column] > _HALF)

    def binary_choices(self, values: FloatArray) -> tuple[IndexArray, FloatArray]:
        """Return the binary columns and their rounded values."""
        choices = (self.project_columns, self.placed_columns, self.limits.cap_columns)
        columns = np.concatenate(
            [*(np.array(list(one.values()), np.int32) for one in choices), self.binary_columns]
        )
        return columns, np.round(values[columns])

    def rounding_margins(self, rounded: Iterable[int]) -> tuple[IndexArray, FloatArray]:
        """Return the capacity rows of pairs that are rounded, and the margin that each needs.

        A pair whose amount is rounded up by a part takes the cost of that part and one part more.
        """
        kept_back: dict[int, int] = {}
        for at in rounded:
            pair = self.pairs.all[at]
            if not pair.all_or_nothing:
                more = pair.ratio.to_offer(1) + 1
                kept_back[pair.offer] = kept_back.get(pair.offer, 0) + more
        offers = self.pairs.problem.offers
        reduced = [offer for offer in self.capacity_rows if offer in kept_back]
        margins = [min(1.0, kept_back[offer] / offers[offer].free) for offer in reduced]
        rows = [self.capacity_rows[offer] for offer in reduced]
        return np.array(rows, np.int32), np.array(margins, np.float64)

    def column_values(self, allocations: Iterable[Allocation]) -> FloatArray:
        """Return a plan as values of the columns."""
        plan_allocations = list(allocations)
        values = np.zeros(self.model.columns)
        for project in completed(self.pairs.problem, plan_allocations):
            if project in self.project_columns:
                values[self.project_columns[project]] = 1
        if self.placed_columns:
            given = allocated_to_needs(self.pairs.problem, plan_allocations)
            for need, column in self.placed_columns.items():
                values[column] = given[need] == self.pairs.problem.needs[need].open
        self.limits.fill(values, plan_allocations)
        for allocation in plan_allocations:
            at = self.pairs.index_of[allocation.need, allocation.offer]
            if self.open_columns[at] >= 0:
                values[self.open_columns[at]] = 1
            values[self.amount_columns[at]] = allocation.amount / self.units[at]
            if self.offer_amount_columns[at] >= 0:
                values[self.offer_amount_columns[at]] = self.pairs.all[at].ratio.to_offer(
                    allocation.amount
                )
        return values


_HALF = 0.5
