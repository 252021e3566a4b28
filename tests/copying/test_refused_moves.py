"""Moves that are refused at the command line: each with its code, and nothing left behind."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import complete_ledger
import pytest
from copying import left_in
from ledgers import Ledgers
from world import World

from cli.main import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (made := tmp_path / "place").mkdir()
    return made


@pytest.fixture
def run(world: World, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[str, int]]:
    """Give what runs a command that must be refused; it gives the refusal's code and exit code."""

    def refused(*words: str, db: str = world.url) -> tuple[str, int]:
        capsys.readouterr()
        exit_code = main([*words, "--db", db, "--json"])
        told = capsys.readouterr()
        error = json.loads(told.err.splitlines()[-1])
        assert error["what"]
        assert error["why"]
        assert error["next"]
        assert "cityfund init" not in error["next"]
        assert told.out == ""
        return error["code"], exit_code

    return refused


Run = Callable[..., tuple[str, int]]


def test_a_ledger_is_never_copied_over_another(run: Run, world: World, ledgers: Ledgers) -> None:
    other = World(ledgers.new())
    other.need("1 EUR")
    with other.unchanged():
        assert run("db", "copy", "--to", other.url) == ("target-in-use", 74)


def test_nor_over_tables_of_another_program(run: Run, elsewhere: Ledgers) -> None:
    from raw import Raw  # noqa: PLC0415

    with closing(Raw(target := elsewhere.empty())) as other:
        other.execute("CREATE TABLE recipe (name text)")
        assert run("db", "copy", "--to", target) == ("target-in-use", 74)
        assert other.tables() == ["recipe"]


def test_nor_into_what_is_left_of_another(run: Run, folder: Path) -> None:
    (folder / "new.db-wal").write_bytes(b"changes that wait")
    assert run("db", "copy", "--to", f"sqlite:///{folder}/new.db") == ("target-in-use", 74)
    assert left_in(folder) == {"new.db-wal"}


def test_a_ledger_is_not_copied_onto_itself(run: Run, world: World) -> None:
    with world.unchanged():
        assert run("db", "copy", "--to", world.url) == ("copy-onto-itself", 2)


def test_a_copy_in_memory_is_none(run: Run) -> None:
    assert run("db", "copy", "--to", "sqlite://") == ("unknown-database", 7)


@pytest.mark.only_on("postgresql")
def test_a_copy_needs_its_database(run: Run, world: World) -> None:
    assert run("db", "copy", "--to", f"{world.url}_none") == ("ledger-missing", 7)


def test_a_backup_overwrites_nothing(run: Run, folder: Path) -> None:
    (folder / "ledger.backup").touch()
    assert run("db", "backup", f"{folder}/ledger.backup") == ("target-in-use", 74)
    assert run("db", "backup", f"{folder}") == ("target-in-use", 74)
    assert (folder / "ledger.backup").stat().st_size == 0


def test_a_backup_needs_its_folder(run: Run, folder: Path) -> None:
    assert run("db", "backup", f"{folder}/usb/ledger.backup") == ("cannot-write-file", 74)
    assert left_in(folder) == set()


def test_a_copy_needs_a_folder_that_can_be_made(run: Run, folder: Path) -> None:
    (folder / "letter").touch()
    to = f"sqlite:///{folder}/letter/ledger.db"
    assert run("db", "copy", "--to", to) == ("cannot-write-file", 74)


def test_a_restored_ledger_overwrites_nothing(run: Run, world: World, folder: Path) -> None:
    file = str(folder / "ledger.backup")
    assert main(["db", "backup", file, "--db", world.url]) == 0
    with world.unchanged():
        assert run("db", "restore", file) == ("target-in-use", 74)


@pytest.fixture
def another(ledgers: Ledgers) -> str:
    return ledgers.empty()


def test_a_backup_that_is_not_there(run: Run, another: str, folder: Path) -> None:
    words = ("db", "restore", str(folder / "ledger.backup"))
    assert run(*words, db=another) == ("cannot-read-backup", 74)
    assert run("db", "restore", str(folder), db=another) == ("cannot-read-backup", 74)
    assert left_in(folder) == set()


def test_a_letter_is_no_backup(run: Run, another: str, folder: Path) -> None:
    (letter := folder / "letter").write_text("Dear colleagues of the fund, " * 500)
    assert run("db", "restore", str(letter), db=another) == ("not-a-database", 7)


def test_another_programs_database_is_no_backup(run: Run, another: str, folder: Path) -> None:
    with closing(sqlite3.connect(folder / "other.db")) as other:
        other.execute("CREATE TABLE recipe (name)")
    assert run("db", "restore", str(folder / "other.db"), db=another) == ("not-a-ledger", 7)
    (folder / "empty").touch()
    assert run("db", "restore", str(folder / "empty"), db=another) == ("not-a-ledger", 7)


@pytest.mark.parametrize(("revision", "code"), [("0001", "schema-older"), ("9999", "schema-newer")])
def test_a_backup_of_another_schema(
    run: Run, world: World, another: str, folder: Path, revision: str, code: str
) -> None:
    file = folder / "ledger.backup"
    assert main(["db", "backup", str(file), "--db", world.url]) == 0
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    assert run("db", "restore", str(file), db=another) == (code, 7)


def test_a_damaged_backup(run: Run, world: World, elsewhere: Ledgers, folder: Path) -> None:
    world.need("1 EUR")
    file = folder / "ledger.backup"
    assert main(["db", "backup", str(file), "--db", world.url]) == 0
    with closing(sqlite3.connect(file)) as raw:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'movement'"
        (page,) = raw.execute(query).fetchone()
        (size,) = raw.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as damaged:
        damaged.seek((page - 1) * size)
        damaged.write(b"\xff" * size)
    target = elsewhere.empty()
    assert run("db", "restore", str(file), db=target) == ("not-a-database", 7)
    assert left_in(folder) == {"ledger.backup"}


def test_a_newer_ledger_is_not_backed_up(run: Run, world: World, folder: Path) -> None:
    with closing(world.raw()) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    assert run("db", "backup", f"{folder}/ledger.backup") == ("schema-newer", 7)
    assert left_in(folder) == set()


SPOILED = {
    "UPDATE city_version SET format = 9": ("unknown-layout", 7),
    "UPDATE entry SET format = 9": ("unknown-layout", 7),
    "UPDATE movement SET amount = amount + 1 WHERE to_stage = 'committed'": ("copy-refused", 4),
    "UPDATE balance SET free = free + 1": ("copy-differs", 4),
    "UPDATE deal SET rate = 'about one'": ("source-unreadable", 4),
}


@pytest.mark.parametrize("statement", SPOILED)
def test_a_ledger_that_was_spoiled_is_not_copied(
    run: Run, world: World, elsewhere: Ledgers, statement: str
) -> None:
    world.need("10 EUR")
    world.offer("10 EUR")
    world.introduce("10 EUR", directly=True)
    complete_ledger.attack(world.url, statement)
    target = elsewhere.empty()
    assert run("db", "copy", "--to", target) == SPOILED[statement]
    if elsewhere.engine == "sqlite":
        assert not Path(target.removeprefix("sqlite:///")).exists()
    else:
        assert World(target).rows() == {}


def test_it_says_what_differs(world: World, tmp_path: Path, capsys) -> None:
    world.need("10 EUR")
    complete_ledger.attack(world.url, "UPDATE balance SET free = free + 1")
    main(["db", "copy", "--to", f"sqlite:///{tmp_path}/new.db", "--db", world.url])
    assert "balance 1 is not the same" in capsys.readouterr().err
