"""What a person sees while a long matching is solved: the stage, and how good the plan is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING

from cli.frame import Call
from cli.terminal import is_terminal

if TYPE_CHECKING:
    from ledger.solving.effort import Progress


@contextmanager
def solving_shown(call: Call) -> Iterator[Progress | None]:
    """Give what is to be told of each advance; None where nobody watches."""
    if call.settings.quiet or not is_terminal(sys.stderr):
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only where somebody watches

    console = Console(stderr=True, no_color=not call.settings.color)
    # Nothing shows before the first advance: most matchings are solved by then.
    status = console.status("Matching")

    def told(stage: str, value: Fraction, bound: Fraction) -> None:
        status.update(f"Matching: {stage}; weight {_said(value)} of at most {_said(bound)}")
        status.start()

    try:
        yield told
    finally:
        status.stop()


def _said(value: Fraction) -> str:
    return f"{value.numerator // value.denominator:,}"
