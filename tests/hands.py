"""Many hands on one ledger: processes that do their acts at the same moment, and how each ended."""

from __future__ import annotations

import gc
import multiprocessing
import os
import secrets
import traceback
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection as Line
from multiprocessing.synchronize import Barrier
from typing import Any, NamedTuple

import pytest
from world import World

from ledger.core.errors import ExitCode, LedgerError
from ledger.usecases.check import run_checks

DONE = "done"
BUG = "bug"
_PATIENCE = 3600
"""Seconds after which a hand that does not answer counts as hanging: a safeguard, no measure."""

FORKING = multiprocessing.get_context("fork")


class Ending(NamedTuple):
    """How one act ended: `done`, a refusal's name or `bug`; with its answer or its words."""

    name: str
    code: int
    answer: Any
    words: str


class Job(NamedTuple):
    """One act to do: a method of what the hand opened, and its arguments."""

    act: str
    arguments: tuple[Any, ...] = ()
    terms: dict[str, Any] = {}  # noqa: RUF012 - a default that nobody changes

    def done_by(self, hand: Any) -> Any:
        return getattr(hand, self.act)(*self.arguments, **self.terms)


class Hand(World):
    """An officer at a ledger's URL, with a connection of his own."""


def attempt(work: Callable[[], Any]) -> Ending:
    """Do something and tell how it ended, whatever it was."""
    try:
        return Ending(DONE, ExitCode.DONE, work(), "")
    except LedgerError as refusal:
        return Ending(type(refusal).__name__, refusal.exit_code, None, str(refusal))
    except Exception:  # noqa: BLE001 - whatever it is, the test is told
        return Ending(BUG, ExitCode.BUG, None, traceback.format_exc())


class Hands:
    """Processes that live through all rounds; in each they wait for one another, then act."""

    def __init__(self, count: int, opened: Callable[[], Any]) -> None:
        together = FORKING.Barrier(count)
        self._lines: list[Line] = []
        self._processes = []
        for _ in range(count):
            mine, theirs = FORKING.Pipe()
            process = FORKING.Process(target=_serve, args=(theirs, together, opened), daemon=True)
            process.start()
            theirs.close()
            self._lines.append(mine)
            self._processes.append(process)

    def begin(self, jobs: Sequence[Job]) -> None:
        """Hand every process its act."""
        for line, job in zip(self._lines, jobs, strict=True):
            line.send(job)

    def ending(self, number: int) -> Ending:
        """Wait for how one process's act ended."""
        line = self._lines[number]
        assert line.poll(_PATIENCE), f"hand {number} hangs"
        ending: Ending = line.recv()
        return ending

    def all_at_once(self, jobs: Sequence[Job]) -> list[Ending]:
        """Let all act at the same moment, and give how each ended."""
        self.begin(jobs)
        return [self.ending(number) for number in range(len(jobs))]

    def close(self) -> None:
        """Send everybody home."""
        for line in self._lines:
            with suppress(OSError):
                line.send(None)
        for process in self._processes:
            process.join(10)
            if process.is_alive():
                process.kill()


def _serve(line: Line, together: Barrier, opened: Callable[[], Any]) -> None:
    gc.freeze()  # what the parent has open is not this process's to close
    hand = opened()
    while (job := line.recv()) is not None:
        together.wait(_PATIENCE)
        line.send(attempt(lambda job=job: job.done_by(hand)))
    os._exit(0)


@contextmanager
def hands(count: int, opened: Callable[[], Any]) -> Iterator[Hands]:
    """Give as many processes, each with what it opens for itself."""
    made = Hands(count, opened)
    try:
        yield made
    finally:
        made.close()


def sizes(everyday: int, full: int) -> Sequence[Any]:
    """Give the two sizes of a long test: one for every day, one for `pytest -m soak`."""
    return (everyday, pytest.param(full, marks=pytest.mark.soak))


def seeds(everyday: int, full: int) -> Sequence[Any]:
    """Give the seeds of a random test: the first for every day, the others for `pytest -m soak`."""
    later = (pytest.param(seed, marks=pytest.mark.soak) for seed in range(everyday, full))
    return (*range(everyday), *later)


def days_on(days: int) -> date:
    """Give the day so many days from the ledger's today."""
    return datetime.now(UTC).date() + timedelta(days=days)


def tell(figures: str) -> None:
    """Tell the figures of a run: pytest shows them with -s, and where a test fails."""
    print(figures)  # noqa: T201 - a person reads them


def seed_of(request: pytest.FixtureRequest) -> int:
    """Give the seed of a random test: its own in every run, and a new one with `-m soak`.

    CITYFUND_TEST_SEED repeats a run.
    """
    repeated = os.environ.get("CITYFUND_TEST_SEED")
    if repeated:
        return int(repeated)
    if request.node.get_closest_marker("soak"):
        return secrets.randbelow(2**32)
    return zlib.crc32(request.node.nodeid.encode())


def broken_checks(url: str) -> list[str]:
    """Prove the books by every named check; give what is wrong."""
    hand = Hand(url)
    broken = [
        f"{result.name}: {failure}"
        for result in run_checks(hand.ledger)
        for failure in (result.failures or (() if result.ok else ("broken",)))
    ]
    hand.ledger.engine.dispose()
    return broken
