"""A backup is a ledger in one file: taken while others write, its owner's alone, and restored."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest
from copying import broken, carry_on, leaves, left_in, quietly
from forked import within_room
from ledgers import Ledgers
from raw import Raw
from world import World

from ledger.store.admin.copy import TargetInUse
from ledger.store.db import schema
from ledger.store.db.errors import WriteConflict
from ledger.usecases.admin.backup import back_up, restore
from ledger.usecases.admin.copy import copy_ledger


@pytest.fixture
def careless() -> Iterator[None]:
    """Let new files be open to everybody, unless their maker says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.every_engine
def test_a_backup_comes_back_on_either_engine(
    furnished: World, elsewhere: Ledgers, tmp_path: Path
) -> None:
    written = back_up(furnished.url, file := tmp_path / "of today.backup", quietly)
    brought = restore(file, target := elsewhere.empty(), quietly)
    assert written == brought
    assert leaves(target) == leaves(furnished.url)
    assert broken(target) == []
    carry_on(World(target))


def test_a_backup_is_itself_a_ledger(furnished: World, tmp_path: Path) -> None:
    back_up(furnished.url, tmp_path / "ledger.backup", quietly)
    url = f"sqlite:///{tmp_path}/ledger.backup"
    assert broken(url) == []
    with closing(Raw(url)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_all_that_is_ever_written_is_its_owners_alone(
    furnished: World, careless: None, tmp_path: Path
) -> None:
    (folder := tmp_path / "open to all").mkdir(mode=0o777)
    modes: set[str] = set()

    def look(_steps: int = 0) -> None:
        for one in folder.iterdir():
            modes.add(oct(stat.S_IMODE(one.stat().st_mode)))

    def watch(_total: int) -> AbstractContextManager[Any]:
        look()
        return nullcontext(look)

    back_up(furnished.url, folder / "ledger.backup", watch)
    restore(folder / "ledger.backup", f"sqlite:///{folder}/restored.db", watch)
    copy_ledger(furnished.url, f"sqlite:///{folder}/copied.db", watch)
    look()
    assert modes == {"0o600"}
    assert left_in(folder) == {"ledger.backup", "restored.db", "copied.db"}


def test_a_backup_taken_while_others_write_is_one_moment(
    world: World, elsewhere: Ledgers, tmp_path: Path
) -> None:
    world.offer("100000 EUR")
    for number in range(3):
        world.need("10000 EUR", f"N-000{number}")
    world.ledger.engine.dispose()
    writers = [_writer(world.url, f"N-000{number}") for number in range(3)]
    taken = []
    try:
        for number in range(3):
            before = {entry.number for entry in world.entries()}
            back_up(world.url, file := tmp_path / f"{number}.backup", quietly)
            taken.append((before, file))
    finally:
        for writer in writers:
            os.kill(writer, signal.SIGKILL)
            os.waitpid(writer, 0)
    assert len(world.entries()) > len(taken[0][0]), "nobody wrote"
    kept = set(leaves(world.url))
    for before, file in taken:
        restore(file, target := elsewhere.empty(), quietly)
        assert broken(target) == []
        there = World(target)
        assert {entry.number for entry in there.entries()} >= before
        there.ledger.engine.dispose()
        assert set(leaves(target)) <= kept


def _writer(url: str, need: str) -> int:
    """Hold and give back, one euro after another, until killed."""
    child = os.fork()
    if child:
        return child
    try:
        world = World(url)
        while True:
            with suppress(WriteConflict):  # the three take from one offer
                answer = world.introduce("1 EUR", need=need, override="as agreed", directly=True)
                world.deliver("1 EUR", answer["deal"])
    finally:
        os._exit(1)  # never on into the tests of the parent


def test_a_ledger_in_a_folder_that_takes_no_files_is_restored(
    furnished: World, tmp_path: Path, elsewhere: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder := tmp_path / "a medium, 100% full?").mkdir()
    back_up(furnished.url, folder / "ledger#1.backup", quietly)
    asked = os.access
    monkeypatch.setattr("os.access", lambda where, how: where != folder and asked(where, how))
    restore(folder / "ledger#1.backup", target := elsewhere.empty(), quietly)
    assert leaves(target) == leaves(furnished.url)


@pytest.mark.only_on("sqlite")
def test_an_older_ledger_is_backed_up_before_its_upgrade(world: World, tmp_path: Path) -> None:
    world.need("100 EUR")
    with closing(world.raw()) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
    written = back_up(world.url, file := tmp_path / "before.backup", quietly)
    assert (written.revision, written.compared) == ("0001", None)
    with pytest.raises(schema.SchemaOlder, match="0001") as caught:
        restore(file, f"sqlite:///{tmp_path}/restored.db", quietly)
    assert "upgrade" in caught.value.next_step
    assert World(f"sqlite:///{file}").rows() == world.rows()
    assert not (tmp_path / "restored.db").exists()


@pytest.mark.only_on("postgresql")
def test_an_older_ledger_on_a_server_is_dumped_by_the_server_s_own_means(
    world: World, tmp_path: Path
) -> None:
    with closing(world.raw()) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(schema.SchemaOlder) as caught:
        back_up(world.url, tmp_path / "before.backup", quietly)
    assert "pg_dump" in caught.value.next_step
    assert left_in(tmp_path) == set()


def killed_at(step: int, work: Callable[[Any], object]) -> None:
    """Do some work in a process that is killed at one of its steps, as by a power cut."""
    child = os.fork()
    if child == 0:
        told = 0

        def advance(_steps: int) -> None:
            nonlocal told
            told += 1
            if told == step:
                os.kill(os.getpid(), signal.SIGKILL)

        work(lambda _total: nullcontext(advance))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it ended before it was killed"


@pytest.mark.parametrize("step", [1, 12, 30, 55])
def test_a_killed_copy_leaves_the_place_free(
    furnished: World, elsewhere: Ledgers, step: int
) -> None:
    furnished.ledger.engine.dispose()
    target = elsewhere.empty()
    killed_at(step, lambda watch: copy_ledger(furnished.url, target, watch))
    if elsewhere.engine == "sqlite":
        assert not Path(target.removeprefix("sqlite:///")).exists()
    copy_ledger(furnished.url, target, quietly)
    assert leaves(target) == leaves(furnished.url)


@pytest.mark.parametrize("step", [1, 30])
def test_a_killed_backup_has_no_name(furnished: World, tmp_path: Path, step: int) -> None:
    furnished.ledger.engine.dispose()
    (folder := tmp_path / "backups").mkdir()
    file = folder / "ledger.backup"
    killed_at(step, lambda watch: back_up(furnished.url, file, watch))
    assert not file.exists()
    assert all(one.stat().st_mode & 0o777 == 0o600 for one in folder.iterdir())
    back_up(furnished.url, file, quietly)
    assert leaves(f"sqlite:///{file}") == leaves(furnished.url)


@pytest.mark.parametrize("verb", ["backup", "copy"])
def test_a_disk_without_room_leaves_nothing_behind(
    furnished: World, tmp_path: Path, verb: str
) -> None:
    (folder := tmp_path / "full").mkdir()
    where = {"backup": (f"{folder}/l.db",), "copy": ("--to", f"sqlite:///{folder}/l.db")}[verb]
    ended = within_room(200_000, ["db", verb, *where, "--db", furnished.url, "--json"])
    assert ended.returncode == 74, ended.stderr
    assert '"code": "disk-' in ended.stderr
    assert left_in(folder) == set()


def test_a_name_taken_while_a_backup_is_written_is_left_alone(
    furnished: World, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.backup"

    def watch(_total: int) -> AbstractContextManager[Any]:
        file.write_text("somebody else's")
        return nullcontext(lambda _steps: None)

    with pytest.raises(TargetInUse, match=r"ledger\.backup"):
        back_up(furnished.url, file, watch)
    assert file.read_text() == "somebody else's"
    assert not any(name.endswith(".part") for name in left_in(tmp_path))
