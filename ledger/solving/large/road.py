"""The road for large pipelines: relax, narrow, fill in whole numbers, and bound by prices."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from ledger.matching.greedy import greedy_plan
from ledger.matching.plan import Give, Level, Solution, completed, completeness, coverage
from ledger.matching.problem import Problem
from ledger.solving.effort import UNLIMITED, Effort
from ledger.solving.highs import Deadline, solver_name
from ledger.solving.large.arcs import Arcs, Floats
from ledger.solving.large.book import Book
from ledger.solving.large.bound import (
    by_venture,
    cheapest,
    complete_bound,
    coverage_bound,
    weights,
)
from ledger.solving.large.dive import dive
from ledger.solving.large.filling import complete
from ledger.solving.large.ground import Ground
from ledger.solving.large.guide import Guide
from ledger.solving.large.improving import improve
from ledger.solving.large.leftovers import covered, give_leftovers, nearly_covered
from ledger.solving.large.narrowing import narrowed
from ledger.solving.large.pricing import looked_at, priced
from ledger.solving.large.relaxation import Relaxation, Relaxed, completable, few_of
from ledger.solving.large.whole import LARGEST, Whole

LARGEST_LISTED = 1_000_000
"""Up to so many arcs, all are looked at together; beyond, only the cheapest of each demand."""
TRIED = 48
"""So many arcs of a demand are tried when a plan is made, where only the cheapest are."""
FEW = 12
LARGEST_PROGRAM = 30_000
"""Up to so many demands, the relaxation is solved by a linear program; beyond, it is priced."""


def solve_large(
    problem: Problem, effort: Effort = UNLIMITED, known: tuple[Give, ...] | None = None
) -> Solution:
    """Find a plan with proven bounds where an exact search would take too long.

    Where the plan `known` before completes as much as any plan can, level 1 is not searched.
    """
    return _Road(problem, effort, known or ()).solution()


class _Road:
    def __init__(self, problem: Problem, effort: Effort, known: tuple[Give, ...]) -> None:
        self._problem, self._effort, self._known = problem, effort, known
        self._ends = frozenset(completed(problem, known))
        self._deadline = Deadline(effort.seconds)
        self._priced = True
        self._arcs = Arcs(problem)
        self._book = Book(problem)
        self._bound = Fraction(sum(one.weight for one in problem.ventures if one.completable))

    def solution(self) -> Solution:
        ground = self._ground()
        self._complete(ground)
        second = self._cover(ground)
        gives = self._book.plan()
        return Solution(
            gives,
            Level(completeness(self._problem, gives), self._bound),
            Level(coverage(self._problem, gives), second),
            solver=solver_name(),
            limited=self._deadline.passed,
        )

    @property
    def _value(self) -> int:
        ventures = enumerate(self._problem.ventures)
        return sum(one.weight for place, one in ventures if self._book.is_complete(place))

    @property
    def _solvable(self) -> bool:
        """Whether the relaxation is small enough to be solved as a linear program."""
        return len(self._problem.demands) <= LARGEST_PROGRAM

    def _ground(self) -> Ground:
        """List the arcs, or the cheapest of each demand where there are too many."""
        arcs = self._arcs
        self._say("prices")
        may = completable(arcs)
        if self._solvable and arcs.count <= LARGEST_LISTED:
            piece, prices = arcs.all(), np.zeros(len(arcs.stores.free))
            return Ground(piece, may, prices, np.zeros(len(may)), np.zeros(len(piece.demand)))
        found = priced(arcs, may, self._deadline)
        best, self._priced = found.best, not self._deadline.passed
        self._bound = min(self._bound, best.bound)
        if not self._solvable:
            self._say("narrowing")
            found = narrowed(arcs, may, found, self._deadline)
            return Ground(found.piece, may, best.prices, found.part, found.flow)
        piece = looked_at(arcs, best.prices, may, TRIED).piece
        return Ground(piece, may, best.prices, np.zeros(len(may)), np.zeros(len(piece.demand)))

    def _complete(self, ground: Ground) -> None:
        """Level 1."""
        arcs, piece, may, prices = self._arcs, ground.piece, ground.may, ground.prices
        part, flow = ground.part, ground.flow
        if self._takes_known():
            return
        if not self._priced:
            # Prices from the middle of the way are worse than none: begin with one plain pass.
            self._take(self._known or greedy_plan(self._problem))
        best = self._relaxed(ground)
        if best is not None:
            prices = best.prices
            self._bound = min(self._bound, complete_bound(arcs, prices, may))
            if self._priced and self._takes_known():
                return
            self._say("narrowing")
            part, flow = self._narrowed(ground, best)
        self._say("whole numbers")
        guide = Guide(arcs, piece, flow, prices)
        cost = by_venture(arcs, cheapest(arcs, prices))
        for venture in np.lexsort((cost - weights(arcs), -np.round(part, 6))).tolist():
            if may[venture]:
                # Without time, the plan is still made, in one pass.
                complete(self._book, guide, venture, others=not self._deadline.passed)
        if self._solvable:
            self._say("improving")
            improve(self._book, guide, weights(arcs) - cost, self._deadline)
        if len(piece.demand) <= LARGEST and arcs.count <= LARGEST_LISTED:
            self._say("whole projects")
            bound = Whole(arcs, piece, may).search(self._book, guide, self._deadline)
            self._bound = self._bound if bound is None else min(self._bound, bound)

    def _takes_known(self) -> bool:
        """Take what the known plan gives to projects it completes, if no plan completes more."""
        if sum(self._problem.ventures[place].weight for place in self._ends) < self._bound:
            return False
        demands = self._problem.demands
        self._take(give for give in self._known if demands[give.demand].venture in self._ends)
        return True

    def _take(self, gives: Iterable[Give]) -> None:
        """Write gives of another plan into an empty book."""
        for give in gives:
            self._book.give(*give)

    def _relaxed(self, ground: Ground) -> Relaxed | None:
        """Solve the relaxation where it is small enough."""
        if not self._solvable:
            return None
        self._say("relaxation")
        return Relaxation(self._arcs, ground.piece, ground.may).tightened(self._deadline)

    def _narrowed(self, ground: Ground, best: Relaxed) -> tuple[Floats, Floats]:
        """Dive on few arcs of each demand; give the parts and flows where that ends."""
        arcs, piece = self._arcs, ground.piece
        few = few_of(piece, best, FEW)
        relaxation = Relaxation(arcs, piece.only(few), ground.may)
        start = relaxation.tightened(self._deadline)
        flow = np.zeros(len(piece.demand))
        if start is None:
            return best.part, best.flow
        end = dive(arcs, relaxation, start, self._deadline)
        flow[few] = end.flow
        return end.part, flow

    def _cover(self, ground: Ground) -> Fraction:
        """Level 2; gives its bound."""
        arcs, value, piece, may = self._arcs, self._value, ground.piece, ground.may
        self._say("coverage")
        found = covered(arcs, piece, may, value, self._deadline) if self._solvable else None
        if found is None:
            found = nearly_covered(arcs, ground, value, self._deadline)
        guide = Guide(arcs, piece, found.flow, found.prices)
        give_leftovers(self._book, guide, self._deadline)
        return coverage_bound(arcs, found.prices, may, value, found.price)

    def _say(self, stage: str) -> None:
        if self._effort.progress is not None:
            self._effort.progress(stage, Fraction(self._value), self._bound)
