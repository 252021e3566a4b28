"""Meetings, attendance, motions and targets at the command line, and the climb they show."""

from __future__ import annotations

import csv
import io

import pytest
import time_machine
from beginnings import beginning
from fund_ledger import furnish
from officer import Officer

ASSEMBLY = "meeting add --body METRO --name Assembly --from 2008-11-03"


def furnish_metro(officer: Officer) -> None:
    """Record an association of two cities, and three meetings."""
    furnish(officer)
    officer.says("city add Istanbul --code IST --country TR")
    officer.says("body add Metropolis --code METRO --kind association --from 1985")
    officer.says("seat add MHD METRO --from 1993")
    officer.says("seat add IST METRO --from 2007-11")
    officer.says(ASSEMBLY + " --place Sydney --complete yes")
    officer.says("meeting add --body METRO --name 'Strategic session' --from 2009-05-10")
    officer.says(
        "meeting add --body METRO --name 'Second session' --from 2010-05-10 --kind session"
    )


metro_once, ledger_url, metro = beginning("metro", furnish_metro)


def rows(officer: Officer, line: str) -> list[dict[str, object]]:
    answer: list[dict[str, object]] = officer.asks(line)["rows"]
    return answer


def test_cities_are_recorded_at_a_meeting_in_one_request(metro: Officer) -> None:
    answer = metro.asks("meeting attend MT-0001 MHD IST --did spoke,presented --topics metro")
    assert answer["changes"] == {
        "MHD": [None, "attended: spoke, presented on metro"],
        "IST": [None, "attended: spoke, presented on metro"],
    }
    shown = metro.asks("meeting show MT-0001")
    assert [(one["city"], one["did"]) for one in shown["attendance"]] == [
        ("IST", ["spoke", "presented"]),
        ("MHD", ["spoke", "presented"]),
    ]


def test_again_with_other_words_is_an_edit_and_with_the_same_nothing(metro: Officer) -> None:
    metro.says("meeting attend MT-0001 MHD --presence part")
    answer = metro.asks("meeting attend MT-0001 MHD --did chaired")
    assert answer["changes"] == {"MHD": ["part", "part: chaired"]}
    assert metro.refused("meeting attend MT-0001 MHD --did chaired", 4) == "nothing-to-change"
    history = metro.asks("history attendance:MT-0001/MHD")["rows"]
    assert [one["version"] for one in history] == [2, 1]
    metro.says("meeting attend MT-0001 MHD --did ''")
    assert metro.asks("attendance show MT-0001/MHD")["did"] == []


INVALID = frozenset({"bad-terms", "future-date", "out-of-order"})
"""Refusals of what was typed, with the exit code for it."""


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("meeting attend MT-0001 MHD --presence apologies --did spoke", "not-there"),
        ("meeting attend MT-0001 MHD --presence absent --did hosted", "not-there"),
        ("meeting attend MT-0001 NOWHERE", "unknown-code"),
        ("meeting attend MT-0009 MHD", "unknown-code"),
        (ASSEMBLY, "already-there"),
        (ASSEMBLY.replace("Assembly", "ASSEMBLY"), "already-there"),
        ("meeting edit MT-0002 --name Assembly --from 2008-11-03", "already-there"),
        (ASSEMBLY.replace("2008", "2031"), "future-date"),
        (
            "meeting add --body METRO --name Late --from 2009-01-02 --until 2009-01-01",
            "out-of-order",
        ),
        ("meeting edit MT-0001 --body OTHER", "unknown-code"),
        ("target add --body METRO --measure present --value 1.5 --by 2012-12-31", "bad-terms"),
        ("target add --body METRO --measure deciding --value 0.5 --by 2012-12-31", "bad-terms"),
        ("motion add --meeting MT-0002 --by MHD --what bank --decided-at MT-0001", "not-earlier"),
        ("motion add --meeting MT-0001 --by MHD --what bank --outcome lost", "bad-terms"),
    ],
)
def test_what_cannot_be_is_refused(metro: Officer, line: str, code: str) -> None:
    number = 5 if code == "unknown-code" else 3 if code in INVALID else 4
    assert metro.refused(line, number) == code


def test_a_withdrawn_city_takes_no_new_attendance_and_keeps_its_own(metro: Officer) -> None:
    metro.says("meeting attend MT-0001 IST")
    metro.says("city retire IST")
    assert metro.refused("meeting attend MT-0002 IST", 4, "IST") == "parent-withdrawn"
    assert [one["city"] for one in rows(metro, "attendance list")] == ["IST"]


def test_a_city_with_attendance_keeps_its_code(metro: Officer) -> None:
    metro.says("city edit IST --code ISTANBUL")
    metro.says("meeting attend MT-0001 ISTANBUL")
    line = "city edit ISTANBUL --code IST-2"
    assert metro.refused(line, 4, "MT-0001") == "acts-rest-on-record"


def bank_and_fund(officer: Officer) -> None:
    """Tell of the two motions: the bank that could not be, and then the fund."""
    officer.says("body add 'Study committee' --code STUDY --kind committee")
    officer.says(
        "motion add --meeting MT-0002 --by MHD --what 'an international bank for members' "
        "--referred-to STUDY --decided-at MT-0003 --outcome declined",
        *("--reason", "a non-profit association cannot found a bank"),
    )
    officer.says(
        "motion add --meeting MT-0003 --by MHD --follows MO-0001 --outcome adopted "
        "--decided-at MT-0003",
        *("--what", "a fund that links projects with money, expertise and implementation"),
    )


def test_the_bank_is_declined_and_the_fund_that_follows_it_adopted(metro: Officer) -> None:
    bank_and_fund(metro)
    motions = metro.asks("city show MHD")["motions"]
    assert [(one["outcome"], one["follows"]) for one in motions] == [
        ("declined", None),
        ("adopted", "MO-0001"),
    ]
    then = metro.asks("city show MHD --as-of 2009-12-31")["motions"]
    assert [(one["outcome"], one["decided_at"]) for one in then] == [("open", None)]
    shown = metro.says("meeting show MT-0002")
    assert "a non-profit association cannot found a bank" in shown
    for line in ("motion edit MO-0001 --follows MO-0002", "motion edit MO-0001 --follows MO-0001"):
        assert metro.refused(line, 4) == "not-earlier"


def test_engagement_is_told_of_each_city_with_both_numbers(metro: Officer) -> None:
    metro.says("meeting attend MT-0001 MHD --did spoke")
    metro.says("meeting attend MT-0002 MHD")
    metro.says("meeting attend MT-0002 IST --presence apologies")
    answer = metro.asks("report engagement --body METRO")
    assert answer["schema"] == "cityfund.engagement/1"
    assert "present = (attended + part + online" in answer["rule"]
    istanbul, mashhad = answer["rows"]
    assert (mashhad["expected"], mashhad["not_recorded"], mashhad["present"]) == (3, 1, "1.0000")
    assert (mashhad["present_count"], mashhad["present_of"]) == (2, 2)
    assert (mashhad["effective"], mashhad["step"]) == ("0.5000", "effective")
    # Istanbul is not on the complete list of the assembly: it was absent.
    assert (istanbul["present"], istanbul["present_of"]) == ("0.0000", 2)
    assert (istanbul["effective"], istanbul["step"]) == (None, None)
    assert answer["not_counted"] == {
        "cancelled_meetings": 0,
        "attendance_not_recorded": 2,
        "beginning_not_known": 0,
    }


def test_what_was_not_counted_and_the_targets_are_those_of_the_rows_that_are_kept(
    metro: Officer,
) -> None:
    metro.says("meeting attend MT-0001 MHD --did spoke")
    metro.says("meeting attend MT-0002 MHD")
    metro.says("meeting edit MT-0003 --cancelled yes")
    metro.says("target add --body METRO --measure present --value 0.9 --by 2027-12-31")
    metro.says("body add 'Other' --code OTHER --kind network")
    metro.says("seat add IST OTHER --role adviser")
    whole = metro.asks("report engagement --body METRO")
    assert whole["not_counted"] == {
        "cancelled_meetings": 1, "attendance_not_recorded": 1, "beginning_not_known": 0,
    }  # fmt: skip
    assert {one["city"] for one in whole["targets"]} == {"MHD", "IST"}
    kept = metro.asks("report engagement --body METRO --where city=MHD")
    assert kept["not_counted"] == {
        "cancelled_meetings": 1, "attendance_not_recorded": 0, "beginning_not_known": 0,
    }  # fmt: skip
    assert {one["city"] for one in kept["targets"]} == {"MHD"}
    none = metro.asks("report engagement --where city=NOWHERE")
    assert (none["rows"], none["targets"]) == ([], [])
    assert set(none["not_counted"].values()) == {0}
    by_country = metro.asks("report engagement --body METRO --by country --where country=TR")
    assert by_country["not_counted"]["attendance_not_recorded"] == 1
    assert {one["city"] for one in by_country["targets"]} == {"IST"}


def test_a_topic_that_is_new_at_a_meeting_is_said_once_and_follows_a_new_name(
    metro: Officer,
) -> None:
    def noted(line: str) -> list[str]:
        answer = metro.asks(line)
        return [one["text"] for one in answer["notes"] if one["code"] == "new-topic"]

    assert noted("meeting attend MT-0001 MHD --topics metro") == []  # a need has it
    (told,) = noted("meeting attend MT-0001 IST --topics metros")
    assert told == "the topic metros is not in use yet; the nearest in use is metro"
    assert noted("meeting attend MT-0001 IST --presence part") == []
    metro.says("topic rename metro subway")
    assert metro.asks("attendance show MT-0001/MHD")["topics"] == ["subway"]


def test_a_used_seat_on_the_board_is_the_third_step(metro: Officer) -> None:
    bank_and_fund(metro)
    for meeting in ("MT-0001", "MT-0002", "MT-0003"):
        metro.says(f"meeting attend {meeting} MHD --did proposed")
    metro.says("seat add MHD METRO --role board --from 2010")
    [row] = rows(metro, "report engagement --where city=MHD")
    assert (row["deciding"], row["used"], row["step"]) == (1, 1, "deciding")
    [before] = rows(metro, "report engagement --where city=MHD --as-of 2009-12-31")
    assert (before["deciding"], before["step"]) == (0, "effective")


def test_a_seat_that_something_came_of_is_used(metro: Officer) -> None:
    metro.says("seat add MHD METRO --code ST-B --role board --from 2010")
    [row] = rows(metro, "report engagement --where city=MHD")
    assert (row["deciding"], row["used"]) == (1, 0)
    metro.says("approach add N-0001 EDB --seat ST-B")
    [row] = rows(metro, "report engagement --where city=MHD")
    assert (row["deciding"], row["used"]) == (1, 1)


def test_a_meeting_shows_what_it_came_from_and_what_came_of_it(metro: Officer) -> None:
    metro.says("meeting edit MT-0002 --meeting MT-0001")
    metro.says("approach add N-0001 EDB --meeting MT-0002")
    shown = metro.asks("meeting show MT-0002")
    assert [(one["kind"], one["code"]) for one in shown["came_from"]] == [("meeting", "MT-0001")]
    assert shown["came_of"]["counts"] == {"approach": 1}
    line = "meeting edit MT-0001 --meeting MT-0002"
    assert metro.refused(line, 4) == "origin-cycle"


def test_the_story_has_three_targets(metro: Officer) -> None:
    targets = {"present": ("1", "2009-06-30"), "effective": ("0.9", "2010-12-31")}
    targets["deciding"] = ("1", "2099-12-31")
    for measure, (value, by) in targets.items():
        metro.says(
            f"target add --body METRO --city MHD --measure {measure} --value {value} --by {by}"
        )
    metro.says("meeting attend MT-0001 MHD")
    metro.says("meeting attend MT-0002 MHD --did spoke")
    answer = metro.asks("report engagement")
    told = {one["measure"]: (one["figure"], one["state"]) for one in answer["targets"]}
    assert told == {
        "present": ("1.0000", "met"),
        "effective": ("0.5000", "missed"),
        "deciding": ("0", "open"),
    }
    [row] = [one for one in answer["rows"] if one["city"] == "MHD"]
    assert row["targets"] == ["TG-0001 met", "TG-0002 missed", "TG-0003 open"]


def test_each_year_has_a_row_and_offices_and_countries_are_sums(metro: Officer) -> None:
    metro.says("meeting attend MT-0001 MHD IST")
    span = "--from 2008-01-01 --to 2009-12-31"
    years = rows(metro, f"report engagement {span} --every year --where city=MHD")
    assert [(one["from"], one["expected"]) for one in years] == [
        ("2008-01-01", 1),
        ("2009-01-01", 1),
    ]
    by_country = rows(metro, f"report engagement {span} --by country")
    assert [(one["country"], one["cities"], one["expected"]) for one in by_country] == [
        ("IR", 1, 2),
        ("TR", 1, 2),
    ]
    [office] = rows(metro, f"report engagement {span} --by office")
    assert (office["present_count"], office["present_of"], office["cities_present"]) == (2, 2, 2)


@pytest.mark.parametrize(
    ("options", "code", "number"),
    [
        ("--by sector", "unknown-column", 2),
        ("--every month", "unknown-stride", 3),
        ("--from 2010-01-01 --to 2009-12-31", "span-backwards", 3),
        ("--body NOWHERE", "unknown-code", 5),
        ("--where sector=transport", "unknown-column", 2),
    ],
)
def test_what_the_report_does_not_have_is_refused(
    metro: Officer, options: str, code: str, number: int
) -> None:
    assert metro.refused(f"report engagement {options}", number) == code


def test_a_later_edit_changes_what_is_known_now_and_not_what_was_known_then(
    metro: Officer,
) -> None:
    metro.says("meeting attend MT-0001 MHD")
    line = "report engagement --where city=MHD"
    with time_machine.travel("2026-11-23T15:00:00Z"):
        metro.says("meeting attend MT-0001 MHD --presence absent")
        assert [one["present"] for one in rows(metro, line)] == ["0.0000"]
        known = rows(metro, f"{line} --known-at 2026-11-23T14:00Z")
    assert [one["present"] for one in known] == ["1.0000"]


def test_meetings_after_the_day_asked_for_do_not_exist(metro: Officer) -> None:
    metro.says("meeting attend MT-0003 MHD")
    day = "--as-of 2009-12-31"
    assert [one["code"] for one in rows(metro, f"meeting list {day}")] == ["MT-0001", "MT-0002"]
    assert rows(metro, f"attendance list {day}") == []
    assert metro.tries(f"meeting show MT-0003 {day}").code == 5
    assert metro.tries(f"attendance show MT-0003/MHD {day}").code == 5


def test_the_report_is_empty_where_nothing_is_recorded_and_has_every_format(
    fund: Officer,
) -> None:
    assert rows(fund, "report engagement") == []
    header = next(csv.reader(io.StringIO(fund.says("report engagement --format csv"))))
    assert header[:4] == ["body", "body_name", "from", "to"]
    assert {"present", "present_count", "present_of", "step"} <= set(header)


def test_the_help_says_how_the_figures_are_made(fund: Officer) -> None:
    told = " ".join(fund.says("report engagement --help").split())
    assert "PRESENT = (attended + part + online among expected)" in told


def test_the_receipt_of_an_attendance_says_that_it_is_recorded(metro: Officer) -> None:
    said = metro.says("meeting attend MT-0001 MHD --did spoke")
    assert said.startswith("done · attendance MT-0001/MHD recorded")
