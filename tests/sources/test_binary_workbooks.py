"""Workbooks of the kind XLS, written by another library: values, dates, cells in error."""

from __future__ import annotations

import datetime as dt
import io
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import xlwt

from ledger.core.errors import LedgerError
from ledger.interchange.sources import Reading, open_source
from ledger.interchange.sources.binary_workbook import BrokenBinary, CellOfRecord, sheets_of

DAY = xlwt.easyxf(num_format_str="YYYY-MM-DD")
ROWS: list[list[Any]] = [
    ["code", "cost", "day", "ok"],
    ["A", 1250000.5, dt.date(2026, 3, 5), True],
    ["تهران", 120, None, False],
]


def book_of(
    rows: list[list[Any]] = ROWS, change: Callable[[Any], object] = lambda _: None, first: int = 0
) -> bytes:
    """Write a workbook of two sheets, the second of which holds the rows from `first` on."""
    book, out = xlwt.Workbook(), io.BytesIO()
    book.add_sheet("Notes")
    sheet = book.add_sheet("Data")
    for line, row in enumerate(rows, first):
        for at, cell in enumerate(row):
            if cell is not None:
                sheet.write(line, at, cell, *([DAY] if isinstance(cell, dt.date) else []))
    change(sheet)
    book.save(out)
    return out.getvalue()


def test_values_are_read() -> None:
    source = open_source(book_of(), Reading(), "t.xls")
    assert [(row.line, [*row.record.values()]) for row in source.rows()] == [
        (2, ["A", "1250000.5", "2026-03-05", "yes"]),
        (3, ["تهران", "120", "", "no"]),
    ]
    assert (source.problems, source.without_value) == ([], [])


def cells_of(content: bytes, sheet: int) -> list[CellOfRecord]:
    return [one for one in [*sheets_of(content)][sheet] if isinstance(one, CellOfRecord)]


def with_errors(sheet: Any) -> None:
    for line, error in enumerate((0x17, 0x07, 0x2A), 3):
        sheet.write(line, 0, f"E{line}")
        sheet.row(line).set_cell_error(1, error)


def test_cells_in_error_are_named() -> None:
    source = open_source(book_of(change=with_errors), Reading(sheet="Data"), "t.xls")
    assert [(one.cell, one.column, one.what) for one in source.without_value] == [
        ("Data!B4", "cost", "This cell is in error: #REF!."),
        ("Data!B5", "cost", "This cell is in error: #DIV/0!."),
        ("Data!B6", "cost", "This cell is in error: #N/A."),
    ]
    assert len([*source.rows()]) == 5


def test_a_formula_with_an_error_for_its_result_is_one() -> None:
    content = bytearray(book_of(change=lambda sheet: sheet.write(1, 4, xlwt.Formula("1/0"))))
    # The record of a formula: its row, column and format, then what its result was.
    at = content.index(b"\x06\x00", content.index(b"\x01\x00\x04\x00") - 4) + 4
    content[at + 6 : at + 14] = b"\x02\x00\x07\x00\x00\x00\xff\xff"
    assert [one.error for one in cells_of(bytes(content), 1) if one.error is not None] == [
        "#DIV/0!"
    ]


def test_every_cell_is_met_once_on_its_own_sheet() -> None:
    cells = [one for one in cells_of(book_of(), 1) for _ in range(one.width)]
    assert len(cells) == sum(cell is not None for row in ROWS for cell in row)
    assert cells_of(book_of(), 0) == []


def test_a_cell_far_away_is_refused() -> None:
    far = book_of(change=lambda sheet: sheet.write(65535, 255, "x"))
    with pytest.raises(LedgerError) as refused:
        open_source(far, Reading(sheet="Data"), "t.xls")
    assert (refused.value.code, "IV65536" in refused.value.what) == ("archive-too-large", True)


def test_damaged_files_are_refused_or_read_and_never_worse() -> None:
    whole, draw = book_of(change=with_errors), random.Random(11)
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            content[draw.choice((draw.randrange(512), draw.randrange(len(whole))))] = draw.choice(
                (0, 255, draw.randrange(256))
            )
        with suppress(LedgerError):
            [*open_source(bytes(content), Reading(sheet="Data"), "t.xls").rows()]
        with suppress(BrokenBinary):
            for cells in sheets_of(bytes(content[: draw.randrange(len(whole))])):
                list(cells)


@pytest.mark.parametrize(("of_record", "code"), [(8, "archive-too-large"), (4, "broken-workbook")])
def test_dimensions_that_lie_are_refused_before_memory_is_taken(of_record: int, code: str) -> None:
    content, record = bytearray(book_of()), b"\x00\x02\x0e\x00"
    # The record of the second sheet's dimensions begins with its first and its last row.
    at = content.index(record, content.index(record) + 1) + of_record
    content[at : at + 4] = b"\x00\x00\x00\x67"
    with pytest.raises(LedgerError) as refused:
        open_source(bytes(content), Reading(), "t.xls")
    assert refused.value.code == code
