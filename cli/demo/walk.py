"""Runs the commands of a story one after another, in this process."""

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
    """One command without the program's name; `shown` if readers see it.

    `refused` is set if the ledger is expected to refuse it.
    """

    words: Sequence[str]
    shown: bool = True
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the story: a paragraph, and its commands.

    `after` is printed after the commands.
    """

    title: str
    text: str
    steps: Sequence[Step]
    after: str = ""


@dataclass(slots=True)
class Walker:
    """Runs steps against one ledger. `settings` name the ledger and the actor."""

    settings: Settings
    root: Root = field(default_factory=build_root)

    def do(self, step: Step) -> int:
        """Run a step, with its answer and its notes on standard output in order.

        Returns the exit code. An unexpected refusal is raised.
        """
        with redirect_stderr(sys.stdout):
            try:
                return self._invoke(step.words)
            except RefusedByRule as error:
                if not step.refused:
                    raise
                return self._print_refusal(error)

    def captured(self, step: Step) -> dict[str, str | int]:
        """Run a step and return its line as typed, its output as for a pipe, and its exit code."""
        out = io.StringIO()
        with redirect_stdout(out):
            code = self.do(step)
        command = command_line(step.words)
        return {"command": command, "output": out.getvalue(), "exit_code": code}

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
    """Return the settings for a ledger at a URL: answers for people, with notes."""
    return replace(settings, db_url=db_url, format="table", quiet=False)


def command_line(words: Iterable[str]) -> str:
    """Return a command as typed in a shell."""
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
    """Return the words with every option beside its value, so that no line ends between them."""
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
    """Write lines to standard output and flush, to keep the order."""
    stream = sys.stdout if out is None else out
    stream.writelines(f"{line}\n" for line in lines)
    stream.flush()
