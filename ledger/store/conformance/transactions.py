"""What transactions promise: writers do not come between one another, readers see one moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Update,
    func,
    insert,
    select,
    update,
)

from ledger.promises import Promise, tried
from ledger.store import engine as engines
from ledger.store.conformance.together import Ended, attempted, meeting_seconds
from ledger.store.database_errors import BUSY_SECONDS

_probe = Table(
    "conformance_probe",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", Integer, nullable=False),
)

_Read = Callable[[Connection], int]
_Write = Callable[[Connection, int, int], None]


def prepare(engine: Engine) -> None:
    """Make the table that these trials write to."""
    with engines.writing(engine) as connection:
        _probe.create(connection)


def write_skew(engine: Engine) -> Promise:
    """Let two writers each empty one of two rows, where one at least has to stay full.

    Both change a third row as well: so every act changes the balance of what it rests on.
    """

    def empty(connection: Connection, number: int, seen: int) -> None:
        connection.execute(_set(3, 0))
        if seen > 1:
            connection.execute(_set(number, 0))

    _begin_with(engine, 1, 1, 0)
    ended = _two_writers(engine, _total, empty)
    left = _now(engine)
    wrong = None if left >= 1 else "both rows were emptied, each writer believing in the other's"
    return tried(
        "write-skew",
        "two writers that each empty one of two rows, where one has to stay full, and both "
        "change a third, as every act changes its balance",
        wrong,
        first=ended[0].word,
        second=ended[1].word,
        left=left,
    )


def lost_update(engine: Engine) -> Promise:
    """Let two writers each add one to a row that both have read before."""

    def add(connection: Connection, number: int, seen: int) -> None:
        del number
        connection.execute(_set(1, seen + 1))

    _begin_with(engine, 0, 0)
    ended = _two_writers(engine, _total, add)
    total, done = _now(engine), sum(one.error is None for one in ended)
    wrong = None if total == done else f"{done} writers added one, and the row holds {total}"
    return tried(
        "lost-update",
        "two writers that read a row and each write one more than they read",
        wrong,
        first=ended[0].word,
        second=ended[1].word,
        total=total,
    )


def one_moment(engine: Engine) -> Promise:
    """Read twice in one transaction, and write in another one between."""
    _begin_with(engine, 1, 1)
    with engines.reading(engine) as reader:
        before = _total(reader)
        with engines.writing(engine) as writer:
            writer.execute(_set(1, 5))
        after = _total(reader)
    wrong = None if before == after else f"it read {before} first and {after} a moment later"
    return tried(
        "one-moment",
        "a reader that reads the same rows before and after another's write",
        wrong,
        before=before,
        after=after,
        written=_now(engine),
    )


def _set(number: int, value: int) -> Update:
    return update(_probe).where(_probe.c.id == number).values(value=value)


def _total(connection: Connection) -> int:
    return int(connection.execute(select(func.sum(_probe.c.value))).scalar_one())


def _now(engine: Engine) -> int:
    with engines.reading(engine) as connection:
        return _total(connection)


def _begin_with(engine: Engine, *values: int) -> None:
    with engines.writing(engine) as connection:
        connection.execute(_probe.delete())
        rows = [{"id": number, "value": value} for number, value in enumerate(values, start=1)]
        connection.execute(insert(_probe), rows)


def _two_writers(engine: Engine, read: _Read, write: _Write) -> tuple[Ended[None], Ended[None]]:
    """Let both read before either writes, unless the database keeps the second one waiting."""
    first_read, second_begins, second_read, first_ended = (Event() for _ in range(4))

    def first() -> None:
        try:
            with engines.writing(engine) as connection:
                seen = read(connection)
                first_read.set()
                second_begins.wait(BUSY_SECONDS)
                second_read.wait(meeting_seconds(engine))
                write(connection, 1, seen)
        finally:
            first_read.set()
            first_ended.set()

    def second() -> None:
        first_read.wait(BUSY_SECONDS)
        second_begins.set()
        with engines.writing(engine) as connection:
            seen = read(connection)
            second_read.set()
            first_ended.wait(BUSY_SECONDS)
            write(connection, 2, seen)

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(attempted, first), pool.submit(attempted, second)
        return one.result(), other.result()
