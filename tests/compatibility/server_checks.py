"""What a server guarantees by itself: unique numbers, a clock, an end to what takes too long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from concurrent_work import at_once, attempt
from sqlalchemy import Connection, Engine, text

from ledger.store.db import engine as engines
from ledger.store.db import tables
from ledger.store.db.errors import LedgerBusy, WriteTooSlow
from ledger.store.session.sequences import SharedNumbering

_WRITERS = 4
_DRAWS = 50
_READINGS = 100
_MILLISECOND = timedelta(milliseconds=1)

_CLOCK = text("SELECT clock_timestamp()")
_SHORT_LIMIT = text("SELECT set_config('statement_timeout', '500ms', true)")
_LONG_STATEMENT = text("SELECT pg_sleep(4)")
_SHORT_WAIT = text("PRAGMA busy_timeout = 500")


def unique_numbers(engine: Engine) -> str:
    """Numbers of entries that several writers draw at once are unique."""

    def draw(writer: int) -> list[tuple[int, int]]:
        with engines.write_transaction(engine, commit=False) as connection:
            return list(_drawn(connection))

    endings = at_once(_WRITERS, draw)
    assert [one.name for one in endings] == ["done"] * _WRITERS, endings
    drawn = [number for _, number in sorted(pair for one in endings for pair in one.answer or ())]
    assert len(drawn) == _WRITERS * _DRAWS
    twice = len(drawn) - len(set(drawn))
    assert not twice, f"{twice} of {len(drawn)} numbers came twice"
    left_out = max(drawn) - min(drawn) + 1 - len(drawn)
    disorder = farthest_out_of_order(drawn)
    return f"drawn {len(drawn)}, left out {left_out}, farthest out of order {disorder}"


def _drawn(connection: Connection) -> Iterator[tuple[int, int]]:
    for _ in range(_DRAWS):
        number = SharedNumbering(connection, {}).next_id(tables.entry)
        yield time.monotonic_ns(), number


def farthest_out_of_order(drawn: list[int]) -> int:
    """Give how far a number ever came behind a larger one that was drawn before it."""
    farthest, largest = 0, 0
    for number in drawn:
        largest = max(largest, number)
        farthest = max(farthest, largest - number)
    return farthest


def clock(engine: Engine) -> str:
    """The server's clock does not run backwards, read on two connections in turn."""
    moments, offsets = [], []
    with (
        engines.autocommit_connection(engine) as one,
        engines.autocommit_connection(engine) as other,
    ):
        for turn in range(_READINGS):
            asked = datetime.now(UTC)
            moment = read_clock(other if turn % 2 else one)
            answered = datetime.now(UTC)
            moments.append(moment)
            offsets.append(moment - asked - (answered - asked) / 2)
    backward = max(before - after for before, after in pairwise(moments))
    assert backward <= timedelta(0), f"the clock went back by {backward}"
    ahead = sorted(offsets)[_READINGS // 2] // _MILLISECOND
    return f"ahead of this machine by {ahead} ms"


def read_clock(connection: Connection) -> datetime:
    """Read the server's clock."""
    moment = connection.execute(_CLOCK).scalar_one()
    assert isinstance(moment, datetime)
    return moment


def time_limit(engine: Engine) -> str:
    """What takes longer than it may is ended: a statement on a server, a wait on SQLite."""
    return _statement_limit(engine) if engines.on_server(engine) else _wait_limit(engine)


def _statement_limit(engine: Engine) -> str:
    def sleep() -> None:
        with engines.write_transaction(engine, commit=False) as connection:
            connection.execute(_SHORT_LIMIT)
            connection.execute(_LONG_STATEMENT)

    began = time.monotonic_ns()
    ending = attempt(sleep)
    milliseconds = (time.monotonic_ns() - began) // 10**6
    assert isinstance(ending.error, WriteTooSlow), f"a long statement ended with {ending.name}"
    return f"ended after {milliseconds} ms"


def _wait_limit(engine: Engine) -> str:
    def wait() -> None:
        with engines.autocommit_connection(engine) as connection:
            # Its short wait would stay with it in the pool, and let a later writer give up early.
            connection.detach()
            connection.execute(_SHORT_WAIT)
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.exec_driver_sql("ROLLBACK")

    with engines.write_transaction(engine, commit=False):
        began = time.monotonic_ns()
        ending = attempt(wait)
        milliseconds = (time.monotonic_ns() - began) // 10**6
    assert isinstance(ending.error, LedgerBusy), f"a wait for the lock ended with {ending.name}"
    return f"ended after {milliseconds} ms"
