"""The night seals the journal: once, and it says what to keep."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from officer import Officer
from sealed_world import marks
from world import World

from ledger.evidence.notes import verify_note
from ledger.interchange.signing_keys import make_key, read_note, verifies
from ledger.usecases.night_step import Night, NightOptions, Operator, StepResult
from ledger.usecases.nights.hand_out import hand_out
from ledger.usecases.nights.prove import seal_step as step


@pytest.fixture
def night(sealed: World, monkeypatch) -> Night:
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    who = Operator(actor="night", system_user="cron", host="office")
    return Night(ledger=sealed.ledger, day=date(2026, 11, 23), run=1, who=who)


def test_a_night_seals_what_the_day_brought(sealed: World, night: Night) -> None:
    before = marks(sealed)
    sealed.revise("need", "N-0001", "9101 EUR")
    result = step(night)
    newest = marks(sealed)[-1]
    assert result.changed
    assert result.findings == ()
    assert dict(result.figures) == {
        "seal": len(before) + 1, "entries": newest.size, "new": 3, "root": newest.root.hex(),
    }  # fmt: skip
    assert str(newest) in result.lines[-1]


def test_the_same_night_again_seals_nothing_and_says_the_same(sealed: World, night: Night) -> None:
    sealed.revise("need", "N-0001", "9101 EUR")
    first = step(night)
    sealed.revise("need", "N-0001", "9102 EUR")
    with sealed.unchanged():
        again = step(replace(night, run=2))
    assert not again.changed
    assert dict(again.figures) == {**first.figures, "new": 0}
    assert again.lines[-1] == first.lines[-1]


def test_the_next_night_goes_on(sealed: World, night: Night) -> None:
    sealed.revise("need", "N-0001", "9101 EUR")
    first = step(night)
    sealed.revise("need", "N-0001", "9102 EUR")
    second = step(replace(night, day=date(2026, 11, 24)))
    assert second.figures["entries"] == int(first.figures["entries"]) + int(second.figures["new"])


def test_a_night_in_which_nothing_happened_tells_the_last_seal(sealed: World, night: Night) -> None:
    with sealed.unchanged():
        result = step(night)
    assert not result.changed
    assert result.figures["root"] == marks(sealed)[-1].root.hex()


def test_a_dry_run_seals_nothing(sealed: World, night: Night) -> None:
    sealed.revise("need", "N-0001", "9101 EUR")
    with sealed.unchanged():
        result = step(replace(night, options=NightOptions(dry_run=True)))
    assert not result.changed
    assert result.figures["new"] == 3


def handed(night: Night, *words: str) -> StepResult:
    """Give the step of a night that has something new to seal, and hands it to a command."""
    options = NightOptions(seal_to=(sys.executable, "-c", *words))
    return step(replace(night, options=options))


def test_a_new_seal_is_handed_to_a_command(sealed: World, night: Night, tmp_path: Path) -> None:
    sealed.revise("need", "N-0001", "9101 EUR")
    kept = tmp_path / "kept; touch hacked"
    keep = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())"
    result = handed(night, keep, str(kept))
    assert result.findings == ()
    assert kept.read_text() == f"{marks(sealed)[-1]}\n"
    assert [file.name for file in tmp_path.iterdir() if "hacked" in file.name] == [kept.name]
    again = handed(replace(night, day=date(2026, 11, 24)), keep, str(kept))
    assert not again.changed
    assert kept.read_text() == f"{marks(sealed)[-1]}\n"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise SystemExit(3)", "ended with exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "was ended by signal 9"),
    ],
)
def test_a_command_that_fails_is_a_finding(
    sealed: World, night: Night, code: str, words: str
) -> None:
    sealed.revise("need", "N-0001", "9101 EUR")
    result = handed(night, code)
    assert result.changed
    (finding,) = result.findings
    assert (finding.kind, finding.command) == ("seal-not-handed-out", "cityfund audit seals")
    assert words in finding.sentence


def test_a_command_that_is_not_there_is_a_finding(sealed: World, night: Night) -> None:
    sealed.revise("need", "N-0001", "9101 EUR")
    result = step(replace(night, options=NightOptions(seal_to=("/nowhere/keep",))))
    (finding,) = result.findings
    assert "cannot be run (No such file or directory)" in finding.sentence


def test_a_night_with_a_key_hands_out_a_signed_note(
    sealed: World, night: Night, tmp_path: Path
) -> None:
    sealed.revise("need", "N-0001", "9101 EUR")
    key = make_key(tmp_path / "key", "fund.example/ledger", of_witness=False)
    keep = (sys.executable, "-c", "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())")
    options = NightOptions(seal_to=(*keep, str(tmp_path / "note")), signing_key=key)
    assert step(replace(night, options=options)).findings == ()
    note = read_note(tmp_path / "note")
    assert note.tree_head == marks(sealed)[-1]
    assert verify_note(note, [key.public], verifies)
    (tmp_path / "key.signed").write_text("?")
    sealed.revise("need", "N-0001", "9102 EUR")
    result = step(replace(night, day=date(2026, 11, 24), options=options))
    assert result.changed
    assert "cannot be signed" in result.findings[0].sentence


def test_a_command_that_does_not_end_is_ended_with_its_children() -> None:
    begun = time.monotonic()
    child = "import subprocess, sys, time; subprocess.Popen(['sleep', '600']); time.sleep(600)"
    result = hand_out([sys.executable, "-c", child], "1:ab", seconds=1)
    assert time.monotonic() - begun < 60
    assert "did not end within 1 seconds" in result.findings[0].sentence


def test_a_command_is_no_line_of_a_shell(officer: Officer) -> None:
    for typed in ("''", '"unclosed \'"'):
        assert officer.refused(f"reconcile --seal-to {typed}", 2) == "bad-usage"
    assert officer.refused("reconcile --sign fund.key", 2, "--seal-to") == "bad-usage"
