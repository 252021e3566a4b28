"""A meeting that is entered twice: refused where it is known, and counted once in every report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from officer import Officer

MEETING = "meeting add --body METRO --name 'General Assembly' --from 2008-11-03"
HEADER = "code,body,name,from\n"


@pytest.fixture
def metro(officer: Officer) -> Officer:
    """Give a member of an association, and a meeting at which it spoke."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("body add Metropolis --code METRO --kind association")
    officer.says("body add Women --code WOMEN --kind office")
    officer.says("seat add MHD METRO --from 1993")
    officer.says(f"{MEETING} --code GA-2008")
    officer.says("meeting attend GA-2008 MHD --did spoke")
    return officer


def told(officer: Officer) -> list[object]:
    """Give what the register and the reports say of the meetings."""
    (engagement,) = officer.asks("report engagement --body METRO")["rows"]
    (seat,) = officer.asks("report seats")["rows"]
    figures = ("expected", "not_recorded", "present", "present_of", "contributions", "effective")
    return [
        [one["code"] for one in officer.asks("meeting list")["rows"]],
        [engagement[name] for name in figures],
        seat["contributions"],
        [one["meeting"] for one in officer.asks("city show MHD")["attendance"]],
    ]


def problems(officer: Officer, line: str) -> list[dict[str, Any]]:
    """Give what an import says is wrong; nothing is changed."""
    with officer.world.unchanged():
        said = officer.tries(line, "--json")
    assert said.code == 3, said
    found: list[dict[str, Any]] = json.loads(said.err.splitlines()[-1])["problems"]
    return found


ONCE = [["GA-2008"], [1, 0, "1.0000", 1, 1, "1.0000"], 1, ["GA-2008"]]


@pytest.mark.parametrize(
    "line",
    [
        MEETING,
        MEETING.replace("General Assembly", "  general   ASSEMBLY "),
        f"{MEETING} --until 2008-11-05 --place Sydney --kind assembly",
        f"{MEETING} --cancelled yes",
    ],
)
def test_the_officer_is_told_which_meeting_is_there_already(metro: Officer, line: str) -> None:
    words = ("GA-2008", "General Assembly, 2008-11-03", "cityfund meeting edit GA-2008")
    assert metro.refused(line, 4, *words) == "already-there"
    assert told(metro) == ONCE


def test_another_body_name_or_day_is_another_meeting(metro: Officer) -> None:
    metro.says(MEETING.replace("METRO", "WOMEN"))
    metro.says(MEETING.replace("General Assembly", "Board"))
    metro.says(MEETING.replace("2008-11-03", "2009-11-03"))
    lines = ("edit MT-0002 --name 'general assembly'", "edit MT-0003 --from 2008-11-03")
    for line in lines:
        assert metro.refused(f"meeting {line}", 4, "GA-2008") == "already-there"


def test_a_table_with_the_meeting_again_is_refused_at_its_row(
    metro: Officer, tmp_path: Path
) -> None:
    table = tmp_path / "meetings.csv"
    for text, line in (
        ("GA-9,METRO,GENERAL ASSEMBLY,2008-11-03\n", 2),
        ("B-1,METRO,Board,2010-01-01\nB-2,METRO,board,2010-01-01\n", 3),
    ):
        table.write_text(HEADER + text)
        (problem,) = problems(metro, f"import {table} --yes")
        assert (problem["line"], problem["code"]) == (line, "already-there")
    table.write_text(HEADER + "GA-2008,METRO,General Assembly,2008-11-03\n")
    assert "has all rows already" in metro.says(f"import {table} --yes")
    assert told(metro) == ONCE


def test_an_attendance_list_that_is_imported_twice_counts_once(
    metro: Officer, tmp_path: Path
) -> None:
    table = tmp_path / "attendance.csv"
    table.write_text(
        "body,meeting,name,date,place,city,country,presence,did,topics,note\n"
        "METRO,B-2009,Board,2009-05-10,Berlin,Mashhad,Iran,present,spoke,,\n"
    )
    metro.says(f"import {table} --rules attendance --yes")
    once = told(metro)
    assert once[1:3] == [[2, 0, "1.0000", 2, 2, "1.0000"], 2]
    assert "has all rows already" in metro.says(f"import {table} --rules attendance --yes")
    table.write_text(table.read_text().replace("B-2009", "BOARD-2009"))
    told_of = [one["code"] for one in problems(metro, f"import {table} --rules attendance --yes")]
    assert "already-there" in told_of
    assert told(metro) == once


def test_undone_a_meeting_may_be_entered_again_and_counts_once(metro: Officer) -> None:
    line = MEETING.replace("2008", "2009")
    metro.says(f"{line} --code FIRST --key first")
    metro.says("undo first --reason slip --yes")
    metro.says(f"{line} --code SECOND")
    (engagement,) = metro.asks("report engagement --body METRO")["rows"]
    assert (engagement["expected"], engagement["not_recorded"]) == (2, 1)


def test_a_copy_that_was_cancelled_under_another_name_counts_for_nobody(metro: Officer) -> None:
    """What is no repetition by its words is still one meeting for the officer, who cancels one."""
    metro.says("meeting add --body METRO --name 'GA 2008' --from 2008-11-03 --code COPY")
    metro.says("meeting attend COPY MHD --did spoke")
    assert told(metro)[1][0] == 2  # type: ignore[index]  # a list of figures
    metro.says("meeting edit COPY --cancelled yes")
    assert told(metro)[1:3] == ONCE[1:3]
    assert metro.asks("report engagement --body METRO")["not_counted"]["cancelled_meetings"] == 1
