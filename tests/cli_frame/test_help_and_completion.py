"""Help and completion know every word and load none of them."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sample_program import PROGRAM, environment, say

import ledger
from cli.framework.app import (
    ADMINISTRATION,
    BOOKS,
    COMMAND_TABLE,
    DAILY,
    LEARNING,
    REGISTERS,
    CommandEntry,
    load,
)
from cli.framework.options import READ_FORMATS

HEAVY = {"sqlalchemy", "pydantic", "alembic", "sample_noun", "sample_gaps", "platformdirs"}


def modules_after(home: Path, *words: str, **more: str) -> tuple[str, set[str]]:
    """Run the sample program and give what it said and what it had imported at its end."""
    script = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('\\n@', *sorted(sys.modules), file=sys.stderr))\n"
        "from sample_program import *\n"
        "sys.exit(run(build_root(COMMAND_TABLE), sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=environment(home, **more),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout, set(done.stderr.rpartition("\n@ ")[2].split())


@pytest.mark.parametrize("words", [["--help"], ["-h"], [], ["--version"]])
def test_the_root_help_loads_nothing_heavy(tmp_path: Path, words: list[str]) -> None:
    said, loaded = modules_after(tmp_path, *words)
    assert said
    assert not loaded & HEAVY


def test_completing_a_word_loads_nothing_heavy(tmp_path: Path) -> None:
    asked = {"COMP_WORDS": "cityfund o", "COMP_CWORD": "1"}
    said, loaded = modules_after(tmp_path, _CITYFUND_COMPLETE="complete_bash", **asked)
    assert said.split() == ["offer"]
    assert not loaded & (HEAVY | {"rich"})


def test_a_command_in_a_pipe_loads_neither_rich_nor_pydantic(tmp_path: Path) -> None:
    said, loaded = modules_after(tmp_path, "offer", "list")
    assert "Bank of Cities" in said
    assert not loaded & {"rich", "pydantic", "sqlalchemy", "alembic"}


def test_a_verb_completes_and_so_do_codes_of_the_ledger(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "x.db") as ledger_file:
        ledger_file.execute("CREATE TABLE provider_version (provider_id, version, name)")
        stages = "free, held, committed, delivered, withdrawn, expired"
        ledger_file.execute(f"CREATE TABLE balance (holder_id, {stages})")
        ledger_file.execute("CREATE TABLE offer (id INTEGER, code TEXT, factor, provider_id)")
        columns = "offer_id, version, in_error, withdrawn DEFAULT 0"
        ledger_file.execute(f"CREATE TABLE offer_version ({columns})")
        codes = [(1, "O-0001"), (2, "O-0002"), (3, "X_1"), (4, "XY1"), (5, "O-0003")]
        ledger_file.executemany("INSERT INTO offer VALUES (?, ?, 'money', 1)", codes)
        versions = [*((identity, 1, False) for identity, _ in codes), (5, 2, True)]
        insert = "INSERT INTO offer_version (offer_id, version, in_error) VALUES (?, ?, ?)"
        ledger_file.executemany(insert, versions)
    url = f"sqlite:///{tmp_path / 'x.db'}"

    def completed(line: str) -> list[str]:
        asked = {"COMP_WORDS": f"cityfund {line}", "COMP_CWORD": str(len(line.split(" ")))}
        more = {"CITYFUND_DB": url, "_CITYFUND_COMPLETE": "complete_bash", **asked}
        said, loaded = modules_after(tmp_path, **more)
        assert not loaded & {"sqlalchemy", "pydantic", "alembic", "rich"}
        return said.split()

    assert completed("offer sh") == ["show"]
    assert completed("offer show O-") == ["O-0001", "O-0002"]
    assert completed("offer show o-") == ["o-0001", "o-0002"]
    assert completed("offer show X_") == ["X_1"]
    assert completed("offer list --fo") == ["--format"]
    assert completed("offer list --format ") == [*READ_FORMATS]
    assert completed("--db sqlite:///none.db offer show O") == []


def test_help_groups_the_words_and_lists_shared_options(tmp_path: Path) -> None:
    said = say(tmp_path, "--help", COLUMNS="100").stdout
    places = [said.index(text) for text in (DAILY, "│ offer ", "│ gaps ", REGISTERS, "│ status ")]
    assert places == sorted(places)
    leaf = say(tmp_path, "offer", "list", "--help", COLUMNS="100").stdout
    for text in ("Common options", "--db URL", "--where", "--as-of", "csv|md"):
        assert text in leaf
    assert "--dry-run" not in leaf
    act = say(tmp_path, "offer", "take", "--help", COLUMNS="100").stdout
    for text in ("--dry-run", "--key", "--on", "--reason", "--yes", "table|json"):
        assert text in act
    assert "--where" not in act


def test_a_noun_alone_shows_its_verbs(tmp_path: Path) -> None:
    done = say(tmp_path, "offer")
    assert done.returncode == 2
    assert "List the sample offers." in done.stdout
    assert done.stderr == ""


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    assert say(tmp_path, "--version").stdout == f"cityfund {ledger.__version__}\n"


@pytest.mark.parametrize("word", COMMAND_TABLE, ids=lambda word: word.name)
def test_every_listed_word_can_be_loaded(word: CommandEntry) -> None:
    assert word.panel in {DAILY, REGISTERS, BOOKS, ADMINISTRATION, LEARNING}
    assert importlib.util.find_spec(word.module) is not None
    assert load(word).name == word.name


def test_doctor_says_what_it_runs_on_without_loading_it(tmp_path: Path) -> None:
    script = (
        "import sys; from cli.main import main; code = main(['doctor', '--json']);"
        "heavy = {'sqlalchemy', 'pydantic', 'alembic', 'rich'};"
        "assert not heavy & set(sys.modules); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(tmp_path, CITYFUND_DB=f"sqlite:///{tmp_path / 'none.db'}"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    assert answer["sqlite"] == sqlite3.sqlite_version
    assert len(answer["findings"]) == 1


def test_doctor_asks_a_server_and_tells_no_password(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from cli.main import main; exit(main(['doctor', '--json']))"],
        env=environment(
            tmp_path, CITYFUND_DB="postgresql://anna:secret@127.0.0.1:1/x?password=hush"
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    assert answer["database"] == "postgresql://anna@127.0.0.1:1/x"
    (finding,) = answer["findings"]
    assert "The database server cannot be reached." in finding
    assert "secret" not in done.stdout
    assert "hush" not in done.stdout


def test_doctor_finds_a_ledger_that_others_can_read(tmp_path: Path) -> None:
    file = tmp_path / "open.db"
    file.touch(mode=0o644)
    script = "import sys; from cli.main import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [PROGRAM[0], "-c", script, "doctor", "--db", f"sqlite:///{file}"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"chmod 600 {file}" in done.stdout
