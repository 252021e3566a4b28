"""How many gaps are weighed, and what is seen while they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.frame import Call
from cli.terminal import progress
from ledger.errors import InvalidInput

_DEFAULT, _DIGITS = 20, 4


class UnusableLimit(InvalidInput):
    """A number of gaps that is no whole number from 1 on."""

    code = "unusable-limit"
    default_why = "Each gap is weighed by solving once more."
    default_next = "Give a number such as 20, or leave it out."


def gaps_typed(text: str | None) -> int:
    """Read how many gaps are to be weighed. Raises `UnusableLimit`."""
    if text is None:
        return _DEFAULT
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= _DIGITS and int(plain)):
        raise UnusableLimit(f"{text!r} is no number of gaps.")
    return int(plain)


@contextmanager
def steps_shown(call: Call) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal, a step for each gap; gives what to tell of the advance."""
    with progress(call, "Weighing gaps", 1) as advance:
        done = [0.0]

        def told(number: int, total: int) -> None:
            share = number / total
            advance(share - done[0])  # type: ignore[arg-type]
            done[0] = share

        yield told
