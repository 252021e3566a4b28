"""What an exact flow teaches the solver: sets of choices that can't all be made together.

The solver's tolerance is a share of an amount, so of 10^11 parts it can't tell one. Where a flow
in whole numbers is blocked, the supplies that its paths reach are used up, and too little for the
demands that they reach. Then at least one of the ventures has to stay incomplete, or some pair
has to be opened or closed: a row of ones, which no tolerance blurs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.solving.formulation import Formulation
from ledger.solving.highs import INFINITY, Solver
from ledger.solving.pairs import Pairs
from ledger.solving.repair import Blocked, Flow


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
