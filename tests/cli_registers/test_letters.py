"""Letters and briefs: of the program's templates and of the fund's own, as Markdown and HTML."""

from __future__ import annotations

from pathlib import Path
from string import Template

import pytest
from officer import Officer

from ledger.letters.templates import Letter, fill, shipped_template


@pytest.fixture
def asked(fund: Officer) -> Officer:
    """Give an officer with an approach, and a deal between the same two."""
    fund.says("approach add N-0001 EDB --on 2026-11-01 --reference L-7")
    fund.says("deal introduce O-0001 N-0001 '1M EUR' --until 2027-01-01")
    return fund


def test_the_letter_of_an_approach_presents_the_need(asked: Officer) -> None:
    letter = asked.says("approach letter AP-0001")
    for text in ("Example Development Bank", "Mashhad", "Iran", "89,000,000.00 EUR", "2026-12-31"):
        assert text in letter
    assert "$" not in letter


def test_the_letter_of_a_deal_says_what_is_held(asked: Officer) -> None:
    letter = asked.says("deal letter D-0001")
    assert "On hold: 1,000,000.00 EUR" in letter
    assert "The hold ends on: 2027-01-01" in letter


def test_the_brief_of_a_project_lists_needs_and_deals(asked: Officer) -> None:
    brief = asked.says("project brief PRJ-0001")
    assert "# Urban railway line 3" in brief
    assert "- money: the amount is not known yet (in IRR)" in brief
    assert "- Example Development Bank: held 1,000,000.00 EUR (D-0001)" in brief


def test_the_brief_says_since_when_the_city_holds_a_seat(asked: Officer) -> None:
    asked.says("city edit MHD --member-since 2001 --reason letterhead")
    asked.says("body add Metropolis --code METRO --kind association")
    asked.says("seat add MHD METRO --from 1993")
    asked.says("settings edit --association METRO")
    assert "Member since: 1993." in asked.says("project brief PRJ-0001")


def test_html_escapes_what_people_typed(asked: Officer, tmp_path: Path) -> None:
    asked.says("project edit PRJ-0001 --title 'Line 3 <b>&</b>'")
    assert "Line 3 &lt;b&gt;&amp;&lt;/b&gt;" in asked.says("project brief PRJ-0001 --html")
    file = tmp_path / "brief.html"
    asked.says(f"project brief PRJ-0001 --output {file}")
    assert file.read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("![x](http://h.org/y)", r"!\[x\](http\://h.org/y)"),
        ("Line **3** <b>", r"Line \*\*3\*\* &lt;b>"),
        ("# Line 3", r"\# Line 3"),
        ("1. Line", r"1\. Line"),
        ("> Line", r"\> Line"),
        ("2026-30 line", "2026-30 line"),
        ("a@h.org", r"a\@h.org"),
    ],
)
def test_markdown_escapes_what_people_typed(
    asked: Officer, tmp_path: Path, typed: str, written: str
) -> None:
    asked.says(f"project edit PRJ-0001 --title '{typed}'")
    own = tmp_path / "own.md"
    own.write_text("$project\n\n$needs")
    first, _, needs = asked.says(f"project brief PRJ-0001 --template {own}").partition("\n\n")
    assert first == written
    assert needs.startswith("- money: 89,000,000.00 EUR\n")
    assert asked.asks("project brief PRJ-0001")["project"] == typed


def test_the_letter_of_a_withdrawn_approach_is_written_with_a_note(asked: Officer) -> None:
    assert "withdrawn" not in asked.tries("approach letter AP-0001").err
    asked.says("approach withdraw AP-0001")
    said = asked.tries("approach letter AP-0001")
    assert said.err == "Approach AP-0001 is withdrawn: it was recorded in error.\n"
    assert "89,000,000.00 EUR" in said.out
    assert asked.tries("approach letter AP-0001 --quiet").err == ""


def test_a_fund_replaces_the_template(asked: Officer, tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text("To $provider: $quantity for $$0")
    letter = asked.says(f"approach letter AP-0001 --template {own}")
    assert letter == "To Example Development Bank: 89,000,000.00 EUR for $0\n"
    own.write_text("To $provder")
    line = f"approach letter AP-0001 --template {own}"
    assert asked.refused(line, 3, "provider") == "bad-template"
    own.write_text("5 $ each")
    assert asked.refused(line, 3) == "bad-template"
    missing = f"approach letter AP-0001 --template {tmp_path / 'none.md'}"
    assert asked.refused(missing, 74) == "cannot-read-file"


def test_what_is_no_longer_missing_is_not_listed_as_missing(asked: Officer) -> None:
    assert "- money: 89,000,000.00 EUR" in asked.says("project brief PRJ-0001")
    asked.says("deal introduce O-0001 N-0001 '89M EUR' --until 2027-01-01")
    brief = asked.says("project brief PRJ-0001")
    assert "EUR" not in brief.split("## What is agreed")[0]
    assert "- money: the amount is not known yet (in IRR)" in brief
    asked.says("approach add N-0002 EDB")
    assert "0.00 EUR" not in asked.says("approach letter AP-0002")


@pytest.mark.parametrize(
    "line", ["approach letter AP-0001", "deal letter D-0001", "project brief PRJ-0001"]
)
def test_every_letter_takes_a_template_of_the_fund(
    asked: Officer, tmp_path: Path, line: str
) -> None:
    asked.says("project edit PRJ-0001 --title 'Line <b>3</b> $city'")
    own = tmp_path / "own.html"
    own.write_text("<p>${project}, $city: $$1</p>", encoding="utf-8")
    escaped = "<p>Line &lt;b&gt;3&lt;/b&gt; $city, Mashhad: $1</p>\n"
    assert asked.says(f"{line} --template {own}") == escaped
    own.write_text("$project $nothing_such", encoding="utf-8")
    assert asked.refused(f"{line} --template {own}", 3, "$nothing_such") == "bad-template"
    own.write_text("${project", encoding="utf-8")
    assert asked.refused(f"{line} --template {own}", 3, "begins no placeholder") == "bad-template"
    own.write_bytes(b"\xff\xfe$project")
    assert asked.refused(f"{line} --template {own}", 3, "UTF-8") == "bad-template"
    assert asked.refused(f"{line} --template {tmp_path}", 74) == "cannot-read-file"


@pytest.mark.parametrize("letter", Letter)
def test_both_templates_of_a_letter_take_the_same_values(letter: Letter) -> None:
    values = {name: name for name in _names(shipped_template(letter, "md"))}
    assert _names(shipped_template(letter, "html")) == values.keys()
    assert fill(shipped_template(letter, "md"), values, "md", str)


def _names(text: str) -> set[str]:
    return set(Template(text).get_identifiers())


def test_json_has_the_letter_as_a_template_of_ones_own_writes_it(
    asked: Officer, tmp_path: Path
) -> None:
    template = tmp_path / "own.md"
    template.write_text("Dear $provider, about $city.\n")
    answer = asked.asks(f"approach letter AP-0001 --template {template}")
    assert answer["letter"] == "Dear Example Development Bank, about Mashhad."
    plain = asked.asks("approach letter AP-0001")
    assert plain["letter"] == asked.says("approach letter AP-0001").rstrip("\n")
    assert asked.asks("approach letter AP-0001 --html")["letter"].startswith("<!DOCTYPE html>")
    persian = asked.asks("approach letter AP-0001 --lang fa")
    assert persian["letter"] == asked.says("approach letter AP-0001 --lang fa").rstrip("\n")
    assert {**persian, "letter": ""} == {**plain, "letter": ""}
