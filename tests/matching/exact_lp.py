"""A linear program solved in whole numbers alone, by the simplex method without division.

Every number of the tableau is a whole multiple of one over `scale`, the last pivot; so nothing
is ever rounded, and nothing grows as fractions would.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Corner(NamedTuple):
    """The best corner: the value there, and each variable's."""

    value: Fraction
    at: list[Fraction]


def maximise(
    gains: Sequence[int],
    rows: Sequence[tuple[dict[int, int], int]],
    most: Sequence[int | None],
) -> Corner:
    """Maximise gains . x under row . x <= limit and 0 <= x <= most (None: no such bound).

    Every limit is at least zero, so that x = 0 is a corner to begin from. There is an optimum
    where every variable with a gain is bounded by itself or by a row.
    """
    return _Tableau(gains, rows, most).solved()


class _Tableau:
    """Columns are the variables outside the basis; a variable may be counted down from `most`."""

    def __init__(
        self,
        gains: Sequence[int],
        rows: Sequence[tuple[dict[int, int], int]],
        most: Sequence[int | None],
    ) -> None:
        size = len(gains)
        self.size = size
        self.scale = 1
        self.body = [[row.get(column, 0) for column in range(size)] for row, _ in rows]
        self.limits = [limit for _, limit in rows]
        self.price = list(gains)
        self.value = 0
        self.outside = list(range(size))
        self.basis = list(range(size, size + len(rows)))
        self.most = [*most, *(None for _ in rows)]
        self.flipped = [False] * (size + len(rows))

    def solved(self) -> Corner:
        steps = 0
        while (column := self._entering(steps)) is not None:
            self._enter(column)
            steps += 1
        at = [Fraction(0)] * self.size
        for row, variable in enumerate(self.basis):
            if variable < self.size:
                at[variable] = Fraction(self.limits[row], self.scale)
        for variable in range(self.size):
            if self.flipped[variable]:
                top = self.most[variable]
                assert top is not None
                at[variable] = top - at[variable]
        return Corner(Fraction(self.value, self.scale), at)

    def _entering(self, steps: int) -> int | None:
        """Choose what raises the value: the steepest, and after many steps the first (Bland)."""
        rising = [column for column in range(self.size) if self.price[column] > 0]
        if not rising:
            return None
        if steps > 50:
            return min(rising, key=self.outside.__getitem__)
        return max(rising, key=self.price.__getitem__)

    def _enter(self, column: int) -> None:
        """Raise a variable until a row is full, one of the basis is at its most, or it itself."""
        variable = self.outside[column]
        top = self.most[variable]
        best: tuple[Fraction, int, int] | None = None
        if top is not None:
            best = (Fraction(top), variable, -1)
        for row, line in enumerate(self.body):
            step = self._room(row, line[column])
            if step is not None and (best is None or (step, self.basis[row]) < best[:2]):
                best = (step, self.basis[row], row)
        assert best is not None, "unbounded"
        row = best[2]
        if row < 0:
            self._flip_column(column)
            return
        if self.body[row][column] < 0:
            self._flip_row(row)
        self._pivot(row, column)

    def _room(self, row: int, slope: int) -> Fraction | None:
        if slope > 0:
            return Fraction(self.limits[row], slope)
        top = self.most[self.basis[row]]
        if slope < 0 and top is not None:
            return Fraction(top * self.scale - self.limits[row], -slope)
        return None

    def _flip_column(self, column: int) -> None:
        """Count a variable outside the basis from its other end."""
        variable = self.outside[column]
        top = self.most[variable]
        assert top is not None
        for row, line in enumerate(self.body):
            self.limits[row] -= line[column] * top
            line[column] = -line[column]
        self.value += self.price[column] * top
        self.price[column] = -self.price[column]
        self.flipped[variable] = not self.flipped[variable]

    def _flip_row(self, row: int) -> None:
        """Count a variable of the basis from its other end."""
        variable = self.basis[row]
        top = self.most[variable]
        assert top is not None
        self.limits[row] = top * self.scale - self.limits[row]
        self.body[row] = [-number for number in self.body[row]]
        self.flipped[variable] = not self.flipped[variable]

    def _pivot(self, row: int, column: int) -> None:
        pivot, scale, line = self.body[row][column], self.scale, self.body[row]
        limit = self.limits[row]
        for other, numbers in enumerate(self.body):
            factor = numbers[column]
            if other == row:
                continue
            if factor or pivot != scale:
                self.body[other] = [
                    (pivot * mine - factor * its) // scale
                    for mine, its in zip(numbers, line, strict=True)
                ]
                self.limits[other] = (pivot * self.limits[other] - factor * limit) // scale
                self.body[other][column] = -factor
        factor = self.price[column]
        self.price = [
            (pivot * mine - factor * its) // scale
            for mine, its in zip(self.price, line, strict=True)
        ]
        self.price[column] = -factor
        # The value grows by price x limit / pivot, all over the new scale.
        self.value = (pivot * self.value + factor * limit) // scale
        line[column] = scale
        self.scale = pivot
        self.basis[row], self.outside[column] = self.outside[column], self.basis[row]
