"""Trouble with a ledger's file: an error with its exit code, nothing changed, and no traceback."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hands import Hand, broken_checks, sizes, tell
from kill import Told, run_line, spoke_plainly
from ledgers import SqliteLedgers, sqlite_file
from small_disks import remount, small_disk

from ledger.store.db import sqlite

pytestmark = pytest.mark.migrates

DISK = 4 * 2**20
"""Bytes of the small disk: a ledger and a few hundred acts."""

ROOM = 256 * 2**10
"""Bytes beside a ledger on a disk that has none for an import."""

ACT = ("need", "withdraw", "N-0001", "1 EUR", "--json")
READ = ("gaps", "--json")
LINES = (READ, ACT, ("check", "--json"), ("status", "--json"), ("db", "upgrade"))


@pytest.fixture
def used(template_ledger: Path, tmp_path: Path) -> str:
    """Give a ledger with a need and an offer, all of it in one file."""
    ledgers = SqliteLedgers(tmp_path, template_ledger)
    url = ledgers.new()
    hand = Hand(url)
    hand.need("900000 EUR")
    hand.offer("900000 EUR")
    hand.ledger.engine.dispose()
    ledgers.settle(url)
    return url


def moved(url: str, folder: Path) -> str:
    """Put a ledger into another folder; give its URL there."""
    return f"sqlite:///{shutil.move(sqlite_file(url), folder / 'ledger.db')}"


@pytest.mark.parametrize("room", sizes(300 * 1024, 600 * 1024))
def test_a_full_disk_loses_nothing_and_keeps_nothing_half(used, tmp_path, room):
    with small_disk(tmp_path / "disk", DISK) as disk:
        url = moved(used, disk)
        filler = disk / "filler"
        filler.write_bytes(b"x" * (DISK - sqlite_file(url).stat().st_size - room))
        done, refused = 0, None
        while refused is None and done < 2000:
            told = run_line(url, *ACT, "--key", f"letter-{done}")
            done, refused = (done + 1, None) if told.code == 0 else (done, told)
        assert refused is not None, "the disk never filled up"
        spoke_plainly(refused, 74, "disk-full", "disk-trouble")
        with suppress(OSError), filler.open("ab", buffering=0) as rest:
            while rest.write(bytes(512)):  # a refusal may have left room for one more act
                continue
        spoke_plainly(run_line(url, *ACT), 74, "disk-full", "disk-trouble")
        assert run_line(url, *READ).code in {0, 74}
        filler.unlink()
        assert Hand(url).stages("need", "N-0001")["withdrawn"] == 100 * done
        assert run_line(url, *ACT, "--key", f"letter-{done - 1}").code == 0
        assert Hand(url).stages("need", "N-0001")["withdrawn"] == 100 * done, "done twice"
        assert run_line(url, *ACT, "--key", f"letter-{done}").code == 0
        assert Hand(url).stages("need", "N-0001")["withdrawn"] == 100 * (done + 1)
        assert broken_checks(url) == []
    tell(f"disk full: after {done} acts, none lost; the one refused was done when there was room")


def test_a_full_disk_takes_no_import(used, tmp_path):
    rows = [f"N-{row},PRJ-0001,money,100,EUR,2026-01-01" for row in range(2_000)]
    table = tmp_path / "needs.csv"
    table.write_text("\n".join(["code,project,factor,quantity,unit,declared_on", *rows]))
    with small_disk(tmp_path / "disk", sqlite_file(used).stat().st_size + ROOM) as disk:
        url = moved(used, disk)
        spoke_plainly(run_line(url, "import", str(table), "--yes", "--json"), 74, "disk-full")
        assert len(Hand(url).entries()) == 2
        assert broken_checks(url) == []


WITHIN_LIMITS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from cli.main import main
sys.exit(main(sys.argv[2:]))
"""


def test_an_act_that_finds_no_room_is_not_done(used):
    """The same for users who mount no disks: files may not grow."""
    line = [*ACT, "--db", used, "--key", "letter-7"]
    limited = [sys.executable, "-c", WITHIN_LIMITS, "8192", *line]
    ended = subprocess.run(limited, capture_output=True, text=True, check=False)
    spoke_plainly(
        Told(ended.returncode, ended.stdout, ended.stderr), 74, "disk-full", "disk-trouble"
    )
    assert Hand(used).stages("need", "N-0001") == {"open": 90_000_000}
    assert run_line(used, *line).code == 0
    assert Hand(used).stages("need", "N-0001")["withdrawn"] == 100


def test_a_disk_that_may_only_be_read_is_not_written(used, tmp_path):
    with small_disk(tmp_path / "disk", DISK) as disk:
        url = moved(used, disk)
        before = sqlite_file(url).read_bytes()
        remount(disk, "ro")
        spoke_plainly(run_line(url, *ACT), 7, "database-read-only", "database-unreachable")
        assert run_line(url, *READ).code in {0, 7}
        spoke_plainly(
            run_line(url, "init", "--json"), 7, "database-read-only", "database-unreachable"
        )
        assert sqlite_file(url).read_bytes() == before
        remount(disk, "rw")
        assert run_line(url, *ACT).code == 0


def test_a_ledger_that_another_program_holds_is_busy(used, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(sqlite_file(used), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        spoke_plainly(run_line(used, *ACT), 6, "ledger-busy")
        assert run_line(used, *READ).code == 0, "who only reads waits for nobody"
        other.execute("ROLLBACK")
    assert Hand(used).stages("need", "N-0001") == {"open": 90_000_000}
    assert run_line(used, *ACT).code == 0


def cut(part: float) -> Callable[[Path], None]:
    def cutting(path: Path) -> None:
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * part)])

    return cutting


def without_the_last_page(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def a_letter(path: Path) -> None:
    path.write_text("Dear members,\n" * 400)


def noise_behind_the_header(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + bytes((7 * at) % 251 for at in range(len(whole) - 100)))


def another_programs_tables(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE need (id INTEGER PRIMARY KEY, what TEXT)")
        other.execute("INSERT INTO need VALUES (1, 'a bus')")
        other.commit()


def another_programs_versions(path: Path) -> None:
    another_programs_tables(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE alembic_version (version_num TEXT)")
        other.execute("INSERT INTO alembic_version VALUES ('9f1c2d3e4a5b')")
        other.commit()


SPOILED = (
    *(pytest.param(cut(part), id=f"cut to {part}") for part in (0.0001, 0.02, 0.1, 0.5, 0.9)),
    *(without_the_last_page, a_letter, noise_behind_the_header),
    *(another_programs_tables, another_programs_versions),
)


@pytest.mark.parametrize("spoil", SPOILED)
def test_what_is_no_ledger_is_told_and_left_alone(used, spoil):
    path = sqlite_file(used)
    spoil(path)
    before = path.read_bytes()
    for line in (*LINES, ("init",)):
        told = run_line(used, *line)
        assert told.code == 7, (line, told)
        assert "bug" not in told.err, told
        assert path.read_bytes() == before, line
