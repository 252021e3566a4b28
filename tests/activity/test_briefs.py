"""A brief has on one page what stands under a record, an office, or what an officer looks after."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from officer import Officer


@pytest.fixture
def busy(officer: Officer) -> Officer:
    """Give an officer of a fund with a project in every state, people, notes and an owner."""
    for line in (
        "city add Mashhad --code MHD --country IR --name-local مشهد",
        "city add Bogota --code BOG --country CO",
        "project add Monorail --city MHD --sector transport.urban --code PRJ-1",
        "need add PRJ-1 money '10M EUR' --code N-1 --needed-by 2027-06-30",
        "need add PRJ-1 expertise '? person-day' --code N-2 --topic bim",
        "provider add 'Bank of Cities' --kind bank --code BK",
        "offer add BK money '5M EUR' --code O-1 --valid-until 2027-01-01",
        "deal introduce O-1 N-1 '4M EUR' --until 2026-12-10",
        "deal commit D-0001 '1M EUR' --reference LTR-9",
        "deal edit D-0001 --due 2026-11-23",
        "approach add N-2 BK --on 2026-09-01",
        "contact add MHD 'A. Karimi' --role mayor --phone '+98 51 3841 0000'",
        "contact add BK 'D. Banker <b>' --email d@bank.org",
        "owner add PRJ-1 sara",
        "identifier add projects PRJ-1 iati XM-77",
        "note add PRJ-1 'Asked | for a metro' --on 2026-11-01",
        "note add D-0001 'Signed in Paris'",
    ):
        officer.says(line)
    return officer


def test_a_project_with_all_that_stands_under_it(busy: Officer) -> None:
    brief = busy.asks("brief prj-1")
    assert (brief["about"], brief["as_of"]) == ("project PRJ-1", "2026-11-23")
    assert [one["code"] for one in brief["subjects"]] == ["PRJ-1"]
    assert [(one["code"], one["required"]) for one in brief["needs"]] == [
        ("N-1", "10,000,000.00 EUR"),
        ("N-2", "unknown, in person-day"),
    ]
    (deal,) = brief["deals"]
    assert (deal["name"], deal["title"], deal["committed"]) == (
        "Bank of Cities",
        "Monorail",
        "1,000,000.00 EUR",
    )
    assert [one["name"] for one in brief["people"]] == ["A. Karimi", "D. Banker <b>"]
    assert [one["owner"] for one in brief["owners"]] == ["sara"]
    assert [one["reference"] for one in brief["references"]] == ["LTR-9"]
    assert [(one["record"], one["id"]) for one in brief["identifiers"]] == [("PRJ-1", "XM-77")]
    assert [one["text"] for one in brief["notes"]] == ["Asked | for a metro", "Signed in Paris"]
    assert [(one["record"], one["what"], one["state"]) for one in brief["next_steps"]] == [
        ("AP-0001", "no answer came", "overdue"),
        ("D-0001", "delivery due", "to come"),
        ("D-0001", "last day of the hold", "to come"),
        ("N-1", "needed by this day", "to come"),
    ]
    assert brief["acts"] == []


def test_what_was_withdrawn_is_required_and_a_reversed_act_names_no_paper(busy: Officer) -> None:
    number = busy.asks("journal list --where act=commit")["rows"][0]["entry"]
    for line in (
        f"journal correct {number} --reference LTR-10 --reason 'misread'",
        "deal commit D-0001 '1 EUR' --reference LTR-11",
        "need withdraw N-1 '2M EUR'",
    ):
        busy.says(line)
    brief = busy.asks("brief prj-1")
    assert [one["reference"] for one in brief["references"]] == ["LTR-10", "LTR-11"]
    assert brief["needs"][0]["required"] == "10,000,000.00 EUR"


@pytest.mark.only_on("sqlite")
def test_next_steps_have_reminders_and_instalments(busy: Officer) -> None:
    for line in (
        "deal commit D-0001 '3M EUR'",
        "deal edit D-0001 --due 2027-06-01",
        "instalment add D-0001 2026-11-20 '1M EUR'",
        "instalment add D-0001 2027-01-15 '1.5M EUR'",
        "remind D-0001 2026-12-24 'Ask for the report'",
        "remind PRJ-1 2026-11-22 'Call the mayor'",
        "remind BK 2026-12-01 'Not of the project'",
        "remind N-1 2026-12-02 'Done already'",
        "done R-0004",
    ):
        busy.says(line)
    steps = busy.asks("brief PRJ-1")["next_steps"]
    told = [(one["record"], one["what"], one["state"]) for one in steps]
    assert told == [
        ("AP-0001", "no answer came", "overdue"),
        ("D-0001", "delivery of 1,000,000.00 EUR due", "overdue"),
        ("PRJ-1", "Call the mayor", "overdue"),
        ("D-0001", "Ask for the report", "to come"),
        ("D-0001", "delivery of 1,500,000.00 EUR due", "to come"),
        ("D-0001", "delivery due", "to come"),
        ("N-1", "needed by this day", "to come"),
    ]
    busy.says("deal deliver D-0001 '1.2M EUR'")
    told = [one["what"] for one in busy.asks("brief D-0001")["next_steps"]]
    assert told == ["Ask for the report", "delivery of 1,300,000.00 EUR due", "delivery due"]
    assert "Call the mayor" in busy.says("brief PRJ-1 --format html")


def test_since_keeps_newer_notes_and_adds_acts(busy: Officer) -> None:
    brief = busy.asks("brief PRJ-1 --since 2026-11-20")
    assert [one["text"] for one in brief["notes"]] == ["Signed in Paris"]
    commands = [one["command"] for one in brief["acts"]]
    assert {"project add", "deal commit", "note add", "owner add"} <= {*commands}
    assert "city add" not in commands


@pytest.mark.only_on("sqlite")
def test_a_brief_of_an_earlier_day_has_what_was_so_then(busy: Officer) -> None:
    brief = busy.asks("brief PRJ-1 --as-of 2026-11-10")
    assert [one["text"] for one in brief["notes"]] == ["Asked | for a metro"]
    assert (brief["deals"], brief["references"]) == ([], [])
    line = "brief PRJ-1 --known-at '2026-01-01 00:00'"
    assert busy.refused(line, 5, "project PRJ-1") == "not-there-then"


@pytest.mark.only_on("sqlite")
def test_an_office_a_provider_and_what_is_mine(busy: Officer) -> None:
    office = busy.asks("brief --office asia")
    assert [one["code"] for one in office["needs"]] == ["N-1", "N-2"]
    assert busy.asks("brief --office americas")["needs"] == []
    provider = busy.asks("brief BK")
    assert [one["code"] for one in provider["offers"]] == ["O-1"]
    assert [one["code"] for one in provider["deals"]] == ["D-0001"]
    mine = busy.asks("brief --mine")
    assert (mine["about"], [one["code"] for one in mine["subjects"]]) == (
        "what sara looks after",
        ["PRJ-1"],
    )
    assert busy.refused("brief --mine --actor omid", 5, "omid") == "nothing-owned"
    busy.says("owner edit OW-0001 omid")
    assert busy.asks("brief --mine --actor omid")["owners"][0]["owner"] == "omid"
    assert busy.refused("owner add PRJ-1 sara", 4, "omid") == "already-there"
    busy.says("owner withdraw OW-0001")
    busy.says("owner add PRJ-1 sara")
    assert busy.refused("owner reinstate OW-0001", 4, "sara") == "already-there"


@pytest.mark.only_on("sqlite")
def test_the_three_forms_of_a_page(busy: Officer, tmp_path: Path) -> None:
    text = busy.says("brief MHD")
    assert text.startswith("Brief: city MHD\nTitle: Mashhad\nLocal name: مشهد\n")
    for heading in ("Next steps", "Needs", "Deals", "Approaches", "People", "References", "Notes"):
        assert f"\n\n{heading}\n" in text
    markdown = busy.says("brief MHD --format md")
    assert markdown.startswith("# Brief: city MHD\n")
    assert "## Notes" in markdown
    assert "Asked \\| for a metro" in markdown
    busy.says(f"brief MHD --format html --output {tmp_path / 'page.html'}")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<caption>People</caption>" in page
    assert "D. Banker &lt;b&gt;" in page
    assert "<script" not in page
    assert "Nothing is recorded under it." in busy.says("brief BOG")


@pytest.mark.only_on("sqlite")
def test_a_brief_is_about_one_thing(busy: Officer) -> None:
    assert busy.refused("brief", 2, "None of them") == "bad-usage"
    assert busy.refused("brief PRJ-1 --mine", 2, "More than one") == "bad-usage"
    assert busy.refused("brief PRJ-7", 5, "PRJ-7") == "unknown-code"
    assert busy.refused("brief --office atlantis", 5, "atlantis") == "unknown-code"


@pytest.mark.only_on("sqlite")
def test_a_need_has_its_factor_and_its_topic(busy: Officer) -> None:
    needs = busy.asks("brief PRJ-1")["needs"]
    assert [(one["factor"], one["topic"]) for one in needs] == [
        ("money", None),
        ("expertise", "bim"),
    ]
    said = busy.says("brief PRJ-1")
    assert re.search(r"^N-1 .*\bmoney\b", said, re.MULTILINE)
    assert re.search(r"^N-2 .*\bexpertise +bim\b", said, re.MULTILINE)
