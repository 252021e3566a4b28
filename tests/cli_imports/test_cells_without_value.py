"""Cells in error of a foreign sheet: those that a rule reads matter, the others are counted."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from officer import Officer

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

RULE = """
[about]
name = "wishes"
title = "A list of wishes"
source = "a test"
licence = "none"
[row]
{row}
[[leave_out]]
reason = "a total"
equals = {{ kind = ["total"] }}
[[output]]
table = "providers"
[output.columns]
code = {{ column = "code" }}
name = {{ column = "code" }}
kind = "fund"
country = {{ column = "country"{bad} }}
"""
ROWS: list[list[Any]] = [
    ["code", "country", "kind", "share", "share"],
    ["A", "IR", "city", 1, 1],
    ["B", "FR", "city", "#DIV/0!", 2],
    ["C", "DE", "city", 3, "=D2+D3"],
]


NUMBERS = {"#DIV/0!": 0x07, "#REF!": 0x17, "#N/A": 0x2A}
"""The errors as a workbook of the kind XLS counts them."""


def workbook(rows: list[list[Any]], form: str) -> bytes:
    out = io.BytesIO()
    if form == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(out)
        return out.getvalue()
    old = xlwt.Workbook()
    sheet = old.add_sheet("Sheet")
    for line, row in enumerate(rows):
        for at, cell in enumerate(row):
            if str(cell).startswith("#"):
                sheet.row(line).set_cell_error(at, NUMBERS[cell])
            elif cell is not None:
                sheet.write(line, at, str(cell).removeprefix("="))
    old.save(out)
    return out.getvalue()


def line_of(
    folder: Path, rows: list[list[Any]], row: str = "", bad: str = "", form: str = "xlsx"
) -> str:
    (folder / "rule.toml").write_text(RULE.format(row=row, bad=bad), encoding="utf-8")
    (folder / f"wishes.{form}").write_bytes(workbook(rows, form))
    return f"import {folder}/wishes.{form} --rules {folder}/rule.toml --yes"


def codes(officer: Officer) -> list[str]:
    return [row["code"] for row in officer.asks("provider list")["rows"]]


@pytest.mark.parametrize("form", ["xlsx", "xls"])
def test_what_the_rule_does_not_read_is_counted(
    officer: Officer, tmp_path: Path, form: str
) -> None:
    rows = [*ROWS, ["D", "IR", "city", None, None, None, "a note"], [None, None, None, "#N/A"]]
    line = line_of(tmp_path, rows, form=form)
    done = officer.tries(line)
    assert done.code == 0, done
    told = "cells without a value that the rule does not read: "
    told += "beyond the last column that has a name 1, share "
    assert f"{told}{3 if form == 'xlsx' else 2}\n" in done.err
    assert codes(officer) == ["A", "B", "C", "D"]
    document = json.loads(officer.tries(line, "--json").out)
    assert [one["column"] for one in document["reports"][0]["unread_cells"]] == [
        "beyond the last column that has a name",
        "share",
    ]


@pytest.mark.parametrize("form", ["xlsx", "xls"])
def test_what_the_rule_reads_refuses_the_file(officer: Officer, tmp_path: Path, form: str) -> None:
    rows = [*ROWS, ["D", "#REF!", "city"], ["#N/A"]]
    line = line_of(tmp_path, rows, form=form)
    with officer.world.unchanged():
        done = officer.tries(line)
    assert done.code == 3
    assert "country Sheet!B5: This cell is in error: #REF!. Correct it, or empty it." in done.err
    assert "code Sheet!A6: This cell is in error: #N/A" in done.err


def test_a_rule_may_leave_such_rows_out(officer: Officer, tmp_path: Path) -> None:
    rows = [*ROWS, ["D", "#REF!", "city"], ["#N/A"], ["E", "IR", "city"]]
    done = officer.tries(line_of(tmp_path, rows, row='bad = "leave-out"'))
    assert done.code == 0, done
    assert "left out, cannot be read in country (cell-in-error): 1" in done.err
    assert "left out, cannot be read in code (cell-in-error): 1" in done.err
    assert "6 rows: 4 used, 2 left out" in done.err
    assert codes(officer) == ["A", "B", "C", "E"]


def test_a_rule_may_say_what_such_a_cell_counts_as(officer: Officer, tmp_path: Path) -> None:
    done = officer.tries(line_of(tmp_path, [*ROWS, ["D", "#REF!"]], bad=', bad = "unknown"'))
    assert done.code == 0, done
    assert "providers.country not readable, and taken as the rule says: 1" in done.err
    assert codes(officer) == ["A", "B", "C", "D"]


def test_a_row_that_is_left_out_may_hold_anything(officer: Officer, tmp_path: Path) -> None:
    done = officer.tries(line_of(tmp_path, [*ROWS, ["Sum", "#REF!", "total"]]))
    assert (done.code, "left out, a total: 1" in done.err) == (0, True), done
    told = officer.tries(line_of(tmp_path, [*ROWS, ["Sum", "FR", "#REF!"]]))
    assert (told.code, "kind Sheet!C5: This cell is in error" in told.err) == (3, True), told
