"""Two raw writers at once, at every isolation level: the guards see what the other has done."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date

import psycopg
import pytest
from raw import Raw
from world import World

pytestmark = pytest.mark.only_on("postgresql")

LEVELS = ["READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]
PATIENCE = 1000


class Writer:
    """Somebody who writes one entry of one movement, without the program."""

    def __init__(self, url: str, level: str, number: int) -> None:
        self.raw = Raw(url)
        self.number = number
        self.raw.execute(f"BEGIN ISOLATION LEVEL {level}")

    def enter(
        self, act: str, day: str, deal: int | None = None, reverses: int | None = None
    ) -> None:
        self.day, self.deal = day, deal
        self.raw.execute(
            "INSERT INTO entry (id, act, effective_on, recorded_at, request_id, deal_id, reverses,"
            " lines, format) VALUES (?, ?, ?, ?, ?, ?, ?, 1, 1)",
            [self.number, act, day, self.number, self.number - 100, deal, reverses],
        )

    def move(self, side: str, way: str, amount: int) -> None:
        source, target = way.split(" to ")
        self.raw.execute(
            f"INSERT INTO movement SELECT ?, 1, id, ?, unit, ?, ?, ?, ?, ? FROM {side}"
            f" WHERE code LIKE '%-0001'",
            [self.number, self.deal, source, target, amount, self.day, self.number],
        )

    def commit(self) -> None:
        self.raw.execute("COMMIT")

    def is_waiting(self, watcher: Raw) -> bool:
        assert isinstance(self.raw.connection, psycopg.Connection)
        waits = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = ?"
        return bool(watcher.execute(waits, [self.raw.connection.info.backend_pid]).fetchone()[0])


@pytest.fixture
def metro(world: World) -> World:
    """A need and an offer of 100 EUR each, 10 of them held by D-0001; 100 more open from June."""
    world.need("100 EUR")
    world.offer("100 EUR")
    world.introduce("10 EUR", on=world.entries()[0].effective_on)
    return world


@pytest.fixture
def two(metro: World, level: str) -> Iterator[tuple[Writer, Writer]]:
    first, second = Writer(metro.url, level, 101), Writer(metro.url, level, 102)
    yield first, second
    first.raw.close()
    second.raw.close()


def outcome(metro: World, first: Writer, second: Writer, *move: object) -> list[str]:
    """Let the second move while the first has moved but not committed; say who was refused how."""
    refusals = []

    def last() -> None:
        second.move(*move)
        second.commit()

    with ThreadPoolExecutor(1) as pool, closing(metro.raw()) as watcher:
        moving = pool.submit(last)
        for _ in range(PATIENCE):
            if moving.done() or second.is_waiting(watcher):
                break
            time.sleep(0.01)
        for finish in (first.commit, moving.result):
            try:
                finish()
            except psycopg.Error as error:
                refusals.append(f"{error.sqlstate} {error}")
    return refusals


def refused_once(refusals: list[str], level: str, words: str) -> None:
    """By the guard where a writer sees what was committed while it waited, else by the level."""
    assert len(refusals) == 1, refusals
    if level.startswith("READ"):
        assert refusals[0].startswith("23514")
        assert words in refusals[0]
    else:
        assert refusals[0].startswith("40001")


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_there_once_is_taken_once(metro, two, level):
    first, second = two
    for writer in two:
        writer.enter("withdraw", "2026-05-01")
    first.move("need", "open to withdrawn", 6000)
    refusals = outcome(metro, first, second, "need", "open to withdrawn", 6000)

    refused_once(refusals, level, "ck_balance_free")


@pytest.mark.parametrize("level", LEVELS)
def test_the_timeline_holds_for_two_together(metro, two, level):
    """In all there is enough for both, but in May there is enough for one."""
    metro.revise("need", "N-0001", "200 EUR")
    first, second = two
    first.enter("withdraw", "2026-05-01")
    second.enter("withdraw", "2026-05-02")
    first.move("need", "open to withdrawn", 6000)
    refusals = outcome(metro, first, second, "need", "open to withdrawn", 6000)

    refused_once(refusals, level, "below zero on the timeline")


@pytest.mark.parametrize("level", LEVELS)
def test_the_timeline_of_a_deal_holds_for_two_together(metro, two, level):
    """In all the deal holds enough for both, but in May there is enough for one."""
    metro.introduce("10 EUR", on=date(2026, 6, 1))
    first, second = two
    first.enter("release", "2026-05-01", 1)
    second.enter("release", "2026-05-02", 1)
    first.move("need", "held to open", 600)
    refusals = outcome(metro, first, second, "need", "held to open", 600)

    refused_once(refusals, level, "below zero on the timeline")


@pytest.mark.parametrize("level", LEVELS)
def test_an_entry_is_reversed_once_by_two_together(metro, two, level):
    metro.withdraw("need", "N-0001", "10 EUR")
    withdrawn = metro.entries()[-1]
    metro.withdraw("need", "N-0001", "10 EUR")
    first, second = two
    for writer in two:
        writer.enter("reverse", "2026-11-23", reverses=withdrawn.number)
    first.move("need", "withdrawn to open", 1000)
    refusals = outcome(metro, first, second, "need", "withdrawn to open", 1000)

    refused_once(refusals, level, "this entry is reversed already")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("restored_first", [True, False])
def test_an_entry_is_not_reversed_while_its_reversal_is_restored(metro, two, level, restored_first):
    """A restored reversal takes the entry back again, and so does a new one: one of them stands.

    Which of the two has the smaller number makes no difference.
    """
    metro.withdraw("need", "N-0001", "10 EUR")
    withdrawn = metro.entries()[-1].number
    (reversal,) = metro.reverse(withdrawn)["entries"]
    (undo,) = metro.reverse(reversal)["entries"]
    metro.withdraw("need", "N-0001", "10 EUR")
    first, second = two if restored_first else two[::-1]
    first.enter("reverse", "2026-11-23", reverses=undo if restored_first else withdrawn)
    second.enter("reverse", "2026-11-23", reverses=withdrawn if restored_first else undo)
    first.move("need", "withdrawn to open", 1000)
    refusals = outcome(metro, first, second, "need", "withdrawn to open", 1000)

    refused_once(refusals, level, "this entry is reversed already")
