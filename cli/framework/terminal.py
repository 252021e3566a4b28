"""The terminal: detection, colours, width, notes and confirmation."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from cli.framework.settings import is_plain
from cli.framework.usage_errors import NeedsYes, NotConfirmed

if TYPE_CHECKING:
    from cli.framework.command import Call

_MARK = "\u200e"


def can_flush(stream: TextIO) -> bool:
    """Return whether the stream can be flushed."""
    try:
        stream.flush()
    except OSError:
        return False
    return True


def discard(stream: TextIO) -> None:
    """Discard what a stream could not write.

    Python writes the rest out when the process ends, and would replace the exit code by 120.
    """
    with suppress(OSError, ValueError):  # a stream without a descriptor, or a closed one
        descriptor = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def is_terminal(stream: TextIO) -> bool:
    """Return whether the stream is a terminal."""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def has_color(stream: TextIO, *, wanted: bool = True) -> bool:
    """Return whether to use colours: on terminals only, unless NO_COLOR is set."""
    return wanted and not is_plain() and is_terminal(stream)


def moves_cursor(stream: TextIO) -> bool:
    """Return whether a stream is a terminal on which a line can be written again."""
    return is_terminal(stream) and os.environ.get("TERM", "xterm") not in {"", "dumb"}


def is_unicode(stream: TextIO) -> bool:
    """Return whether the stream's encoding is Unicode."""
    encoding = (getattr(stream, "encoding", None) or "utf-8").replace("-", "").casefold()
    return encoding.startswith(("utf8", "utf16", "utf32"))


def draws_blocks(stream: TextIO) -> bool:
    """Return whether bars can be drawn in blocks: not on a dumb terminal or in the C locale.

    Python writes UTF-8 in the C locale too, whose terminals show it as they like.
    """
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((one for one in named if one), "")
    plain = os.environ.get("TERM") == "dumb" or locale in {"C", "POSIX"}
    return not plain and is_unicode(stream)


def width() -> int:
    """Return the terminal's width in columns."""
    return shutil.get_terminal_size().columns


def visible(text: str) -> str:
    """Show what steers or hides as `<U+202E>`, so that what was typed cannot steer the terminal."""
    if text.isprintable():  # as most are
        return text
    from ledger.core.characters import revealed  # noqa: PLC0415 - for few texts

    return revealed(text)


def fitted(text: str, stream: TextIO, *, indent: int = 2, start: str = "") -> str:
    """Break a long line between words on a terminal; a pipe gets it whole.

    The line begins with `start`, those that continue it with as many spaces as `indent`.
    """
    whole = start + text
    if not is_terminal(stream):
        return whole
    if whole.isascii() and len(whole) <= width():
        return whole
    from cli.framework.screen import marked_line, wrapped  # noqa: PLC0415 - on a terminal only

    lead = " " * indent
    first, *more = wrapped(whole, width())
    # What goes on is broken anew, since it begins under the text.
    rest = wrapped(" ".join(more), max(width() - indent, 1)) if more else []
    return "\n".join(map(marked_line, [first, *(lead + line for line in rest)]))


def on_screen(line: str, stream: TextIO) -> str:
    """Fit a line of text to a terminal, its figures in their places: see `screen`."""
    if not is_terminal(stream) or (line.isascii() and len(line) <= width()):
        return line
    from cli.framework.screen import broken, marked_line  # noqa: PLC0415 - on a terminal only

    marked = (one if _MARK in one else marked_line(one) for one in broken(line, width()))
    return "\n".join(marked)


def note(call: Call, text: str) -> None:
    """Write a note to standard error, unless --quiet was given."""
    if not call.settings.quiet:
        tell(text)


def tell(text: str) -> None:
    """Write a line for people to standard error."""
    print_to_stderr(fitted(visible(text), sys.stderr))


def print_to_stderr(line: str) -> None:
    """Write a line to standard error; where it cannot be written, the work goes on without it.

    Below an answer that is held for a pager it goes there: see `pager`.
    """
    held = getattr(sys.stdout, "takes_notes", False)
    try:
        print(line, file=sys.stdout if held else sys.stderr, flush=True)
    except OSError:
        discard(sys.stderr)


def can_ask() -> bool:
    """Return whether a person is there to be asked."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def confirm(call: Call, question: str) -> None:
    """Ask before a destructive act; --yes or --dry-run answer beforehand.

    Raises NeedsYes where there is nobody to ask, NotConfirmed where the answer is not yes.
    """
    options = call.write
    if options.yes or options.dry_run:
        call.find_root().obj.asks_itself = True
        return
    if not can_ask():
        raise NeedsYes(f"{call.command_name} needs a confirmation, and nobody can give it.")
    ask(call, question)


def ask(call: Call, question: str) -> None:
    """Ask a person a question; raises NeedsYes or NotConfirmed where the answer is not yes."""
    asked = fitted(f"{visible(question)} [y/N]", sys.stderr)
    print(f"{asked} ", end="", file=sys.stderr, flush=True)  # noqa: T201
    answer = sys.stdin.readline()
    if not answer:
        raise NeedsYes(
            f"{call.command_name} needs a confirmation, and the input ended without an answer."
        )
    if answer.strip().casefold() not in {"y", "yes"}:
        raise NotConfirmed(f"{call.command_name} was not carried out.")


@contextmanager
def progress(call: Call, label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal while long work runs; yields what to call with each advance."""
    if call.settings.quiet or not moves_cursor(sys.stderr):
        yield lambda _steps: None
        return
    from rich.console import Console  # noqa: PLC0415 - on a terminal only
    from rich.progress import Progress  # noqa: PLC0415

    console = Console(stderr=True, no_color=not call.settings.color)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda steps: bar.advance(task, steps)
