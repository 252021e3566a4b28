"""A write long after the last one: asked about on a terminal, refused in a script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from officer import Officer
from world import NOON

from cli.framework import terminal
from ledger.core.quantity import Unit

RAISE = "need edit N-0001 --quantity '600M EUR'"


def days_later(days: float) -> time_machine.travel:
    return time_machine.travel(NOON + timedelta(days=days), tick=True)


@pytest.fixture
def fund(officer: Officer) -> Officer:
    """Give an officer of a ledger that was set up long ago, and whose last act was at noon."""
    officer.says("city add Shiraz --code SHZ --country IR")
    officer.says("project add Tram --code PRJ-0001 --city SHZ --sector transport.urban")
    officer.says("need add PRJ-0001 money '500M EUR' --code N-0001")
    return officer


@pytest.fixture
def later(fund: Officer) -> Iterator[Officer]:
    """Let 41 days and a half go by."""
    with days_later(41.5):
        yield fund


def typed(
    officer: Officer, patched: pytest.MonkeyPatch, answers: str, line: str
) -> tuple[int, str]:
    """Give the exit code and what was asked of a line on a terminal."""
    with patched.context() as patch:
        patch.setattr(terminal, "can_ask", lambda: True)
        patch.setattr("sys.stdin", StringIO(answers))
        done = officer.tries(line)
    return done.code, done.err


def test_the_first_act_on_a_ledger_set_up_long_ago_is_not_asked_about(fund: Officer) -> None:
    assert fund.asks("need show N-0001")["code"] == "N-0001"


def test_an_act_forty_days_after_the_last_is_recorded(fund: Officer) -> None:
    with days_later(39.9):
        fund.says(RAISE)


def test_the_pause_is_set_in_days(fund: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYFUND_PAUSE_DAYS", "3")
    with days_later(3.5):
        assert fund.refused(RAISE, 4, "3 days after") == "clock-ahead"
        assert fund.refused("reconcile", 4, "3 days after") == "clock-ahead"
    monkeypatch.setenv("CITYFUND_PAUSE_DAYS", "90")
    with days_later(60):
        fund.says(RAISE)
    monkeypatch.setenv("CITYFUND_PAUSE_DAYS", "soon")
    assert fund.refused(RAISE, 3, "whether the clock is right") == "invalid-config"


@pytest.mark.parametrize(
    "line",
    [
        RAISE,
        f"{RAISE} --dry-run",
        "city add Yazd --code YAZ --country IR",
        "rates add EUR USD 1.1",
        "settings edit --time-zone Asia/Tehran --reason 'as the office'",
        "audit seal",
        "match --save",
        "reconcile",
        "reconcile --only lapse",
    ],
)
def test_a_script_is_refused_after_a_longer_time(later: Officer, line: str) -> None:
    assert later.refused(line, 4, "41 days after", "2026-11-23 12:00 UTC") == "clock-ahead"


def test_an_import_in_a_script_is_refused(later: Officer, tmp_path) -> None:
    table = tmp_path / "cities.csv"
    table.write_text("code,name,country\nYAZ,Yazd,IR\n")
    assert later.refused(f"import {table} --yes", 4, "--clock-is-right") == "clock-ahead"
    later.says(f"import {table} --yes --clock-is-right")


def test_with_the_option_it_is_recorded_and_the_next_is_not_refused(later: Officer) -> None:
    later.says(f"{RAISE} --clock-is-right")
    later.says("need edit N-0001 --quantity '700M EUR'")


def test_the_same_request_gives_its_receipt_however_late(fund: Officer) -> None:
    first = fund.asks(f"{RAISE} --key letter-7")
    with days_later(90):
        again = fund.asks(f"{RAISE} --key letter-7")
        with_option = fund.asks(f"{RAISE} --key letter-7 --clock-is-right")
    assert first["entry"] == again["entry"] == with_option["entry"]
    assert again["replayed"]


def test_a_person_is_asked_once_and_no_means_nothing(
    later: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdraw = "need withdraw N-0001"
    with later.world.unchanged():
        code, asked = typed(later, monkeypatch, "n\n", withdraw)
    assert code == 130
    assert "41 days after the last write" in asked
    assert asked.count("Is the clock right? [y/N]") == 1

    code, asked = typed(later, monkeypatch, "y\ny\n", withdraw)
    assert code == 0
    assert asked.count("Is the clock right? [y/N]") == 1


def test_yes_does_not_answer_for_the_clock(later: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    with later.world.unchanged():
        code, _ = typed(later, monkeypatch, "n\n", "need withdraw N-0001 --yes")
    assert code == 130


def test_a_night_counts_as_a_write(fund: Officer) -> None:
    with days_later(30):
        fund.tries("reconcile --clock-is-right")
    with days_later(60):
        fund.says(RAISE)


def test_a_set_up_that_changes_nothing_is_not_refused(later: Officer) -> None:
    later.says("init")
    later.says("db upgrade")


@pytest.mark.parametrize("line", ["init", "db upgrade"])
def test_a_set_up_that_writes_is_refused_too(
    later: Officer, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    tram = Unit("tram", 0, "work", "Tram")
    monkeypatch.setattr("ledger.usecases.admin.set_up.shipped_units", lambda: {"tram": tram})

    assert later.refused(line, 4, "41 days after") == "clock-ahead"
    later.says(f"{line} --clock-is-right")
    assert "tram" in later.says("unit list")


def test_the_error_is_a_document_for_a_script(later: Officer) -> None:
    error = json.loads(later.tries(f"{RAISE} --json").err)
    assert error["next"] == "Check the machine's clock; if it is right, add --clock-is-right."
