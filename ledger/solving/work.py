"""The work limits of the exact strategy: of one search by its size, of a small problem in all."""

from __future__ import annotations

from ledger.matching.problem import Problem
from ledger.solving.formulation import Formulation

_WORK = 4_000_000
"""How much a search may look at, in columns times checks; small ones end long before."""
_CHECKS_OF_A_START = 40
_LARGE_WORK = 700_000
_CHECKS_OF_A_LARGE_START = 20
_CHECKS_OF_A_BOUND = 8
"""Most of what the bound of level 2 gains on a large program, it gains at first."""
_LARGEST_AT_EASE = 4_000
"""Up to so many columns the work is enough for nearly any proof."""


def checks_of(formulation: Formulation) -> int:
    """Give how many checks a search may make."""
    columns = formulation.model.columns
    if columns <= _LARGEST_AT_EASE:
        return _CHECKS_OF_A_START + _WORK // columns
    if formulation.level > 1:
        return _CHECKS_OF_A_BOUND
    return _CHECKS_OF_A_LARGE_START + _LARGE_WORK // columns


SMALL_PROBLEM = 12
"""Up to so many needs, the work limit is one of the whole search: a CPU second, or less."""
WORK_OF_A_SMALL_PROBLEM = 1_600_000
"""In columns times steps (see `Solver`)."""
_STEPS_OF_A_RUN = 50
"""What a run of the solver costs before its first step and after its last one."""
_SHARES = {(1, False): 0.3, (1, True): 0.5, (2, False): 0.75, (2, True): 1.0}
"""How much of the work may be used once a level has been solved in fractions, in whole numbers."""


class WorkLimit:
    """The counted work that is left to the search of one problem."""

    def __init__(self, problem: Problem) -> None:
        self._binds = len(problem.demands) <= SMALL_PROBLEM
        self.used = 0

    def steps_left(self, formulation: Formulation) -> int | None:
        """Give how many steps a run may make: None for any number, 0 where the limit is reached.

        Each program leaves a share of the work to those after it.
        """
        if not self._binds:
            return None
        allowed = int(WORK_OF_A_SMALL_PROBLEM * _SHARES[formulation.level, formulation.whole])
        steps = (allowed - self.used) // max(1, formulation.model.columns)
        return max(0, steps - _STEPS_OF_A_RUN)

    def count(self, formulation: Formulation, steps: int) -> None:
        """Add the work of one run."""
        self.used += formulation.model.columns * (_STEPS_OF_A_RUN + steps)
