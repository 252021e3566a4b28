"""Two hundred hostile texts as titles, published in each standard: each is read back as it is."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hostile import HOSTILE
from lxml import etree
from officer import Officer

from ledger.core.characters import find_hidden_character
from ledger.core.text import find_control_character

pytestmark = pytest.mark.only_on("sqlite")
"""A file holds the same whichever engine keeps the ledger."""

RECORDED = [
    one
    for one in HOSTILE
    if one.strip() and not (find_hidden_character(one) or find_control_character(one))
]
"""Those that a ledger takes: others hide or steer, and are refused."""


def exported(officer: Officer, folder: Path, standard: str) -> Path:
    """Export in a standard, and give the file."""
    officer.says(f"export {folder} --format {standard}")
    [file] = folder.iterdir()
    return file


@pytest.fixture
def titles(fund: Officer, tmp_path: Path) -> list[str]:
    """Give the titles of projects as the ledger has them, each with a grant that was paid."""
    folder = tmp_path / "tables"
    folder.mkdir()
    on = "2026-03-01"
    tables = {
        "projects": [
            ["code", "title", "description", "city", "sector", "status"],
            *(
                [f"H-{n}", one, one, "MHD", "transport.urban", "implementation"]
                for n, one in enumerate(RECORDED)
            ),
        ],
        "needs": [
            ["code", "project", "factor", "quantity", "unit", "declared_on"],
            *([f"HN-{n}", f"H-{n}", "money", "10", "EUR", on] for n, _ in enumerate(RECORDED)),
        ],
        "deals": [
            ["code", "offer", "need", "act", "quantity", "unit", "instrument", "effective_on"],
            *(
                [f"HD-{n}", "O-1", f"HN-{n}", "committed", "10", "EUR", "grant", on]
                for n, _ in enumerate(RECORDED)
            ),
        ],
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
    fund.says(f"import {folder} --yes")
    rows = fund.asks("project list")["rows"]
    return sorted(one["title"] for one in rows if one["code"].startswith("H-"))


def test_each_text_is_read_back(fund: Officer, tmp_path: Path, titles: list[str]) -> None:
    assert len(titles) == len(RECORDED) > 100

    xml = etree.parse(exported(fund, tmp_path / "iati", "iati"))
    told = xml.findall("iati-activity/title/narrative")
    # XML has no U+FFFE: the sign of what cannot be shown stands in its place.
    as_xml = {one.replace("\ufffe", "\ufffd") for one in titles}
    assert sorted(as_xml - {one.text for one in told}) == []
    assert all(len(one) == 0 for one in told), "no text makes an element"

    oc4ids = json.loads(exported(fund, tmp_path / "oc4ids", "oc4ids").read_text("utf-8"))
    assert sorted(set(titles) - {one["title"] for one in oc4ids["projects"]}) == []

    grants = json.loads(exported(fund, tmp_path / "grants", "360giving").read_text("utf-8"))
    assert sorted(set(titles) - {one["title"] for one in grants["grants"]}) == []

    with exported(fund, tmp_path / "fts", "fts").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert [one for one in cells if one[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []


def test_each_text_of_a_body_is_read_back_from_popolo(officer: Officer, tmp_path: Path) -> None:
    table = tmp_path / "bodies.csv"
    with table.open("w", encoding="utf-8", newline="") as out:
        rows = ([f"H-{n}", one, "network", one, one] for n, one in enumerate(RECORDED))
        csv.writer(out).writerows([["code", "name", "kind", "source", "note"], *rows])
    officer.says(f"import {table} --yes")
    rows = officer.asks("body list")["rows"]
    assert len(rows) == len(RECORDED) > 100

    file = exported(officer, tmp_path / "popolo", "popolo")

    told = {one["id"]: one for one in json.loads(file.read_text("utf-8"))["organizations"]}
    for row in rows:
        one = told[f"body:{row['code']}"]
        assert one["name"] == row["name"]
        assert one.get("description", "") == (row["note"] or "")
        assert [source["note"] for source in one.get("sources", [])] == [row["source"]]
    again = officer.asks(f"import {file} --rules popolo --yes")
    assert again["counts"]["registers"] == 0
