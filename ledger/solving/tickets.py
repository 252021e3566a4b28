"""Good plans of larger pipelines: what ends complete without tickets, then how they are kept.

Without smallest amounts every `y` may be a fraction, and its rows bind nothing: the program is
far smaller, and every plan is still a solution of it, so its optimum bounds theirs. Its solution
says which ventures end complete, and as a rule which supply each indivisible demand takes; only
the flows between divisible demands, of which there are many alike, have to find another way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ledger.solving.formulation import Formulation
from ledger.solving.highs import Deadline, Floats, Kind, Model, Places, Solver
from ledger.solving.relaxation import Relaxed, restrict

_CHECKS = 60
_CHECKS_OF_COVERAGE = 32
"""Nearly all that coverage gains, it gains by then."""
_NODES = 200


def in_fractions(formulation: Formulation) -> Model:
    """Give the model with nothing held to whole numbers."""
    kinds = np.full(formulation.model.columns, Kind.CONTINUOUS, np.uint8)
    return replace(formulation.model, kinds=[kinds])


def with_tickets(
    formulation: Formulation, relaxed: Relaxed, found: Floats, tolerance: float, deadline: Deadline
) -> Iterator[Floats]:
    """Give solutions that keep the tickets near one that does not.

    The most promising first, where the clock runs the quickest to find. Promising: the ventures
    that end complete are the same, and indivisible demands may turn elsewhere. Quick: each
    indivisible demand takes the supply that it took, and ventures may end incomplete.
    """
    ends = np.array(list(formulation.ends.values()), np.int32)
    whole = np.setdiff1d(_choices(formulation), _tickets(formulation)).astype(np.int32)
    near = Relaxed(found, relaxed.reduced, relaxed.bound)
    chosen = np.round(found)
    ways = [(ends, whole[:0]), (whole, ends)]
    for fixed, bounded in ways if deadline.left is None else reversed(ways):
        solver = _few(formulation, near, tolerance)
        solver.set_bounds(fixed, chosen[fixed], chosen[fixed])
        solver.set_bounds(bounded, np.zeros(len(bounded)), chosen[bounded])
        values = solver.solve(deadline=deadline, checks=_CHECKS).values
        if values is not None:
            yield values


def with_these_ends(
    formulation: Formulation, start: Floats, tolerance: float, deadline: Deadline
) -> Floats | None:
    """Give a better solution of level 2 in which the ventures end complete that do at the start.

    The pairs looked at are those of the start, those that the relaxation uses once it is known
    which ventures end complete, and a few more.
    """
    ends = np.array(list(formulation.ends.values()), np.int32)
    relaxation = Solver(in_fractions(formulation), tolerance=tolerance)
    relaxation.set_bounds(ends, start[ends], start[ends])
    found = relaxation.solve(deadline=deadline)
    if found.values is None or found.reduced is None:
        return None
    near = Relaxed(np.maximum(found.values, start), found.reduced, found.bound)
    solver = _few(formulation, near, tolerance)
    solver.set_bounds(ends, start[ends], start[ends])
    solver.start_from(start)
    return solver.solve(deadline=deadline, nodes=_NODES, checks=_CHECKS_OF_COVERAGE).values


def _few(formulation: Formulation, near: Relaxed, tolerance: float) -> Solver:
    """Give a solver of the pairs that are used near a solution, and a few more."""
    solver = Solver(formulation.model, tolerance=tolerance)
    solver.leave_out_feasibility_jump()
    restrict(solver, formulation, near)
    return solver


def _choices(formulation: Formulation) -> Places:
    return np.unique(formulation.opens[formulation.opens >= 0])


def _tickets(formulation: Formulation) -> Places:
    """Give the columns that say of a pair with a smallest amount whether it gives anything."""
    opens = formulation.opens
    tickets: Places = opens[(opens >= 0) & (opens != formulation.shares)]
    return tickets
