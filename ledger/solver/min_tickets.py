"""Good plans of larger pipelines: what ends complete without tickets, then how they are kept.

Without smallest amounts every `y` may be a fraction, and its rows bind nothing: the program is
far smaller, and every plan is still a solution of it, so its optimum bounds theirs. Its solution
says which ventures end complete, and as a rule which supply each indivisible demand takes; only
the flows between divisible demands, of which there are many alike, have to find another way.

Level 1 of larger pipelines without smallest amounts, and what it tells the whole program.

Without tickets the program is far smaller: every plan is still a solution of it, so its optimum
bounds theirs. The rows that its relaxation breaks hold in the whole program too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ledger.solver.cuts import Covers
from ledger.solver.formulation import Formulation, level_one
from ledger.solver.highs import Deadline, Floats, Kind, Model, Places, Solver
from ledger.solver.strengthen import Relaxed, restrict, strengthened

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


WHOLE_GAP = 0.999
"""Weights are whole, so that less than one is no gap."""
_USED = 1e-7


class Loose:
    """A program without tickets, and where its columns are in the whole one."""

    def __init__(self, formulation: Formulation, *, whole: bool) -> None:
        self.formulation = formulation
        self.program = level_one(formulation.pairs, whole=whole, tickets=False)
        self._into = _places(self.program, formulation)
        opens, shares = formulation.opens, formulation.shares
        self._tickets = np.flatnonzero((opens >= 0) & (opens != shares))

    def relaxed(self, deadline: Deadline) -> Relaxed | None:
        """Solve the relaxation and give it in the columns of the whole program.

        The rows that it broke are added to both programs.
        """
        model, whole = self.program.model, self.formulation.model
        before, known = model.rows, len(model.entries)
        found = strengthened(self.program, deadline, Covers(self.program))
        added = model.row_uppers[len(model.row_uppers) - (model.rows - before) :]
        for (_, columns, values), most in zip(model.entries[known:], added, strict=True):
            whole.put(whole.add_rows(-np.inf, most, 1), self._into[columns], values)
        if found is None:
            return None
        return Relaxed(self.lifted(found.values), self._moved(found.reduced), found.bound)

    def solver(self, tolerance: float, gap: float = 0.0) -> Solver:
        """Give a solver of the program that stops at a gap of this share of the value."""
        solver = Solver(self.program.model, tolerance=tolerance)
        solver.leave_out_feasibility_jump()
        solver.set_option("mip_abs_gap", WHOLE_GAP)
        solver.set_option("mip_rel_gap", gap)
        return solver

    def lifted(self, values: Floats) -> Floats:
        """Give values of the whole program's columns; what gives anything is open."""
        found = self._moved(values)
        at = self._tickets
        found[self.formulation.opens[at]] = found[self.formulation.shares[at]] > _USED
        return found

    def _moved(self, values: Floats) -> Floats:
        found = np.zeros(self.formulation.model.columns)
        found[self._into] = values
        return found


def _places(program: Formulation, whole: Formulation) -> Places:
    into = np.zeros(program.model.columns, np.int32)
    into[list(program.ends.values())] = list(whole.ends.values())
    for own, others in ((program.shares, whole.shares), (program.takes, whole.takes)):
        into[own[own >= 0]] = others[own >= 0]
    return into
