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
