"""Walking a story: real commands carried out one after another, in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from typing import TextIO

from cli.framework import error_output
from cli.framework.app import Root, build_root
from cli.framework.command import Session
from cli.framework.settings import Settings
from ledger.core.errors import ExitCode, LedgerError, RefusedByRule

PROGRAM = "cityfund"
_UNQUOTED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,:/=")


@dataclass(frozen=True, slots=True)
class Step:
    """One command, after the program's name; `shown` where it is worth a reader's time.

    `refused` is set where the ledger is meant to say no.
    """

    words: Sequence[str]
    shown: bool = True
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the story: what it is about, in a paragraph, and the commands that do it.

    `after` is said once the commands are done.
    """

    title: str
    text: str
    steps: Sequence[Step]
    after: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A command that was carried out: its line as it would be typed, and what it answered."""

    command: str
    output: str
    exit_code: int


@dataclass(slots=True)
class Walker:
    """Carries steps out against one ledger. `settings` name the ledger and who acts."""

    settings: Settings
    root: Root = field(default_factory=build_root)

    def do(self, step: Step) -> int:
        """Carry a step out, its answer and its notes going to standard output in order.

        Gives the exit code. A refusal that the story did not foresee is raised.
        """
        with redirect_stderr(sys.stdout):
            try:
                return self._invoke(step.words)
            except RefusedByRule as error:
                if not step.refused:
                    raise
                return self._print_refusal(error)

    def captured(self, step: Step) -> Done:
        """Carry a step out and give its answer as a text, as a pipe would get it."""
        out = io.StringIO()
        with redirect_stdout(out):
            code = self.do(step)
        return Done(command_line(step.words), out.getvalue(), code)

    def _invoke(self, words: Sequence[str]) -> int:
        session = Session(tuple(words), self.settings)
        with self.root.make_context(PROGRAM, list(words), obj=session) as call:
            answer = self.root.invoke(call)
        return int(answer) if isinstance(answer, int) else ExitCode.DONE

    def _print_refusal(self, error: LedgerError) -> int:
        report = error_output.of_refusal(error)
        error_output.print_error(report, as_json=False, color=self.settings.color)
        return report.exit_code


def demo_settings(settings: Settings, db_url: str) -> Settings:
    """Give the settings of a walk on the ledger at a URL: answers for people, notes included."""
    return replace(settings, db_url=db_url, format="table", quiet=False)


def command_line(words: Iterable[str]) -> str:
    """Write a command as one would type it in a shell."""
    return " ".join([PROGRAM, *map(_quoted, words)])


def _quoted(word: str) -> str:
    return word if word and set(word) <= _UNQUOTED else f'"{word}"'


def prompt_lines(words: Sequence[str], width: int) -> Iterator[str]:
    """Write a command after a shell's prompt, broken between words where it is too wide."""
    line = f"$ {PROGRAM}"
    for word in _options_with_values(words):
        if len(line) + len(word) + len(r" \\") > width:
            yield f"{line} \\"
            line = f"    {word}"
        else:
            line = f"{line} {word}"
    yield line


def _options_with_values(words: Sequence[str]) -> Iterator[str]:
    """Give the words with every option beside its value, so that no line ends between them."""
    waiting = ""
    for word in words:
        if word.startswith("--"):
            if waiting:
                yield waiting
            waiting = word
        elif waiting:
            yield f"{waiting} {_quoted(word)}"
            waiting = ""
        else:
            yield _quoted(word)
    if waiting:
        yield waiting


def print_lines(lines: Iterable[str], out: TextIO | None = None) -> None:
    """Write lines to standard output at once, so that they stand before what comes next."""
    stream = sys.stdout if out is None else out
    stream.writelines(f"{line}\n" for line in lines)
    stream.flush()
