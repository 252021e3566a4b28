"""Solver options, the deadline, the progress callback, and the monitor that stops HiGHS at a limit.

Apart from the solver itself, which takes long to load.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from time import monotonic
from typing import Any

from ledger.core.errors import InvalidInput
from ledger.core.numbers import normalise_digits, plain_numeral, whole_numeral

ProgressCallback = Callable[[str, Fraction, Fraction], None]
"""Called with the stage, and the value and bound of level 1 so far."""


@dataclass(frozen=True, slots=True)
class SolverOptions:
    """Solver options. `seconds` is the wall-clock limit, None for none."""

    seconds: float | None = None
    progress: ProgressCallback | None = None

    def less(self, seconds: float) -> SolverOptions:
        """Return the options with less time, none below zero."""
        if self.seconds is None:
            return self
        return replace(self, seconds=max(0.0, self.seconds - seconds))

    def at_least(self, seconds: float) -> SolverOptions:
        """Return the options with no less time than this."""
        if self.seconds is None:
            return self
        return replace(self, seconds=max(self.seconds, seconds))


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

CHURN = Fraction(1, 1000)
"""The share of coverage that may be given up so that fewer lines change, if none is given."""


class UnusableChurn(InvalidInput, code="unusable-churn"):
    """A churn that is not a percentage from 0 to 100."""

    default_why = "Churn is the percentage of coverage that may be given up to change fewer lines."
    default_next = "Give a percentage from 0 to 100 such as 0.1, or leave it out."


def parse_churn(text: str) -> Fraction:
    """Parse a percentage, with or without its sign, as a share. Raises `UnusableChurn`."""
    numeral = plain_numeral(normalise_digits(text.strip().removesuffix("%").strip()))
    share = None if numeral is None else Fraction(numeral.exact) / _PERCENT
    if share is None or not 0 <= share <= 1:
        raise UnusableChurn(f"{text!r} cannot be a churn.")
    return share


_PERCENT = 100


UNLIMITED = SolverOptions()
"""No time limit; the work limits of the search apply."""


class Deadline:
    """The end of a search by the wall clock; without seconds, none."""

    def __init__(self, seconds: float | None = None) -> None:
        self._end = None if seconds is None else monotonic() + seconds

    @property
    def left(self) -> float | None:
        """The seconds left, or None where there is no limit."""
        return None if self._end is None else max(0.0, self._end - monotonic())

    def part(self, share: float) -> Deadline:
        """Return a deadline after a share of the time left."""
        return Deadline(None if self.left is None else self.left * share)

    def at_least(self, seconds: float) -> Deadline:
        """Return a deadline after at least these seconds."""
        left = self.left
        return Deadline(None if left is None else max(left, seconds))

    @property
    def passed(self) -> bool:
        """Whether no time is left."""
        return self.left == 0

    def check(self) -> None:
        """Raise `TimeUp` if no time is left."""
        if self.passed:
            raise TimeUp


UNTIMED = Deadline()
"""No deadline."""


class TimeUp(Exception):
    """The deadline has passed within a step; what was allocated before it is a plan."""


BoundCallback = Callable[[float, float], None]
"""Called with the value and the bound of a run as they approach each other."""


_STEPS_PER_ROOT_CHECK, _STEPS_PER_TREE_CHECK = 20, 3
"""The steps that a check counts: before the first branching, checks are far apart."""


class SearchMonitor:
    """Reports the progress of HiGHS, and stops it at a limit of checks or steps."""

    def __init__(
        self, checks: int | None, on_bound: BoundCallback | None, steps: int | None = None
    ) -> None:
        self._checks_left, self._on_bound, self._max_steps = checks, on_bound, steps
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
        if self._on_bound is not None:
            self._on_bound(event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)
