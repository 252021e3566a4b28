"""The whole pipeline as one program in whole projects: a better bound, and now and then a plan.

What the relaxation leaves in parts is whole here, tickets aside: projects,
and what only one supply may fill. Only the first steps of a search are affordable. The
cuts made there lower the bound, which holds however early the search ends; and from the plan so
far the solver often finds a better one, which is written down in whole numbers.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor, isfinite

import numpy as np

from ledger.solver.arcs import Arcs, Flags, Piece
from ledger.solver.assignment import Book
from ledger.solver.bounds import weights
from ledger.solver.candidates import Guide
from ledger.solver.construct import rewrite
from ledger.solver.highs import INFINITY, Deadline, Floats, Kind, Model, Solver
from ledger.solver.relaxation import TOLERANCE

LARGEST = 40_000
"""Up to so many arcs, the program is affordable."""
_WORK = 1_500_000
"""What is looked at, in columns times checks."""
_MARGIN = 1e-5
_PART = 1e-9
_HALF = 0.5


class Whole:
    """The program over all arcs of a problem."""

    def __init__(self, arcs: Arcs, piece: Piece, may: Flags) -> None:
        self._arcs, self._piece, self._count = arcs, piece, len(may)
        self._weight = np.where(may, weights(arcs), 0.0)
        model = Model()
        parts = model.add_columns(self._weight, 0.0, may.astype(np.float64), Kind.WHOLE)
        divisible = arcs.divisible[piece.demand]
        kinds = np.where(divisible, int(Kind.CONTINUOUS), int(Kind.WHOLE)).astype(np.uint8)
        highs = np.where(may[arcs.venture[piece.demand]], piece.share, 0.0)
        highs = np.where(divisible, highs, np.ceil(highs))
        flows = model.add_columns(0.0, 0.0, highs, kinds, count=len(highs))
        fills = model.add_rows(0.0, 0.0, len(arcs.open))
        model.put(fills, parts[arcs.venture], -1.0)
        model.put(fills[piece.demand], flows, 1.0)
        holds = model.add_rows(-INFINITY, 1.0, len(arcs.stores.free))
        model.put(holds[piece.store], flows, piece.load)
        self._columns = model.columns
        self._solver = Solver(model, tolerance=TOLERANCE)

    def search(self, book: Book, guide: Guide, deadline: Deadline) -> Fraction | None:
        """Search from the plan so far and keep what is better; give a bound of level 1."""
        self._solver.start_from(self._start(book, guide))
        outcome = self._solver.solve(
            deadline=deadline, nodes=1, checks=max(1, _WORK // self._columns)
        )
        if outcome.values is not None and outcome.value > self._value(book) + _MARGIN:
            self._write(book, guide, outcome.values)
        if not isfinite(outcome.bound):
            return None
        return Fraction(floor(outcome.bound * (1 + _PART) + _MARGIN))

    def _write(self, book: Book, guide: Guide, values: Floats) -> None:
        """Write an answer down in place of the plan so far, if that completes more."""
        chosen = np.flatnonzero(values[: self._count] > _HALF).tolist()
        flows = values[self._count :]
        used = np.flatnonzero(flows > TOLERANCE)
        demands, stores = self._piece.demand[used].tolist(), self._piece.store[used].tolist()
        wanted = zip(demands, stores, flows[used].tolist(), strict=True)
        mark, before = book.mark(), self._value(book)
        book.clear(range(len(self._arcs.open)))
        rewrite(book, guide, chosen, wanted, list(range(self._count)))
        if self._value(book) <= before:
            book.go_back(mark)

    def _value(self, book: Book) -> float:
        return float(sum(self._weight[at] for at in range(self._count) if book.is_complete(at)))

    def _start(self, book: Book, guide: Guide) -> Floats:
        done = [float(book.is_complete(place)) for place in range(self._count)]
        piece = self._piece
        keys = zip(piece.demand.tolist(), piece.store.tolist(), strict=True)
        place_of = {key: place for place, key in enumerate(keys)}
        flows = np.zeros(len(place_of))
        for demand, given in enumerate(book.given):
            for supply, amount in given.items():
                place = place_of.get((demand, guide.store_of(supply)))
                if place is not None:
                    flows[place] += amount / book.problem.demands[demand].open
        return np.concatenate([done, flows])
