"""What is exported in a standard is imported by the rule of that standard as the same sums."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from officer import Officer
from test_exports_in_standards import exported

EVERYTHING = {
    ("PRJ-1", "EUR"): ("300000.25", "200000.00"),
    ("PRJ-1", "JPY"): ("700", "0"),
    ("PRJ-2", "USD"): ("0.00", "3000.00"),
}
"""What is committed and what is delivered, by project and currency."""

UNDELIVERED = {
    key: (f"{Decimal(committed) + Decimal(delivered)}", f"{Decimal(delivered) * 0}")
    for key, (committed, delivered) in EVERYTHING.items()
}
"""As OC4IDS tells it, which has no deliveries."""

IN_DOLLARS = {
    ("PRJ-1", "USD"): ("375000.31", "250000.00"),
    ("PRJ-2", "USD"): ("0.00", "3000.00"),
}
GRANTS = {key: sums for key, sums in EVERYTHING.items() if key[1] != "JPY"}


def rows_of(officer: Officer, line: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = officer.asks(line)["rows"]
    return rows


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("standard", "rule", "sums"),
    [
        ("iati", "iati-2", EVERYTHING),
        ("oc4ids", "oc4ids", UNDELIVERED),
        ("360giving", "360giving", GRANTS),
        ("fts", "fts-flows", IN_DOLLARS),
    ],
)
def test_the_same_projects_and_sums_come_back(
    fund: Officer,
    reader: Officer,
    tmp_path: Path,
    standard: str,
    rule: str,
    sums: dict[tuple[str, str], tuple[str, str]],
) -> None:
    file = exported(fund, tmp_path / "out", standard)
    reader.says(f"import {file} --rules {rule} --yes")
    titles = {one["title"]: one["code"] for one in rows_of(fund, "project list")}
    codes = {one["code"]: titles[one["title"]] for one in rows_of(reader, "project list")}
    assert sorted(codes.values()) == ["PRJ-1", "PRJ-2"]
    assert {
        (codes[one["project"]], one["unit"]): (one["committed"], one["delivered"])
        for one in rows_of(reader, "deal list")
    } == sums
    given = {one["name"] for one in rows_of(reader, "provider list")}
    assert given == {"Green Fund", "Bank of Cities"}
    assert reader.tries("check").code == 0
    again = reader.asks(f"import {file} --rules {rule} --yes")["counts"]
    assert (again["entries"], again["registers"]) == (0, 0)


@pytest.mark.only_on("sqlite")
def test_projects_come_back_from_iati_in_their_cities(
    fund: Officer, reader: Officer, tmp_path: Path
) -> None:
    reader.says(f"import {exported(fund, tmp_path / 'out', 'iati')} --rules iati-2 --yes")
    there, back = (
        [(one["name"], one["country"]) for one in rows_of(who, "city list")]
        for who in (fund, reader)
    )
    assert sorted(back) == sorted(there)


@pytest.mark.only_on("sqlite")
def test_a_country_in_place_of_a_city_is_no_populated_place(
    fund: Officer, reader: Officer, tmp_path: Path
) -> None:
    reader.says("city add Nigeria --country NG --code NG")
    reader.says("project add Wells --city NG --sector waterAndWaste --code PRJ-1")
    out = exported(reader, tmp_path / "out", "iati").read_text(encoding="utf-8")
    assert "<narrative>Nigeria</narrative>" in out
    assert "location-class" not in out
    written = exported(fund, tmp_path / "fund", "iati").read_text(encoding="utf-8")
    assert '<location-class code="2"' in written


@pytest.mark.only_on("sqlite")
def test_what_is_required_comes_back_from_oc4ids(
    fund: Officer, reader: Officer, tmp_path: Path
) -> None:
    reader.says(f"import {exported(fund, tmp_path / 'out', 'oc4ids')} --rules oc4ids --yes")
    assert {(one["unit"], one["required"]) for one in rows_of(reader, "gaps")} == {
        ("EUR", "1000000.50"),
        ("JPY", "700"),
        ("USD", "5000.00"),
    }
    statuses = [one["status"] for one in rows_of(reader, "project list")]
    assert statuses == ["implementation", "preparation"]


TERMS = ("title", "description", "sector", "status", "starts_on", "ends_on", "recipient")
MONORAIL = {
    "title": "Monorail <A & B>",
    "description": "A line of 12 km",
    "sector": "transport.urban",
    "status": "implementation",
    "starts_on": "2026-03-01",
    "ends_on": "2029-12-31",
    "recipient": None,
}
HOUSING = {
    **dict.fromkeys(TERMS),
    "title": "Housing",
    "sector": "socialHousing",
    "status": "preparation",
    "recipient": "Lahore Development Authority",
}
"""The projects as the ledger has them."""

OTHERWISE: dict[str, tuple[dict[str, str | None], dict[str, str | None]]] = {
    "iati": (
        {"recipient": "Mashhad"},
        {"status": "identification", "starts_on": "2026-01-20", "description": "Housing"},
    ),
    "oc4ids": ({}, {}),
    "360giving": (
        {
            "sector": "governance",
            "recipient": "Mashhad",
            "description": "Recipient: Mashhad. Planned until 2029-12-31. A line of 12 km",
        },
        {
            "sector": "governance",
            "status": "implementation",
            "description": "Recipient: Lahore Development Authority. Housing",
        },
    ),
    "fts": (
        dict.fromkeys(TERMS[1:]) | {"sector": "governance", "status": "identification"},
        {"sector": "governance", "status": "identification", "recipient": None},
    ),
}
"""What comes back otherwise: what a standard asks for and the ledger has not, or has no place for.

The export says of each that the file does not have it, or its documentation does.
"""

NAMED: dict[str, tuple[str, ...]] = {
    "iati": (
        "statuses that IATI tells less of",
        "projects without dates: their first day in the ledger stands as start",
        "needs: what they require, for IATI has budgets by year alone",
    ),
    "oc4ids": (
        "deals: the instrument",
        "deals: the days of further commitments and releases",
        "deals: what is delivered, for OC4IDS tells of contracts",
    ),
    "360giving": (
        "projects: the sector and the status",
        "deals: the days of deliveries, for 360Giving states their sum",
        "deals: the days of further commitments and releases",
    ),
    "fts": (
        "projects: the sector, the status and the dates",
        "deals: the days of all but the first commitment and delivery",
        "needs: what they require, for FTS states plans elsewhere",
    ),
}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("standard", "rule"),
    [("iati", "iati-2"), ("oc4ids", "oc4ids"), ("360giving", "360giving"), ("fts", "fts-flows")],
)
def test_terms_come_back_or_are_named_as_missing(
    fund: Officer, reader: Officer, tmp_path: Path, standard: str, rule: str
) -> None:
    said = fund.tries(f"export {tmp_path / 'said'} --format {standard}").err
    for reason in NAMED[standard]:
        assert f"Not in the file: {reason} (" in said
    reader.says(f"import {exported(fund, tmp_path / 'out', standard)} --rules {rule} --yes")
    expected = [
        own | other for own, other in zip((MONORAIL, HOUSING), OTHERWISE[standard], strict=True)
    ]
    codes = [one["code"] for one in rows_of(reader, "project list")]
    shown = [reader.asks(f"project show {code}") for code in codes]
    found = [{name: one[name] for name in TERMS} for one in shown]
    assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.only_on("sqlite")
def test_acts_come_back_from_iati_day_by_day(
    fund: Officer, reader: Officer, tmp_path: Path
) -> None:
    reader.says(f"import {exported(fund, tmp_path / 'out', 'iati')} --rules iati-2 --yes")
    days = [
        [
            (one["act"], one["effective_on"], one["quantity"], one["unit"])
            for one in rows_of(officer, "journal list")
            if one["deal"] is not None and one["act"] in {"commit", "deliver", "return", "release"}
        ]
        for officer in (fund, reader)
    ]
    assert sorted(days[0]) == sorted(days[1])
    instruments = {one["instrument"] for one in rows_of(reader, "deal list")}
    assert instruments == {None, "grant"}
