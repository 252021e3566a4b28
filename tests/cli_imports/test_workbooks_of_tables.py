"""A workbook with a table on each sheet is imported, and a broken one named by sheet and cell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from officer import Officer

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

Rows = list[list[Any]]
DAY = dt.date(2026, 1, 10)
PORTFOLIO: dict[str, Rows] = {
    "How to read this": [["A template of the fund"]],
    "cities": [["code", "name", "country"], ["THR", "Tehran", "IR"]],
    "Projects": [["code", "title", "city", "sector"], ["P1", "Metro", "THR", "transport.urban"]],
    "needs": [
        ["code", "project", "factor", "quantity", "unit", "declared_on"],
        ["N1", "P1", "money", 1250000.5, "EUR", DAY],
        ["N2", "P1", "expertise", 120, "person-day", DAY],
    ],
    "Notes": [["seen by the mayor"]],
    "offers": [],
}


def saved(path: Path, sheets: dict[str, Rows]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_sheet_of_notes_with_their_columns_is_the_table(officer: Officer, tmp_path: Path) -> None:
    notes: Rows = [["record", "date", "text"], ["P1", DAY, "Seen by the mayor."]]
    book = saved(tmp_path / "portfolio.xlsx", {**PORTFOLIO, "Notes": notes})
    done = officer.tries(f"import {book} --yes")
    assert (done.code, "sheet Notes" in done.err) == (0, False), done
    assert [row["text"] for row in officer.asks("note list")["rows"]] == ["Seen by the mayor."]


def test_each_sheet_is_a_table(officer: Officer, tmp_path: Path) -> None:
    book = saved(tmp_path / "portfolio.xlsx", PORTFOLIO)
    done = officer.tries(f"import {book} --yes")
    assert (done.code, "4 new" in done.out) == (0, True), done
    assert f"ignored: {book}, sheet Notes, is not named after a table" in done.err
    assert "How to read this" not in done.err
    rows = {row["code"]: row for row in officer.asks("need list")["rows"]}
    assert (rows["N1"]["quantity"], rows["N2"]["quantity"]) == ("1250000.50", "120.00"), rows
    assert "Nothing to import" in officer.says(f"import {book} --yes")


@pytest.mark.parametrize(
    ("cell", "value", "word"),
    [
        ("C3", "cash", "factor needs!C3"),
        ("D2", 12345678901234567890, "needs!D2: This number has more digits"),
        ("D2", "#REF!", "needs!D2: This cell is in error"),
        ("D3", "=D2*2", "needs!D3: The formula of this cell has no value"),
        ("B3", "P9", "project needs!B3"),
        ("F2", "tomorrow", "declared_on needs!F2"),
        ("E1", "currency", "currency needs!E1"),
        ("G3", "why", "needs!G3: This cell stands beyond"),
    ],
)
def test_a_broken_cell_is_named(
    officer: Officer, tmp_path: Path, cell: str, value: Any, word: str
) -> None:
    path = saved(tmp_path / "portfolio.xlsx", PORTFOLIO)
    book = openpyxl.load_workbook(path)
    book["needs"][cell] = value
    book.save(path)
    done = officer.tries(f"import {path} --yes")
    assert (done.code, word in done.err) == (3, True), done.err
    assert officer.asks("city list")["rows"] == []


def test_merged_cells_of_a_table_are_refused(officer: Officer, tmp_path: Path) -> None:
    path = saved(tmp_path / "portfolio.xlsx", PORTFOLIO)
    book = openpyxl.load_workbook(path)
    book["needs"].merge_cells("A2:A3")
    book.save(path)
    done = officer.tries(f"import {path} --yes")
    assert "The cells needs!A2:A3 are merged" in done.err


def test_a_workbook_without_tables_is_refused(officer: Officer, tmp_path: Path) -> None:
    path = saved(tmp_path / "other.xlsx", {"Data": PORTFOLIO["cities"]})
    assert officer.refused(f"import {path} --yes", 2, "Data") == "nothing-to-import"
    assert "1 new" in officer.says(f"import {path} --as cities --yes")
