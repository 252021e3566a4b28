"""What an exact flow teaches the solver: sets of choices that can't all be made together.

The solver's tolerance is a share of an amount, so of 10^11 parts it can't tell one. Where a flow
in whole numbers is blocked, the supplies that its paths reach are used up, and too little for the
demands that they reach. Then at least one of the ventures has to stay incomplete, or some pair
has to be opened or closed: a row of ones, which no tolerance blurs.

The rows that whole projects keep where stores are full, in the columns of a formulation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.solver.arcs import Arcs, Piece
from ledger.solver.cover_cuts import Crowd, Crowds
from ledger.solver.formulation import Formulation
from ledger.solver.highs import INFINITY, Floats, Solver
from ledger.solver.pairs import Pairs
from ledger.solver.repair import Blocked, Flow


@dataclass(frozen=True, slots=True)
class Cut:
    """Not all of these: the ventures end complete, the pairs stay closed, the pairs stay open."""

    ends: frozenset[int]
    closed: frozenset[int]
    opened: frozenset[int]


def cut_from(pairs: Pairs, flow: Flow, blocked: Blocked) -> Cut | None:
    """Say why a flow is blocked, for any plan; None where the blockade proves nothing.

    With D the demands and S the supplies reached, all in one unit: what D asks exceeds what S has,
    less what open pairs take from S for other demands at least, plus what open pairs give to D
    from other supplies at most.
    """
    reached = [at for demand in blocked.demands for at in pairs.of_demand.get(demand, ())]
    if not blocked.demands or any(at in pairs.exchanging for at in reached):
        return None
    inward = [at for at in reached if pairs.every[at].supply not in blocked.supplies]
    outward = [
        at
        for supply in blocked.supplies
        for at in pairs.of_supply[supply]
        if pairs.every[at].demand not in blocked.demands
        and flow.open[at]
        and pairs.every[at].low > 1
    ]
    asked = sum(pairs.problem.demands[demand].open for demand in blocked.demands)
    there = sum(pairs.problem.supplies[supply].free for supply in blocked.supplies)
    there -= sum(pairs.every[at].low for at in outward)
    there += sum(pairs.every[at].high for at in inward if flow.open[at])
    if asked <= there:
        return None
    return Cut(
        frozenset(pairs.problem.demands[demand].venture for demand in blocked.demands),
        frozenset(at for at in inward if not flow.open[at]),
        frozenset(outward),
    )


def add_cut(solver: Solver, formulation: Formulation, cut: Cut) -> None:
    """Add a cut to a model: the ventures that end, less the pairs that open, and so on."""
    columns = [formulation.ends[venture] for venture in sorted(cut.ends)]
    values = [1] * len(columns)
    for at in sorted(cut.opened):
        columns.append(int(formulation.opens[at]))
        values.append(1)
    most = len(columns) - 1
    for at in sorted(cut.closed):
        columns.append(int(formulation.opens[at]))
        values.append(-1)
    solver.add_row(-INFINITY, most, np.array(columns, np.int32), np.array(values, np.float64))


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
