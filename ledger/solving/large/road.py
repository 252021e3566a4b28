"""The road for large pipelines: relax, narrow, fill in whole numbers, and bound by prices."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ledger.matching.plan import Level, Solution, completeness, coverage
from ledger.matching.problem import Problem
from ledger.solving.effort import UNLIMITED, Effort
from ledger.solving.highs import Deadline, solver_name
from ledger.solving.large.arcs import Arcs, Flags, Piece
from ledger.solving.large.book import Book
from ledger.solving.large.bound import cheapest, complete_bound, coverage_bound, weights
from ledger.solving.large.dive import dive
from ledger.solving.large.filling import complete
from ledger.solving.large.guide import Guide
from ledger.solving.large.leftovers import covered, give_leftovers
from ledger.solving.large.relaxation import Relaxation, completable


def solve_large(problem: Problem, effort: Effort = UNLIMITED) -> Solution:
    """Find a plan with proven bounds where an exact search would take too long."""
    return _Road(problem, effort).solution()


class _Road:
    def __init__(self, problem: Problem, effort: Effort) -> None:
        self._problem, self._effort = problem, effort
        self._deadline = Deadline(effort.seconds)
        self._arcs = Arcs(problem)
        self._book = Book(problem)
        self._value = 0
        self._bound = Fraction(sum(one.weight for one in problem.ventures if one.completable))

    def solution(self) -> Solution:
        piece = self._arcs.all()
        may = completable(self._arcs, piece)
        self._complete(piece, may)
        second = self._cover(piece, may)
        gives = self._book.plan()
        return Solution(
            gives,
            Level(completeness(self._problem, gives), self._bound),
            Level(coverage(self._problem, gives), second),
            solver=solver_name(),
            limited=self._deadline.passed,
        )

    def _complete(self, piece: Piece, may: Flags) -> None:
        """Level 1."""
        arcs = self._arcs
        self._say("relaxation")
        relaxation = Relaxation(arcs, piece, may)
        best = relaxation.solve(self._deadline)
        narrowed = best
        if best is None:
            best = narrowed = relaxation.nothing()
        else:
            self._bound = complete_bound(arcs, best.prices, may)
            self._say("narrowing")
            narrowed = dive(arcs, relaxation, best, self._deadline)
        self._say("whole numbers")
        guide = Guide(arcs, relaxation.arcs, narrowed.flow, best.prices)
        cost = np.bincount(arcs.venture, cheapest(arcs, best.prices), len(may))
        for venture in np.lexsort((cost - weights(arcs), -np.round(narrowed.part, 6))).tolist():
            if may[venture] and complete(self._book, guide, venture):
                self._value += self._problem.ventures[venture].weight

    def _cover(self, piece: Piece, may: Flags) -> Fraction:
        """Level 2; gives its bound."""
        arcs, value = self._arcs, self._value
        self._say("coverage")
        found = covered(arcs, piece, may, value, self._deadline)
        prices = np.zeros(len(arcs.stores.free)) if found is None else found.prices
        flow = np.zeros(len(piece.demand)) if found is None else found.flow
        give_leftovers(self._book, Guide(arcs, piece, flow, prices))
        return coverage_bound(arcs, prices, may, value, 0.0 if found is None else found.price)

    def _say(self, stage: str) -> None:
        if self._effort.progress is not None:
            self._effort.progress(stage, Fraction(self._value), self._bound)
