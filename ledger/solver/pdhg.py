"""PDHG, the primal-dual hybrid gradient method, for linear programs too large for simplex.

Values and prices move against each other in small steps: the reflected Halpern iteration, which
averages each reflected step with the anchor of the last restart, and restarts when the step
length has decreased enough. As in PDLP (Applegate et al., "Practical large-scale linear
programming using primal-dual hybrid gradient", NeurIPS 2021) and r2HPDHG (Lu and Yang, "Restarted
Halpern PDHG for linear programming", 2024), rows and columns are scaled first (Ruiz), and a
primal weight balances the steps of values and prices.

It ends near an optimum, never exactly there, at the cost of two products with the matrix per step.
Its result guides the search: bounds are computed from the prices (see `bounds`), plans from the
values.

HiGHS 1.16 has the same kind of method (`solver=pdlp`). With the same steps and starts, as `pricing`
takes them, its prices prove 17,603 where these prove 17,577 (4,000 projects, 4.0 million pairs), in
a quarter more time; `solver=hipdlp` returns no values when it reaches its limit of iterations.
Simplex proves 6,653 after seven rounds where this proves 6,618 (1,500 projects, 0.5 million pairs),
in three times the time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.solver.highs import FloatArray, IndexArray, Model
from ledger.solver.options import UNTIMED, Deadline

_STEP_SIZE = 0.99
_CHECK_INTERVAL = 20
"""The number of steps between two checks of the progress."""
_RUIZ_ITERATIONS = 8
_SUFFICIENT_DECAY, _NECESSARY_DECAY = 0.2, 0.8
"""Restart when the step length has decreased to this share; or to this one and grows."""
_ARTIFICIAL_RESTART = 0.36
"""Restart after this share of all steps in any case."""
_MIN_STEPS = 100
_PRIMAL_WEIGHT = 5.0
_ZERO = 1e-10


@dataclass(frozen=True, slots=True)
class PdhgState:
    """The state: values of the columns, prices of the rows, and the primal weight."""

    values: FloatArray
    prices: FloatArray
    primal_weight: float = _PRIMAL_WEIGHT


@dataclass(frozen=True, slots=True)
class _Point:
    values: FloatArray
    prices: FloatArray

    def size(self, primal_weight: float) -> float:
        """Return its length as a step."""
        return float(
            np.sqrt(
                primal_weight * (self.values @ self.values)
                + self.prices @ self.prices / primal_weight
            )
        )

    def minus(self, other: _Point) -> _Point:
        return _Point(self.values - other.values, self.prices - other.prices)

    def reflected(self, step: _Point, anchor: _Point, count: int) -> _Point:
        """Take a reflected step, averaged with the anchor by the count (Halpern)."""
        part = (count + 1) / (count + 2)
        return _Point(
            part * (self.values + 2 * step.values) + (1 - part) * anchor.values,
            part * (self.prices + 2 * step.prices) + (1 - part) * anchor.prices,
        )


def solve_pdhg(
    model: Model, steps: int, start: PdhgState | None = None, deadline: Deadline = UNTIMED
) -> PdhgState:
    """Take up to this number of steps towards an optimum, from a state if there is one."""
    scaled = _Scaled(model)
    point = scaled.point(start)
    anchor, primal_weight, count, first_size, last_size = (
        point,
        start.primal_weight if start else _PRIMAL_WEIGHT,
        0,
        np.inf,
        np.inf,
    )
    next_point = point
    for step in range(steps):
        next_point = scaled.step(point, primal_weight)
        step_taken = next_point.minus(point)
        if count == 0 or step % _CHECK_INTERVAL == 0:
            if deadline.passed:
                break
            size = step_taken.size(primal_weight)
            first_size = size if count == 0 else first_size
            if _should_restart(count, step, size, first_size, last_size):
                primal_weight = _rebalanced(primal_weight, next_point.minus(anchor))
                point = anchor = next_point
                count = 0
                continue
            last_size = size
        point = point.reflected(step_taken, anchor, count)
        count += 1
    return scaled.unscaled(next_point, primal_weight)


def _should_restart(
    count: int, step: int, size: float, first_size: float, last_size: float
) -> bool:
    """Return whether to restart here."""
    if count == 0:
        return False
    closer = size < _SUFFICIENT_DECAY * first_size or (
        size < _NECESSARY_DECAY * first_size and size > last_size
    )
    return closer or count > _ARTIFICIAL_RESTART * max(step, _MIN_STEPS)


def _rebalanced(primal_weight: float, displacement: _Point) -> float:
    """Adjust the primal weight to the displacement of values and prices."""
    values, prices = np.linalg.norm(displacement.values), np.linalg.norm(displacement.prices)
    if values <= _ZERO or prices <= _ZERO:
        return primal_weight
    return float(np.sqrt(primal_weight * prices / values))


class _SparseLines:
    """The entries of a matrix by rows, or by columns."""

    def __init__(self, line: IndexArray, other: IndexArray, values: FloatArray, count: int) -> None:
        order = np.argsort(line, kind="stable")
        # numpy would otherwise convert the indices at every product.
        self._line, self._other = line[order].astype(np.intp), other[order].astype(np.intp)
        self.values, self._count = values[order], count
        self._products = np.empty(len(values))

    def dot(self, vector: FloatArray) -> FloatArray:
        """Multiply each line by a vector."""
        # No index is out of bounds; the mode only avoids the check.
        np.take(vector, self._other, out=self._products, mode="clip")
        np.multiply(self._products, self.values, out=self._products)
        return np.bincount(self._line, self._products, self._count).astype(np.float64, copy=False)

    def largest(self) -> FloatArray:
        """Return the largest absolute entry of each line, one where all are zero."""
        largest = np.zeros(self._count)
        np.maximum.at(largest, self._line, np.abs(self.values))
        return _or_one(largest)

    def summed(self) -> FloatArray:
        """Return the sum of absolute entries of each line, one where all are zero."""
        sums = np.bincount(self._line, np.abs(self.values), self._count)
        return _or_one(sums.astype(np.float64, copy=False))

    def scale(self, line_factors: FloatArray, other_factors: FloatArray) -> None:
        """Multiply the entries by factors of their rows and columns."""
        self.values *= line_factors[self._line] * other_factors[self._other]


def _or_one(sizes: FloatArray) -> FloatArray:
    return np.where(sizes > 0, sizes, 1.0)


class _Scaled:
    """A model with scaled rows and columns, to be minimised."""

    def __init__(self, model: Model) -> None:
        rows, columns, values = map(np.concatenate, zip(*model.entries, strict=True))
        self._by_row = _SparseLines(rows, columns, values, model.rows)
        self._by_column = _SparseLines(columns, rows, values, model.columns)
        self._row, self._column = np.ones(model.rows), np.ones(model.columns)
        for _ in range(_RUIZ_ITERATIONS):
            self._scale(self._by_row.largest(), self._by_column.largest())
        self._scale(self._by_row.summed(), self._by_column.summed())
        self._cost = np.concatenate(model.costs) * self._column
        self._lower = np.concatenate(model.lowers) / self._column
        self._upper = np.concatenate(model.uppers) / self._column
        self._row_lower = np.concatenate(model.row_lowers) * self._row
        self._row_upper = np.concatenate(model.row_uppers) * self._row

    def _scale(self, row: FloatArray, column: FloatArray) -> None:
        row, column = 1 / np.sqrt(row), 1 / np.sqrt(column)
        self._by_row.scale(row, column)
        self._by_column.scale(column, row)
        self._row *= row
        self._column *= column

    def point(self, start: PdhgState | None) -> _Point:
        """Return a state in the scaled model."""
        if start is None:
            return _Point(np.zeros(len(self._column)), np.zeros(len(self._row)))
        return _Point(start.values / self._column, start.prices / self._row)

    def unscaled(self, point: _Point, primal_weight: float) -> PdhgState:
        """Return a point in the original model."""
        return PdhgState(point.values * self._column, point.prices * self._row, primal_weight)

    def step(self, point: _Point, primal_weight: float) -> _Point:
        """Move the values against the prices, then the prices against the moved values."""
        gradient = self._by_column.dot(point.prices) - self._cost
        values = np.clip(
            point.values - _STEP_SIZE / primal_weight * gradient, self._lower, self._upper
        )
        dual_step = _STEP_SIZE * primal_weight
        prices = point.prices + dual_step * self._by_row.dot(2 * values - point.values)
        return _Point(
            values,
            prices - dual_step * np.clip(prices / dual_step, self._row_lower, self._row_upper),
        )
