"""The road of middle pipelines: too many pairs to list one by one, few enough for large blocks.

The relaxation bounds level 1, and rounding it gives a first plan. Then blocks of the plan are
solved again, each a good part of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ledger.matching.plan import Give, Level, Solution, completed, completeness, coverage
from ledger.matching.problem import Problem
from ledger.solving.effort import UNLIMITED, Effort
from ledger.solving.highs import Deadline, Floats, solver_name
from ledger.solving.large.arcs import Arcs, Flags, Piece
from ledger.solving.large.book import Book
from ledger.solving.large.bound import by_venture, cheapest, complete_bound, coverage_bound, weights
from ledger.solving.large.dive import dive
from ledger.solving.large.filling import complete
from ledger.solving.large.ground import Ground as Found
from ledger.solving.large.guide import Guide
from ledger.solving.large.leftovers import covered, give_leftovers, nearly_covered
from ledger.solving.large.relaxation import Relaxation, Relaxed, completable, few_of
from ledger.solving.middle.blocks import BEGINNING, STAGES, Blocks, Stage
from ledger.solving.middle.ground import Ground

_FEW = 12


def solve_middle(
    problem: Problem, effort: Effort = UNLIMITED, known: tuple[Give, ...] | None = None
) -> Solution:
    """Find a plan with proven bounds, level 1 as near to its bound as blocks can bring it.

    The search begins with the plan `known` before where that completes more than rounding does.
    """
    return _Road(problem, effort, known or ()).solution()


def begin(
    problem: Problem, effort: Effort, known: tuple[Give, ...]
) -> tuple[tuple[Give, ...], Fraction]:
    """Give a plan good on level 1 alone, for a search that goes on from it, and level 1's bound."""
    return _Road(problem, effort, known).beginning()


@dataclass(frozen=True, slots=True)
class _Rounded:
    """A relaxation, and where narrowing it ended: the part of each project, and the flows."""

    best: Relaxed
    part: Floats
    flow: Floats


class _Road:
    def __init__(self, problem: Problem, effort: Effort, known: tuple[Give, ...]) -> None:
        self._problem, self._effort, self._known = problem, effort, known
        self._deadline = Deadline(effort.seconds)
        self._arcs = Arcs(problem, alone=True)
        self._book = Book(problem)
        self._bound = Fraction(sum(one.weight for one in problem.ventures if one.completable))

    def beginning(self) -> tuple[tuple[Give, ...], Fraction]:
        self._complete(self._arcs.all(), completable(self._arcs), BEGINNING)
        return self._book.plan(), self._bound

    def solution(self) -> Solution:
        piece, may = self._arcs.all(), completable(self._arcs)
        self._complete(piece, may, STAGES)
        second = self._cover(piece, may)
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
    def _proven(self) -> bool:
        return self._value >= self._bound

    def _complete(self, piece: Piece, may: Flags, stages: tuple[Stage, ...]) -> None:
        """Level 1."""
        self._say("relaxation")
        rounded = self._rounded(piece, may)
        if rounded is None:
            self._take_known()
            return
        arcs, prices = self._arcs, rounded.best.prices
        self._bound = min(self._bound, complete_bound(arcs, prices, may, rounded.best.dues))
        guide = Guide(arcs, piece, rounded.flow, prices)
        gain = weights(arcs) - by_venture(arcs, cheapest(arcs, prices))
        self._say("whole numbers")
        for venture in np.lexsort((-gain, -np.round(rounded.part, 6))).tolist():
            if may[venture]:
                complete(self._book, guide, venture)
        self._take_known()
        ground = Ground.made(arcs, piece, may, rounded.best, self._book)
        blocks = Blocks(ground, self._book, prices, gain, self._deadline)
        self._search(blocks, stages)

    def _search(self, blocks: Blocks, stages: tuple[Stage, ...]) -> None:
        for _ in blocks.rounds(stages):
            self._say("blocks")
            if self._proven or self._deadline.passed:
                break

    def _take_known(self) -> None:
        """Begin with what the known plan gives to projects it completes, if they weigh more."""
        ends = set(completed(self._problem, self._known))
        if sum(self._problem.ventures[place].weight for place in ends) <= self._value:
            return
        self._book.clear(range(len(self._problem.demands)))
        for give in self._known:
            if self._problem.demands[give.demand].venture in ends:
                self._book.give(*give)

    def _rounded(self, piece: Piece, may: Flags) -> _Rounded | None:
        """Solve the relaxation, with the rows of crowds, then dive on few arcs of each demand."""
        relaxation = Relaxation(self._arcs, piece, may)
        best = relaxation.tightened(self._deadline)
        if best is None:
            return None
        self._bound = min(self._bound, complete_bound(self._arcs, best.prices, may))
        self._say("crowds")
        best = relaxation.crowded(best, self._deadline)
        self._say("diving")
        few = few_of(piece, best, _FEW)
        end = dive(self._arcs, relaxation.narrowed(few), self._deadline)
        if end is None:
            return _Rounded(best, best.part, best.flow)
        flow = np.zeros(len(piece.demand))
        flow[few] = end.flow
        return _Rounded(best, end.part, flow)

    def _cover(self, piece: Piece, may: Flags) -> Fraction:
        """Level 2; gives its bound."""
        arcs, value = self._arcs, self._value
        self._say("coverage")
        found = covered(arcs, piece, may, value, self._deadline)
        if found is None:
            none, still = np.zeros(len(arcs.stores.free)), np.zeros(len(piece.demand))
            ground = Found(piece, may, none, np.zeros(len(may)), still)
            found = nearly_covered(arcs, ground, value, self._deadline)
        guide = Guide(arcs, piece, found.flow, found.prices)
        give_leftovers(self._book, guide, self._deadline)
        return coverage_bound(arcs, found.prices, may, value, found.price)

    def _say(self, stage: str) -> None:
        if self._effort.progress is not None:
            self._effort.progress(stage, Fraction(self._value), self._bound)
