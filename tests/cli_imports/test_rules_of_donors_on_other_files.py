"""FTS and World Bank rules on files of other countries, and on other editions of the form."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from officer import Officer
from posted_amounts import posted, required

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

FLOW = {
    "date": "2022-03-01",
    "amountUSD": "1000",
    "srcOrganization": "Germany, Government of",
    "srcOrganizationTypes": "Government",
    "destPlan": "Ukraine Flash Appeal 2022",
    "destPlanCode": "FUKR22",
    "destLocations": "UKR",
    "contributionType": "financial",
    "flowType": "Standard",
    "onBoundary": "single",
    "status": "paid",
    "decisionDate": "",
    "firstReportedDate": "",
    "id": "1",
}
FLOWS = [
    {name: f"#{name}" for name in FLOW},
    FLOW,
    FLOW,
    FLOW | {"id": "2", "destLocations": ""},
    FLOW | {"id": "3", "amountUSD": "-5.25"},
    FLOW | {"id": "1", "amountUSD": "7"},
    FLOW | {"id": "4", "amountUSD": "about 9"},
]


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, rows[0])
        out.writeheader()
        out.writerows(rows)
    return path


def test_flows_that_cannot_be_used_are_left_out_and_the_others_posted(
    officer: Officer, tmp_path: Path
) -> None:
    path = written(tmp_path / "fts_incoming_funding_ukr.csv", FLOWS)
    done = officer.tries(f"import {path} --rules fts-flows --yes")
    assert (done.code, "7 rows: 2 used, 4 left out, 1 repeated" in done.err) == (0, True), done.err
    for reason in (
        "no country: 1",
        "an earlier row has this identity, and says otherwise (twice): 1",
        "cannot be read in amountUSD (bad-number): 1",
    ):
        assert f"left out, {reason}" in done.err
    given = {"committed": "1000", "delivered": "1000", "returned": "5.25", "released": "5.25"}
    assert posted(officer, tmp_path / "out") == {
        (act, "USD"): Decimal(amount) for act, amount in given.items()
    }
    assert "Nothing to import" in officer.says(f"import {path} --rules fts-flows --yes")


def test_a_plan_that_requires_zero_and_one_of_two_years(officer: Officer, tmp_path: Path) -> None:
    plan = {
        "countryCode": "SYR",
        "id": "1",
        "name": "Syria 2020-21",
        "code": "HSYR20",
        "typeName": "HRP",
        "startDate": "2020-01-01",
        "endDate": "2021-12-31",
        "year": "2020",
        "requirements": "100",
        "funding": "50",
    }
    zero = plan | {"id": "2", "code": "HKOS20", "countryCode": "XKX", "requirements": "0"}
    path = written(tmp_path / "fts_requirements.csv", [plan, plan | {"year": "2021"}, zero])
    done = officer.tries(f"import {path} --rules fts-requirements --yes")
    assert (done.code, "3 rows: 2 used, 0 left out, 1 repeated" in done.err) == (0, True), done.err
    assert required(officer, tmp_path / "out") == {("required", "USD"): Decimal(150)}


PROJECT = {
    "Project ID": "P1",
    "Country": "Republic of Peru;Republic of Peru",
    "Project Status": "Active",
    "Project Name": "Roads",
    "Board Approval Date": "2020-01-31T00:00:00Z",
    "Current Project Cost": "1,500,000.00",
    "Total IDA and IBRD Commitment": "1,000,000",
    "Project Closing Date": "2019-01-01",
}


def test_a_world_bank_file_with_titles_for_headings(officer: Officer, tmp_path: Path) -> None:
    rows = [
        PROJECT,
        PROJECT | {"Project ID": "P2", "Country": "Republic of Peru;Republic of Chile"},
    ]
    path = written(tmp_path / "world_bank_all.csv", rows)
    path.write_text(f"World Bank Projects\n\n{path.read_text()}As of May 2024,,,,,,,\n")
    done = officer.tries(f"import {path} --rules world-bank-projects --yes")
    assert (done.code, "3 rows: 1 used, 2 left out" in done.err) == (0, True), done.err
    assert "left out, several countries, and the amounts are not divided: 1" in done.err
    assert required(officer, tmp_path / "out") == {("required", "USD"): Decimal(1500000)}
    assert posted(officer, tmp_path / "out") == {("committed", "USD"): Decimal(1000000)}
