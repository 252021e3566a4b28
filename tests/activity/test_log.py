"""The log names every act, and keeps those of a person, a day, an office or a record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from officer import Officer
from world import World

from ledger.core.factors import Factor


@pytest.fixture
def busy(world: World, officer: Officer) -> Officer:
    """Give an officer of a fund with projects in two offices, and acts of two people."""
    for line in (
        "city add Mashhad --code MHD --country IR",
        "city add Bogota --code BOG --country CO",
        "project add Monorail --city MHD --sector transport.urban --code PRJ-1",
        "project add Housing --city BOG --sector socialHousing --code PRJ-2",
        "need add PRJ-1 money '10M EUR' --code N-1",
        "need add PRJ-2 money '20M EUR' --code N-2",
        "provider add Bank --kind bank --code BK",
        "offer add BK money '5M EUR' --code O-1",
        "deal introduce O-1 N-1 '4M EUR' --until 2099-01-01 --reason 'asked by the mayor'",
        "project edit PRJ-1 --weight 5",
        "approach add N-2 BK",
    ):
        officer.says(line)
    del world
    return officer


def rows(officer: Officer, line: str = "log") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = officer.asks(line)["rows"]
    return found


def commands(officer: Officer, line: str) -> list[str]:
    return [f"{one['command']} {one['about']}" for one in rows(officer, line)]


def test_every_act_is_there_with_what_it_recorded(busy: Officer) -> None:
    found = rows(busy)
    assert [one["request"] for one in found] == sorted(one["request"] for one in found)
    by_command = {f"{one['command']} {one['about']}": one for one in found}
    edit = by_command["project edit PRJ-1"]
    assert edit["what"] == "weight: 1 → 5"
    assert edit["actor"] == "sara"
    deal = by_command["deal introduce D-0001, N-1, O-1"]
    assert "quantity: 4,000,000.00 EUR" in deal["what"]
    assert deal["reason"] == "asked by the mayor"
    assert "mayor" not in deal["what"]
    assert deal["entries"]
    assert {"kind": "deal", "code": "D-0001", "version": 1} in deal["records"]
    counted = busy.world.ledger
    with counted.read() as connection:
        number = connection.exec_driver_sql("SELECT count(*) FROM request").scalar()
    assert len(found) == number


def test_what_stands_under_a_record_is_about_it(busy: Officer) -> None:
    assert commands(busy, "log --about prj-1") == [
        "project add PRJ-1",
        "need add N-1",
        "deal introduce D-0001, N-1, O-1",
        "project edit PRJ-1",
    ]
    assert commands(busy, "log --about BK") == [
        "provider add BK",
        "offer add O-1",
        "deal introduce D-0001, N-1, O-1",
        "approach add AP-0001",
    ]
    assert commands(busy, "log --about approach:ap-0001") == ["approach add AP-0001"]
    about_both = commands(busy, "log --about city:BOG --office americas")
    assert about_both == [
        "city add BOG",
        "project add PRJ-2",
        "need add N-2",
        "approach add AP-0001",
    ]
    assert commands(busy, "log --about BOG --office asia") == []


def test_acts_of_a_person_and_since_a_time(busy: Officer) -> None:
    busy.says("city edit MHD --population 3000000", "--actor", "omid")
    assert commands(busy, "log --actor omid") == ["city edit MHD"]
    assert commands(busy, "log --actor nobody") == []
    today = rows(busy, "log --since today")
    assert commands(busy, "log --since tomorrow") == []
    moment = today[-1]["recorded_at"]
    assert rows(busy, f"log --since '{moment}'")[-1] == today[-1]
    sorted_by_time = "--sort=-recorded_at --limit 1"
    assert commands(busy, f"log --where command='city edit' {sorted_by_time}") == ["city edit MHD"]
    assert len(rows(busy, f"journal list {sorted_by_time}")) == 1


def test_a_limit_keeps_the_newest_acts_in_the_order_of_recording(busy: Officer) -> None:
    every = rows(busy)
    for line in ("log", "log --since today", "journal list"):
        assert rows(busy, f"{line} --limit 2") == rows(busy, line)[-2:], line
    assert rows(busy, "log --limit 2 --sort request") == every[:2]
    assert rows(busy, "log --limit 2 --where command='need add'") == [
        one for one in every if one["command"] == "need add"
    ]
    said = busy.tries("log --limit 1")
    assert "project edit" not in said.out
    assert "Only the newest row is shown" in said.err
    assert "Only" not in busy.tries(f"log --limit {len(every)}").err


def test_the_act_that_sets_up_all_offices_is_of_none(busy: Officer) -> None:
    busy.says("office edit asia --name 'Office of Asia'")
    about = commands(busy, "log --office asia")
    assert not any(one.startswith("init") for one in about)
    assert about[0] == "city add MHD"
    assert about[-1] == "office edit asia"


def test_several_records_of_one_code_are_all_meant(busy: Officer) -> None:
    busy.says("provider add Mashhad --kind city --city MHD --code MHD")
    assert "provider add MHD" in commands(busy, "log --about MHD")
    assert commands(busy, "log --about provider:MHD") == ["provider add MHD"]


def test_an_undone_act_and_its_undoing_both_stand(busy: Officer) -> None:
    busy.says("undo --reason 'sent to the wrong bank' --yes")
    assert rows(busy)[-1]["command"] == "undo"
    assert "(approach add) undone" in rows(busy)[-1]["what"]
    assert rows(busy)[-2]["command"] == "approach add"


@pytest.mark.only_on("sqlite")
def test_imports_and_nights_say_what_they_recorded(busy: Officer, tmp_path: Path) -> None:
    (tmp_path / "cities.csv").write_text(
        "code,name,country,population\nLHE,Lahore,PK,1\nMHD,Mashhad,IR,3\n"
    )
    busy.says(f"import {tmp_path} --yes")
    busy.tries("reconcile")
    found = {one["command"]: one for one in rows(busy)}
    assert found["import"]["what"] == "cities: 1 new, 1 changed"
    assert [one["command"] for one in rows(busy, "log --about LHE")] == ["import"]
    assert "reconcile" in found


@pytest.mark.only_on("sqlite")
def test_what_is_no_code_or_no_time_is_refused(busy: Officer) -> None:
    assert busy.refused("log --about PRJ-9", 5, "PRJ-9") == "unknown-code"
    assert busy.refused("log --about project:PRJ-9", 5, "PRJ-9") == "unknown-code"
    assert busy.refused("log --office atlantis", 5, "atlantis") == "unknown-code"
    assert busy.refused("log --since whenever", 3, "whenever") == "invalid-date"
    assert busy.refused("log --since '2026-01-01 25:00'", 3) == "invalid-time"


@pytest.mark.only_on("sqlite")
def test_a_need_for_work_is_found_by_its_city(busy: Officer) -> None:
    busy.world.need("10 person-day", "N-3", project="PRJ-1", factor=Factor.EXPERTISE)
    assert any("N-3" in one["about"] for one in rows(busy, "log --about MHD"))


def test_needs_that_come_with_a_project_are_said_in_words(busy: Officer) -> None:
    line = "project add Tram --city MHD --sector transport --code PRJ-7"
    busy.says(f"{line} --need 'money 2M EUR' --need 'expertise ? person-day'")
    what = rows(busy)[-1]["what"]
    assert "N-0003: " in what
    assert "factor: money, quantity: 2,000,000.00 EUR" in what
    assert "factor: expertise, quantity: not known yet, in person-day" in what
    assert "{" not in what
    assert "[" not in busy.says("log --about PRJ-7")
