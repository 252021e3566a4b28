"""The worklist of the status: what is to be done now, for an office and for one person."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from officer import Officer
from sent import recorded
from world import NOON, World

from cli.framework.user_state import state_path
from ledger.core.factors import Factor
from ledger.store.journal.balances import Times
from ledger.usecases.status_data import read_status_data
from ledger.usecases.worklist import WorkRow, read_worklist


@pytest.fixture
def town(world: World) -> World:
    """Give a ledger with a hold and an offer that end, and needs of two offices."""
    world.need("10M EUR", code="N-0001", needed_by=date(2026, 11, 30))
    world.need("100 person-day", code="N-0002", factor=Factor.EXPERTISE)
    world.city("SAO", office="americas", country="BR")
    world.project("PRJ-0002", city="SAO", title="A tram")
    world.need("8M EUR", code="N-0003", project="PRJ-0002")
    world.offer("4M EUR", code="O-0001", valid_until=date(2026, 12, 10), countries=("IR",))
    world.introduce("1M EUR", until=date(2026, 12, 1))
    return world


def work(world: World, days: int = 30, as_of: date | None = None, **kept: Any) -> list[WorkRow]:
    with world.ledger.reader(Times(as_of=as_of)) as reader:
        return read_worklist(reader, read_status_data(reader, days), days, **kept)


def test_reminders_and_findings_are_read_once(town: World) -> None:
    with recorded(town.ledger.engine) as told, town.ledger.reader() as reader:
        read_worklist(reader, read_status_data(reader, 30), 30)
    for table in ("reminder_version", "finding_event"):
        read = re.compile(rf'(FROM|JOIN) "?{table}\b')
        assert sum(1 for one in told if read.search(one.sql)) == 1, table


def listed(rows: list[WorkRow]) -> list[tuple[str, str]]:
    return [(row.kind.value, row.code) for row in rows]


def test_what_is_due_is_listed_by_kind(town: World) -> None:
    assert listed(work(town)) == [
        ("hold-ending", "D-0001"),
        ("offer-ending", "O-0001"),
        ("need-unserved", "N-0002"),
        ("need-unserved", "N-0003"),
    ]
    late = work(town, as_of=date(2026, 12, 2))
    assert ("needed-by-passed", "N-0001") in listed(late)
    assert "has ended" in late[0].sentence
    assert listed(work(town, days=1)) == [("need-unserved", "N-0002"), ("need-unserved", "N-0003")]


def test_a_need_whose_declaration_was_reversed_is_not_missing(
    town: World, capsys: pytest.CaptureFixture[str]
) -> None:
    town.need("5M EUR", code="N-0009", needed_by=date(2026, 11, 20), declared_on=date(2026, 11, 1))
    assert ("needed-by-passed", "N-0009") in listed(work(town))
    officer = Officer(town, capsys)
    calendar = "calendar --as-of 2026-11-10"
    assert "N-0009" in officer.says(calendar)
    assert "N-0009" in officer.says("offer candidates O-0001")
    officer.says("journal reverse 6 --reason slip --on 2026-11-01")
    assert "N-0009" not in str(work(town))
    assert "N-0009" not in officer.says(calendar)
    assert "N-0009" not in officer.says("offer candidates O-0001")


def test_a_delivery_is_overdue_from_the_day_after_its_due_date(town: World) -> None:
    town.introduce("1M EUR", directly=True, due_on=date(2026, 12, 5))
    row, *_ = work(town)
    assert (row.kind, row.code, row.due) == ("delivery-due", "D-0001", date(2026, 12, 5))
    assert "is to deliver 1,000,000.00 EUR" in row.sentence
    assert ("delivery-due", "D-0001") not in listed(work(town, days=2))
    assert ("delivery-overdue", "D-0001") not in listed(work(town, as_of=date(2026, 12, 5)))
    row, *_ = work(town, as_of=date(2026, 12, 6))
    assert (row.kind, row.code, row.city) == ("delivery-overdue", "D-0001", "MHD")
    assert row.due == date(2026, 12, 5)
    assert "1,000,000.00 EUR" in row.sentence


def test_an_office_sees_its_own_cities_and_the_offers_open_to_them(town: World) -> None:
    assert listed(work(town, office="americas")) == [("need-unserved", "N-0003")]
    assert listed(work(town, office="asia")) == [
        ("hold-ending", "D-0001"),
        ("offer-ending", "O-0001"),
        ("need-unserved", "N-0002"),
    ]


def test_the_counts_of_an_office_are_its_own_and_what_has_none_is_said(
    town: World, capsys: pytest.CaptureFixture[str]
) -> None:
    officer = Officer(town, capsys)
    whole, own = (officer.asks(f"status {words}")["counts"] for words in ("", "--office americas"))
    row = next(one for one in officer.asks("status")["offices"] if one["office"] == "americas")
    assert own["cities"]["total"] == row["cities"] == 1
    assert own["projects"]["total"] == row["projects"] < whole["projects"]["total"]
    assert own["needs"]["total"] == row["needs"] < whole["needs"]["total"]
    assert (own["deals"]["total"], whole["deals"]["total"]) == (0, 1)
    assert own["offers"] == whole["offers"]
    said = officer.says("status --office americas")
    assert said.count("(of all offices)") == 2
    assert "(of all offices)" not in officer.says("status")


def test_what_others_did_is_told_from_the_second_visit_on(officer: Officer) -> None:
    officer.world.project()
    officer.world.need("10M EUR", code="N-0001")
    assert officer.asks("status")["others"] is None
    assert "since your last visit" not in officer.says("status")
    assert "Others recorded nothing since your last visit" in officer.says("status")
    with time_machine.travel(NOON + timedelta(hours=1), tick=True):
        officer.says("need add PRJ-0001 money '5M EUR' --code N-0007", "--actor", "omar")
        officer.says("need add PRJ-0001 money '6M EUR' --code N-0008")
        others = officer.asks("status")["others"]
        assert [(row["actor"], row["about"]) for row in others["rows"]] == [("omar", "N-0007")]
        told = officer.says("status")
        assert "Recorded by others" in told
        assert "N-0007" in told.partition("Recorded by others")[2]
        assert officer.asks("status")["others"]["rows"] == []
        assert officer.asks("status --as-of 2026-11-01")["others"] is None


def test_mine_is_what_the_actor_recorded_or_moved(officer: Officer) -> None:
    officer.world.project()
    officer.says("need add PRJ-0001 money '5M EUR' --code N-0007", "--actor", "omar")
    officer.says("need add PRJ-0001 money '6M EUR' --code N-0008")
    mine = officer.asks("status --mine")["worklist"]
    assert [row["code"] for row in mine] == ["N-0008"]
    officer.says("owner add PRJ-0001 sara")
    mine = officer.asks("status --mine")["worklist"]
    assert [row["code"] for row in mine] == ["N-0007", "N-0008"]
    every = officer.asks("status")["worklist"]
    assert {"N-0007", "N-0008"} <= {row["code"] for row in every}


def test_more_than_ten_of_a_kind_are_listed_with_all(officer: Officer) -> None:
    officer.world.project()
    for number in range(11, 23):
        officer.world.need("1M EUR", code=f"N-{number:04}")
    told = officer.says("status")
    assert "Needs that no offer fits (12):" in told
    assert "The first 10 of 12; --all lists all of them." in told
    assert "N-0022" not in told
    assert "N-0022" in officer.says("status --all")


def test_the_office_of_the_configuration_is_the_default(officer: Officer, tmp_path: Path) -> None:
    officer.world.project()
    officer.world.need("1M EUR", code="N-0001")
    folder = tmp_path / "config" / "cityfund"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('office = "americas"\n')
    assert officer.asks("status")["worklist"] == []
    assert officer.asks("status --office asia")["worklist"][0]["code"] == "N-0001"
    assert officer.refused("status --office nowhere", 5) == "unknown-code"


@pytest.mark.parametrize("content", [b"[]", b"{", b"\xff", b'{"a": 1}'])
def test_a_spoiled_file_of_visits_is_no_obstacle(officer: Officer, content: bytes) -> None:
    state_path("visits.json").parent.mkdir(parents=True)
    state_path("visits.json").write_bytes(content)
    officer.says("status")
    assert officer.asks("status")["others"] is not None
    assert "sara" not in state_path("visits.json").read_text()


def test_where_no_file_can_be_kept_the_status_still_answers(
    officer: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert "Nothing is waiting." in officer.says("status")


def test_a_reminder_is_due_until_it_is_done(officer: Officer) -> None:
    officer.world.project()
    officer.says("remind PRJ-0001 2026-11-25 'Ask for the report'")
    assert officer.asks("status")["worklist"] == []
    with time_machine.travel(NOON + timedelta(days=2), tick=True):
        (row,) = officer.asks("status --office asia")["worklist"]
        assert (row["kind"], row["code"], row["due_on"]) == ("reminder-due", "R-0001", "2026-11-25")
        assert officer.asks("status --office africa")["worklist"] == []
        assert "Ask for the report (PRJ-0001)" in officer.says("status")
        assert "done on: none → 2026-11-25" in officer.says("done R-0001")
        assert officer.asks("status")["worklist"] == []
        assert officer.asks("status --as-of 2026-11-24")["worklist"] == []
    assert officer.asks("reminder list")["rows"][0]["done_on"] == "2026-11-25"


@pytest.mark.parametrize(
    ("line", "exit_code", "refusal"),
    [
        ("remind PRJ-9 2026-12-01 x", 5, "unknown-code"),
        ("remind PRJ-0001 someday x", 3, "invalid-date"),
        ("remind PRJ-0001 2026-12-01 ' '", 3, "bad-terms"),
        ("done R-0009", 5, "unknown-code"),
    ],
)
def test_a_reminder_of_nothing_is_refused(
    officer: Officer, line: str, exit_code: int, refusal: str
) -> None:
    officer.world.project()
    assert officer.refused(line, exit_code) == refusal
