"""The program as a process of its own, forked from this one: a start of Python takes 0.4 s of CPU.

What such a process has of its own are its standard streams, its environment, its locks and its
end. What the interpreter does at its start and at its end needs a Python process.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from threading import Thread

from cli.main import main

GO = "go\n"
_BROKEN = 70
_PATIENCE = 300
"""Seconds after which a process that has not ended is killed, which its exit code tells."""


class Forked:
    """A process that runs the program once, with pipes as its standard streams."""

    def __init__(
        self,
        run: Callable[[list[str]], int],
        words: Sequence[str],
        environment: Mapping[str, str],
        *,
        waits: bool = False,
    ) -> None:
        """Start; where it `waits`, the program begins at `go`."""
        self._words = list(words)
        (its_in, self._in), (self._out, its_out), (self._err, its_err) = (
            os.pipe() for _ in range(3)
        )
        self._process = os.fork()
        if not self._process:
            for end in (self._in, self._out, self._err):
                os.close(end)
            for number, end in enumerate((its_in, its_out, its_err)):
                os.dup2(end, number)
            _live(run, self._words, environment, waits=waits)
        for end in (its_in, its_out, its_err):
            os.close(end)

    def go(self) -> None:
        """Let a program that waits begin."""
        os.write(self._in, GO.encode())

    def ends(self, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Type, leave the keyboard, and give what was printed and the exit code."""
        printed: dict[int, bytes] = {}
        readers = [Thread(target=_read, args=(end, printed)) for end in (self._out, self._err)]
        for reader in readers:
            reader.start()
        with os.fdopen(self._in, "wb") as keyboard:
            keyboard.write(typed.encode())
        for reader in readers:
            reader.join(_PATIENCE)
            if reader.is_alive():
                os.kill(self._process, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        out, err = (printed[end].decode() for end in (self._out, self._err))
        return subprocess.CompletedProcess(self._words, code, out, err)


def within_room(bytes_of_a_file: int, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run the program where no file can become larger than that, as on a disk that is full."""

    def run(line: list[str]) -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_of_a_file, bytes_of_a_file))
        return main(line)

    return Forked(run, words, os.environ).ends()


def _read(end: int, printed: dict[int, bytes]) -> None:
    with os.fdopen(end, "rb") as pipe:
        printed[end] = pipe.read()


def _live(
    run: Callable[[list[str]], int],
    words: list[str],
    environment: Mapping[str, str],
    *,
    waits: bool,
) -> None:
    """Run the program as in a new process, and end."""
    code = _BROKEN
    try:
        gc.freeze()  # what the parent has open is not this process's to close
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = None  # found anew, by the variables of the environment
        sys.argv = ["cityfund", *words]
        sys.stdin = open(0, encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
        sys.stderr = open(2, "w", 1, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
        if waits:
            assert sys.stdin.readline() == GO
        code = run(words)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 - whatever it is, the test is told
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)
