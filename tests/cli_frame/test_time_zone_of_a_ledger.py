"""A new ledger takes the machine's time zone unless it is told one, and shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from complete_ledger import attack
from ledgers import Ledgers
from officer import Officer
from python_calamine import CalamineWorkbook
from world import World, asked

from cli.main import main
from ledger.usecases.admin.set_up import LedgerSettings, set_up


def made(capsys: pytest.CaptureFixture[str], url: str, *words: str) -> str:
    capsys.readouterr()
    assert main(["init", "--db", url, *words]) == 0
    return capsys.readouterr().out


def answer(capsys: pytest.CaptureFixture[str], url: str, name: str) -> dict[str, str]:
    capsys.readouterr()
    assert main([name, "--db", url, "--json"]) in {0, 1}
    document: dict[str, str] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.parametrize(
    ("machine", "zone"),
    [
        ("Asia/Tehran", "Asia/Tehran"),
        (":/usr/share/zoneinfo/Africa/Accra", "Africa/Accra"),
        ("Etc/UTC", "UTC"),
        ("CET-1CEST", "UTC"),
    ],
)
def test_a_new_ledger_takes_the_machines_time_zone(
    ledgers: Ledgers,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    machine: str,
    zone: str,
) -> None:
    monkeypatch.setenv("TZ", machine)
    url = ledgers.empty()

    assert f"Time zone: {zone}. Base currency: EUR." in made(capsys, url)
    assert answer(capsys, url, "status")["time_zone"] == zone
    assert answer(capsys, url, "doctor")["time_zone"] == zone


def test_what_init_is_told_is_stronger_and_another_machine_changes_nothing(
    ledgers: Ledgers, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tehran")
    url = ledgers.empty()
    assert "Time zone: Europe/Paris." in made(capsys, url, "--time-zone", "Europe/Paris")

    assert "Time zone: Europe/Paris." in made(capsys, url)
    assert json.loads(made(capsys, url, "--json"))["time_zone"] == "Europe/Paris"


def test_the_day_of_a_new_ledger_is_that_of_the_machine(
    ledgers: Ledgers, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = ledgers.empty()
    with time_machine.travel(datetime(2026, 11, 23, 21, tzinfo=UTC)):
        monkeypatch.setenv("TZ", "Asia/Tehran")  # travelling sets the zone too
        made(capsys, url)
        assert answer(capsys, url, "status")["as_of"] == "2026-11-24"


EVENING = datetime(2026, 11, 23, 21, tzinfo=UTC)
"""In Tehran the 24th has begun, in New York it is the 23rd."""

MOVED = "--time-zone America/New_York --reason 'the office moves'"


@pytest.fixture
def tehran(officer: Officer, ledgers: Ledgers) -> Iterator[Officer]:
    """Give an officer of a ledger in Tehran's zone, to which a need was declared that evening."""
    with time_machine.travel(EVENING, tick=True):
        url = ledgers.empty()
        set_up(url, LedgerSettings(time_zone="Asia/Tehran"), asked("init"))
        moved = Officer(World(url), officer._capsys)
        moved.says("city add Shiraz --code SHZ --country IR")
        moved.says("project add Tram --code PRJ-0001 --city SHZ --sector transport.urban")
        moved.says("need add PRJ-0001 money '500M EUR' --code N-0001 --on 2026-11-24")
        yield moved
        moved.world.ledger.engine.dispose()


def test_a_change_of_zone_counts_from_the_next_day_and_leaves_old_entries_correct(
    tehran: Officer,
) -> None:
    answer = tehran.asks(f"settings edit {MOVED}")
    assert answer["changes"] == {"time_zone": ["Asia/Tehran", "America/New_York"]}
    assert [one["text"] for one in answer["notes"]] == [
        "days are those of America/New_York from 2026-11-25 on"
    ]

    before = tehran.asks("status")
    assert (before["as_of"], before["time_zone"]) == ("2026-11-24", "Asia/Tehran")
    assert before["time_zone_change"] == {"time_zone": "America/New_York", "from": "2026-11-25"}
    assert "Asia/Tehran; America/New_York from 2026-11-25 on" in tehran.says("status")

    with time_machine.travel(datetime(2026, 11, 25, 4, tzinfo=UTC), tick=True):
        after = tehran.asks("status")
        assert (after["as_of"], after["time_zone"]) == ("2026-11-24", "America/New_York")
        assert after["time_zone_change"] is None
        assert "Time zone: America/New_York." in tehran.says("init")
        told = tehran.refused("need edit N-0001 --quantity '400M EUR' --on 2026-11-25", 3)
        assert told == "future-date"
        tehran.says("need edit N-0001 --quantity '400M EUR'")
        assert {one["ok"] for one in tehran.asks("check")["checks"]} == {True}
        shown = [row["recorded_at"][:16] for row in tehran.asks("journal list")["rows"]]
        assert shown == ["2026-11-24 00:30", "2026-11-24 23:00"]


def test_an_entry_dated_beyond_the_day_of_its_zone_fails_the_check_after_a_change(
    tehran: Officer,
) -> None:
    tehran.says(f"settings edit {MOVED}")
    attack(tehran.world.url, "UPDATE entry SET effective_on = '2026-11-25'")

    checks = json.loads(tehran.tries("check two-times --json").out)["checks"]
    assert "after 2026-11-24, the day it was recorded" in checks[0]["failures"][0]


def test_a_typed_time_is_read_in_the_zone_in_force_then(tehran: Officer) -> None:
    tehran.says(f"settings edit {MOVED}")

    with time_machine.travel(datetime(2026, 11, 25, 17, tzinfo=UTC), tick=True):
        tehran.says("need edit N-0001 --quantity '400M EUR'")
        required = [
            tehran.asks("gaps --known-at", time)["rows"][0]["required"]
            for time in ("2026-11-24 00:35", "2026-11-25 11:30")
        ]
    assert required == ["500000000.00", "500000000.00"]
    with time_machine.travel(datetime(2026, 11, 25, 17, 30, tzinfo=UTC), tick=True):
        rows = tehran.asks("gaps --known-at", "2026-11-25 12:20")["rows"]
    assert rows[0]["required"] == "400000000.00"


def test_a_workbook_shows_times_in_the_zone_as_other_formats_do(
    tehran: Officer, tmp_path: Path
) -> None:
    book = tmp_path / "entries.xlsx"
    tehran.says("journal list --output", str(book))
    names, first, *_ = CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python()
    shown = dict(zip(names, first, strict=True))["Recorded"]
    (row, *_) = tehran.asks("journal list")["rows"]
    assert row["recorded_at"].endswith("+03:30")
    assert f"{shown}+03:30" == row["recorded_at"]


def test_every_version_of_the_time_zone_is_listed(tehran: Officer) -> None:
    tehran.says(f"settings edit {MOVED}")

    rows = tehran.asks("settings list")["rows"]
    assert [(row["name"], row["version"], row["value"], row["from"]) for row in rows] == [
        ("time_zone", 1, "Asia/Tehran", None),
        ("time_zone", 2, "America/New_York", "2026-11-25"),
    ]
    assert (rows[1]["actor"], rows[1]["reason"]) == ("sara", "the office moves")
    assert rows[1]["recorded_at"].endswith("Z")
    assert "2026-11-24 00:30" in tehran.says("settings list")


def test_a_ledger_that_was_never_told_a_zone_keeps_utc_for_what_was_recorded(
    officer: Officer,
) -> None:
    officer.says("settings edit --time-zone Asia/Tehran --reason 'as the office is'")

    rows = officer.asks("settings list")["rows"]
    assert [(row["value"], row["from"]) for row in rows] == [
        ("UTC", None),
        ("Asia/Tehran", "2026-11-24"),
    ]
    assert officer.asks("status")["time_zone"] == "UTC"


def test_a_change_of_zone_is_changed_back_and_not_undone(officer: Officer) -> None:
    officer.says("settings edit --time-zone Asia/Tehran --reason 'as the office is'")
    assert officer.refused("undo --reason 'a slip' --yes", 4, "settings edit") == "cannot-undo"
    officer.says("settings edit --time-zone UTC --reason 'a slip'")
    assert officer.asks("status")["time_zone_change"] is None


def test_a_change_of_zone_is_refused_without_a_reason_for_no_zone_and_for_the_same(
    officer: Officer,
) -> None:
    assert officer.refused("settings edit --time-zone Europe/Paris", 2) == "reason-missing"
    there = "settings edit --reason moved --time-zone"
    assert officer.refused(f"{there} Europe/Atlantis", 3) == "unknown-time-zone"
    assert officer.refused(f"{there} UTC", 4) == "nothing-to-change"
    assert officer.refused("init --time-zone Europe/Paris", 4, "settings edit") == "calendar-is-set"
    with officer.world.unchanged():
        officer.says("settings edit --time-zone Europe/Paris --reason moved --dry-run")
