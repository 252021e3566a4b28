"""How hard to try; apart from the solver, which takes long to load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from ledger.errors import InvalidInput
from ledger.numerals import tidy

Progress = Callable[[str, Fraction, Fraction], None]
"""Told the stage, and the value and bound of level 1 so far."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try. `seconds` is the wall clock's limit, None for none."""

    seconds: int | None = None
    progress: Progress | None = None


class UnusableTimeLimit(InvalidInput):
    """A time limit that is no whole number of seconds, or below zero."""

    code = "unusable-time-limit"
    default_why = "A time limit is a whole number of seconds from 0 on; 0 gives the quick plan."
    default_next = "Give a number such as 60, or leave it out to search until it is proven."


def seconds_typed(text: str | None) -> int | None:
    """Read a time limit as typed; None where there is none. Raises `UnusableTimeLimit`."""
    if text is None:
        return None
    plain = tidy(text)
    if not (plain.isascii() and plain.isdigit() and len(plain) <= _MOST_DIGITS):
        raise UnusableTimeLimit(f"{text!r} cannot be a time limit.")
    return int(plain)


_MOST_DIGITS = 7

UNLIMITED = Effort()
"""No time limit: as long as the work limits of the search allow."""
