"""The road for large pipelines: relax, narrow, fill in whole numbers, and bound by prices."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from ledger.matching.plan import Level, Solution, completeness, coverage
from ledger.matching.problem import Problem
from ledger.solving.highs import Deadline, solver_name
from ledger.solving.large.arcs import Arcs, Flags, Floats
from ledger.solving.large.book import Book
from ledger.solving.large.bound import cheapest, complete_bound, coverage_bound, weights
from ledger.solving.large.dive import dive
from ledger.solving.large.filling import complete
from ledger.solving.large.guide import Guide
from ledger.solving.large.leftovers import covered, give_leftovers
from ledger.solving.large.relaxation import Relaxation, Relaxed, completable

Progress = Callable[[str], None]
"""Told what is being done, in words for a terminal."""


def solve_large(
    problem: Problem, deadline: Deadline | None = None, progress: Progress | None = None
) -> Solution:
    """Find a plan with proven bounds where an exact search would take too long."""
    return _Road(problem, deadline or Deadline(), progress or _silent).solution()


class _Road:
    def __init__(self, problem: Problem, deadline: Deadline, progress: Progress) -> None:
        self._problem, self._deadline, self._say = problem, deadline, progress
        self._arcs = Arcs(problem)
        self._book = Book(problem)

    def solution(self) -> Solution:
        arcs = self._arcs
        self._say("who may serve whom")
        piece = arcs.all()
        may = completable(arcs, piece)
        relaxation = Relaxation(arcs, piece, may)
        self._say("what is completed at best")
        relaxed = relaxation.solve(self._deadline)
        prices = np.zeros(len(arcs.stores.free)) if relaxed is None else relaxed.prices
        first = complete_bound(arcs, prices, may)
        if relaxed is not None:
            self._say("a plan in whole numbers")
            narrowed = dive(arcs, relaxation, relaxed, self._deadline)
            self._complete(relaxation, narrowed, prices, may)
        value = sum(
            venture.weight
            for place, venture in enumerate(self._problem.ventures)
            if self._book.is_complete(place)
        )
        self._say("what is left, and its bound")
        second = self._cover(may, value)
        gives = self._book.plan()
        complete_value = completeness(self._problem, gives)
        return Solution(
            gives,
            Level(complete_value, max(first, complete_value)),
            Level(coverage(self._problem, gives), second),
            solver=solver_name(),
            limited=self._deadline.passed,
        )

    def _complete(self, relaxation: Relaxation, found: Relaxed, prices: Floats, may: Flags) -> None:
        arcs = self._arcs
        guide = Guide(arcs, relaxation.arcs, found.flow, prices)
        cost = np.bincount(arcs.venture, cheapest(arcs, prices), len(may))
        for venture in np.lexsort((cost - weights(arcs), -np.round(found.part, 6))).tolist():
            if may[venture]:
                complete(self._book, guide, venture)

    def _cover(self, may: Flags, value: int) -> Fraction:
        arcs, piece = self._arcs, self._arcs.all()
        found = covered(arcs, piece, may, value, self._deadline)
        prices = np.zeros(len(arcs.stores.free)) if found is None else found.prices
        flow = np.zeros(len(piece.demand)) if found is None else found.flow
        give_leftovers(self._book, Guide(arcs, piece, flow, prices))
        return coverage_bound(arcs, prices, may, value, 0.0 if found is None else found.price)


def _silent(_: str) -> None:
    pass
