"""Shipped rules on files of other publishers: optional columns, shares, editions and short rows."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from officer import Officer
from posted_amounts import exported, posted, required
from test_rules_of_donors_on_other_files import FLOW, written

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

LINE = {
    "Project ID": "A1",
    "City": "Boston",
    "Country": "US",
    "Source": "Bonds",
    "Request": "100",
    "Approved": "80",
    "FY": "2025",
    "Currency": "USD",
}


def test_spellings_of_one_country_are_one_city(officer: Officer, tmp_path: Path) -> None:
    others = ({"Project ID": "A2", "Country": "United States of America"}, {"Country": "USA"})
    rows = [LINE, LINE | others[0], LINE | {"Project ID": "A3"} | others[1]]
    officer.says(f"import {written(tmp_path / 'budget.csv', rows)} --rules city-budget --yes")
    assert [one["code"] for one in exported(officer, tmp_path / "out", "cities")] == ["US-BOSTON"]


def test_a_short_row_under_the_table_is_left_out_and_said(officer: Officer, tmp_path: Path) -> None:
    path = written(tmp_path / "budget.csv", [LINE])
    path.write_text(path.read_text() + "Source: the finance department\n", encoding="utf-8")
    done = officer.tries(f"import {path} --rules city-budget --yes")
    assert (done.code, "2 rows: 1 used, 1 left out" in done.err) == (0, True), done.err
    assert "cannot be read (cell-count): 1" in done.err
    assert "such as line 3: This row has 1 cells, the header 8." in done.err
    assert "Nothing to import" in officer.says(f"import {path} --rules city-budget --yes")


def test_two_headings_that_differ_in_capitals_are_refused(officer: Officer, tmp_path: Path) -> None:
    path = written(tmp_path / "budget.csv", [{"PROJECT ID": "B1", **LINE}])
    told = "The columns 'PROJECT ID' and 'Project ID' can each be 'project'"
    done = officer.tries(f"import {path} --rules city-budget --yes")
    assert (done.code, told in done.err, "is read as" in done.err) == (3, True, False), done.err


def test_an_alternative_that_is_not_read_is_said(officer: Officer, tmp_path: Path) -> None:
    path = written(tmp_path / "budget.csv", [LINE | {"Adopted Budget": "70"}])
    done = officer.tries(f"import {path} --rules city-budget --yes")
    assert "the column 'Approved' is read as approved, and 'Adopted Budget' is not" in done.err


def test_flows_without_what_they_can_do_without(officer: Officer, tmp_path: Path) -> None:
    absent = {"contributionType", "srcOrganizationTypes", "decisionDate", "firstReportedDate"}
    row = {name: cell for name, cell in FLOW.items() if name not in absent}
    path = written(tmp_path / "fts_incoming_funding_lbn.csv", [row | {"amountUSD": "1,000.50"}])
    officer.says(f"import {path} --rules fts-flows --yes")
    given = dict.fromkeys([("committed", "USD"), ("delivered", "USD")], Decimal("1000.50"))
    assert posted(officer, tmp_path / "out") == given


PLAN = {
    "countryCode": "UKR",
    "id": "1",
    "name": "Flash Appeal",
    "code": "FUKR22",
    "startDate": "2022-03-01",
    "requirements": "100",
}
PART: dict[str, Any] = {"ISO3": "PER", "Financing": [{"Currency": "USD", "Total": 7}]}
FUND = {
    "ApprovedRef": "FP1",
    "ProjectName": "N",
    "ApprovalDate": "2022-03-01",
    "Theme": "Adaptation",
    "Status": "Approved",
    "Countries": [PART],
    "ResultAreas": [{"Area": "Transport", "Value": "100.00%"}],
}
HPC = {"id": 1, "name": "N", "currentRequestedFunds": 5, "startDate": "2022-03-01"}
HPC |= {"versionCode": "HSYR22-1", "locations": [{"iso3": "SYR"}]}
HELP = {"RequestID": "R1", "ProjectTitle": "T", "Status": "Completed", "DurationApproved": 2}
HELP |= {"SubmissionDate": "2022-03-01", "Countries": [{"ISO3": "PER"}]}


@pytest.mark.parametrize(
    ("rule", "record", "column"),
    [
        ("fts-requirements", PLAN, "startDate"),
        ("gcf-projects", FUND, "ApprovalDate"),
        ("hpc-projects", HPC, "startDate"),
        ("gcf-readiness", HELP, "SubmissionDate"),
    ],
)
def test_an_edition_with_another_date_is_taken(
    officer: Officer, tmp_path: Path, rule: str, record: dict[str, Any], column: str
) -> None:
    path = tmp_path / "edition.ndjson"
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    officer.says(f"import {path} --rules {rule} --yes")
    path.write_text(json.dumps(record | {column: "2022-02-01"}) + "\n", encoding="utf-8")
    done = officer.tries(f"import {path} --rules {rule} --yes")
    assert (done.code, "declared_on 2022-03-01 → 2022-02-01" in done.err) == (0, True), done
    (need,) = exported(officer, tmp_path / "out", "needs")
    assert need["declared_on"] == "2022-02-01"
    path.write_text(json.dumps(record | {column: "2022-04-01"}) + "\n", encoding="utf-8")
    done = officer.tries(f"import {path} --rules {rule} --yes")
    told = "declared_on stays 2022-02-01; the file says 2022-04-01 now"
    assert (done.code, told in done.err, "as before" in done.err) == (0, True, False), done
    assert "Nothing to import" in officer.says(f"import {path} --rules {rule} --yes")


def test_a_list_of_records_is_read_where_a_path_leads_to_one(
    officer: Officer, tmp_path: Path
) -> None:
    path = tmp_path / "hpc_projects.json"
    path.write_text(json.dumps([HPC]), encoding="utf-8")
    done = officer.tries(f"import {path} --rules hpc-projects --yes")
    assert (done.code, "not an object that has them at 'data.results'" in done.err) == (0, True)


@pytest.mark.parametrize(
    ("share", "used"), [("60", 0), ("33.3%", 0), ("100.00", 1), ("99.99", 1), ("", 1)]
)
def test_a_country_with_a_part_of_an_activity_is_not_given_all_of_it(
    officer: Officer, tmp_path: Path, share: str, used: int
) -> None:
    path = tmp_path / "iati.xml"
    path.write_text(
        "<iati-activities><iati-activity default-currency='EUR'>"
        "<iati-identifier>X-1</iati-identifier>"
        f"<recipient-country code='KE' percentage='{share}'/><recipient-region code='298'/>"
        "<transaction><transaction-type code='2'/><transaction-date iso-date='2022-01-01'/>"
        "<value>5</value></transaction></iati-activity></iati-activities>",
        encoding="utf-8",
    )
    done = officer.tries(f"import {path} --rules iati-2 --yes")
    assert (done.code, f"1 row: {used} used" in done.err) == (0, True), done.err
    reason = "left out, a country has a part only, and the amounts are not divided: 1"
    assert (reason in done.err) is not used


def test_a_cost_in_another_currency_is_not_read_as_the_commitment_s(
    officer: Officer, tmp_path: Path
) -> None:
    row = {"donor": "Kuwait Fund", "recipient": "Jordan", "year": "2009", "title": "Road"}
    row |= {"commitment_amount": "1,000", "commitment_amount_currency": "KWD"}
    row |= {"commitment_date": "5 May, 2009", "total_project_cost": "9,000"}
    rows = [row | {"total_project_cost_currency": "USD"}]
    rows += [row | {"title": "Port", "total_project_cost_currency": "KWD"}]
    path = written(tmp_path / "aiddata.csv", rows)
    officer.says(f"import {path} --rules aidata-amp --yes")
    assert required(officer, tmp_path / "out") == {("required", "KWD"): Decimal(10000)}
    notes = {one["note"] for one in exported(officer, tmp_path / "out", "needs")}
    assert "Cost: 9,000 USD." in notes


def test_parties_of_grants_are_read_by_their_numbered_headings(
    officer: Officer, tmp_path: Path
) -> None:
    row = {
        "Identifier": "360G-1",
        "Title": "A",
        "Amount\nAwarded": "5",
        "Award  Date": "2019-05-01",
    }
    row |= {"Funding Org:0:Identifier": "GB-CHC-1", "Funding Org:0:Name": "F"}
    row |= {"Recipient Org:0:Name": "R", "Recipient Org:0:City": "Leeds"}
    officer.says(f"import {written(tmp_path / 'grants.csv', [row])} --rules 360giving --yes")
    assert [one["code"] for one in exported(officer, tmp_path / "out", "cities")] == ["GB-LEEDS"]
    assert [one["name"] for one in exported(officer, tmp_path / "out", "providers")] == ["F"]


def test_a_second_file_is_read_in_its_own_capitals_and_separators(
    officer: Officer, tmp_path: Path
) -> None:
    project = {"project_id": "1", "project_title": "T", "donors": "Japan", "recipients_iso3": "UGA"}
    path = written(tmp_path / "projects.csv", [project])
    names = "Transaction ID;PROJECT_ID;transaction_isodate;transaction_year;transaction_value_code"
    row = "1;1;2010-02-01;2010;C;USD;7"
    (tmp_path / "transactions.csv").write_text(
        f"{names};transaction_currency;transaction_value\n{row}\n", encoding="utf-8"
    )
    officer.says(f"import {path} --rules aidata-aims --yes")
    assert posted(officer, tmp_path / "out") == {("committed", "USD"): Decimal(7)}


@pytest.mark.parametrize("first", ["15", "15,000"])
def test_rows_with_one_number_at_geonames_are_one_city(
    officer: Officer, tmp_path: Path, first: str
) -> None:
    names = ("geonameid", "name", "countrycode", "population")
    cells = [("1", "Lagos", "NG", first), ("2", "Lagos", "NG", "9"), ("1", "Lagos", "NG", "7")]
    rows = [dict(zip(names, one, strict=True)) for one in cells]
    path = written(tmp_path / "geonames.csv", rows)
    done = officer.tries(f"import {path} --rules geonames-cities --yes")
    assert (done.code, "says otherwise (twice): 1" in done.err) == (0, True), done.err
    assert "Nothing to import" in officer.says(f"import {path} --rules geonames-cities --yes")


def test_a_date_with_the_month_first_is_left_out_and_how_to_read_it_said(
    officer: Officer, tmp_path: Path
) -> None:
    path = written(tmp_path / "budget.csv", [LINE | {"Approval Date": "06/30/2025"}])
    done = officer.tries(f"import {path} --rules city-budget --yes")
    assert (done.code, "1 row: 0 used, 1 left out" in done.err) == (0, True), done.err
    assert "If the month comes first, say so in the rule: date = ['%m/%d/%Y']." in done.err
