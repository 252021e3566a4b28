"""What a server promises by itself: numbers, a clock, and an end to what takes too long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from sqlalchemy import Connection, Engine, text

from ledger.promises import Promise, farthest_stray, not_tried, tried
from ledger.store import engine as engines
from ledger.store import tables
from ledger.store.conformance.together import attempted, together
from ledger.store.database_errors import LedgerBusy, WriteTooSlow
from ledger.store.numbering import SharedNumbering

_HANDS: Final = 4
_DRAWS: Final = 50
_LOOKS: Final = 100
_MILLISECOND: Final = timedelta(milliseconds=1)

_CLOCK: Final = text("SELECT clock_timestamp()")
_ONE_SECOND: Final = text("SELECT set_config('statement_timeout', '1s', true)")
_FOUR_SECONDS: Final = text("SELECT pg_sleep(4)")
_WAIT_ONE_SECOND: Final = text("PRAGMA busy_timeout = 1000")


def numbers(engine: Engine) -> Promise:
    """Draw numbers of entries with several hands at once."""
    if not engines.on_server(engine):
        return not_tried("numbers", "A SQLite ledger counts on under its one writer's lock.")

    def draw(hand: int) -> list[tuple[int, int]]:
        del hand
        with engines.writing(engine, keep=False) as connection:
            return list(_drawn(connection))

    ended = together(_HANDS, draw)
    drawn = [number for _, number in sorted(pair for one in ended for pair in one.answer or ())]
    short = next((one.word for one in ended if one.error is not None), None)
    wrong = f"drawing ended with {short}" if short else None
    if len(set(drawn)) < len(drawn):
        wrong = f"{len(drawn) - len(set(drawn))} of {len(drawn)} numbers came twice"
    span = max(drawn, default=0) - min(drawn, default=0) + 1
    return tried(
        "numbers",
        f"{_HANDS} writers that draw {_DRAWS} numbers each at once",
        wrong,
        drawn=len(drawn),
        unique=len(set(drawn)),
        left_out=span - len(set(drawn)),
        farthest_out_of_order=farthest_stray(drawn),
    )


def _drawn(connection: Connection) -> Iterator[tuple[int, int]]:
    for _ in range(_DRAWS):
        number = SharedNumbering(connection, {}).next_id(tables.entry)
        yield time.monotonic_ns(), number


def clock(engine: Engine) -> Promise:
    """Read the server's clock on two lines in turn, beside this machine's."""
    if not engines.on_server(engine):
        return not_tried("clock", "A SQLite ledger goes by this machine's own clock.")
    moments, apart = [], []
    with engines.looking(engine) as one, engines.looking(engine) as other:
        for turn in range(_LOOKS):
            asked = datetime.now(UTC)
            moment = read_clock(other if turn % 2 else one)
            answered = datetime.now(UTC)
            moments.append(moment)
            apart.append(moment - asked - (answered - asked) / 2)
    back = [before - after for before, after in pairwise(moments)]
    farthest = max(back)
    wrong = None if farthest <= timedelta(0) else f"it went back by {farthest}"
    return tried(
        "clock",
        f"{_LOOKS} looks at the server's clock, on two lines in turn",
        wrong,
        ahead_of_this_machine_ms=sorted(apart)[_LOOKS // 2] // _MILLISECOND,
        backward_ms=max(farthest, timedelta(0)) // _MILLISECOND,
    )


def read_clock(connection: Connection) -> datetime:
    """Read the server's clock."""
    moment = connection.execute(_CLOCK).scalar_one()
    assert isinstance(moment, datetime)
    return moment


def time_limit(engine: Engine) -> Promise:
    """Ask for what takes longer than it may."""
    if not engines.on_server(engine):
        return _waiting_limit(engine)

    def sleep() -> None:
        with engines.writing(engine, keep=False) as connection:
            connection.execute(_ONE_SECOND)
            connection.execute(_FOUR_SECONDS)

    began = time.monotonic_ns()
    ended = attempted(sleep)
    took = (time.monotonic_ns() - began) // 10**6
    wrong = None if isinstance(ended.error, WriteTooSlow) else f"it ended otherwise: {ended.word}"
    return tried(
        "time-limit", "a statement of four seconds under a limit of one", wrong, ended_after_ms=took
    )


def _waiting_limit(engine: Engine) -> Promise:
    def wait() -> None:
        with engines.looking(engine) as connection:
            connection.execute(_WAIT_ONE_SECOND)
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.exec_driver_sql("ROLLBACK")

    with engines.writing(engine, keep=False):
        began = time.monotonic_ns()
        ended = attempted(wait)
        took = (time.monotonic_ns() - began) // 10**6
    wrong = None if isinstance(ended.error, LedgerBusy) else f"it ended otherwise: {ended.word}"
    return tried(
        "time-limit", "a wait of one second for another's lock", wrong, ended_after_ms=took
    )
