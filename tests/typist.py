"""An officer who types at a terminal of its own: the program runs in a fork of this process."""

from __future__ import annotations

import os
import pty
import re
import shlex
import signal
import sys
from collections.abc import Sequence
from termios import tcsetwinsize

import pexpect
from officer import Officer
from pexpect.fdpexpect import fdspawn

from cli.main import main

PROMPT = r"(?m)^(?:[A-Z_|]+|--[a-z-]+|Option|Change): $|\[y/N\] $"
"""A question: `PROJECT: `, `--until: `, `Record this? [y/N] `."""
CTRL_C, CTRL_D, TAB = "\x03", "\x04", "\t"
_STYLE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Sitting:
    """One command line on a terminal, from its start to its end."""

    def __init__(self, words: Sequence[str], size: tuple[int, int], more: dict[str, str]) -> None:
        self._process, terminal = pty.fork()
        if not self._process:
            signal.signal(signal.SIGWINCH, signal.SIG_IGN)  # readline writes the question again
            tcsetwinsize(0, size)
            _run(words, more)
        self._screen = fdspawn(terminal, timeout=40, encoding="utf-8")
        self.text = ""

    def waits(self, prompt: str = PROMPT) -> str:
        """Wait until the program asks, and give what stands on the screen since the last answer."""
        found = self._screen.expect([prompt, pexpect.EOF, pexpect.TIMEOUT])
        assert found == 0, f"{self.text}{self._screen.before}"
        new = f"{self._screen.before}{self._screen.after}"
        self.text += new
        return _plain(new)

    def types(self, keys: str) -> None:
        """Press keys."""
        self._screen.send(keys)

    def says(self, answer: str, prompt: str = PROMPT) -> str:
        """Wait for a question and answer it with a line; give what stood before the answer."""
        new = self.waits(prompt)
        self.types(f"{answer}\r")
        return new

    def is_interrupted(self, key: str = CTRL_C) -> tuple[int, str]:
        """Press a key that ends the program, as often as a person would; give what `ends` gives.

        The line editor writes its question before it waits for the keyboard. An interruption
        between the two is noticed with the next key only.
        """
        for _ in range(3):
            self.types(key)
            if self._screen.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=5) == 0:
                return self._ended()
        return self.ends()

    def ends(self) -> tuple[int, str]:
        """Wait for the end; give the exit code and all that stood on the screen."""
        found = self._screen.expect([pexpect.EOF, pexpect.TIMEOUT])
        assert found == 0, f"{self.text}{self._screen.before}"
        return self._ended()

    def _ended(self) -> tuple[int, str]:
        self.text += str(self._screen.before)
        self._screen.close()
        return os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1]), _plain(self.text)


def _plain(text: str) -> str:
    return _STYLE.sub("", text).replace("\r\n", "\n")


def _run(words: Sequence[str], more: dict[str, str]) -> None:
    """Run the program with the terminal as its standard streams, and end the process."""
    code = 70
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(number, mode, encoding="utf-8") for number, mode in enumerate(("r", "w", "w"))
        )
        for name in ("LINES", "COLUMNS"):
            os.environ.pop(name, None)
        os.environ |= {"TERM": "dumb", "NO_COLOR": "1", **more}
        code = main(list(words))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def sits_down(officer: Officer, line: str, columns: int = 100, **more: str) -> Sitting:
    """Start a command on a terminal."""
    words = ["--db", officer.world.url, "--actor", "sara", *shlex.split(line)]
    return Sitting(words, (60, columns), more)


def types(officer: Officer, line: str, *answers: str, columns: int = 100, **more: str) -> str:
    """Type a line, answer its questions in their order, and give all that the screen shows."""
    sitting = sits_down(officer, line, columns, **more)
    for answer in answers:
        sitting.says(answer)
    code, text = sitting.ends()
    assert code == 0, text
    return text
