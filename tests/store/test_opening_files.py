"""A ledger in a file: private from the start, and every wrong file told apart."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from weakref import WeakSet

import pytest
from sqlalchemy import event
from world import World, asked, says_enough

from ledger.core.dates import UnknownTimeZone
from ledger.core.errors import LedgerError
from ledger.core.quantity_errors import UnknownUnit
from ledger.store.db import errors
from ledger.store.db import sqlite as sqlite_files
from ledger.store.session.ledger import open_ledger
from ledger.usecases.admin.set_up import LedgerSettings, set_up


@pytest.fixture
def careless() -> Iterator[None]:
    """Let new files be open to everybody, unless their maker says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def init(path: Path, **said: str):
    return set_up(f"sqlite:///{path}", LedgerSettings(**said), asked("init"))


def read(path: Path) -> None:
    with open_ledger(f"sqlite:///{path}").read():
        pass


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def refusal_of(act: Callable[[], object]) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        act()
    says_enough(caught.value)
    return caught.value


def test_a_ledger_is_its_owners_alone_from_the_start(tmp_path, careless):
    path = tmp_path / "mine" / "cityfund" / "ledger.db"
    init(path)
    ledger = open_ledger(f"sqlite:///{path}")
    with ledger.read():
        modes = {one.name: mode(one) for one in path.parent.iterdir()}

    assert modes == {"ledger.db": "0o600", "ledger.db-shm": "0o600", "ledger.db-wal": "0o600"}
    assert mode(path.parent) == mode(path.parent.parent) == "0o700"


def test_a_folder_that_was_there_keeps_its_mode(tmp_path, careless):
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    init(shared / "ledger.db")

    assert mode(shared) == "0o755"


def test_an_empty_file_becomes_a_ledger_like_any_other(tmp_path):
    path = tmp_path / "ledger.db"
    path.touch()
    init(path)

    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_calendar_or_currency_that_is_none_makes_no_file(tmp_path):
    path = tmp_path / "ledger.db"

    assert isinstance(refusal_of(lambda: init(path, time_zone="Nowhere")), UnknownTimeZone)
    assert isinstance(refusal_of(lambda: init(path, base_currency="person-day")), UnknownUnit)
    assert not path.exists()


def test_a_missing_ledger_is_not_made_by_opening_it(tmp_path):
    error = refusal_of(lambda: read(tmp_path / "ledger.db"))

    assert isinstance(error, errors.LedgerMissing)
    assert "cityfund init" in error.next_step
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("opening", [read, init])
def test_a_folder_is_no_ledger(tmp_path, opening):
    assert isinstance(refusal_of(lambda: opening(tmp_path)), errors.DatabaseUnreachable)


@pytest.mark.parametrize("opening", [read, init])
def test_a_letter_is_no_database(tmp_path, opening):
    path = tmp_path / "letter.db"
    path.write_text("Dear colleagues of the fund, " * 50)

    assert isinstance(refusal_of(lambda: opening(path)), errors.NotADatabase)
    assert path.read_text().startswith("Dear colleagues")


@pytest.mark.only_on("sqlite")
def test_a_damaged_ledger_is_told(world: World, tmp_path):
    whole = world.path.read_bytes()
    path = tmp_path / "damaged.db"
    path.write_bytes(whole[:4096] + b"\xff" * 40_000 + whole[44_096:])

    assert isinstance(refusal_of(lambda: read(path)), errors.NotADatabase)


@pytest.mark.only_on("sqlite")
def test_a_writer_waits_for_another_and_then_gives_up(world: World, monkeypatch):
    monkeypatch.setattr(sqlite_files, "BUSY_SECONDS", 0.1)
    waiting = World(world.url)
    with closing(world.raw()) as raw:
        raw.execute("BEGIN IMMEDIATE")
        assert isinstance(refusal_of(waiting.city), errors.LedgerBusy)
        raw.execute("ROLLBACK")
    waiting.city()


@pytest.mark.only_on("sqlite")
def test_a_full_disk_leaves_nothing_half_done(world: World):
    world.project()
    pages = [0]

    @event.listens_for(world.ledger.engine, "checkout")
    def bound(connection, *_):
        connection.execute(f"PRAGMA max_page_count = {pages[0]}")

    world.ledger.engine.dispose()
    with closing(world.raw()) as raw:
        pages[0] = raw.execute("PRAGMA page_count").fetchone()[0]

    def write_much(uow):
        for number in range(2000):
            uow.add("city", _city(number))
        uow.flush_registers()

    with world.unchanged():
        assert isinstance(refusal_of(lambda: world.do(write_much)), errors.DiskFull)


def _city(number: int):
    from ledger.registers.records import City  # noqa: PLC0415

    return City(code=f"C{number}", name="A city" * 20, country="IR", office="asia")


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """Give a folder that every user of the machine can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def as_nobody(act: Callable[[], object]) -> str:
    """Run an act as a user without rights; give the class of its refusal, or "done"."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        try:
            act()
            told = "done"
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent is told
            told = type(error).__name__
        os.write(writer, told.encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as answer:
        return answer.read()


def write(path: Path) -> None:
    World(f"sqlite:///{path}").city()


def test_a_ledger_that_may_only_be_read_takes_no_write(template_ledger, public_folder):
    public_folder.chmod(0o777)
    path = Path(shutil.copy(template_ledger, public_folder / "ledger.db"))
    path.chmod(0o444)

    assert as_nobody(lambda: read(path)) == "done"
    assert as_nobody(lambda: write(path)) == "DatabaseReadOnly"


def test_somebody_elses_ledger_cannot_be_opened(template_ledger, public_folder):
    path = Path(shutil.copy(template_ledger, public_folder / "ledger.db"))
    path.chmod(0o000)
    assert as_nobody(lambda: read(path)) == "DatabaseUnreachable"

    hidden = public_folder / "hidden"
    hidden.mkdir(mode=0o000)
    for opening in (read, init):
        assert as_nobody(lambda do=opening: do(hidden / "ledger.db")) == "DatabaseUnreachable"
    hidden.chmod(0o700)


OPENS_AND_CLOSES = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT count(*) FROM entry").fetchone()
connection.close()
"""


@pytest.mark.connects
def test_a_file_that_is_read_again_stays_locked_for_those_who_have_it_open(ledger_path):
    """The last program to close a ledger removes its write-ahead journal; this one is open."""
    ledger, journal = open_ledger(f"sqlite:///{ledger_path}"), Path(f"{ledger_path}-wal")
    with ledger.read():
        complaint = sqlite3.DatabaseError("database disk image is malformed")
        trouble = sqlite_files.refusal_on(ledger.engine, complaint)
        assert isinstance(trouble, errors.DiskTrouble)
        subprocess.run([sys.executable, "-c", OPENS_AND_CLOSES, ledger_path], check=True)
        assert journal.exists()
    ledger.engine.dispose()


@pytest.mark.connects
def test_a_file_in_the_place_of_another_takes_its_descriptor(ledger_path, tmp_path):
    """A process that meets many damaged files must not run out of descriptors."""
    complaint, counts = sqlite3.DatabaseError("database disk image is malformed"), set()
    ledger = open_ledger(f"sqlite:///{ledger_path}")
    for _ in range(3):
        Path(shutil.copy(ledger_path, tmp_path / "copy.db")).replace(ledger_path)
        sqlite_files.refusal_on(ledger.engine, complaint)
        counts.add(len([*Path("/proc/self/fd").iterdir()]))
    assert len(counts) == 1


class CollectedOnceCounted(WeakSet[sqlite3.Cursor]):
    """Cursors of which those that nothing but a cycle refers to are gone once they were counted."""

    def __len__(self) -> int:
        count = super().__len__()
        gc.collect()
        return count


def test_a_reading_that_is_collected_while_all_are_ended_is_no_error():
    with closing(sqlite_files.FileConnection(":memory:")) as connection:
        connection._cursors = CollectedOnceCounted()
        cycle: list[object] = [connection.cursor()]
        cycle.append(cycle)
        del cycle
        connection.end_readings()
        assert [*connection._cursors] == []
