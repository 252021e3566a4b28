"""Shipped rules on files that differ as real ones do: sheets, rows above the names, separators."""

from __future__ import annotations

import csv
import io
import json
import shlex
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from officer import Officer
from posted_amounts import posted
from test_workbooks_of_tables import saved

from ledger.interchange.mapping.loading import shipped_rules

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

BUDGET = [
    ["Project ID", "City", "Country", "Source", "Request", "Approved", "FY", "Currency"],
    ["A1", "Évora", "PT", "Bonds", "1,200.50", "1,000.25", "2025", "EUR"],
    ["A2", "Évora", "PT", "", "100", "-", "2025", "EUR"],
]
APPROVED = {("committed", "EUR"): Decimal("1000.25")}
GRANTS = [
    ["Identifier", "Title", "Currency", "Amount Awarded", "Award Date", "Funding Org:Identifier"],
    ["360G-x-1", "A", "GBP", 1000, date(2019, 5, 1), "GB-CHC-1"],
]


def text(rows: list[list[str]], delimiter: str = ",", above: str = "") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return above + out.getvalue()


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        (text(BUDGET, ";"), ["the cells are separated by ';'"]),
        (
            text(BUDGET, above='Capital budget\n"of Évora, in euros"\n\n'),
            ["the names of the columns were found in line 4"],
        ),
        (
            text(BUDGET, "\t", "Capital budget;;\n"),
            ["the cells are separated by '\\t'", "the names of the columns were found in line 2"],
        ),
    ],
    ids=["semicolons", "below-a-title", "tabs-below-a-title"],
)
def test_the_names_are_found_where_they_stand(
    officer: Officer, tmp_path: Path, content: str, notes: list[str]
) -> None:
    path = tmp_path / "budget.csv"
    path.write_text(content, encoding="utf-8")
    done = officer.tries(f"import {path} --rules city-budget --yes")
    assert (done.code, "2 rows: 2 used, 0 left out" in done.err) == (0, True), done.err
    assert [note for note in notes if note not in done.err] == []
    assert posted(officer, tmp_path / "out") == APPROVED
    assert "Nothing to import" in officer.says(f"import {path} --rules city-budget --yes")


def test_the_sheet_with_the_columns_is_read(officer: Officer, tmp_path: Path) -> None:
    meta: list[list[object]] = [["version", "1.3"], ["licence", "CC BY"]]
    path = saved(tmp_path / "grants.xlsx", {"meta": meta, "awards": [["Awards"], [], *GRANTS]})
    done = officer.tries(f"import {path} --rules 360giving --yes")
    assert (done.code, "found in row 3" in done.err) == (0, True), done.err
    assert "the sheet awards is read; not read, without the columns of the rule: meta" in done.err
    assert posted(officer, tmp_path / "out") == {("committed", "GBP"): Decimal(1000)}


def test_grants_of_zero_and_with_signs_of_currencies(officer: Officer, tmp_path: Path) -> None:
    names = "Identifier,Title,Amount Applied For,Amount Awarded,Award Date,Funding Org:Name"
    rows = ['1,A,0,"£1,200.50",01/06/2019,F', "2,B,,0.00,2019-06-01,F", "3,C,,-5,2019-06-01,F"]
    path = tmp_path / "grants.csv"
    path.write_text("\n".join([names, *rows, "4,D,,some,2019-06-01,F"]), encoding="utf-8")
    done = officer.tries(f"import {path} --rules 360giving --yes")
    assert (done.code, "4 rows: 1 used, 3 left out" in done.err) == (0, True), done.err
    for reason in ("nothing awarded: an amount of zero: 1", "an amount below zero: 1"):
        assert f"left out, {reason}" in done.err
    assert "such as line 5: 'some' is not a number" in done.err
    assert posted(officer, tmp_path / "out") == {("committed", "GBP"): Decimal("1200.50")}


def test_of_two_sheets_with_the_columns_none_is_chosen(officer: Officer, tmp_path: Path) -> None:
    sheets = {"y2019": GRANTS, "y2020": GRANTS, "meta": [["version"]]}
    path = saved(tmp_path / "grants.xlsx", sheets)
    done = officer.tries(f"import {path} --rules 360giving --yes")
    assert (done.code, "several sheets: y2019, y2020." in done.err) == (3, True), done.err
    said = f"cityfund import {path} --rules 360giving --reading sheet=y2019"
    assert done.err.rstrip().endswith(said)
    officer.says(said.removeprefix("cityfund "), "--yes")
    assert posted(officer, tmp_path / "out") == {("committed", "GBP"): Decimal(1000)}


COMMA = text(BUDGET, ";").replace("1,200.50", "1.200,50").replace("1,000.25", "1.000,25")
JSON = """{"projects": [{"id": "Pé", "locations": [{"address": {"country": "UG"}}]}]}"""


@pytest.mark.parametrize(
    ("rule", "name", "content", "code", "words"),
    [
        ("city-budget", "budget.csv", text(BUDGET).encode("cp1252"), 3, "encoding=cp1252"),
        ("city-budget", "a budget.csv", COMMA.encode(), 0, "numbers=1.234,5"),
        ("oc4ids", "oc4ids.json", JSON.encode("cp1252"), 3, "encoding=cp1252"),
    ],
    ids=["encoding", "numbers", "json"],
)
def test_what_a_shipped_rule_does_not_say_is_said_by_the_command_that_is_named(
    officer: Officer, tmp_path: Path, rule: str, name: str, content: bytes, code: int, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    done = officer.tries(f"import {shlex.quote(str(path))} --rules {rule} --yes")
    command = f"import {shlex.quote(str(path))} --rules {rule} --reading {words}"
    assert (done.code, done.err.count(f"cityfund {command}\n")) == (code, 1), done.err
    assert " used, 0 left out" in officer.tries(command, "--dry-run").err
    assert officer.tries(command, "--yes").code == 0
    assert "Nothing to import" in officer.says(command, "--yes")


def test_a_command_that_is_named_repeats_what_was_said_of_the_file(
    officer: Officer, tmp_path: Path
) -> None:
    path = tmp_path / "budget.csv"
    path.write_bytes(COMMA.encode("cp1252"))
    command = f"import {path} --rules city-budget --reading encoding=cp1252"
    done = officer.tries(command, "--yes")
    assert f"cityfund {command} --reading numbers=1.234,5\n" in done.err, done.err
    officer.says(f"{command} --reading numbers=1.234,5 --yes")
    assert posted(officer, tmp_path / "out") == APPROVED


@pytest.mark.parametrize(
    ("rule", "name", "content"),
    [("oc4ids", "oc4ids.json", '{"list": []}'), ("iati-2", "iati.xml", "<a><b/></a>")],
)
def test_where_the_records_are_can_be_said(
    officer: Officer, tmp_path: Path, rule: str, name: str, content: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    done = officer.tries(f"import {path} --rules {rule} --yes")
    said = f"cityfund import {path} --rules {rule} --reading rows=NAME\n"
    assert (done.code, done.err.count(said)) == (3, 1), done.err


def test_what_only_a_rule_can_say_is_said_in_a_copy(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "budget.csv"
    path.write_text("Project,City,Country\nA1,x,FR\n", encoding="utf-8")
    done = officer.tries(f"import {path} --rules city-budget --yes")
    said = "cityfund import FILE --rules city-budget --learn COPY.toml"
    assert (done.code, done.err.count(said)) == (3, 1), done.err
    copy = tmp_path / "copy.toml"
    assert str(copy) in officer.says(f"import {path} --rules city-budget --learn {copy}")
    assert copy.read_text(encoding="utf-8") == shipped_rules()["city-budget"]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("enc=cp1252", "'enc=cp1252' does not say how a file is written."),
        ("encoding", "'encoding' does not say how a file is written."),
        ("numbers=some", "'some' is no form of numbers"),
        ("header=first", "header=first: Input should be a valid integer"),
        ("encoding=cp1252 --reading header=first", "header=first: Input should be"),
        ("sheet=a --reading sheet=b", "The sheet of the file is given twice."),
    ],
)
def test_words_about_a_file_that_are_not_understood_are_refused(
    officer: Officer, tmp_path: Path, words: str, what: str
) -> None:
    path = tmp_path / "budget.csv"
    path.write_text(text(BUDGET), encoding="utf-8")
    command = f"import {path} --rules city-budget --reading {words}"
    assert officer.refused(command, 2, what) == "bad-reading"


@pytest.mark.parametrize("rest", ["", "--rules popolo", "--learn copy.toml --rules city-budget"])
def test_words_about_a_file_go_with_a_rule_that_reads_it(officer: Officer, rest: str) -> None:
    command = f"import cities.csv {rest} --reading encoding=cp1252"
    assert officer.refused(command, 2) == "no-rule-for-reading"


def test_a_list_to_screen_is_read_as_is_said(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "debarred.csv"
    rows = [["Firm Name", "Country", "From Date", "To Date", "Grounds"]]
    path.write_bytes(text([*rows, ["Café SA", "FR", "2020-01-01", "", ""]]).encode("cp1252"))
    done = officer.tries(f"screen {path} --rules debarment-list")
    command = f"screen {path} --rules debarment-list --reading encoding=cp1252"
    assert (done.code, f"cityfund {command}\n" in done.err) == (3, True), done.err
    assert "1 entry" in officer.says(command)
    assert officer.refused(f"screen {path} --reading encoding=cp1252", 2) == "no-rule-for-reading"


def test_a_copy_that_says_the_encoding_reads_the_file(officer: Officer, tmp_path: Path) -> None:
    path, copy = tmp_path / "budget.csv", tmp_path / "copy.toml"
    path.write_bytes(text(BUDGET).encode("cp1252"))
    officer.says(f"import {path} --rules city-budget --learn {copy}")
    said = copy.read_text(encoding="utf-8").replace("[source]", '[source]\nencoding = "cp1252"')
    copy.write_text(said, encoding="utf-8")
    officer.says(f"import {path} --rules {copy} --yes")
    assert posted(officer, tmp_path / "out") == APPROVED


def test_grants_in_a_list_of_their_own_are_read(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "grants.json"
    award = {"id": "360G-x-1", "title": "A", "awardDate": "2019-05-01", "currency": "GBP"}
    funder = {"fundingOrganization": [{"id": "GB-CHC-1", "name": "F"}]}
    path.write_text(json.dumps([{**award, **funder, "amountAwarded": 1000}]), encoding="utf-8")
    done = officer.tries(f"import {path} --rules 360giving --yes")
    assert (done.code, "1 row: 1 used" in done.err) == (0, True), done.err
    assert "the file is a list of records, not an object that has them at 'grants'" in done.err
    assert posted(officer, tmp_path / "out") == {("committed", "GBP"): Decimal(1000)}


def test_an_object_of_no_list_says_what_it_has(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "flows.json"
    path.write_text('{"status": "ok", "data": {"flows": [{"id": 1}]}}', encoding="utf-8")
    done = officer.tries(f"import {path} --rules fts-flows --yes")
    assert (done.code, "has no list of records. It has status, data." in done.err) == (3, True)


def test_names_in_other_capitals_below_a_title_are_found(officer: Officer, tmp_path: Path) -> None:
    names = "ID,TITLE,AMOUNTAWARDED,AWARDDATE,FUNDINGORGANIZATION/0/ID"
    path = tmp_path / "grants.csv"
    path.write_text(f"Grants of 2019\n\n{names}\n1,A,5,2019-06-01,F\n", encoding="utf-8")
    done = officer.tries(f"import {path} --rules 360giving --yes")
    assert (done.code, "found in line 3" in done.err) == (0, True), done.err


CORRIDORS = """\
CITY,COUNTRY,CORRIDOR,SYSTEM,YEAR,CLASSIFICATION
,,,,,
Abidjan,Ivory Coast,North,Bus,2022,Silver
Abidjan,Ivory Coast,South,Bus,2022,
Abidjan,Ivory Coast,East,Bus,2022/23,Gold
,,,,,
"""
LINES = """\
e,country,city,line,start_year,end_year,cost,currency,year,length,stations,tunnel,tunnel_per,source1,source2,reference
1,NG,Lagos,Blue,2010,2020,1200,USD,2015,27,13,0,0%,Plan,Plan,r
2,NG,Lagos,Red,2010,2020,"1,200",USD,2015,27,13,0,0%,Plan,Plan,r
1,NG,Lagos,Green,2010,2020,90,USD,2015,27,13,0,0%,Plan,Plan,r
"""


@pytest.mark.parametrize(
    ("rule", "name", "content", "reasons"),
    [
        (
            "brt-standard",
            "itdp_brt_standard_2022.csv",
            CORRIDORS,
            ["a corridor without a classification: 1", "cannot be read in year (bad-date): 1"],
        ),
        (
            "transit-costs",
            "transit_costs_2024.csv",
            LINES,
            ["cannot be read in cost (bad-number): 1", "says otherwise (twice): 1"],
        ),
    ],
)
def test_a_row_that_cannot_be_read_is_left_out_and_the_others_are_imported(
    officer: Officer, tmp_path: Path, rule: str, name: str, content: str, reasons: list[str]
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    done = officer.tries(f"import {path} --rules {rule} --yes")
    assert (done.code, "3 rows: 1 used, 2 left out" in done.err) == (0, True), done.err
    assert [
        one
        for one in reasons
        if f"left out, {one}" not in done.err.replace("an earlier row has this identity, and ", "")
    ] == []


def test_a_column_may_be_called_as_what_the_rule_finds_is(officer: Officer, tmp_path: Path) -> None:
    names = ["country", "city", "daily_demand_passengers_per_day"]
    others = ["peak_load_passengers_per_hour_per_direction", "operating_speed", "system_length_km"]
    path = tmp_path / "brt_systems.csv"
    path.write_text(text([names + others, ["Nigeria", "Lagos", "2000", "NA", "30", "22"]]))
    done = officer.tries(f"import {path} --rules brt-credentials --yes")
    assert (done.code, "1 row: 1 used" in done.err) == (0, True), done.err


def test_an_activity_of_iati_1_is_left_out_and_said(officer: Officer, tmp_path: Path) -> None:
    given = '<value value-date="2011-01-01">100</value><transaction-date iso-date="2011-01-01"/>'
    activity = (
        '<iati-activity default-currency="EUR"><iati-identifier>NL-{0}</iati-identifier>'
        '<recipient-country code="KE"/><activity-date iso-date="2010-01-01" type="{1}"/>'
        '<transaction><transaction-type code="{2}"/>{3}</transaction></iati-activity>'
    )
    old, new = activity.format(1, "start-actual", "C", given), activity.format(2, "2", "2", given)
    path = tmp_path / "iati.xml"
    path.write_text(f"<iati-activities>{old}{new}</iati-activities>", encoding="utf-8")
    done = officer.tries(f"import {path} --rules iati-2 --yes")
    assert (done.code, "2 rows: 1 used, 1 left out" in done.err) == (0, True), done.err
    assert "left out, written in IATI 1.0x, which has other codes: 1" in done.err
    assert posted(officer, tmp_path / "out") == {("committed", "EUR"): Decimal(100)}


def test_only_a_shipped_rule_is_copied(officer: Officer, tmp_path: Path) -> None:
    copy = tmp_path / "copy.toml"
    done = officer.tries(f"import x.csv --rules {tmp_path}/mine.toml --learn {copy}")
    assert (done.code, copy.exists()) == (2, False)
    assert "mine.toml is no shipped rule" in done.err


def test_a_file_of_which_no_row_is_used_is_not_said_to_be_imported_already(
    officer: Officer, tmp_path: Path
) -> None:
    path = tmp_path / "budget.csv"
    path.write_text(text([BUDGET[0], ["", *BUDGET[1][1:]]]), encoding="utf-8")
    said = officer.says(f"import {path} --rules city-budget --yes")
    assert "no row gives a record" in said


def test_sister_cities_with_commas_and_a_country_that_is_no_more(
    officer: Officer, tmp_path: Path
) -> None:
    names = ["origincityLabel", "origincountry", "sistercityLabel", "destination_countryLabel"]
    pairs = [["Varna", "Bulgaria", "Turku", "Finland"]]
    pairs += [["Varna", "Bulgaria", "Prague", "Czechoslovakia"]]
    path = tmp_path / "sister_cities.csv"
    path.write_text(text([names, *pairs]), encoding="utf-8")
    done = officer.tries(f"import {path} --rules sister-cities --yes")
    assert (done.code, "2 rows: 1 used, 1 left out" in done.err) == (0, True), done.err
    assert "such as line 3: 'Czechoslovakia' is neither a country's" in done.err
