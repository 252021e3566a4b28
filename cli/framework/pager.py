"""Long answers on a terminal go through a pager, as `PAGER` names it; nothing else does.

An answer is held until it is whole. One that fits the screen is written as it is; a pipe, a file
and a terminal without cursor are never paged. Notes below an answer stay below it in the pager.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, TextIO

from cli.framework.terminal import is_terminal, moves_cursor, width

_USUAL: Final = ("less", "-FRX")
_NONE: Final = frozenset({"", "cat"})


class HeldAnswer(io.StringIO):
    """What was written for a terminal so far; notes are taken as well."""

    takes_notes = True

    def __init__(self, terminal: TextIO) -> None:
        """Hold what is for a terminal."""
        super().__init__()
        self._terminal = terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The terminal's encoding."""
        return self._terminal.encoding

    def isatty(self) -> bool:
        """Say that what is written here is for a terminal."""
        return True


def pager() -> Sequence[str]:
    """Give the words that start the pager; none where there is none, or nobody to page for."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr) and moves_cursor(sys.stdout)):
        return ()
    named = os.environ.get("PAGER")
    if named is None:
        return _USUAL if shutil.which(_USUAL[0]) else ()
    from shlex import split  # noqa: PLC0415 - where somebody chose a pager

    words = split(named) if named.strip() not in _NONE else []
    return words if words and shutil.which(words[0]) else ()


@contextmanager
def paged() -> Iterator[None]:
    """Hold what is written to a terminal, and show it in the pager where it is too long for it.

    An answer that ends in an error is written as far as it came.
    """
    words = pager()
    if not words:
        yield
        return
    terminal, held = sys.stdout, HeldAnswer(sys.stdout)
    sys.stdout = held
    try:
        yield
    except BaseException:
        sys.stdout = terminal
        terminal.write(held.getvalue())
        terminal.flush()
        raise
    sys.stdout = terminal
    _show(held.getvalue(), words, terminal)


def _show(text: str, words: Sequence[str], terminal: TextIO) -> None:
    if _height(text) < shutil.get_terminal_size().lines:
        terminal.write(text)
        return
    from subprocess import PIPE, Popen  # noqa: PLC0415 - for a long answer alone

    terminal.flush()
    try:
        running = Popen(words, stdin=PIPE)  # noqa: S603 - the user's own
    except OSError:
        terminal.write(text)
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pager
    try:
        with suppress(BrokenPipeError):  # somebody has seen enough
            running.communicate(text.encode(terminal.encoding, "backslashreplace"))
        running.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def _height(text: str) -> int:
    """Count the lines on the screen, those that the terminal breaks included."""
    room = max(width(), 1)
    return sum(max(1, -(-len(line) // room)) for line in text.splitlines())
