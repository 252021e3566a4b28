"""The road of middle pipelines: too many pairs to list one by one, few enough for large blocks.

The relaxation bounds level 1, and rounding it gives a first plan. Then blocks of the plan are
solved again, each a good part of the whole.
"""

from __future__ import annotations

from fractions import Fraction

from ledger.matching.plan import Give, Solution
from ledger.matching.problem import Problem
from ledger.solving.effort import UNLIMITED, Effort
from ledger.solving.highs import Floats
from ledger.solving.large.arcs import Arcs
from ledger.solving.large.choices import Choices, Few
from ledger.solving.large.ground import Ground
from ledger.solving.large.guide import Guide
from ledger.solving.large.relaxation import Relaxed
from ledger.solving.large.road import Road
from ledger.solving.large.settling import Settling
from ledger.solving.middle.blocks import BEGINNING, STAGES, Blocks

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
