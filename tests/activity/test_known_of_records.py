"""The screens of a record name who looks after it, its people, newest notes and open reminders."""

from __future__ import annotations

import pytest
from officer import Officer


@pytest.fixture
def told(officer: Officer) -> Officer:
    """Give an officer of a fund with people, owners, notes and reminders on several records."""
    for line in (
        "city add Mashhad --code MHD --country IR",
        "city add Bogota --code BOG --country CO",
        "project add Monorail --city MHD --sector transport.urban --code PRJ-1",
        "need add PRJ-1 money '10M EUR' --code N-1",
        "provider add 'Bank of Cities' --kind bank --code BK",
        "offer add BK money '5M EUR' --code O-1",
        "deal introduce O-1 N-1 '4M EUR' --until 2026-12-10",
        "contact add MHD 'A. Karimi' --role mayor --phone '+98 51 3841 0000'",
        "contact add MHD 'B. Rahimi' --role treasurer",
        "contact add BK 'D. Banker' --email d@bank.org",
        "contact add BOG 'E. Other'",
        "contact withdraw CN-0002",
        "owner add PRJ-1 sara",
        "owner add BK omid",
        "note add PRJ-1 'First' --on 2026-11-01",
        "note add PRJ-1 'Third' --on 2026-11-03",
        "note add PRJ-1 'Second' --on 2026-11-02",
        "note add PRJ-1 'Fourth' --on 2026-11-03",
        "note add BOG 'Elsewhere'",
        "reminder add PRJ-1 2026-12-01 'Ask for the plan'",
        "reminder add PRJ-1 2026-11-20 'Call the mayor'",
        "reminder add PRJ-1 2026-11-21 'Done already'",
        "done R-0003",
    ):
        officer.says(line)
    return officer


def test_a_project_has_its_own_and_those_of_its_city(told: Officer) -> None:
    shown = told.asks("project show PRJ-1")
    assert [(one["kind"], one["owner"]) for one in shown["owners"]] == [("project", "sara")]
    assert [(one["name"], one["role"]) for one in shown["people"]] == [("A. Karimi", "mayor")]
    assert [one["text"] for one in shown["newest_notes"]] == ["Fourth", "Third", "Second"]
    assert shown["notes_in_all"] == 4
    assert [(one["text"], one["state"]) for one in shown["reminders"]] == [
        ("Call the mayor", "overdue"),
        ("Ask for the plan", "to come"),
    ]


@pytest.mark.only_on("sqlite")
def test_a_person_who_left_is_named_only_among_all(told: Officer) -> None:
    current = [one["code"] for one in told.asks("contact list")["rows"]]
    assert current == ["CN-0001", "CN-0003", "CN-0004"]
    assert "B. Rahimi" in told.says("contact list --all")
    for line in ("city show MHD", "project show PRJ-1", "deal show D-0001", "brief MHD"):
        assert "A. Karimi" in told.says(line), line
        assert "B. Rahimi" not in told.says(line), line
    told.says("contact reinstate CN-0002")
    for line in ("contact list", "city show MHD", "brief MHD"):
        assert "B. Rahimi" in told.says(line), line
    assert told.refused("contact reinstate CN-0002", 4, "CN-0002") == "nothing-to-change"
    assert told.refused("contact withdraw CN-0009", 5, "CN-0009") == "unknown-code"


@pytest.mark.only_on("sqlite")
def test_a_reminder_done_by_mistake_is_reopened(told: Officer) -> None:
    def open_reminders() -> list[str]:
        return [one["text"] for one in told.asks("project show PRJ-1")["reminders"]]

    assert "Done already" not in told.says("status")
    assert "done on" in told.says("reminder reopen R-0003")
    assert "Done already" in open_reminders()
    assert "Done already" in told.says("status")
    assert "Done already" in told.says("brief PRJ-1")
    assert told.refused("reminder reopen R-0003", 4, "R-0003") == "nothing-to-change"
    assert told.refused("reminder reopen R-0009", 5, "R-0009") == "unknown-code"
    told.says("done R-0003")
    assert "Done already" not in open_reminders()
    assert told.tries("check").code == 0


@pytest.mark.only_on("sqlite")
def test_a_deal_has_the_people_and_owners_of_both_sides(told: Officer) -> None:
    told.says("note add D-0001 'Signed in Paris'")
    shown = told.asks("deal show D-0001")
    assert [one["name"] for one in shown["people"]] == ["A. Karimi", "D. Banker"]
    assert [(one["kind"], one["owner"]) for one in shown["owners"]] == [
        ("project", "sara"),
        ("provider", "omid"),
    ]
    assert [one["text"] for one in shown["newest_notes"]] == ["Signed in Paris"]
    assert shown["reminders"] == []


@pytest.mark.only_on("sqlite")
def test_cities_and_providers_have_their_own(told: Officer) -> None:
    city, provider = told.asks("city show MHD"), told.asks("provider show BK")
    assert [one["name"] for one in city["people"]] == ["A. Karimi"]
    assert (city["owners"], city["newest_notes"], city["notes_in_all"]) == ([], [], 0)
    assert [one["email"] for one in provider["people"]] == ["d@bank.org"]
    assert [one["owner"] for one in provider["owners"]] == ["omid"]


@pytest.mark.only_on("sqlite")
def test_people_read_them_below_the_record(told: Officer) -> None:
    shown = told.says("project show PRJ-1")
    for heading in ("OWNER", "PEOPLE", "NEWEST NOTES", "OPEN REMINDERS"):
        assert f"\n{heading}\n" in shown
    assert "1 older: cityfund note list --where record=PRJ-1" in shown
    assert "First" not in shown


@pytest.mark.only_on("sqlite")
def test_they_are_those_of_the_day_and_follow_a_code(told: Officer) -> None:
    shown = told.asks("project show PRJ-1 --as-of 2026-11-02")
    assert [one["text"] for one in shown["newest_notes"]] == ["Second", "First"]
    told.says("city edit BOG --code BGT --reason shorter")
    shown = told.asks("city show BGT")
    assert [one["text"] for one in shown["newest_notes"]] == ["Elsewhere"]
    assert [one["name"] for one in shown["people"]] == ["E. Other"]


@pytest.mark.only_on("sqlite")
def test_what_was_known_of_a_record_in_error_stays_known_then(officer: Officer) -> None:
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("contact add MHD 'A. Karimi'")
    then = officer.asks("history contact:CN-0001")["rows"][0]["recorded_at"]
    officer.says("undo --reason wrong --yes")
    officer.says("undo --reason wrong --yes")
    assert officer.asks(f"city show MHD --known-at {then}")["people"]
