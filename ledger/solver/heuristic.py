"""The road for large pipelines: relax, narrow, fill in whole numbers, and bound by prices.

The road of middle pipelines: too many pairs to list one by one, few enough for large blocks.

The relaxation bounds level 1, and rounding it gives a first plan. Then blocks of the plan are
solved again, each a good part of the whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from ledger.matching.greedy import greedy_plan
from ledger.matching.plan import Give, Level, Limit, Solution, completed, completeness, coverage
from ledger.matching.problem import Problem
from ledger.solver.arc_choice import Choices, Few
from ledger.solver.arcs import Arcs, Ground
from ledger.solver.assignment import Book
from ledger.solver.bounds import complete_bound, coverage_bound, net_gains
from ledger.solver.candidates import Guide
from ledger.solver.construct import complete
from ledger.solver.coverage import covered, give_leftovers, nearly_covered
from ledger.solver.diving import dive, narrowed
from ledger.solver.exchange import improve
from ledger.solver.highs import Deadline, Floats, solver_name
from ledger.solver.lns import BEGINNING, CHOICES, STAGES, Blocks, Settling, settle
from ledger.solver.options import UNLIMITED, Effort
from ledger.solver.pricing import looked_at, priced
from ledger.solver.relaxation import Relaxation, Relaxed, completable, few_of
from ledger.solver.root_mip import LARGEST, Whole

LARGEST_LISTED = 1_000_000
"""Up to so many arcs, all are looked at together; beyond, only the cheapest of each demand."""
TRIED = 48
"""So many arcs of a demand are tried when a plan is made, where only the cheapest are."""
FEW = 12
"""So many arcs of a demand are looked at when the relaxation is narrowed."""
SETTLING = Settling(left=200, work=1_300_000)
LARGEST_PROGRAM = 30_000
"""Up to so many demands, the relaxation is solved by a linear program; beyond, it is priced."""


def solve_large(
    problem: Problem, effort: Effort = UNLIMITED, known: tuple[Give, ...] | None = None
) -> Solution:
    """Find a plan with proven bounds where an exact search would take too long.

    Where the plan `known` before completes as much as any plan can, level 1 is not searched.
    """
    return Road(problem, effort, known or (), _arcs(problem)).solution()


def _arcs(problem: Problem) -> Arcs:
    """Give the arcs; to each supply apart where something is indivisible, as far as they are few.

    What is not divided has to find room with one supply, which what several have left hides.
    """
    if len(problem.demands) <= LARGEST_PROGRAM and not all(
        one.divisible for one in problem.demands
    ):
        apart = Arcs(problem, alone=True)
        if apart.count <= LARGEST_LISTED:
            return apart
    return Arcs(problem)


class Road:
    """The way to a plan and its bounds, over these arcs."""

    def __init__(
        self, problem: Problem, effort: Effort, known: tuple[Give, ...], arcs: Arcs
    ) -> None:
        self._problem, self._effort, self._known = problem, effort, known
        self._ends = frozenset(completed(problem, known))
        self._deadline = Deadline(effort.seconds)
        self._priced = True
        self._arcs = arcs
        self._settling = SETTLING if arcs.alone else Settling(0, 0)
        self._book = Book(problem)
        self._bound = Fraction(sum(one.weight for one in problem.ventures if one.completable))

    def solution(self) -> Solution:
        """Find a plan, level 1 first, and bound both levels."""
        ground = self._ground()
        self._complete(ground)
        second = self._cover(ground)
        gives = self._book.plan()
        return Solution(
            gives,
            Level(completeness(self._problem, gives), self._bound),
            Level(coverage(self._problem, gives), second),
            solver=solver_name(),
            limit=Limit.TIME if self._deadline.passed else None,
        )

    @property
    def _value(self) -> int:
        ventures = enumerate(self._problem.ventures)
        return sum(one.weight for place, one in ventures if self._book.is_complete(place))

    @property
    def _solvable(self) -> bool:
        """Whether the relaxation is small enough to be solved as a linear program."""
        return len(self._problem.demands) <= LARGEST_PROGRAM

    @property
    def _listed(self) -> bool:
        """Whether all arcs are looked at together."""
        return self._arcs.count <= LARGEST_LISTED

    def _ground(self) -> Ground:
        """List the arcs, or the cheapest of each demand where there are too many."""
        arcs = self._arcs
        self._say("prices")
        may = completable(arcs)
        if self._solvable and self._listed:
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
        if self._takes_known():
            return
        if not self._priced:
            # Prices from the middle of the way are worse than none: begin with one plain pass.
            self._take(self._known or greedy_plan(self._problem))
        relaxation = Relaxation(self._arcs, ground.piece, ground.may) if self._solvable else None
        best = None if relaxation is None else self._relaxed(relaxation, ground)
        if self._priced and self._takes_known():
            return
        end = None
        if relaxation is not None and best is not None:
            end = self._dived(ground, relaxation, best)
        self._fill(ground, best, end)

    def _dived(self, ground: Ground, relaxation: Relaxation, best: Relaxed) -> Relaxed:
        """Dive on few arcs of each demand; give where that ends, over all arcs."""
        self._say("diving")
        few = few_of(ground.piece, best, FEW)
        end = dive(self._arcs, relaxation.narrowed(few), self._deadline, self._settling.left)
        if end is None:
            return best
        flow = np.zeros(len(ground.piece.demand))
        flow[few] = end.flow
        return replace(end, flow=flow, dues=best.dues)

    def _fill(self, ground: Ground, best: Relaxed | None, end: Relaxed | None) -> None:
        """Fill projects in whole numbers, those first of which most is completed in parts."""
        self._say("whole numbers")
        part, flow = (ground.part, ground.flow) if end is None else (end.part, end.flow)
        prices, dues = (ground.prices, None) if best is None else (best.prices, best.dues)
        guide = Guide(self._arcs, ground.piece, flow, prices)
        gain = net_gains(self._arcs, prices, dues if self._listed else None)
        for venture in np.lexsort((-gain, -np.round(part, 6))).tolist():
            if ground.may[venture]:
                # Without time, the plan is still made, in one pass.
                complete(self._book, guide, venture, others=not self._deadline.passed)
        if end is not None and self._settling.left and not self._deadline.passed:
            self._say("settling")
            choices = Choices.made(ground, self._arcs, end, self._book, CHOICES)
            settle(choices, self._book, end, self._settling, self._deadline)
        self._improve(ground, best, guide, gain)

    def _improve(self, ground: Ground, best: Relaxed | None, guide: Guide, gain: Floats) -> None:
        """Complete more than filling did, from the plan so far."""
        del best  # what it says is in the prices of the guide
        if self._solvable:
            self._say("improving")
            improve(self._book, guide, gain, self._deadline)
        if len(ground.piece.demand) <= LARGEST and self._listed:
            self._say("whole projects")
            whole = Whole(self._arcs, ground.piece, ground.may)
            bound = whole.search(self._book, guide, self._deadline)
            self._bound = self._bound if bound is None else min(self._bound, bound)

    def _takes_known(self) -> bool:
        """Take what the known plan gives to projects it completes, if no plan completes more."""
        if sum(self._problem.ventures[place].weight for place in self._ends) < self._bound:
            return False
        self._take_ends()
        return True

    def _take_ends(self) -> None:
        """Take what the known plan gives to projects it completes, into an empty book."""
        demands = self._problem.demands
        self._take(give for give in self._known if demands[give.demand].venture in self._ends)

    def _take(self, gives: Iterable[Give]) -> None:
        """Write gives of another plan into an empty book."""
        for give in gives:
            self._book.give(*give)

    def _relaxed(self, relaxation: Relaxation, ground: Ground) -> Relaxed | None:
        """Solve the relaxation, bound level 1 by it, and again with the rows of crowds."""
        self._say("relaxation")
        best = relaxation.tightened(self._deadline)
        if best is None:
            return None
        self._bound = min(self._bound, complete_bound(self._arcs, best.prices, ground.may))
        if self._listed:
            self._say("crowds")
            best = relaxation.crowded(best, self._deadline)
            bound = complete_bound(self._arcs, best.prices, ground.may, best.dues)
            self._bound = min(self._bound, bound)
        return best

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


_SETTLING = Settling(left=100, work=400_000)
_QUICK = Settling(left=60, work=80_000)
_CHOICES = Few(divisible=4, indivisible=10)


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


class _Road(Road):
    """The road of large pipelines, with blocks where that improves a plan here and there."""

    def __init__(self, problem: Problem, effort: Effort, known: tuple[Give, ...]) -> None:
        super().__init__(problem, effort, known, Arcs(problem, alone=True))
        self._settling, self._stages = _SETTLING, STAGES

    def beginning(self) -> tuple[tuple[Give, ...], Fraction]:
        self._settling, self._stages = _QUICK, BEGINNING
        self._complete(self._ground())
        return self._book.plan(), self._bound

    def _improve(self, ground: Ground, best: Relaxed | None, guide: Guide, gain: Floats) -> None:
        del guide  # blocks write their answers down by flows of their own
        self._take_heavier()
        if best is None:
            return
        choices = Choices.made(ground, self._arcs, best, self._book, _CHOICES)
        blocks = Blocks(choices, self._book, best.prices, gain, self._deadline)
        for _ in blocks.rounds(self._stages):
            self._say("blocks")
            if self._value >= self._bound or self._deadline.passed:
                break

    def _take_heavier(self) -> None:
        """Begin with what the known plan gives to projects it completes, if they weigh more."""
        if sum(self._problem.ventures[place].weight for place in self._ends) <= self._value:
            return
        self._book.clear(range(len(self._problem.demands)))
        self._take_ends()
