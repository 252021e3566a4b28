"""The rows that whole projects keep where stores are full, in the columns of a formulation."""

from __future__ import annotations

import numpy as np

from ledger.solving.formulation import Formulation
from ledger.solving.highs import Floats
from ledger.solving.large.arcs import Arcs, Piece
from ledger.solving.large.crowding import Crowd, Crowds


class Covers:
    """Finds the rows that an answer of the relaxation of level 1 breaks (see `crowding`)."""

    def __init__(self, formulation: Formulation) -> None:
        pairs = formulation.pairs
        arcs = Arcs(pairs.problem, alone=True)
        at = np.flatnonzero(formulation.shares >= 0)
        some = [pairs.every[place] for place in at.tolist()]
        demand = np.array([pair.demand for pair in some], np.int64)
        supply = np.array([pair.supply for pair in some], np.int64)
        rate = np.array([pair.ratio.under / pair.ratio.over for pair in some])
        most = np.array([pair.high for pair in some], np.float64)
        open_ = arcs.open[demand]
        store = arcs.stores.of_supply[supply]
        load = open_ * rate / arcs.stores.free[store]
        self._crowds = Crowds(arcs, Piece(demand, store, np.minimum(1.0, most / open_), load))
        self._ends = np.array(list(formulation.ends), np.int64)
        self._parts = np.array(list(formulation.ends.values()), np.int32)
        self._shares = formulation.shares[at]
        units = np.array([formulation.units[place] for place in at.tolist()], np.float64)
        self._scale = units / open_
        self._ventures = len(pairs.problem.ventures)

    def broken(self, values: Floats) -> list[Crowd]:
        """Give rows that these values of the columns break."""
        part = np.zeros(self._ventures)
        part[self._ends] = values[self._parts]
        flow = values[self._shares] * self._scale
        column = np.full(self._ventures, -1, np.int32)
        column[self._ends] = self._parts
        columns = np.concatenate([column, self._shares])
        scale = np.concatenate([np.ones(self._ventures), self._scale])
        return [
            Crowd(columns[row.columns], row.values * scale[row.columns], row.most)
            for row in self._crowds.broken(part, flow)
        ]
