"""A long answer on a terminal goes through the pager; a short one, a pipe and a file do not."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pexpect
import pytest
from terminals import piped

SCRIPT = "import sys; from cli.entry import main; sys.exit(main())"
_SIZES = {"LINES", "COLUMNS"}  # a terminal has a size of its own


def started(url: str, *words: str, lines: int) -> pexpect.spawn[str]:
    """Run on a terminal with the pager that is usual where nobody names one."""
    left_out = {*_SIZES, "PAGER", "LESS"}
    around = {name: value for name, value in os.environ.items() if name not in left_out}
    env = {**around, "CITYFUND_DB": url, "CITYFUND_ACTOR": "sara", "TERM": "xterm"}
    return pexpect.spawn(
        sys.executable,
        ["-c", SCRIPT, *words],
        env=env,
        dimensions=(lines, 100),
        encoding="utf-8",
        timeout=60,
    )


def paged(url: str, folder: Path, *words: str, lines: int = 10, **more: str) -> tuple[str, str]:
    """Run on a terminal with a pager that keeps what it is given; give both."""
    kept = folder / "kept"
    told = f"tee {kept}"
    around = {name: value for name, value in os.environ.items() if name not in _SIZES}
    env = {**around, "CITYFUND_DB": url, "CITYFUND_ACTOR": "sara", "TERM": "xterm"}
    child = pexpect.spawn(
        sys.executable,
        ["-c", SCRIPT, *words],
        env={**env, "PAGER": told, **more},
        dimensions=(lines, 100),
        encoding="utf-8",
        timeout=60,
    )
    child.expect(pexpect.EOF)
    return str(child.before), kept.read_text("utf-8") if kept.exists() else ""


def test_a_long_answer_is_paged_with_the_notes_below_it(screened: str, tmp_path: Path) -> None:
    seen, kept = paged(screened, tmp_path, "report", "partnerships", lines=4)
    assert "PA-0001" in kept
    assert "Formula:" in kept
    assert "PA-0001" in seen


@pytest.mark.parametrize("more", [{"PAGER": "cat"}, {"PAGER": ""}, {"TERM": "dumb"}])
def test_a_pager_can_be_refused(screened: str, tmp_path: Path, more: dict[str, str]) -> None:
    seen, kept = paged(screened, tmp_path, "city", "list", lines=4, **more)
    assert "Mashhad" in seen
    assert kept == ""


@pytest.mark.skipif(shutil.which("less") is None, reason="the usual pager is not here")
def test_the_usual_pager_waits_below_a_long_answer_and_leaves_it_on_the_screen(
    screened: str,
) -> None:
    child = started(screened, "report", "partnerships", lines=6)
    child.expect("(?m)^:|\\(END\\)|--More--|\x1b\\[K:$|:\x1b\\[K")
    first = str(child.before)
    child.send(" ")
    child.send("q")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "\x1b[?1049h" not in first  # another screen would take the answer away at the end
    assert "PA-0001" in first + str(child.before)


@pytest.mark.skipif(shutil.which("less") is None, reason="the usual pager is not here")
def test_the_usual_pager_is_not_felt_where_an_answer_fits(screened: str) -> None:
    child = started(screened, "city", "list", lines=40)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "Mashhad" in str(child.before)


def test_a_short_answer_is_not_paged(screened: str, tmp_path: Path) -> None:
    seen, kept = paged(screened, tmp_path, "city", "list", lines=40)
    assert "Mashhad" in seen
    assert kept == ""


def test_a_pager_that_is_not_there_hides_nothing(screened: str, tmp_path: Path) -> None:
    seen, _ = paged(screened, tmp_path, "city", "list", lines=4, PAGER="no-such-program")
    assert "Mashhad" in seen


def test_a_pipe_is_not_paged(screened: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "no-such-program")
    assert "Mashhad" in piped(screened, ["city", "list"]).text
