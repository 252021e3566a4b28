"""Ctrl-C: a word and the exit code 130 at any moment, never a traceback."""

from __future__ import annotations

import builtins
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest
from officer import Officer

import cli.entry


def interrupted(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def test_while_the_program_is_loaded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    imported = builtins.__import__

    def dies(name: str, *more: Any) -> Any:
        if name == "cli.main":
            raise KeyboardInterrupt
        return imported(name, *more)

    monkeypatch.setattr(builtins, "__import__", dies)
    assert cli.entry.main() == 130
    assert capsys.readouterr().err == "Interrupted; nothing was recorded.\n"


def test_the_first_module_imports_nothing_of_the_program() -> None:
    text = Path(cli.entry.__file__).read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert lines == ["from __future__ import annotations", "import sys"]


def test_while_an_answer_is_read(officer: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.session.ledger.Ledger.reader", interrupted)
    said = officer.tries("city list")
    assert (said.code, said.err) == (130, "Interrupted; nothing was recorded.\n")


def test_before_an_act_is_recorded_and_nothing_is(
    officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = "cli.framework.command.LedgerCommand._refuse_what_cannot_be_honoured"
    monkeypatch.setattr(before, interrupted)
    with officer.world.unchanged():
        said = officer.tries("body add Metropolis --kind association")
    assert (said.code, said.err) == (130, "Interrupted; nothing was recorded.\n")


def test_while_an_act_is_recorded_the_key_finds_out(
    officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "body add Metropolis --kind association --key mine"
    with monkeypatch.context() as patched:
        patched.setattr("cli.framework.receipts.remember_receipt", interrupted)
        said = officer.tries(line)
    assert said.code == 130
    assert "repeat with --key mine" in said.err
    assert officer.asks(line)["replayed"] is True
    assert len(officer.asks("body list")["rows"]) == 1


def test_at_a_question_on_a_terminal(officer: Officer) -> None:
    officer.world.city(name="Mashhad")
    script = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from cli.entry import main; sys.exit(main())"
    )
    env = {**os.environ, "CITYFUND_DB": officer.world.url, "CITYFUND_ACTOR": "sara"}
    child = pexpect.spawn(
        sys.executable, ["-c", script, "city", "add", "Mashhad", "--country", "IR", "--code", "M2"],
        env=env, encoding="utf-8", timeout=60,
    )  # fmt: skip
    child.expect(r"\[y/N\]")
    child.kill(signal.SIGINT)
    child.expect("Interrupted; nothing was recorded")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


@pytest.mark.parametrize(("words", "left"), [("", "was deleted"), (" --keep demo.db", "demo.db")])
def test_during_the_demonstration_on_a_narrow_terminal(
    tmp_path: Path, words: str, left: str
) -> None:
    own = {"PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm"}
    # The width is the terminal's.
    inherited = {
        name: text for name, text in os.environ.items() if name not in {"COLUMNS", "LINES"}
    }
    child = pexpect.spawn(
        sys.executable,
        ["-c", "import sys; from cli.entry import main; sys.exit(main())", "demo", *words.split()],
        env={**inherited, **own},
        cwd=str(tmp_path),
        encoding="utf-8",
        timeout=120,
        dimensions=(40, 40),
    )
    child.expect("city add")
    child.sendintr()
    child.expect("Interrupted;")
    child.expect(pexpect.EOF)
    child.close()
    end = f"Interrupted;{child.before}"
    assert child.exitstatus == 130, end
    assert left in " ".join(end.split()), end
    assert all(len(line) <= 40 for line in end.splitlines()), end
    assert (tmp_path / "demo.db").exists() == bool(words)
