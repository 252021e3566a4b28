"""The relaxation of level 1, and the few columns of it that a good plan is made of.

The relaxation lets ventures end in part. What a pair gives to a venture is then at most that part
of its limit; these rows are too many to write down, but few of them matter, and are found by
solving. Its prices say which pairs are worth a look: those that it uses, and of the others the
ones that cost it least. Most cost nothing, so ties are broken by lot, with a fixed seed; the
first ones in order would all be of the same supplies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ledger.solving.formulation import Formulation
from ledger.solving.highs import INFINITY, SEED, Deadline, Floats, Kind, Places, Solver

_ROUNDS = 15
_SEEN = 1e-6
_DIVISIBLE, _INDIVISIBLE = 4, 10
"""How many pairs of a demand are looked at, at least."""
_SURE = 1.0
"""From this price on, what the relaxation says of a venture is taken for granted."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """An optimum of the relaxation: its columns, its reduced costs, and its value, a bound."""

    values: Floats
    reduced: Floats
    bound: float


def strengthened(formulation: Formulation, deadline: Deadline) -> Relaxed | None:
    """Solve the relaxation, and add to the model the rows that it breaks, until it breaks none.

    None if the time was over before.
    """
    model = formulation.model
    fractional = replace(model, kinds=[np.full(model.columns, Kind.CONTINUOUS, np.uint8)])
    solver = Solver(fractional)
    shares, ends, most = _partial(formulation)
    found = None
    for _ in range(_ROUNDS):
        outcome = solver.solve(deadline=deadline)
        if outcome.values is None or outcome.reduced is None:
            return found
        found = Relaxed(outcome.values, outcome.reduced, outcome.bound)
        broken = outcome.values[shares] > outcome.values[ends] * most + _SEEN
        if not broken.any():
            return found
        for share, end, limit in zip(shares[broken], ends[broken], most[broken], strict=True):
            columns = np.array([share, end], np.int32)
            solver.add_row(-INFINITY, 0, columns, np.array([1, -limit], np.float64))
            row = model.add_rows(-INFINITY, 0, 1)
            model.put(row, columns, [1, -limit])
    return found


def _partial(formulation: Formulation) -> tuple[Places, Places, Floats]:
    """Give the columns of pairs that can't give all of a demand, with their ends and limits."""
    pairs, demands = formulation.pairs.every, formulation.pairs.problem.demands
    chosen = [
        at
        for at, pair in enumerate(pairs)
        if formulation.shares[at] >= 0 and pair.high < demands[pair.demand].open
    ]
    ends = [formulation.ends[demands[pairs[at].demand].venture] for at in chosen]
    most = [pairs[at].high // formulation.units[at] for at in chosen]
    return formulation.shares[chosen], np.array(ends, np.int32), np.array(most, np.float64)


def restrict(solver: Solver, formulation: Formulation, relaxed: Relaxed) -> None:
    """Leave a solver the pairs and the ventures that the relaxation does not decide by itself."""
    looked_at = np.zeros(formulation.model.columns, dtype=bool)
    ends = np.array(list(formulation.ends.values()), np.int32)
    looked_at[ends] = True
    for at in _promising(formulation, relaxed):
        looked_at[formulation.shares[at]] = True
        if formulation.opens[at] >= 0:
            looked_at[formulation.opens[at]] = True
        if formulation.takes[at] >= 0:
            looked_at[formulation.takes[at]] = True
    _fix(solver, np.flatnonzero(~looked_at), 0)
    values, prices = relaxed.values[ends], relaxed.reduced[ends]
    _fix(solver, ends[(values > 1 - _SEEN) & (prices > _SURE)], 1)
    _fix(solver, ends[(values < _SEEN) & (prices < -_SURE)], 0)


def _fix(solver: Solver, columns: NDArray[Any], value: int) -> None:
    at = columns.astype(np.int32)
    solver.set_bounds(at, np.full(len(at), value, np.float64), np.full(len(at), value, np.float64))


def _promising(formulation: Formulation, relaxed: Relaxed) -> list[int]:
    pairs = formulation.pairs
    lots = np.random.default_rng(SEED).random(len(pairs.every))
    shares, opens = formulation.shares, formulation.opens
    prices = relaxed.reduced[shares] + np.where(
        (opens >= 0) & (opens != shares), relaxed.reduced[opens], 0
    )
    unused = relaxed.values[shares] < _SEEN
    found = []
    for demand, places in pairs.of_demand.items():
        listed = np.array([at for at in places if shares[at] >= 0], np.int32)
        order = np.lexsort((lots[listed], np.round(-prices[listed], 6), unused[listed]))
        size = _DIVISIBLE if pairs.problem.demands[demand].divisible else _INDIVISIBLE
        found += listed[order][: max(size, int((~unused[listed]).sum()))].tolist()
    return found
