"""Damaged files: each command ends with a clear error or a clean answer, and `check` names it."""

from __future__ import annotations

import errno
import gc
import os
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
import time_machine
from attack_figures import count_cases
from ledgers import sqlite_file
from sealed_world import Sealed

from cli.main import main
from ledger.store.db.sqlite import is_damage

SEED = 20_261_123
EVERY_DAY = 18
FOR_LONG = 1000
pytestmark = pytest.mark.only_on("sqlite")
CLEAR = {0, 1, 4, 5, 7}
COMMANDS = (
    *("status", "gaps", "journal list", "need list", "offer show O-0001", "deal list", "doctor"),
    *("project history PRJ-0001", "audit seals"),
    *("need edit N-0001 --note changed", "deal release D-0001 1EUR --reason trial --dry-run"),
)


@pytest.fixture
def file(sealed_once: Sealed, tmp_path: Path) -> Iterator[Path]:
    """Give a copy of a sealed ledger in a file."""
    copy = tmp_path / "ledger.db"
    shutil.copy(sqlite_file(sealed_once.url), copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with time_machine.travel(datetime(2026, 11, 23, 15, tzinfo=UTC), tick=True):
        yield copy


def said(capsys, file: Path, line: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["--db", f"sqlite:///{file}", "--actor", "sara", *line.split()])
    out, err = capsys.readouterr()
    return code, out + err


def by_sql(statement: str):
    def spoil(file: Path) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            for trigger in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                connection.execute(f'DROP TRIGGER "{trigger[0]}"')
            connection.execute(statement)

    return spoil


def with_null(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'name TEXT NOT NULL', 'name TEXT')"
            " WHERE name = 'city_version'"
        )
    by_sql("UPDATE city_version SET name = NULL WHERE version = 1 AND city_id = 1")(file)


def cut_short(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size * 2 // 3)


def with_empty_pages(file: Path) -> None:
    with file.open("r+b") as opened:
        for page in range(9, file.stat().st_size // 4096, 5):
            opened.seek(page * 4096)
            opened.write(bytes(4096))


def with_empty_root(file: Path, table: str) -> None:
    """Empty the first page of a table, which leaves the schema of the file whole."""
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
        ((page,),) = raw.execute(root, (table,)).fetchall()
    with file.open("r+b") as opened:
        opened.seek((page - 1) * 4096)
        opened.write(bytes(4096))


DAMAGES = {
    "text where a number is due": by_sql("UPDATE movement SET amount = 'many'"),
    "a number where text is due": by_sql("UPDATE city_version SET name = CAST(x'41' AS BLOB)"),
    "text that is not UTF-8": by_sql("UPDATE city_version SET name = CAST(x'c328' AS TEXT)"),
    "a day the calendar lacks": by_sql("UPDATE entry SET effective_on = '2026-02-30'"),
    "no name where one is due": with_null,
    "a truncated file": cut_short,
    "empty pages": with_empty_pages,
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_an_error_of_the_file(name, file, capsys, tmp_path) -> None:
    DAMAGES[name](file)
    for line in (*COMMANDS, f"db backup {tmp_path}/backup.db"):
        code, told = said(capsys, file, line)
        assert code in CLEAR, f"{line}: {told}"
        if code == 7:
            assert "do: " in told, f"{line}: {told}"
    code, told = said(capsys, file, "check")
    assert code in {1, 7}, told
    if code == 1 and "calendar" not in name:
        assert "\nfile: " in told, told


@pytest.mark.parametrize("name", ["pages", "cells"])
def test_a_file_that_cannot_be_read_is_not_called_damaged(name, file, capsys, monkeypatch) -> None:
    """SQLite speaks of damage where the system refused to read: that is another trouble."""
    assert said(capsys, file, "check file")[0] == 0
    with_empty_root(file, "city_version")
    code, told = said(capsys, file, "check file")
    assert code == 1, told

    def refused(_path: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("ledger.store.db.sqlite._read_through", refused)
    if name == "cells":  # what SQLite says of its pages is left out
        monkeypatch.setattr("ledger.store.checks.file._damaged_pages", lambda _: iter(()))
    code, told = said(capsys, file, "check file --json")
    assert (code, "disk-trouble" in told, "Input/output error" in told) == (74, True, True)


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_closed_at_once(name, file, capsys) -> None:
    """Whatever refers to a reading that failed, it is not open after its command.

    SQLite would say of another file that comes into its place that the disk fails.
    """
    DAMAGES[name](file)
    gc.collect()
    gc.disable()
    try:
        for line in ("check", "check request-keys", "check seals --json", *COMMANDS):
            said(capsys, file, line)
            held = opened(file)
            # One descriptor is kept on purpose: to close it would release the locks of others.
            assert held in ([], [file.name]), f"{line}: {held}"
    finally:
        gc.enable()


def opened(file: Path) -> list[str]:
    """Name the files of a ledger that this process holds open."""
    held = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # that of the folder itself is closed by then
            target = descriptor.readlink()
            if target.parent == file.parent and target.name.startswith(file.name):
                held.append(target.name)
    return sorted(held)


def test_an_entry_of_an_index_that_only_a_whole_check_finds_is_damage(
    file, capsys, sealed_once
) -> None:
    content = bytearray(file.read_bytes())
    entry = re.search(rb"\x04\x1d\x19.providerBANK/2", content, re.DOTALL)
    assert entry is not None
    content[entry.start() + 1] ^= 0x80  # the length of a text, in the header of the entry
    file.write_bytes(content)
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    code, told = said(capsys, file, f"check --seal {sealed_once.marks[-1]}")
    assert (code, "\nfile: " in told) == (1, True), told


def test_malformed_json_is_no_damage_of_the_file() -> None:
    assert not is_damage(sqlite3.OperationalError("malformed JSON"))
    assert is_damage(sqlite3.DatabaseError("database disk image is malformed"))
    assert is_damage(sqlite3.DatabaseError("malformed database schema (ix_deal)"))


def test_a_damaged_ledger_is_not_backed_up_as_if_it_were_whole(file, capsys, tmp_path) -> None:
    DAMAGES["text that is not UTF-8"](file)
    code, told = said(capsys, file, f"db backup {tmp_path}/backup.db --json")
    assert (code, "not valid text" in told) == (7, True), told
    assert '"code": "ledger-damaged"' in told
    assert not (tmp_path / "backup.db").exists()


def flip(file: Path, chance: Random) -> str:
    """Change one byte of a page that is in use; say which."""
    content = bytearray(file.read_bytes())
    while True:
        place = chance.randrange(len(content))
        if any(content[place - place % 4096 :][:4096]):
            break
    bit = 1 << chance.randrange(8)
    content[place] ^= bit
    file.write_bytes(content)
    return f"byte {place} ^ {bit}"


def flipped(file: Path, capsys, marks, seed: int, count: int) -> None:
    chance = Random(seed)
    whole = file.read_bytes()
    before = contents(file)
    unclear, unseen = [], []
    for number in range(count):
        for ending in ("-wal", "-shm"):
            Path(f"{file}{ending}").unlink(missing_ok=True)
        file.write_bytes(whole)
        done = flip(file, chance)
        damaged = file.read_bytes()
        found, told = said(capsys, file, f"check --seal {marks[-1]}")
        if found not in {0, 1, 7}:
            unclear.append(f"{done}: check {found} {told[-300:]}")
        if found == 0 and contents(file) != before:
            unseen.append(done)
        for line in (COMMANDS[number % len(COMMANDS)], COMMANDS[(number * 5 + 3) % len(COMMANDS)]):
            code, told = said(capsys, file, line)
            if code not in CLEAR:
                unclear.append(f"{done}: {line}: {code} {told[-300:]}")
            file.write_bytes(damaged)
    count_cases(count, lost=len(unclear), undetected=len(unseen))
    assert (unclear, unseen) == ([], []), f"seed {seed}"


def contents(file: Path) -> object:
    """Give all that is in a file's tables; None where it cannot be read."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            return list(connection.iterdump())
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return None


def test_single_flipped_bits_are_named_or_change_nothing(file, capsys, sealed_once) -> None:
    flipped(file, capsys, sealed_once.marks, SEED, EVERY_DAY)


@pytest.mark.soak
def test_a_thousand_flipped_bits_are_named_or_change_nothing(file, capsys, sealed_once) -> None:
    flipped(file, capsys, sealed_once.marks, secrets.randbelow(10**9), FOR_LONG)
