"""The relaxation of level 1, and the few columns of it that a good plan is made of.

The relaxation lets ventures end in part. What a pair gives to a venture is then at most that part
of its limit; these rows are too many to write down, but few of them matter, and are found by
solving. Likewise a supply serves at most one demand that takes more than half of it, whole, and at
most two that take more than a third.

Its prices say which pairs are worth a look: those that it uses, and of the others the ones that
cost it least. Most cost nothing, so ties are broken by lot, with a fixed seed; the
first ones in order would all be of the same supplies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ledger.solver.cover_cuts import Crowd
from ledger.solver.cuts import Covers
from ledger.solver.formulation import Formulation
from ledger.solver.highs import INFINITY, SEED, Deadline, Floats, Kind, Places, Solver

_ROUNDS = 15
_MORE_ROUNDS = 20
"""Where covers are looked for too."""
_SEEN = 1e-6
_DIVISIBLE, _INDIVISIBLE = 6, 10
"""How many pairs of a demand are looked at, at least."""
_MOST_SERVED = 4


@dataclass(frozen=True, slots=True)
class Relaxed:
    """An optimum of the relaxation: its columns, its reduced costs, and its value, a bound."""

    values: Floats
    reduced: Floats
    bound: float


def strengthened(
    formulation: Formulation, deadline: Deadline, covers: Covers | None = None
) -> Relaxed | None:
    """Solve the relaxation, and add to the model the rows that it breaks, until it breaks none.

    None if the time was over before.
    """
    model = formulation.model
    fractional = replace(model, kinds=[np.full(model.columns, Kind.CONTINUOUS, np.uint8)])
    solver = Solver(fractional)
    shares, ends, most = _partial(formulation)
    crowds = _crowds(formulation)
    found = None
    for _ in range(_MORE_ROUNDS if covers else _ROUNDS):
        outcome = solver.solve(deadline=deadline)
        if outcome.values is None or outcome.reduced is None:
            return found
        values = outcome.values
        found = Relaxed(values, outcome.reduced, outcome.bound)
        broken = values[shares] > values[ends] * most + _SEEN
        rows = [
            Crowd(np.array([share, end], np.int32), np.array([1, -limit], np.float64), 0)
            for share, end, limit in zip(shares[broken], ends[broken], most[broken], strict=True)
        ]
        rows += [row for row in crowds if values[row.columns].sum() > row.most + _SEEN]
        rows += covers.broken(values) if covers else []
        if not rows:
            return found
        for row in rows:
            solver.add_row(-INFINITY, row.most, row.columns, row.values)
            model.put(model.add_rows(-INFINITY, row.most, 1), row.columns, row.values)
    return found


def _crowds(formulation: Formulation) -> list[Crowd]:
    """Give for each supply the pairs of which it can serve one, two or a few, if there are more.

    Of pairs that give one amount or nothing, each more than a part `1 / (k + 1)` of a supply, it
    serves `k` at most.
    """
    pairs = formulation.pairs
    found = []
    for supply, places in pairs.of_supply.items():
        free = pairs.problem.supplies[supply].free
        whole = [at for at in places if pairs.every[at].whole and formulation.shares[at] >= 0]
        costs = [pairs.every[at].ratio.to_offer(pairs.every[at].high) for at in whole]
        for most in range(1, _MOST_SERVED + 1):
            large = [at for at, cost in zip(whole, costs, strict=True) if cost * (most + 1) > free]
            if len(large) > most:
                columns = formulation.shares[large]
                found.append(Crowd(columns, np.ones(len(large)), most))
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
    """Leave a solver the pairs that a solution uses, and the few that its prices speak for."""
    looked_at = np.zeros(formulation.model.columns, dtype=bool)
    looked_at[list(formulation.ends.values())] = True
    for at in _promising(formulation, relaxed):
        looked_at[formulation.shares[at]] = True
        if formulation.opens[at] >= 0:
            looked_at[formulation.opens[at]] = True
        if formulation.takes[at] >= 0:
            looked_at[formulation.takes[at]] = True
    closed = np.flatnonzero(~looked_at).astype(np.int32)
    solver.set_bounds(closed, np.zeros(len(closed)), np.zeros(len(closed)))


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
