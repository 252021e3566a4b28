"""Level 1 of larger pipelines without smallest amounts, and what it tells the whole program.

Without tickets the program is far smaller: every plan is still a solution of it, so its optimum
bounds theirs. The rows that its relaxation breaks hold in the whole program too.
"""

from __future__ import annotations

import numpy as np

from ledger.solving.covers import Covers
from ledger.solving.formulation import Formulation, level_one
from ledger.solving.highs import Deadline, Floats, Places, Solver
from ledger.solving.relaxation import Relaxed, strengthened

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
