"""Whatever goes wrong is told in three lines on standard error, and in the exit code."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sample_program import PROGRAM, environment, say


def test_a_refusal_says_what_why_and_what_to_do(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "take", "O-1", "1000 EUR")
    assert done.returncode == 4
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "error: 1,000 EUR were asked for.",
        "why: Offer O-1 has 5 EUR left.",
        "do: Take less.",
    ]


@pytest.mark.parametrize("asked", [["--json"], ["--format", "json"], ["--format=json"]])
@pytest.mark.parametrize("where", ["before", "after"])
def test_a_refusal_is_json_for_a_script(tmp_path: Path, asked: list[str], where: str) -> None:
    words = ["offer", "take", "O-1", "1000 EUR"]
    done = say(tmp_path, *(asked + words if where == "before" else words + asked))
    assert json.loads(done.stderr) == {
        "schema": "cityfund.error/1",
        "code": "too-much",
        "what": "1,000 EUR were asked for.",
        "why": "Offer O-1 has 5 EUR left.",
        "next": "Take less.",
    }


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (["ofer", "list"], "unknown-command", "offer"),
        (["offer", "lst"], "unknown-command", "list"),
        (["offer", "list", "--wher", "x=y"], "unknown-option", "--where"),
        (["offer", "take", "O-1"], "missing-parameter", "offer take --help"),
        (["offer", "list", "surplus"], "bad-usage", "offer list --help"),
        (["offer", "list", "--output"], "bad-usage", "offer list --help"),
        (["offer", "list", "--output", ""], "bad-usage", "omit it"),
        (["--db", "", "offer", "list"], "bad-usage", "omit it"),
        (["offer", "list", "--format", "jsn"], "unknown-format", "json"),
        (["offer", "take", "O-1", "5 EUR", "--format", "csv"], "unknown-format", "these"),
        (["offer", "list", "--where", "provider"], "bad-filter", "column=value"),
        (["offer", "list", "--where", "provder=x"], "unknown-column", "provider"),
        (["offer", "take", "O-1", "5 EUR"], "needs-yes", "--yes"),
    ],
)
def test_a_command_line_that_cannot_be_read_exits_2_with_a_way_out(
    tmp_path: Path, words: list[str], code: str, hint: str
) -> None:
    done = say(tmp_path, *words)
    assert done.returncode == 2
    assert done.stdout == ""
    error, why, next_step = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert why.startswith("why: ")
    assert next_step.startswith("do: ")
    assert hint in next_step
    if "--format" not in words:
        assert json.loads(say(tmp_path, "--json", *words).stderr)["code"] == code


def test_two_formats_at_once_are_refused(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "list", "--json", "--format", "csv")
    assert done.returncode == 2
    assert json.loads(done.stderr)["next"] == "Keep one of the two."


def test_a_bug_is_called_one_and_shows_no_password(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "break", "bug")
    assert done.returncode == 70
    assert "bug in cityfund" in done.stderr
    assert len(done.stderr.splitlines()) == 3
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize("asked", [{"CITYFUND_DEBUG": "1"}, {}])
def test_the_traceback_is_there_for_the_asking(tmp_path: Path, asked: dict[str, str]) -> None:
    words = ["offer", "break", "bug"] if asked else ["offer", "break", "bug", "--debug"]
    done = say(tmp_path, *words, **asked)
    assert done.returncode == 70
    assert "Traceback" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(("how", "code"), [("disk", 74), ("interrupt", 130), ("exit", 3)])
def test_every_end_has_its_exit_code(tmp_path: Path, how: str, code: int) -> None:
    done = say(tmp_path, "offer", "break", how)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_findings_are_an_exit_code_of_their_own(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "work")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "Three steps done.\n")


def test_quiet_leaves_out_the_remarks(tmp_path: Path) -> None:
    assert say(tmp_path, "offer", "work", "--quiet").stderr == ""


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "offer", "many"],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
def test_a_full_disk_under_the_answer_is_said(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "offer", "list"],
            env=environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 74
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [*map(str.encode, PROGRAM), b"offer", b"show", b"O-\xff"],
        env=environment(tmp_path, PYTHONUTF8="1"),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 3
    assert b"not valid text" in done.stderr


def test_what_was_typed_cannot_steer_the_terminal(tmp_path: Path) -> None:
    assert "\x1b" not in say(tmp_path, "offer", "\x1b[31mlist").stderr


def test_an_interrupt_from_the_keyboard_ends_with_130(tmp_path: Path) -> None:
    script = """
import signal, sys, time
import sample_noun
from sample_program import COMMAND_TABLE, build_root, run

# A run in the background hands down that interrupts are ignored; a person's does not.
signal.signal(signal.SIGINT, signal.default_int_handler)

def slow_rows():
    print("ready", flush=True)
    time.sleep(60)
    yield {}

sample_noun.ROWS = slow_rows()
sample_noun.len = lambda rows: 1
sys.exit(run(build_root(COMMAND_TABLE), ["offer", "list"]))
"""
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said
