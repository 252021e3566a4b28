"""An officer at the command line: says words, in this process, and reads what comes back."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest
import time_machine
from ledgers import Ledgers
from world import NOON, World

from cli.main import main


class Said(NamedTuple):
    """What the program answered."""

    code: int
    out: str
    err: str


class Heard(Protocol):
    """What was printed since it was last asked for: on standard output, and on the other."""

    def readouterr(self) -> tuple[str, str]:
        """Give both."""


class Unheard:
    """Nobody reads what is printed."""

    def readouterr(self) -> tuple[str, str]:
        """Give nothing."""
        return "", ""


class Officer:
    """Runs the program on one world's ledger; the clock is the test's."""

    def __init__(self, world: World, capsys: Heard) -> None:
        self.world = world
        self._capsys = capsys

    def tries(self, line: str, *words: str) -> Said:
        """Say a line as in a shell, with more words as they are."""
        self._capsys.readouterr()
        argv = ["--db", self.world.url, "--actor", "sara", *shlex.split(line), *words]
        code = main(argv)
        out, err = self._capsys.readouterr()
        return Said(code, out, err)

    def says(self, line: str, *words: str) -> str:
        """Say a line that is done, and give its answer."""
        done = self.tries(line, *words)
        assert done.code == 0, done
        return done.out

    def asks(self, line: str, *words: str) -> dict[str, Any]:
        """Say a line and read its answer as JSON."""
        answer: dict[str, Any] = json.loads(self.says(line, *words, "--json"))
        return answer

    def refused(self, line: str, code: int, *words: str) -> str:
        """Expect a refusal with an exit code, three sentences with `words`, and no change.

        Gives the refusal's own code.
        """
        with self.world.unchanged():
            answer = self.tries(line, "--json")
        assert answer.code == code, answer
        error = json.loads(answer.err)
        told = [error[key] for key in ("what", "why", "next")]
        assert all(map(str.strip, told)), error
        for word in words:
            assert word in " ".join(told), f"{word!r} is not in {told!r}"
        assert answer.out == ""
        return str(error["code"])


def furnished(ledgers: Ledgers, furnish: Callable[[Officer], object], folder: Path) -> str:
    """Give the URL of a ledger that an officer furnished just before noon, ready to be copied."""
    url = ledgers.new()
    with (
        time_machine.travel(NOON - timedelta(minutes=1), tick=True),
        pytest.MonkeyPatch.context() as patched,
    ):
        without_settings(patched, folder)
        world = World(url)
        furnish(Officer(world, Unheard()))
        world.ledger.engine.dispose()
    ledgers.settle(url)
    return url


def without_settings(patched: pytest.MonkeyPatch, folder: Path) -> None:
    """Leave out the settings of whose machine it is."""
    patched.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    patched.setenv("XDG_STATE_HOME", str(folder / "state"))
    for name in ("CITYFUND_DB", "CITYFUND_ACTOR"):
        patched.delenv(name, raising=False)
