"""How hard to try; apart from the solver, which takes long to load.

Watching the solver while it searches, and stopping it at a limit of counted work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ledger.core.errors import InvalidInput
from ledger.core.numbers import normalise_digits

ProgressCallback = Callable[[str, Fraction, Fraction], None]
"""Told the stage, and the value and bound of level 1 so far."""


@dataclass(frozen=True, slots=True)
class SolverOptions:
    """How hard to try. `seconds` is the wall clock's limit, None for none."""

    seconds: int | None = None
    progress: ProgressCallback | None = None


class UnusableTimeLimit(InvalidInput):
    """A time limit that is no whole number of seconds, or below zero."""

    code = "unusable-time-limit"
    default_why = "A time limit is a whole number of seconds from 0 on; 0 gives the quick plan."
    default_next = "Give a number such as 60, or leave it out to search until it is proven."


def parse_seconds(text: str | None) -> int | None:
    """Read a time limit as typed; None where there is none. Raises `UnusableTimeLimit`."""
    if text is None:
        return None
    digits = normalise_digits(text)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS):
        raise UnusableTimeLimit(f"{text!r} cannot be a time limit.")
    return int(digits)


_MAX_DIGITS = 7

UNLIMITED = SolverOptions()
"""No time limit: as long as the work limits of the search allow."""

BoundCallback = Callable[[float, float], None]
"""Told the value and the bound of a run as they come nearer to each other."""


_STEPS_PER_ROOT_CHECK, _STEPS_PER_TREE_CHECK = 20, 3
"""What is counted of a check: before the first branching, much work lies between two of them."""


class SearchMonitor:
    """Watches HiGHS while it searches, and stops it at a number of checks or of steps."""

    def __init__(
        self, checks: int | None, on_bound: BoundCallback | None, steps: int | None = None
    ) -> None:
        self._checks_left, self._heed, self._max_steps = checks, on_bound, steps
        self.interrupted = False
        self.checks_made = 0
        self._steps_counted = 0

    def check(self, event: Any) -> None:
        """Count, tell, and stop if that was enough; nothing may be raised through HiGHS."""
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
