"""A first-order method for linear programs too large for the simplex method.

Values and prices of a model move against each other in small steps until neither has anything to
gain: the primal-dual hybrid gradient method with reflection, drawn back to where it last began
(Halpern) and begun again from where it is when it has come much nearer. It ends near an optimum,
never quite there, at the cost of two products with the matrix a step. What it gives is a guide:
a bound has to be computed from the prices, and a plan from the values, by who wants one.

Rows and columns are scaled first, so that the matrix stretches nothing: then steps of just below
one are safe. `lean` is the weight of the steps of the values against those of the prices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ledger.solver.highs import Deadline, Model

Floats = NDArray[np.float64]
Places = NDArray[np.int32]

_STEP = 0.99
_LOOKED = 20
"""How many steps are made between two looks at how far it has come."""
_SCALINGS = 8
_MUCH, _SOME = 0.2, 0.8
"""Begin again when steps are so much shorter, or somewhat shorter and growing again."""
_LATEST = 0.36
"""The part of all steps so far after which it begins again in any case."""
_EARLY = 100
_LEAN = 5.0
_NOTHING = 1e-10
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Rest:
    """Where the descent rests: the values of the columns, the prices of the rows, its lean."""

    values: Floats
    prices: Floats
    lean: float = _LEAN


@dataclass(frozen=True, slots=True)
class _Point:
    values: Floats
    prices: Floats

    def size(self, lean: float) -> float:
        """Measure it as a step."""
        return float(np.sqrt(lean * (self.values @ self.values) + self.prices @ self.prices / lean))

    def minus(self, other: _Point) -> _Point:
        return _Point(self.values - other.values, self.prices - other.prices)

    def reflected(self, step: _Point, home: _Point, count: int) -> _Point:
        """Go two steps on from here, and back towards home by as much as the count is small."""
        part = (count + 1) / (count + 2)
        return _Point(
            part * (self.values + 2 * step.values) + (1 - part) * home.values,
            part * (self.prices + 2 * step.prices) + (1 - part) * home.prices,
        )


def descend(
    model: Model, steps: int, begin: Rest | None = None, deadline: Deadline | None = None
) -> Rest:
    """Take so many steps towards an optimum of a model, from where one began; fewer in no time."""
    scaled = _Scaled(model)
    at = scaled.point(begin)
    home, lean, count, first, last = at, begin.lean if begin else _LEAN, 0, np.inf, np.inf
    after = at
    for step in range(steps):
        after = scaled.step(at, lean)
        moved = after.minus(at)
        if count == 0 or step % _LOOKED == 0:
            if deadline is not None and deadline.passed:
                break
            size = moved.size(lean)
            first = size if count == 0 else first
            if _is_over(count, step, size, first, last):
                lean = _balanced(lean, after.minus(home))
                at = home = after
                count = 0
                continue
            last = size
        at = at.reflected(moved, home, count)
        count += 1
    return scaled.rest(after, lean)


def _is_over(count: int, step: int, size: float, first: float, last: float) -> bool:
    """Say whether to begin again from here."""
    if count == 0:
        return False
    nearer = size < _MUCH * first or (size < _SOME * first and size > last)
    return nearer or count > _LATEST * max(step, _EARLY)


def _balanced(lean: float, way: _Point) -> float:
    """Lean more to the side that had the shorter way."""
    values, prices = np.linalg.norm(way.values), np.linalg.norm(way.prices)
    if values <= _NOTHING or prices <= _NOTHING:
        return lean
    return float(np.sqrt(lean * prices / values))


class _Lines:
    """The entries of a matrix in the order of its rows, or of its columns."""

    def __init__(self, of: Places, across: Places, values: Floats, count: int) -> None:
        sizes = np.bincount(of, minlength=count)
        # Most columns are flows, which have two entries: those are added up all at once.
        self._pairs = np.flatnonzero(sizes == _PAIR)
        self._others = np.flatnonzero((sizes > 0) & (sizes != _PAIR))
        order = np.argsort(of, kind="stable")
        starts = np.cumsum(sizes) - sizes
        paired = sizes[of[order]] == _PAIR
        first = starts[self._pairs]
        order = np.concatenate([order[first], order[first + 1], order[~paired]])
        lengths = sizes[self._others]
        self._starts = np.cumsum(lengths) - lengths
        self._own = of[order].astype(np.intp)
        # Places as numpy indexes: it would otherwise convert them at every product.
        self._across, self.values = across[order].astype(np.intp), values[order]
        self._count = count
        self._room = np.empty(len(values))

    def times(self, vector: Floats) -> Floats:
        """Multiply each line by a vector."""
        # Where a place is out of bounds matters to no one: there are none.
        np.take(vector, self._across, out=self._room, mode="clip")
        np.multiply(self._room, self.values, out=self._room)
        return self._gathered(np.add, self._room)

    def largest(self) -> Floats:
        """Give the largest entry of each line, one where all are zero."""
        return _or_one(self._gathered(np.maximum, np.abs(self.values)))

    def summed(self) -> Floats:
        """Give the sum of the sizes of each line's entries, one where all are zero."""
        return _or_one(self._gathered(np.add, np.abs(self.values)))

    def scale(self, own: Floats, other: Floats) -> None:
        """Multiply the entries by factors of their lines and of the lines across."""
        self.values *= own[self._own] * other[self._across]

    def _gathered(self, by: np.ufunc, entries: Floats) -> Floats:
        found, pairs = np.zeros(self._count), len(self._pairs)
        found[self._pairs] = by(entries[:pairs], entries[pairs : 2 * pairs])
        if len(self._others):
            found[self._others] = by.reduceat(entries[2 * pairs :], self._starts)
        return found


def _or_one(sizes: Floats) -> Floats:
    return np.where(sizes > 0, sizes, 1.0)


class _Scaled:
    """A model with its rows and columns scaled, to be minimised."""

    def __init__(self, model: Model) -> None:
        rows, columns, values = map(np.concatenate, zip(*model.entries, strict=True))
        self._by_row = _Lines(rows, columns, values, model.rows)
        self._by_column = _Lines(columns, rows, values, model.columns)
        self._row, self._column = np.ones(model.rows), np.ones(model.columns)
        for _ in range(_SCALINGS):
            self._scale(self._by_row.largest(), self._by_column.largest())
        self._scale(self._by_row.summed(), self._by_column.summed())
        self._cost = np.concatenate(model.costs) * self._column
        self._low = np.concatenate(model.lowers) / self._column
        self._high = np.concatenate(model.uppers) / self._column
        self._least = np.concatenate(model.row_lowers) * self._row
        self._most = np.concatenate(model.row_uppers) * self._row

    def _scale(self, row: Floats, column: Floats) -> None:
        row, column = 1 / np.sqrt(row), 1 / np.sqrt(column)
        self._by_row.scale(row, column)
        self._by_column.scale(column, row)
        self._row *= row
        self._column *= column

    def point(self, begin: Rest | None) -> _Point:
        """Give a point in the scaled model."""
        if begin is None:
            return _Point(np.zeros(len(self._column)), np.zeros(len(self._row)))
        return _Point(begin.values / self._column, begin.prices / self._row)

    def rest(self, point: _Point, lean: float) -> Rest:
        """Give a point as the model knows it."""
        return Rest(point.values * self._column, point.prices * self._row, lean)

    def step(self, at: _Point, lean: float) -> _Point:
        """Move the values against the prices, then the prices against the moved values."""
        slope = self._by_column.times(at.prices) - self._cost
        values = np.clip(at.values - _STEP / lean * slope, self._low, self._high)
        much = _STEP * lean
        prices = at.prices + much * self._by_row.times(2 * values - at.values)
        return _Point(values, prices - much * np.clip(prices / much, self._least, self._most))
