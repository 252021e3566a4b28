"""Answers that cannot be written: exit code 74, and an act that is done is not done again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from world import World

from cli.main import main
from ledger.store.db.errors import DatabaseGone

FULL = Path("/dev/full")
PROGRAM = [sys.executable, "-m", "cli.main"]

pytestmark = [
    pytest.mark.only_on("sqlite"),
    pytest.mark.skipif(not FULL.exists(), reason="no device that is always full here"),
]


@pytest.fixture
def metro(world: World) -> World:
    """Have a project with a need, and an offer for it."""
    world.need("1000 EUR")
    world.offer("500 EUR")
    return world


def into_full_disk(monkeypatch: pytest.MonkeyPatch, world: World, *words: str) -> int:
    """Run a command whose standard output is always full."""
    with FULL.open("w") as full:
        monkeypatch.setattr("sys.stdout", full)
        exit_code = main([*words, "--db", world.url])
    monkeypatch.undo()
    return exit_code


def through_shell(world: World, redirected: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the program itself with its standard streams as a shell leaves them."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {redirected}', "sh", *PROGRAM, *words, "--db", world.url],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("format_", ["table", "json"])
def test_an_act_says_how_to_have_its_receipt_again(metro, capsys, monkeypatch, format_):
    words = ("deal", "introduce", "O-0001", "N-0001", "300 EUR", "--until", "2099-01-01")

    assert into_full_disk(monkeypatch, metro, *words, "--format", format_) == 74

    said = capsys.readouterr().err
    found = re.search(r"recorded as entry (\d+); repeat with --key ([\w-]+)", said)
    assert found is not None
    before = metro.rows()
    assert main([*words, "--key", found[2], "--db", metro.url, "--json"]) == 0
    receipt = json.loads(capsys.readouterr().out)
    assert (receipt["replayed"], str(receipt["entry"])) == (True, found[1])
    assert metro.rows() == before


def test_the_key_is_the_one_that_was_given(metro, capsys, monkeypatch):
    words = ("need", "withdraw", "N-0001", "1000 EUR", "--reason", "too many", "--key", "mine")

    assert into_full_disk(monkeypatch, metro, *words, "--json") == 74

    error = json.loads(capsys.readouterr().err)
    assert error["code"] == "receipt-not-written"
    assert error["next"].endswith("; repeat with --key mine")


@pytest.mark.parametrize(
    ("words", "recorded"),
    [
        (["city", "add", "Isfahan", "--code", "IFN", "--country", "IR"], "recorded as city IFN; "),
        (["match", "--save"], "recorded as proposal MAT-0001; "),
        (["match", "--save", "--json"], "recorded as proposal MAT-0001; "),
        (["audit", "seal"], "recorded as seal 1; "),
        (["reconcile", "--only", "lapse"], "recorded as run 1; "),
    ],
)
def test_what_is_no_entry_is_named_too(metro, capsys, monkeypatch, words, recorded):
    assert into_full_disk(monkeypatch, metro, *words) == 74
    assert recorded in capsys.readouterr().err


def test_an_import_is_recorded_once(metro, capsys, monkeypatch, tmp_path):
    cities = tmp_path / "cities.csv"
    cities.write_text("code,name,country\nIFN,Isfahan,IR\n")

    assert into_full_disk(monkeypatch, metro, "import", str(cities), "--yes") == 74
    assert "recorded; repeat with --key " in capsys.readouterr().err

    assert into_full_disk(monkeypatch, metro, "import", str(cities), "--yes") == 74
    assert "recorded" not in capsys.readouterr().err, "there was nothing left to record"


def test_a_trial_that_cannot_be_told_recorded_nothing(metro, capsys, monkeypatch):
    words = ("city", "add", "Isfahan", "--code", "IFN", "--country", "IR", "--dry-run")

    assert into_full_disk(monkeypatch, metro, *words) == 74
    assert "recorded" not in capsys.readouterr().err


def test_an_act_that_is_interrupted_after_it_was_recorded_says_so(metro, capsys, monkeypatch):
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.framework.receipts.emit_receipt", interrupted)
    words = ("need", "withdraw", "N-0001", "1 EUR", "--reason", "x", "--key", "mine")

    assert main([*words, "--db", metro.url]) == 130
    assert re.fullmatch(r"recorded as entry \d+; repeat with --key mine\n", capsys.readouterr().err)


def test_an_act_whose_answer_fails_otherwise_says_so(metro, capsys, monkeypatch):
    def gone(*_: Any) -> None:
        raise DatabaseGone("The database server went away.")

    monkeypatch.setattr("ledger.usecases.matching.saved.find_proposal", gone)

    assert main(["match", "--save", "--json", "--db", metro.url]) == 7
    assert "recorded as proposal MAT-0001; repeat with --key " in capsys.readouterr().err


@pytest.mark.parametrize("words", [["export", "{}/out"], ["db", "backup", "{}/kept.db"]])
def test_files_that_were_written_are_named(metro, capsys, monkeypatch, tmp_path, words):
    typed = [word.format(tmp_path) for word in words]

    assert into_full_disk(monkeypatch, metro, *typed) == 74

    assert f"do: The {'export' if words[0] == 'export' else 'ledger'} " in capsys.readouterr().err
    assert Path(typed[-1]).exists()


@pytest.mark.parametrize(
    "words", [["gaps"], ["gaps", "--format", "csv"], ["--help"], ["gaps", "--help"]]
)
def test_a_closed_standard_output_is_told_in_one_error(metro, words):
    done = through_shell(metro, ">&-", *words)

    assert done.returncode == 74
    assert done.stderr.count("error: standard output: Bad file descriptor.\n") == 1
    assert "Traceback" not in done.stderr


def test_an_act_on_a_closed_standard_output_is_recorded_once(metro):
    done = through_shell(metro, ">&-", "need", "withdraw", "N-0001", "1000 EUR", "--reason", "x")

    assert done.returncode == 74
    assert re.search(r"recorded as entry \d+; repeat with --key auto-\w+", done.stderr)


@pytest.mark.parametrize("redirected", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(
    ("words", "exit_code"),
    [(["gaps"], 0), (["gaps", "--known-at", "never"], 3), (["reconcile", "--only", "lapse"], 0)],
)
def test_messages_that_are_lost_change_no_exit_code(metro, redirected, words, exit_code):
    assert through_shell(metro, redirected, *words).returncode == exit_code


def test_both_closed_leave_the_exit_code(metro):
    assert through_shell(metro, ">&- 2>&-", "gaps").returncode == 74
    assert through_shell(metro, ">&- 2>&- 0<&-", "gaps", "--known-at", "never").returncode == 3


def test_a_closed_standard_input_answers_no_question(metro, tmp_path):
    cities = tmp_path / "cities.csv"
    cities.write_text("code,name,country\nIFN,Isfahan,IR\n")

    assert through_shell(metro, "0<&-", "import", str(cities)).returncode == 2


@pytest.mark.parametrize("words", [["--help"], ["gaps", "--help"]])
def test_a_reader_who_leaves_a_help_page_finds_nothing_wrong(words):
    with subprocess.Popen(
        [*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_shell_that_asks_for_no_known_completion_is_usage(metro, monkeypatch, capsys):
    monkeypatch.setenv("_CITYFUND_COMPLETE", "surely_not")
    assert main(["gaps", "--db", metro.url]) == 2
    assert capsys.readouterr().out == ""


def test_a_reading_that_cannot_be_told_says_nothing_of_records(
    metro: World, capsys: Any, monkeypatch: Any
) -> None:
    assert into_full_disk(monkeypatch, metro, "gaps") == 74
    said = capsys.readouterr().err
    assert "error: standard output: No space left on device.\n" in said
    assert "recorded" not in said
