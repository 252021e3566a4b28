"""A ledger stamped by a clock that ran ahead: an administrator records it, and it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from complete_ledger import attack
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished
from world import NOON

CORRECT = "db correct-clock --reason 'the battery was empty' --yes"
AHEAD = timedelta(days=35)
SOLD = "need edit N-0001 --quantity '600M EUR'"


def at(after_noon: timedelta) -> time_machine.travel:
    return time_machine.travel(NOON + after_noon, tick=True)


def get_stuck(officer: Officer) -> None:
    """Stamp an act and a night 35 days ahead: that night, of 28 December, lapsed a deal's hold."""
    officer.says("city add Shiraz --code SHZ --country IR")
    officer.says("project add Tram --code PRJ-0001 --city SHZ --sector transport.urban")
    officer.says("need add PRJ-0001 money '500M EUR' --code N-0001 --on 2026-11-01")
    officer.says("provider add Bank --code BANK --kind bank")
    officer.says("offer add BANK money '500M EUR' --code O-0001 --on 2026-11-01")
    officer.says("deal introduce O-0001 N-0001 '100M EUR' --until 2026-12-10")
    with at(AHEAD):
        officer.says(SOLD)
        officer.says("city add Yazd --code YAZ --country IR")
        officer.tries("reconcile")


@pytest.fixture(scope="session")
def stuck_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    return furnished(run_ledgers, get_stuck, tmp_path_factory.mktemp("stuck"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "stuck")


@pytest.fixture
def stuck(officer: Officer) -> Iterator[Officer]:
    """Give an officer an hour after noon, whose ledger has records stamped 35 days ahead."""
    with at(timedelta(hours=1)):
        yield officer


@pytest.fixture
def corrected(stuck: Officer) -> Officer:
    stuck.says(CORRECT)
    return stuck


def failures(officer: Officer) -> list[str]:
    return [text for one in _checks(officer) for text in one["failures"]]


def test_no_act_can_follow_until_the_correction_is_recorded(stuck: Officer) -> None:
    told = stuck.refused("deal commit D-0001", 4, "2026-12-28", "cityfund db correct-clock")
    assert told == "clock-stepped-back"
    (finding,) = [one for one in _doctor(stuck)["findings"] if "stamped" in one]
    assert "2026-12-28 12:00 UTC, ahead of the clock" in finding

    (stamped, *_) = failures(stuck)
    assert stamped.startswith("entry 4 is stamped in the future, on 2026-12-28")

    receipt = stuck.asks(CORRECT)
    assert receipt["recorded"]["ahead_until"].startswith("2026-12-28T12:00")
    assert [one["code"] for one in receipt["notes"]] == ["clock-corrected"]
    stuck.says("deal commit D-0001 '40M EUR'")
    stuck.says("city add Qom --code QOM --country IR")


def test_the_correction_is_told_by_whom_and_why_and_the_checks_accept_it(
    corrected: Officer,
) -> None:
    corrected.says("city edit SHZ --name 'Shiraz (Fars)'")
    corrected.tries("reconcile")

    doctor = _doctor(corrected)
    assert not [one for one in doctor["findings"] if "stamped" in one]
    (told,) = doctor["clock_corrections"]
    assert told.startswith("2026-11-23 13:00 UTC by sara: records up to 2026-12-28 12:00 UTC")
    assert "the battery was empty" in told
    (setting,) = corrected.asks("settings list")["rows"]
    assert (setting["name"], setting["actor"]) == ("clock", "sara")
    assert failures(corrected) == []


def test_the_checks_accept_no_record_that_steps_back_without_a_correction(
    corrected: Officer,
) -> None:
    corrected.says("city edit SHZ --name 'Shiraz (Fars)'")
    corrected.tries("reconcile")
    attack(corrected.world.url, "UPDATE setting_version SET value = '2026-11-23T13:00:00+00:00'")
    checks = {one["name"]: one["ok"] for one in _checks(corrected)}
    assert not checks["nights"]


def test_what_was_dated_ahead_is_reversed_on_its_own_day_alone(corrected: Officer) -> None:
    (sold,) = [
        row["entry"]
        for row in corrected.asks("journal list --since tomorrow")["rows"]
        if row["act"] == "revise"
    ]
    reverse = f"journal reverse {sold} --reason 'the clock ran ahead'"
    assert corrected.refused(reverse, 4) == "before-reversed"
    assert corrected.refused(f"{reverse} --on 2026-12-29", 3) == "future-date"
    corrected.says(f"{reverse} --on 2026-12-28")
    assert failures(corrected) == []


def test_a_hold_that_was_lapsed_ahead_of_its_time_is_committed(corrected: Officer) -> None:
    answer = corrected.asks("deal commit D-0001 '40M EUR'")
    assert answer["need"]["committed"] == "40000000.00"
    assert failures(corrected) == []


def test_what_was_stamped_ahead_is_known_from_the_correction_on(corrected: Officer) -> None:
    with at(timedelta(hours=2)):
        corrected.says("deal commit D-0001")
    with at(timedelta(hours=4)):
        times = [f"2026-11-23 {hour}" for hour in ("12:30", "13:30", "15:00")]
        rows = [corrected.asks("gaps --known-at", time)["rows"][0] for time in times]
        entries = [len(corrected.asks("journal list --known-at", time)["rows"]) for time in times]
        topics = [corrected.tries("city show YAZ --known-at", time).code for time in times]
    assert [row["required"] for row in rows] == ["500000000.00", "600000000.00", "600000000.00"]
    assert [row["held"] for row in rows] == ["100000000.00", "0.00", "0.00"]
    assert [row["committed"] for row in rows] == ["0.00", "0.00", "100000000.00"]
    assert entries[:2] == [3, 5]
    assert topics == [5, 0, 0]


def test_a_cap_for_a_year_counts_what_was_stamped_ahead_from_the_correction_on(
    stuck: Officer,
) -> None:
    with at(AHEAD + timedelta(minutes=5)):
        stuck.says("limit add cap quantity '150M EUR' --per year")
        stuck.says("deal introduce O-0001 N-0001 '40M EUR' --on 2026-11-20 --until 2027-02-01")
    stuck.says(CORRECT)
    with at(timedelta(hours=3)):
        for known_at in ("", "--known-at '2026-11-23 14:30'"):
            (line,) = stuck.asks(f"match {known_at}")["lines"]
            assert line["quantity"] == "10000000.00"


@pytest.mark.parametrize(
    "line",
    [
        "need edit N-0001 --quantity '550M EUR'",
        "need edit N-0001 --quantity '550M EUR' --on 2026-11-10",
        "journal correct 1 --quantity '550M EUR' --reason misread",
    ],
)
def test_a_total_before_one_that_was_stamped_ahead_waits_for_its_reversal(
    corrected: Officer, line: str
) -> None:
    reverse = "journal reverse 4 --on 2026-12-28 --reason TEXT"
    told = ("N-0001", "entry 4", "2026-12-28", f"cityfund {reverse}")
    assert corrected.refused(line, 3, *told) == "future-date"
    corrected.says(reverse)
    corrected.says(line)
    assert failures(corrected) == []


def test_a_history_is_in_the_order_of_recording_whatever_the_timestamps(
    corrected: Officer,
) -> None:
    corrected.says("need edit N-0001 --note 'as in the letter'")
    corrected.says("need withdraw N-0001 '10M EUR' --reason smaller")
    corrected.says("deal edit D-0001 --note 'lapsed too early'")
    added, ahead = ("version", 1), ("entry", 4)
    assert recorded(corrected, "history need:N-0001") == [
        *(("entry", 6), ("version", 2)),  # since the correction
        *(ahead, added, ("entry", 1)),
    ]
    assert recorded(corrected, "history deal:D-0001") == [
        *(("version", 2), ("entry", 5)),
        *(added, ("entry", 3)),
    ]
    corrected.says("rates add EUR USD 1.1 --on 2026-11-20")
    corrected.says("rates add EUR USD 1.2 --on 2026-11-20 --reason misread")
    rates = corrected.asks("rates history EUR USD")["rows"]
    assert [row["rate"] for row in rates] == ["1.2", "1.1"]


def recorded(officer: Officer, line: str) -> list[tuple[str, int]]:
    """Give what each row of a history is of, in its order: a version or an entry."""
    return [
        (name, row[name])
        for row in officer.asks(line)["rows"]
        for name in ("version", "entry")
        if row[name] is not None
    ]


def test_seals_from_before_and_after_the_correction_hold(stuck: Officer) -> None:
    with at(AHEAD + timedelta(minutes=5)):
        stuck.says("audit seal")
    stuck.says(CORRECT)
    with at(timedelta(hours=2)):
        stuck.says("city add Qom --code QOM --country IR")
    with at(timedelta(hours=3)):
        stuck.says("audit seal")
        seals = stuck.asks("audit seals")["rows"]
        assert len(seals) > 1
        assert failures(stuck) == []


def test_once_the_clock_has_caught_up_everything_goes_on(corrected: Officer) -> None:
    with at(timedelta(days=30)):
        corrected.says("city add Karaj --code KRJ --country IR")
    with at(AHEAD + timedelta(days=1)):
        corrected.says("city add Qom --code QOM --country IR")
        corrected.tries("reconcile --clock-is-right")
        assert failures(corrected) == []


def test_it_is_refused_without_a_reason_a_confirmation_and_without_a_need(
    stuck: Officer,
) -> None:
    assert stuck.refused("db correct-clock --yes", 2) == "reason-missing"
    assert stuck.refused("db correct-clock --reason x", 2) == "needs-yes"
    with stuck.world.unchanged():
        stuck.says(f"{CORRECT} --dry-run")
    stuck.says(f"{CORRECT} --key clock-1")
    assert stuck.asks(f"{CORRECT} --key clock-1")["replayed"]
    assert stuck.refused(CORRECT, 4, "no record lies ahead") == "clock-not-ahead"


def _doctor(officer: Officer) -> dict[str, list[str]]:
    document: dict[str, list[str]] = json.loads(officer.tries("doctor --json").out)
    return document


def _checks(officer: Officer) -> list[dict[str, Any]]:
    checks: list[dict[str, Any]] = json.loads(officer.tries("check --json").out)["checks"]
    return checks
