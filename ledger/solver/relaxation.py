"""The relaxation of level 1: projects in parts, flows in parts, and what capacity is worth.

With y[n,s] the part of what is open in demand n that store s gives, z[p] the part of project p,

    max sum weight[p] z[p]
    sum over s of y[n,s] = z[p of n]            for every demand of a project that can complete
    sum over n of load[n,s] y[n,s] <= 1         for every store
    0 <= y[n,s] <= share[n,s],  0 <= z <= 1

Coverage is asked to equal z, not at least: what goes beyond earns nothing on level 1, and so the
condition of an offer, to give only where the project ends complete, holds by itself.

Whole z would also have y[n,s] <= share[n,s] z. These rows are as many as the arcs, but only some
hundreds matter: they are added where an optimum breaks them, and it is solved again. So are the
rows of `crowding`, which say what whole projects would keep where stores are used up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.solver.arcs import Arcs, Flags, Floats, Piece, Places
from ledger.solver.bounds import FULL, Dues, weights
from ledger.solver.candidates import hashed
from ledger.solver.cover_cuts import Crowd, Crowds
from ledger.solver.highs import INFINITY, Deadline, Model, Solver

_BROKEN = 1e-6
_ROUNDS = 6
_CROWDED = 8
"""Rounds of rows where stores are used up; the first ones win the most."""
_TOO_FEW = 4
_TOO_LITTLE = 5e-5
_KEPT_BACK = 1e-6
_LARGE = 1e6
TOLERANCE = 1e-7


@dataclass(frozen=True, slots=True)
class Relaxed:
    """An optimum of the relaxation: `part` is z, `flow` is y by arc, `prices` are by store.

    `dues` are what the rows of crowds cost.
    """

    part: Floats
    flow: Floats
    prices: Floats
    value: float
    dues: Dues


def completable(arcs: Arcs) -> Flags:
    """Say which projects may end complete: all of their demands can be filled by arcs."""
    filled = np.zeros(len(arcs.open))
    for piece in arcs.pieces():
        filled += np.bincount(piece.demand, piece.share, len(filled))
    ventures = arcs.problem.ventures
    stuck = np.bincount(arcs.venture, filled < FULL, len(ventures)) > 0
    return np.array([venture.completable for venture in ventures], dtype=bool) & ~stuck


def few_of(piece: Piece, best: Relaxed, few: int) -> Flags:
    """Choose the arcs that an optimum uses, and a few of the cheapest of each demand."""
    price = piece.load * best.prices[piece.store] + best.dues.arcs
    order = np.lexsort((hashed(piece.demand * 1_000_003 + piece.store), price, piece.demand))
    starts = np.flatnonzero(np.diff(piece.demand[order], prepend=-1))
    rank = np.zeros(len(order), np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    return (rank < few) | (best.flow > TOLERANCE)


class Relaxation:
    """The relaxation over some arcs, which can be narrowed and solved again from where it was."""

    def __init__(self, arcs: Arcs, piece: Piece, may: Flags) -> None:
        self.arcs = piece
        self._arcs, self._may = arcs, may
        self._ventures = len(may)
        self._finder = Crowds(arcs, piece)
        self.crowds: list[Crowd] = []
        self._crowd_rows: list[int] = []
        model = Model()
        parts = model.add_columns(np.where(may, weights(arcs), 0.0), 0.0, may.astype(np.float64))
        flows = model.add_columns(
            0.0, 0.0, may[arcs.venture[piece.demand]] * self.arcs.share, count=len(self.arcs.demand)
        )
        fills = model.add_rows(0.0, 0.0, len(arcs.open))
        model.put(fills, parts[arcs.venture], -1.0)
        model.put(fills[self.arcs.demand], flows, 1.0)
        holds = model.add_rows(-INFINITY, 1.0, len(arcs.stores.free))
        model.put(holds[self.arcs.store], flows, self.arcs.load)
        self._rows = model.rows
        self._venture = parts[arcs.venture[piece.demand]]
        self._tight = piece.share >= 1
        self._stores = holds
        self._solver = Solver(model, tolerance=TOLERANCE)
        self._solver.set_option("solver", "simplex")

    def tightened(self, deadline: Deadline | None = None) -> Relaxed | None:
        """Solve with the rows that whole projects would keep, as far as the rounds go."""
        best = self.solve(deadline)
        for _ in range(_ROUNDS):
            broken = self._broken(best) if best is not None else self._stores[:0]
            if not len(broken):
                break
            self.tighten(broken)
            best = self.solve(deadline) or best
        return best

    def crowded(self, best: Relaxed, deadline: Deadline | None = None) -> Relaxed:
        """Solve with the rows that whole projects would keep where stores are used up."""
        for _ in range(_CROWDED):
            broken = self._finder.broken(best.part, best.flow)
            for crowd in broken:
                self.add(crowd)
            again = self.solve(deadline) if broken else None
            if again is None:
                break
            won, best = best.value - again.value, again
            if len(broken) < _TOO_FEW or won < best.value * _TOO_LITTLE:
                break
        return best

    def add(self, crowd: Crowd) -> None:
        """Add the row of a crowd."""
        self._solver.add_row(-INFINITY, crowd.most, crowd.columns, crowd.values)
        self._crowd_rows.append(self._rows)
        self.crowds.append(crowd)
        self._rows += 1

    def narrowed(self, few: Flags) -> Relaxation:
        """Give a relaxation over some of the arcs, which keeps back a trace of large stores.

        So whole numbers have room to be rounded. It has the rows that this one has.
        """
        other = Relaxation(self._arcs, self.arcs.only(few), self._may)
        place = np.full(self._ventures + len(few), -1)
        place[: self._ventures] = np.arange(self._ventures)
        place[self._ventures :][few] = self._ventures + np.arange(int(few.sum()))
        other.tighten(np.flatnonzero((self._tight & (self.arcs.share < 1))[few]))
        for crowd in self.crowds:
            columns = place[crowd.columns]
            here = columns >= 0
            other.add(Crowd(columns[here].astype(np.int32), crowd.values[here], crowd.most))
        for store in np.flatnonzero(self._arcs.stores.free > _LARGE).tolist():
            other._solver.set_row_bounds(int(self._stores[store]), -INFINITY, 1 - _KEPT_BACK)
        return other

    def _broken(self, best: Relaxed) -> Places:
        part = best.part[self._venture]
        return np.flatnonzero(~self._tight & (best.flow > self.arcs.share * part + _BROKEN))

    def tighten(self, flows: Places) -> None:
        """Let these flows be no more than their shares of the parts of their projects."""
        self._tight[flows] = True
        columns = np.column_stack([self._venture[flows], flows + self._ventures])
        values = np.column_stack([-self.arcs.share[flows], np.ones(len(flows))])
        self._solver.add_pairs(columns.astype(np.int32), values)
        self._rows += len(flows)

    def solve(self, deadline: Deadline | None = None) -> Relaxed | None:
        """Solve as it stands; None where the time did not suffice."""
        outcome = self._solver.solve(deadline=deadline)
        if outcome.values is None or outcome.duals is None or not outcome.optimal:
            return None
        return Relaxed(
            part=outcome.values[: self._ventures],
            flow=outcome.values[self._ventures :],
            prices=np.abs(outcome.duals[self._stores]),
            value=outcome.value,
            dues=self._dues(outcome.duals),
        )

    def _dues(self, duals: Floats) -> Dues:
        """Give what the rows of crowds cost at their prices, by project and by arc."""
        prices = np.abs(duals[np.array(self._crowd_rows, np.int64)])
        sizes = [len(crowd.columns) for crowd in self.crowds]
        none = np.zeros(0)
        columns = np.concatenate([none.astype(np.int64), *(one.columns for one in self.crowds)])
        values = np.concatenate([none, *(one.values for one in self.crowds)])
        total = self._ventures + len(self.arcs.demand)
        due = np.bincount(columns, values * np.repeat(prices, sizes), total).astype(np.float64)
        most = np.array([crowd.most for crowd in self.crowds])
        return Dues(due[: self._ventures], due[self._ventures :], float(prices @ most))

    def drop(self, ventures: Places) -> None:
        """Let these projects not be completed."""
        self._close(ventures)

    def forbid(self, arcs: Places) -> None:
        """Let these arcs give nothing."""
        self._close(arcs + self._ventures)

    def _close(self, columns: Places) -> None:
        nothing = np.zeros(len(columns))
        self._solver.set_bounds(columns.astype(np.int32), nothing, nothing)
