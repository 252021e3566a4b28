"""The feed of changes misses nothing and repeats nothing while others write."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Event as Flag
from threading import Event
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from attack_figures import count_cases
from hands import DONE, Hand, Job, hands, sizes

from ledger.registers.records import City
from ledger.usecases.feed import Feed

WRITERS = 3
STABLE = "ledger.store.session.ledger.STABLE_AFTER"
SHORTLY = timedelta(seconds=3)
"""Longer than any write here takes."""


class Anybody(Hand):
    """Writes, or follows what the others write."""

    def __init__(self, url: str, over: Any) -> None:
        super().__init__(url)
        self.over: Flag = over

    def open_up(self) -> None:
        self.need("900000000 EUR")
        self.offer("900000000 EUR")

    def write(self, name: str, rounds: int) -> None:
        for number in range(rounds):
            self.introduce("1 EUR", until=datetime(2099, 1, 1, tzinfo=UTC).date())
            self.city(f"{name}{number}")

    def follow(self) -> list[tuple[Any, ...]]:
        with patch(STABLE, SHORTLY):
            feed, given = Feed(self.ledger), []
            while not self.over.is_set():
                given += [told(one) for one in feed.read()]
                time.sleep(0.02)
            time.sleep(SHORTLY.total_seconds() if "postgresql" in self.url else 0)
            return given + [told(one) for one in feed.read()]


def told(event: Any) -> tuple[Any, ...]:
    return (*event.cursor, event.kind, event.reference, event.position, event.hash)


@pytest.mark.parametrize("rounds", sizes(2, 200))
def test_a_follower_is_given_everything_once_and_in_order(new_ledger: Any, rounds: int) -> None:
    url = new_ledger()
    over = get_context("fork").Event()
    mine = Anybody(url, over)
    mine.open_up()
    jobs = [Job("write", (f"C{number}X", rounds)) for number in range(WRITERS)]
    with hands(WRITERS + 1, lambda: Anybody(url, over)) as everybody:
        everybody.begin([*jobs, Job("follow")])
        written = [everybody.ending(number) for number in range(WRITERS)]
        over.set()
        followed = everybody.ending(WRITERS)
    count_cases(WRITERS * rounds)
    assert {one.name for one in (*written, followed)} == {DONE}, (written, followed)
    with patch(STABLE, timedelta(0)):
        whole = [told(one) for one in Feed(mine.ledger).read()]
    assert followed.answer == whole
    kinds = [one[2] for one in whole]
    assert kinds.count("entry") == WRITERS * rounds + 2
    assert kinds.count("city") == WRITERS * rounds + 1


@pytest.mark.only_on("postgresql")
def test_a_write_that_ends_after_a_later_one_is_not_missed(new_ledger: Any) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    begun, go_on = Event(), Event()
    with time_machine.travel(now, tick=True):
        slow, quick = Hand(new_ledger()), None
        quick = Hand(slow.url)
        feed = Feed(slow.ledger)

        def write(uow: Any) -> Any:
            uow.add("city", City(code="SLW", name="Slow", country="IR", office="asia"))
            uow.flush_registers()
            begun.set()
            assert go_on.wait(20)
            return uow.receipt()

        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(slow.do, write)
            assert begun.wait(20)
            quick.city("QCK")
            with patch(STABLE, timedelta(0)):
                careful = [one.reference for one in Feed(quick.ledger).read()]
                with patch("ledger.store.db.running.oldest_running", lambda *_: None):
                    naive = [one.reference for one in Feed(quick.ledger).read()]
            assert naive[-1] == "QCK/1"  # who follows the highest number would miss the other
            assert "QCK/1" not in careful  # whatever the limits are, the other is running
            assert "QCK/1" not in [one.reference for one in feed.read()]
            go_on.set()
            late.result(20)
    with time_machine.travel(now + timedelta(minutes=2), tick=True):
        references = [one.reference for one in feed.read()]
    assert references[-2:] == ["SLW/1", "QCK/1"]


START = """
import signal, sys
from cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
sys.exit(main(sys.argv[1:]))
"""


@contextmanager
def following(url: str) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-c", START, "journal", "follow", "--db", url]
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert running.stdout is not None
        assert b'"schema"' in running.stdout.readline()
        yield running
    finally:
        running.kill()
        running.wait()
        for stream in (running.stdout, running.stderr):
            assert stream is not None
            stream.close()


@pytest.mark.only_on("sqlite")
def test_it_ends_when_it_is_interrupted(new_ledger: Any) -> None:
    world = Hand(new_ledger())
    with following(world.url) as running:
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=60)
    said = b"Interrupted; --since CURSOR of the last line goes on.\n"
    assert (running.returncode, errors) == (130, said)
    assert rest == b"" or rest.endswith(b"\n")


@pytest.mark.only_on("sqlite")
def test_it_ends_when_nobody_reads_on(new_ledger: Any) -> None:
    world = Hand(new_ledger())
    with following(world.url) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        world.city("THR")
        assert running.wait(timeout=60) == 0
        assert running.stderr.read() == b""
