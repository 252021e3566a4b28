"""Level 2: the relaxation that prices it, and giving what is left to what stays open.

With c[n] the part of demand n that is covered, v[n] = weight x open / net, V what level 1 has,

    max sum v[n] c[n]
    sum over s of y[n,s] = c[n],  z[p of n] <= c[n] <= 1
    the part of c[n] that offers on condition give is at most z[p of n]
    sum over n of load[n,s] y[n,s] <= 1,  sum weight[p] z[p] >= V

z is free: a bound on the plans of one set of completed projects would bound nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ledger.solver.arcs import Arcs, Flags, Floats, Ground, Piece, Places
from ledger.solver.assignment import Book
from ledger.solver.bounds import weights, worths
from ledger.solver.candidates import Guide
from ledger.solver.construct import fill
from ledger.solver.highs import INFINITY, Deadline, Model, Solver
from ledger.solver.pdhg import Rest, descend
from ledger.solver.relaxation import TOLERANCE

_STEPS = 150
_MOVED_FOR = 10_000
"""So many demands, the most promising, have others moved about for them."""


@dataclass(frozen=True, slots=True)
class Covered:
    """An optimum of the relaxation of level 2; `price` is what a unit of V costs there."""

    flow: Floats
    prices: Floats
    price: float


def covered(
    arcs: Arcs, piece: Piece, may: Flags, value: int, deadline: Deadline | None = None
) -> Covered | None:
    """Solve the relaxation of level 2 over these arcs; None where the time did not suffice."""
    model, places = _model(arcs, piece, may, value)
    solver = Solver(model, tolerance=TOLERANCE)
    solver.set_option("solver", "simplex")
    outcome = solver.solve(deadline=deadline)
    if outcome.values is None or outcome.duals is None or not outcome.optimal:
        return None
    return places.covered(outcome.values, outcome.duals)


def nearly_covered(
    arcs: Arcs, ground: Ground, value: int, deadline: Deadline | None = None
) -> Covered:
    """Come near the optimum of the relaxation of level 2 where it is too large to be solved."""
    piece, demands = ground.piece, len(arcs.open)
    model, places = _model(arcs, piece, ground.may, value)
    # A start: what level 1 found, with a unit of level 1 worth what covering it all counts.
    price = worths(arcs).sum() / max(1.0, weights(arcs).sum()) if ground.prices.any() else 0.0
    values, prices = np.zeros(model.columns), np.zeros(model.rows)
    values[: len(ground.may)] = ground.part
    values[len(ground.may) :][:demands] = np.bincount(piece.demand, ground.flow, demands)
    values[places.flows] = ground.flow
    prices[places.holds], prices[places.reached] = price * ground.prices, -price
    rest = descend(model, _STEPS, Rest(values, prices), deadline)
    return places.covered(rest.values, rest.prices)


class _Places(NamedTuple):
    """Where in the model the flows, the stores and the value to be reached stand."""

    flows: Places
    holds: Places
    reached: Places

    def covered(self, values: Floats, prices: Floats) -> Covered:
        """Read an answer."""
        return Covered(
            flow=values[self.flows],
            prices=np.abs(prices[self.holds]),
            price=float(abs(prices[self.reached[0]])),
        )


def _model(arcs: Arcs, piece: Piece, may: Flags, value: int) -> tuple[Model, _Places]:
    model = Model()
    weight, demands = weights(arcs), len(arcs.open)
    parts = model.add_columns(0.0, 0.0, may.astype(np.float64), count=len(may))
    covers = model.add_columns(worths(arcs), 0.0, 1.0)
    flows = model.add_columns(0.0, 0.0, piece.share, count=len(piece.demand))
    sums = model.add_rows(0.0, 0.0, demands)
    model.put(sums, covers, -1.0)
    model.put(sums[piece.demand], flows, 1.0)
    wholes = model.add_rows(0.0, INFINITY, demands)
    model.put(wholes, covers, 1.0)
    model.put(wholes, parts[arcs.venture], -1.0)
    _conditions(model, arcs, piece, parts, flows)
    reached = model.add_rows(float(value), INFINITY, 1)
    model.put(reached, parts, np.where(may, weight, 0.0))
    holds = model.add_rows(-INFINITY, 1.0, len(arcs.stores.free))
    model.put(holds[piece.store], flows, piece.load)
    return model, _Places(flows, holds, reached)


def _conditions(model: Model, arcs: Arcs, piece: Piece, parts: Places, flows: Places) -> None:
    bound = np.flatnonzero(arcs.stores.conditional[piece.store])
    demands, row = np.unique(piece.demand[bound], return_inverse=True)
    rows = model.add_rows(-INFINITY, 0.0, len(demands))
    model.put(rows, parts[arcs.venture[demands]], -1.0)
    model.put(rows[row], flows[bound], 1.0)


def give_leftovers(book: Book, guide: Guide, deadline: Deadline) -> None:
    """Give what is left to what is open, what counts most first; offers on condition give none.

    While there is time, what others have got may be moved about to make room for the first.
    """
    problem = book.problem
    still = [demand for demand, amount in enumerate(book.open) if amount]

    def promise(demand: int) -> tuple[float, int]:
        one = problem.demands[demand]
        stores = guide.stores(demand)
        cheapest = min((price for _, _, price in stores), default=0.0)
        worth = problem.ventures[one.venture].weight * one.open / one.net
        return cheapest - worth, demand

    for place, demand in enumerate(sorted(still, key=promise)):
        others = place < _MOVED_FOR and not deadline.passed
        fill(book, guide, demand, conditional=False, others=others)
