"""One line typed on a terminal: edited in place, with completion by the Tab key.

Editing and completion come from readline where Python has it; without it a line is read as it is.
Nothing that is typed here is kept in a history.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

from cli.framework.terminal import fitted, visible
from ledger.reports.table import one_line

Words = list[tuple[str, str]]
Completes = Callable[[str], Words]

_MOST_SHOWN: Final = 20


def read_line(prompt: str, completes: Completes | None = None) -> str:
    """Ask for one line, and return it without spaces around it.

    The end of the input (Ctrl-D) is as Ctrl-C: raises KeyboardInterrupt.
    """
    sys.stderr.flush()
    editor = _readline()
    if editor is not None:
        _prepare(editor, prompt, completes)
    try:
        return input(prompt).strip()
    except EOFError:
        raise KeyboardInterrupt from None
    finally:
        if editor is not None:
            editor.set_completer(None)


def _readline() -> Any:
    try:
        import readline  # noqa: PLC0415 - it prepares the terminal: only where a person is asked
    except ImportError:  # Python was built without it
        return None
    return readline


def _prepare(editor: Any, prompt: str, completes: Completes | None) -> None:
    editor.set_auto_history(False)
    editor.set_completer_delims("")  # an answer is one word, spaces included
    is_libedit = "libedit" in (editor.__doc__ or "")
    editor.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")
    if not is_libedit:
        editor.parse_and_bind("set enable-bracketed-paste off")  # writes escapes around each line
        editor.parse_and_bind("set bell-style none")
    found: Words = []

    def complete(text: str, state: int) -> str | None:
        if state == 0:
            found[:] = completes(text) if completes is not None else []
        return str(found[state][0]) if state < len(found) else None

    def display(_typed: str, _matches: list[str], _longest: int) -> None:
        sys.stdout.write("\n")
        for line in choices(found):
            sys.stdout.write(f"{line}\n")
        sys.stdout.write(f"{prompt}{editor.get_line_buffer()}")
        sys.stdout.flush()

    editor.set_completer(complete)
    editor.set_completion_display_matches_hook(display)


def choices(words: Words) -> list[str]:
    """Return the lines that show words to choose from, each with what it stands for."""
    shown = [
        fitted(f"  {visible(one_line(f'{word}  {about}'.rstrip()))}", sys.stdout, indent=4)
        for word, about in words[:_MOST_SHOWN]
    ]
    more = len(words) - _MOST_SHOWN
    return [*shown, f"  and {more:,} more; type the first letters"] if more > 0 else shown
