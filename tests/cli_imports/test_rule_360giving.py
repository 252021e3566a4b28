"""The shipped rule `360giving` on JSON and on spreadsheets, against sums of other code."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from officer import Officer
from posted_amounts import exported, posted, required
from shared_files import SHARED, needs_shared_files

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

FOLDER = SHARED / "threesixty"
RULE = "--rules 360giving --yes"
GRANTS: list[dict[str, Any]] = [
    {
        "id": "360G-x-1",
        "title": "Play street",
        "currency": "GBP",
        "amountAppliedFor": 5000,
        "amountAwarded": 4000.50,
        "awardDate": "2024-03-01T00:00:00+00:00",
        "fundingOrganization": [{"id": "GB-CHC-1", "name": "A Trust"}],
        "recipientOrganization": [{"name": "A Club", "addressLocality": "Leeds"}],
        "plannedDates": [{"startDate": "2024-04-01", "endDate": "2025-03-31"}],
    },
    {
        "id": "360G-x-2",
        "title": "No amount",
        "currency": "GBP",
        "awardDate": "2024-03-01",
        "fundingOrganization": [{"id": "GB-CHC-1", "name": "A Trust"}],
    },
]


@needs_shared_files
def test_grants_of_a_real_spreadsheet(officer: Officer, tmp_path: Path) -> None:
    path = FOLDER / "grants.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    total = sum(Decimal(row["Amount Awarded"]) for row in rows)
    done = officer.tries(f"import {path} {RULE}")
    assert (done.code, f"{len(rows)} rows: {len(rows)} used" in done.err) == (0, True), done.err
    assert posted(officer, tmp_path / "out") == {("committed", "GBP"): total}
    assert "Nothing to import" in officer.says(f"import {path} {RULE}")


@needs_shared_files
def test_grants_of_real_json(officer: Officer, tmp_path: Path) -> None:
    path = FOLDER / "grants.json"
    grants = json.loads(path.read_text(encoding="utf-8"))["grants"]
    first = {one["id"]: Decimal(one["amountAwarded"]) for one in reversed(grants)}
    repeated = len(grants) - len(first)
    done = officer.tries(f"import {path} {RULE}")
    words = f"{len(grants)} rows: {len(first)} used, 0 left out, {repeated} repeated"
    assert (done.code, words in done.err) == (0, True), done.err
    assert posted(officer, tmp_path / "out") == {("committed", "GBP"): sum(first.values())}
    assert "Nothing to import" in officer.says(f"import {path} {RULE}")


def flat(grant: dict[str, Any]) -> dict[str, Any]:
    """Give a grant as the standard's spreadsheets have it."""
    funder = grant["fundingOrganization"][0]
    recipient = grant.get("recipientOrganization", [{}])[0]
    return {
        "Identifier": grant["id"],
        "Title": grant["title"],
        "Currency": grant["currency"],
        "Amount Applied For": grant.get("amountAppliedFor"),
        "Amount Awarded": grant.get("amountAwarded"),
        "Award Date": grant["awardDate"][:10],
        "Funding Org:Identifier": funder["id"],
        "Funding Org:Name": funder["name"],
        "Recipient Org:Name": recipient.get("name"),
        "Recipient Org:City": recipient.get("addressLocality"),
    }


def written(path: Path) -> Path:
    if path.suffix == ".json":
        path.write_text(json.dumps({"grants": GRANTS}), encoding="utf-8")
        return path
    book = openpyxl.Workbook()
    book.active.title = "#meta"
    book.active.append(["version", "1.1"])
    sheet = book.create_sheet("Grants")
    sheet.append([*flat(GRANTS[0])])
    for grant in GRANTS:
        sheet.append([*flat(grant).values()])
    book.save(path)
    return path


@pytest.mark.parametrize("name", ["grants.json", "grants.xlsx"])
def test_what_was_applied_for_is_required(officer: Officer, tmp_path: Path, name: str) -> None:
    done = officer.tries(f"import {written(tmp_path / name)} {RULE}")
    assert (done.code, "left out, no amount awarded: 1" in done.err) == (0, True), done.err
    out = tmp_path / "out"
    assert posted(officer, out) == {("committed", "GBP"): Decimal("4000.50")}
    assert required(officer, out) == {("required", "GBP"): Decimal(5000)}
    (city,) = exported(officer, out, "cities")
    assert (city["code"], city["name"]) == ("GB-LEEDS", "Leeds")
    (provider,) = exported(officer, out, "providers")
    assert (provider["code"], provider["name"]) == ("GB-CHC-1", "A Trust")


def grant(number: int, amount: float, **more: Any) -> dict[str, Any]:
    funder = [{"id": "GB-CHC-1", "name": "A Trust"}]
    terms = {"currency": "GBP", "awardDate": "2019-10-03", "fundingOrganization": funder}
    return {"id": f"360G-x-{number}", "title": "T", "amountAwarded": amount, **terms, **more}


def place(locality: str, country: str) -> list[dict[str, str]]:
    return [{"name": "R", "addressLocality": locality, "addressCountry": country}]


ODD = [
    grant(1, 100, beneficiaryLocation=[{"name": "Camden", "countryCode": "GB"}]),
    grant(2, -100),
    grant(3, 0, amountAppliedFor=10, recipientOrganization=place("St Albans", "England")),
    grant(4, 7, awardDate="October 2019"),
    grant(5, 8, awardDate="2099-10-03"),
    grant(6, 50, recipientOrganization=place("ST ALBANS", "United Kingdom")),
    grant(7, 60.129, plannedDates=[{"startDate": "2019-10-03", "endDate": "2018-10-03"}]),
]


def test_odd_grants_are_read_or_left_out(officer: Officer, tmp_path: Path) -> None:
    path = tmp_path / "grants.json"
    path.write_text(json.dumps({"grants": ODD}), encoding="utf-8")
    done = officer.tries(f"import {path} {RULE}")
    assert (done.code, "7 rows: 5 used, 2 left out" in done.err) == (0, True), done.err
    out = tmp_path / "out"
    assert posted(officer, out) == {("committed", "GBP"): Decimal("210.13")}
    cities = {row["code"]: row["name"] for row in exported(officer, out, "cities")}
    assert cities == {"GB-CAMDEN": "Camden", "GB-ST-ALBANS": "St Albans", "GB": "United Kingdom"}


def test_the_day_of_a_paid_grant_is_corrected_later_and_earlier(
    officer: Officer, tmp_path: Path
) -> None:
    """Its commitment and its delivery are of one day: neither is corrected without the other."""
    path = tmp_path / "grants.json"
    for day in ("2024-03-01", "2024-03-09", "2024-03-02"):
        paid = {**GRANTS[0], "awardDate": day, "amountDisbursed": 4000.50}
        path.write_text(json.dumps({"grants": [paid]}), encoding="utf-8")
        officer.says(f"import {path} {RULE}")
        entries = officer.asks("journal list")["rows"]
        counting = {
            one["act"]: (one["effective_on"], one["reason"])
            for one in entries
            if one["act"] in {"commit", "deliver"}
        }
        assert {on for on, _ in counting.values()} == {day}
        assert "Nothing to import" in officer.says(f"import {path} {RULE}")
    reasons = {act: reason.rpartition(": ")[2] for act, (_, reason) in counting.items()}
    assert reasons == {
        "commit": "committed effective_on 2024-03-09 → 2024-03-02",
        "deliver": "delivered effective_on 2024-03-09 → 2024-03-02",
    }
    officer.says("check")
    (deal,) = officer.asks("deal list --all")["rows"]
    assert (deal["committed"], deal["delivered"]) == ("0.00", "4000.50")
