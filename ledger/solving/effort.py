"""How hard to try; apart from the solver, which takes long to load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

Progress = Callable[[str, Fraction, Fraction], None]
"""Told the stage, and the value and bound of level 1 so far."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try. `seconds` is the wall clock's limit, None for none."""

    seconds: int | None = None
    progress: Progress | None = None


UNLIMITED = Effort()
"""As long as it takes."""
