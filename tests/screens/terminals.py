"""A terminal that is none: what the program writes to it in this process, at any width."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from cli.main import main

STYLE = re.compile(r"\x1b\[[0-9;]*m")
MARK = "\u200e"


class Screen(io.StringIO):
    """A stream that says it is a terminal; in the C locale Python writes UTF-8 as well."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Shown(NamedTuple):
    """What stood on the screen, answers and notes in their order, and the exit code."""

    code: int
    text: str
    asked: frozenset[str] = frozenset()
    """The variables of the environment that the program read."""

    @property
    def lines(self) -> list[str]:
        """The lines without colours, marks and the bars of progress that were taken away again."""
        text = STYLE.sub("", self.text).replace(MARK, "")
        return [line for line in text.splitlines() if "\x1b[" not in line]


def shown(url: str, words: list[str], columns: int, **environment: str) -> Shown:
    """Run one command line before a terminal of so many columns."""
    screen = Screen()
    settings = {"CITYFUND_DB": url, "CITYFUND_ACTOR": "sara", "TERM": "xterm", "PAGER": "cat"}
    size = {"COLUMNS": str(columns), "LINES": "40"}
    with (
        _environment({**settings, **size, **environment}),
        contextlib.redirect_stdout(screen),
        contextlib.redirect_stderr(screen),
        _noted_variables() as asked,
    ):
        code = main(words)
    return Shown(int(code), screen.getvalue(), frozenset(asked))


@contextlib.contextmanager
def _noted_variables() -> Iterator[set[str]]:
    """Note which variables of the environment are read: all others cannot change an answer."""
    asked: set[str] = set()
    read = type(os.environ).__getitem__

    def noted(environment: os._Environ[str], name: str) -> str:
        asked.add(name)
        return read(environment, name)

    with mock.patch.object(type(os.environ), "__getitem__", noted):
        yield asked


def piped(url: str, words: list[str]) -> Shown:
    """Run one command line into a pipe."""
    out = io.StringIO()
    with (
        _environment({"CITYFUND_DB": url, "CITYFUND_ACTOR": "sara"}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
    ):
        code = main(words)
    return Shown(int(code), out.getvalue())


@contextlib.contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    quiet = io.StringIO()
    home = Path(settings["CITYFUND_DB"].removeprefix("sqlite:///")).parent / "home"
    for name in ("CONFIG", "DATA", "STATE"):
        settings[f"XDG_{name}_HOME"] = str(home)
    with (
        mock.patch.dict(os.environ, {**kept, **settings}, clear=True),
        mock.patch.object(sys, "stdin", quiet),
    ):
        yield
