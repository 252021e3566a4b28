"""Solver options, the progress callback, and the monitor that stops HiGHS at a work limit.

Apart from the solver itself, which takes long to load.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ledger.core.errors import InvalidInput
from ledger.core.numbers import whole_numeral

ProgressCallback = Callable[[str, Fraction, Fraction], None]
"""Called with the stage, and the value and bound of level 1 so far."""


@dataclass(frozen=True, slots=True)
class SolverOptions:
    """Solver options. `seconds` is the wall-clock limit, None for none."""

    seconds: int | None = None
    progress: ProgressCallback | None = None


class UnusableTimeLimit(InvalidInput, code="unusable-time-limit"):
    """A time limit that is not a whole number of seconds from 0 on."""

    default_why = "A time limit is a whole number of seconds from 0 on; 0 gives the quick plan."
    default_next = "Give a number such as 60, or leave it out to search until it is proven."


def parse_seconds(text: str | None) -> int | None:
    """Parse a time limit; None where there is none. Raises `UnusableTimeLimit`."""
    if text is None:
        return None
    seconds = whole_numeral(text)
    if seconds is None or seconds >= 10**_MAX_DIGITS:
        raise UnusableTimeLimit(f"{text!r} cannot be a time limit.")
    return seconds


_MAX_DIGITS = 7

UNLIMITED = SolverOptions()
"""No time limit; the work limits of the search apply."""

BoundCallback = Callable[[float, float], None]
"""Called with the value and the bound of a run as they approach each other."""


_STEPS_PER_ROOT_CHECK, _STEPS_PER_TREE_CHECK = 20, 3
"""The steps that a check counts: before the first branching, checks are far apart."""


class SearchMonitor:
    """Reports the progress of HiGHS, and stops it at a limit of checks or steps."""

    def __init__(
        self, checks: int | None, on_bound: BoundCallback | None, steps: int | None = None
    ) -> None:
        self._checks_left, self._heed, self._max_steps = checks, on_bound, steps
        self.interrupted = False
        self.checks_made = 0
        self._steps_counted = 0

    def check(self, event: Any) -> None:
        """Count and report a check, and stop at a limit; nothing may be raised through HiGHS."""
        try:
            self._report(event)
        except KeyboardInterrupt:
            self.interrupted = True
        steps_exhausted = self._max_steps is not None and self._steps_counted >= self._max_steps
        if self.interrupted or self._checks_left == 0 or steps_exhausted:
            event.interrupt()

    def _report(self, event: Any) -> None:
        self.checks_made += 1
        at_the_root = event.data_out.mip_node_count <= 1
        self._steps_counted += _STEPS_PER_ROOT_CHECK if at_the_root else _STEPS_PER_TREE_CHECK
        if self._checks_left:
            self._checks_left -= 1
        if self._heed is not None:
            self._heed(event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)
