"""What transactions guarantee: writers are serialised, and readers see one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from concurrent_work import Ending, attempt, meeting_seconds
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

from ledger.store.db import engine as engines
from ledger.store.db.errors import BUSY_SECONDS

_probe = Table(
    "compatibility_probe",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", Integer, nullable=False),
)

_Read = Callable[[Connection], int]
_Write = Callable[[Connection, int, int], None]


def write_skew(engine: Engine) -> str:
    """Two writers that rely on one balance never both act on what they read.

    Each empties one of two rows, of which at least one has to stay full. Both change a third row
    as well: so every act changes the balance that it relies on.
    """

    def empty(connection: Connection, number: int, seen: int) -> None:
        connection.execute(_set(3, 0))
        if seen > 1:
            connection.execute(_set(number, 0))

    with _rows(engine, 1, 1, 0):
        one, other = _two_writers(engine, _total, empty)
        left = _committed_total(engine)
    assert left >= 1, f"both rows were emptied: {one.name}, {other.name}"
    return f"first {one.name}, second {other.name}, left {left}"


def lost_update(engine: Engine) -> str:
    """No write overwrites what another wrote meanwhile: two writers each add one to a row."""

    def add(connection: Connection, number: int, seen: int) -> None:
        connection.execute(_set(1, seen + 1))

    with _rows(engine, 0, 0):
        endings = _two_writers(engine, _total, add)
        total = _committed_total(engine)
    done = sum(one.error is None for one in endings)
    assert total == done, f"{done} writers added one, and the row holds {total}"
    return f"first {endings[0].name}, second {endings[1].name}, total {total}"


def one_snapshot(engine: Engine) -> str:
    """A reading transaction sees one snapshot, whatever is committed meanwhile."""
    with _rows(engine, 1, 1):
        with engines.read_transaction(engine) as reader:
            before = _total(reader)
            with engines.write_transaction(engine) as writer:
                writer.execute(_set(1, 5))
            after = _total(reader)
        written = _committed_total(engine)
    assert before == after, f"it read {before} first and {after} a moment later"
    return f"before {before}, after {after}, written {written}"


@contextmanager
def _rows(engine: Engine, *values: int) -> Iterator[None]:
    """Keep a table with a row for each value while a check runs."""
    rows = [{"id": number, "value": value} for number, value in enumerate(values, start=1)]
    with engines.write_transaction(engine) as connection:
        _probe.create(connection)
        connection.execute(insert(_probe), rows)
    try:
        yield
    finally:
        with engines.write_transaction(engine) as connection:
            _probe.drop(connection)


def _set(number: int, value: int) -> Update:
    return update(_probe).where(_probe.c.id == number).values(value=value)


def _total(connection: Connection) -> int:
    return int(connection.execute(select(func.sum(_probe.c.value))).scalar_one())


def _committed_total(engine: Engine) -> int:
    with engines.read_transaction(engine) as connection:
        return _total(connection)


def _two_writers(engine: Engine, read: _Read, write: _Write) -> tuple[Ending[None], Ending[None]]:
    """Let both read before either writes, unless the database keeps the second one waiting."""
    first_read, second_begins, second_read, first_ended = (Event() for _ in range(4))

    def first() -> None:
        try:
            with engines.write_transaction(engine) as connection:
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
        with engines.write_transaction(engine) as connection:
            seen = read(connection)
            second_read.set()
            first_ended.wait(BUSY_SECONDS)
            write(connection, 2, seen)

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(attempt, first), pool.submit(attempt, second)
        return one.result(), other.result()
