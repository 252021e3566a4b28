"""The shipped rule `oc4ids` on a real package and on one with two sources of money."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from officer import Officer
from posted_amounts import exported, posted, required
from shared_files import SHARED, needs_shared_files

from ledger.core.text import counted

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

FILE = SHARED / "oc4ids/oc4ids_example-data.json"
RULE = "--rules oc4ids --yes"


def breakdown(projects: list[dict[str, Any]]) -> Decimal:
    """Give what the budgets of projects have by source."""
    return sum(
        (
            Decimal(str(one["amount"]["amount"]))
            for project in projects
            for one in project["budget"]["budgetBreakdown"]
        ),
        Decimal(0),
    )


@needs_shared_files
def test_a_real_package_is_in_the_ledger_whole(officer: Officer, tmp_path: Path) -> None:
    projects = json.loads(FILE.read_text(encoding="utf-8"))["projects"]
    done = officer.tries(f"import {FILE} {RULE}")
    words = f"{counted(len(projects), 'row')}: {len(projects)} used, 0 left out"
    assert (done.code, words in done.err) == (0, True), done.err
    out = tmp_path / "out"
    budget = sum(Decimal(one["budget"]["amount"]["amount"]) for one in projects)
    assert required(officer, out) == {("required", "GBP"): budget}
    assert posted(officer, out) == {("committed", "GBP"): breakdown(projects)}
    (project,) = exported(officer, out, "projects")
    assert (project["sector"], project["status"]) == ("transport.road", "maintenance")
    assert "Nothing to import" in officer.says(f"import {FILE} {RULE}")


def test_a_project_without_a_country_is_left_out(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "oc4ids.json"
    path.write_text(json.dumps({"projects": [{"id": "oc4ids-1", "title": "X"}]}), encoding="utf-8")
    done = officer.tries(f"import {path} {RULE}")
    assert "left out, no country in its locations: 1" in done.err


def project(number: int, place: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"id": f"oc4ids-x-{number}", "title": "T", "locations": [{"address": place}], **more}


def money(amount: float, currency: str) -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


ODD = [
    project(
        1,
        {"locality": "Kyiv", "country": "UA"},
        status="x_own",
        sector=["x_roads"],
        budget={
            "amount": money(500, "EUR"),
            "requestDate": "2020-01-01",
            "budgetBreakdown": [
                {"amount": money(700, "EUR"), "sourceParty": {"name": "World Bank"}},
            ],
            "finance": [{"financingParty": {"name": "World Bank"}, "value": money(700, "EUR")}],
        },
    ),
    project(
        2,
        {"locality": "Accra", "countryName": "Ghana"},
        budget={
            "amount": money(100, "GHS"),
            "approvalDate": "2021-01-01T00:00:00Z",
            "finance": [{"financingParty": {"name": "AfDB"}, "value": money(60, "USD")}],
        },
    ),
    project(
        3, {"countryName": "Kenya"}, period={"startDate": "2020-01-01", "endDate": "2019-01-01"}
    ),
    project(4, {"countryName": "Atlantis"}),
]


def test_odd_projects_are_read_or_left_out(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "oc4ids.json"
    path.write_text(json.dumps({"projects": ODD}), encoding="utf-8")
    done = officer.tries(f"import {path} {RULE}")
    assert (done.code, "4 rows: 2 used, 2 left out" in done.err) == (0, True), done.err
    out = tmp_path / "out"
    assert posted(officer, out) == {
        ("committed", "EUR"): Decimal(700),
        ("committed", "USD"): Decimal(60),
    }
    wanted = {"EUR": 700, "GHS": 100, "USD": 60}
    assert required(officer, out) == {("required", k): Decimal(n) for k, n in wanted.items()}
    assert {row["code"] for row in exported(officer, out, "cities")} == {"UA-KYIV", "GH-ACCRA"}
    assert "Nothing to import" in officer.says(f"import {path} {RULE}")


def test_a_list_that_the_file_has_is_not_said_to_be_missing(
    officer: Officer, tmp_path: Path
) -> None:
    path = tmp_path / "oc4ids.json"
    path.write_text(json.dumps({"projects": ODD[:1]}), encoding="utf-8")
    said = officer.tries(f"import {path} {RULE}").err
    (line,) = [one for one in said.splitlines() if one.startswith("no row has ")]
    assert "locations.address.countryName" in line
    assert "budget.budgetBreakdown" not in line
    assert "budget.finance" not in line


def test_budgets_without_a_total_and_without_a_day(officer: Officer, tmp_path: Path) -> None:
    kyiv = {"locality": "Kyiv", "countryName": "Ukraine"}
    donors = [{"amount": money(60, "EUR"), "sourceParty": {"name": name}} for name in "AB"]
    lists = [{"amount": money(1, "EUR")}, {"amount": money(2, "EUR")}]
    loan = {"financingParty": {"name": "EIB"}, "value": money(70, "USD")}
    odd = [
        project(1, kyiv, budget={"budgetBreakdown": donors, "approvalDate": "2020-02-01"}),
        project(2, kyiv, budget=lists),
        project(3, kyiv, budget={"finance": [loan]}, period={"startDate": "2021-01-01"}),
    ]
    path = tmp_path / "oc4ids.json"
    path.write_text(json.dumps({"projects": odd}), encoding="utf-8")
    done = officer.tries(f"import {path} {RULE}")
    assert (done.code, "3 rows: 2 used, 1 left out" in done.err) == (0, True), done.err
    assert "left out, several budgets, of which none is said to be the last: 1" in done.err
    wanted = {"EUR": Decimal(120), "USD": Decimal(70)}
    out = tmp_path / "out"
    assert posted(officer, out) == {("committed", unit): one for unit, one in wanted.items()}
    assert required(officer, out) == {("required", unit): one for unit, one in wanted.items()}
    assert "Nothing to import" in officer.says(f"import {path} {RULE}")


@pytest.mark.parametrize("key", ["releases", "records"])
def test_a_package_of_contracting_processes_is_refused_by_its_name(
    officer: Officer, tmp_path: Path, key: str
) -> None:
    package = {"publisher": {"name": "P"}, "publishedDate": "2020-01-01", key: [{"ocid": "a"}]}
    path = tmp_path / "package.json"
    path.write_text(json.dumps(package), encoding="utf-8")
    words = (
        f"{path} is an OCDS package: it has {key} of contracting processes.",
        "OC4IDS",
        "--learn",
    )
    assert officer.refused(f"import {path} {RULE}", 3, *words) == "broken-json"
