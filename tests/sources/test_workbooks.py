"""Workbooks are read as tables, and refused with sheet and cell where they are none."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import openpyxl
import pytest

from ledger.core.errors import LedgerError
from ledger.interchange.sources import Reading, Source, open_source

SHEET = "xl/worksheets/sheet1.xml"
TWO_ROWS = [["code", "cost"], ["A", 1], ["B", 2]]


def book_of(rows: list[list[object]], change: Callable[[Any], object] = lambda _: None) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    change(book.active)
    book.save(out)
    return out.getvalue()


def with_part(book: bytes, before: bytes, after: bytes, part: str = SHEET) -> bytes:
    """Give a workbook with something of a part written otherwise."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", 8) as new:
        assert before in old.read(part), old.read(part)
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(before, after) if name == part else content)
    return out.getvalue()


AS_WRITTEN = Reading()


def opened(book: bytes, reading: Reading = AS_WRITTEN, name: str = "t.xlsx") -> Source:
    return open_source(book, reading, name)


def records(book: bytes, reading: Reading = AS_WRITTEN) -> list[tuple[int, dict[str, Any]]]:
    source = opened(book, reading)
    found = [(row.line, row.record) for row in source.rows()]
    assert not source.problems
    return found


def refusal(book: bytes, reading: Reading = AS_WRITTEN, name: str = "t.xlsx") -> LedgerError:
    with pytest.raises(LedgerError) as refused:
        opened(book, reading, name)
    return refused.value


def test_numbers_are_plain_and_dates_iso() -> None:
    day, minute = dt.date(2026, 3, 5), dt.datetime.fromisoformat("2026-03-05T07:30")
    values = [1e5, 0.1 + 0.2, 1234.5, -0.5, 123456789012345, True, day, minute, 1e-7, None, " x "]
    row = [f"c{at}" for at in range(len(values))]
    ((line, record),) = records(book_of([row, values]))
    wanted = ["100000", "0.3", "1234.5", "-0.5", "123456789012345", "yes", "2026-03-05"]
    assert (line, [*record.values()]) == (
        2,
        [*wanted, "2026-03-05 07:30:00", "0.0000001", "", "x"],
    )


def test_numbers_of_more_digits_than_a_workbook_keeps_are_said() -> None:
    rows = [["id", "x"], ["A", 0.1 + 0.2], [12345678901234567890, 2], ["B", 90071992547409.55]]
    source = opened(book_of(rows))
    assert [row.record["id"] for row in source.rows()] == ["A", "12345678901234600000", "B"]
    (note,) = source.notes
    assert note.startswith("2 numbers of more than 15 digits")
    assert note.endswith("the first in Sheet!A3")


def test_a_table_may_begin_further_down() -> None:
    rows = [["Report of 2026"], [], ["code", "cost"], ["A", 1], [], ["B", 2]]
    found = records(book_of(rows), Reading(header=3))
    assert found == [(4, {"code": "A", "cost": "1"}), (6, {"code": "B", "cost": "2"})]
    refused = refusal(book_of(rows))
    assert refused.code == "not-a-table"
    assert "this is a report, not a table. Row 1 of the sheet Sheet has one cell" in refused.what


def test_merged_cells_are_refused_where_the_table_is() -> None:
    rows = [["Report of 2026"], [], *TWO_ROWS]
    refused = refusal(book_of(rows, lambda sheet: sheet.merge_cells("A4:A5")), Reading(header=3))
    assert (refused.code, "Sheet!A4:A5 are merged" in refused.what) == ("not-a-table", True)
    above = book_of(rows, lambda sheet: sheet.merge_cells("A1:B1"))
    assert len(records(above, Reading(header=3))) == 2


def test_a_sheet_is_chosen_by_its_name() -> None:
    def add(sheet: Any) -> None:
        for row in [["code"], ["C"]]:
            sheet.parent.create_sheet("Other & more") if row == ["code"] else None
            sheet.parent["Other & more"].append(row)

    book = book_of(TWO_ROWS, add)
    assert records(book, Reading(sheet="Other & more")) == [(2, {"code": "C"})]
    refused = refusal(book, Reading(sheet="Data"))
    assert (refused.code, "It has Sheet, Other & more." in refused.what) == ("unknown-sheet", True)
    assert "several sheets: Sheet, Other & more" in refusal(book).what


def test_cells_in_error_are_named() -> None:
    source = opened(book_of([*TWO_ROWS, ["C", "#REF!"]]))
    (one,) = source.without_value
    assert (one.line, one.column, one.cell, "#REF!" in one.what) == (4, "cost", "Sheet!B4", True)
    assert not source.problems


def test_cells_beyond_the_columns_are_named() -> None:
    source = opened(book_of([*TWO_ROWS, ["C", 3, None, "why"]]))
    assert [row.record for row in source.rows()][-1] == {"code": "C", "cost": "3"}
    assert [(one.column, one.cell) for one in source.without_value] == [(None, "Sheet!D4")]


def test_more_cells_in_error_than_any_table_has_are_refused() -> None:
    errors = b'<c r="A3" t="e"><v>#REF!</v></c>' * 100_001
    refused = refusal(with_part(book_of(TWO_ROWS), b"</sheetData>", errors + b"</sheetData>"))
    assert (refused.code, "100,000" in refused.what) == ("broken-workbook", True)


def test_formulas_that_nothing_computed_are_named() -> None:
    source = opened(book_of([*TWO_ROWS, ["C", "=B2+B3"]]))
    (one,) = source.without_value
    assert (one.code, one.cell, one.line) == ("no-value", "Sheet!B4", 4)
    computed = with_part(book_of([*TWO_ROWS, ["C", "=B2+B3"]]), b"<v></v>", b"<v>3</v>")
    assert records(computed)[-1] == (4, {"code": "C", "cost": "3"})


def test_a_dimension_that_lies_is_not_believed() -> None:
    for told in (b'ref="A1:A1"', b'ref="A1:XFD1048576"'):
        assert len(records(with_part(book_of(TWO_ROWS), b'ref="A1:B3"', told))) == 2


def test_a_cell_far_away_is_refused() -> None:
    book = with_part(book_of(TWO_ROWS), b'r="B3"', b'r="XFD1048576"')
    book = with_part(book, b'<row r="3"', b'<row r="1048576"')
    refused = refusal(book)
    assert (refused.code, "XFD1048576" in refused.what) == ("archive-too-large", True)


def test_parts_that_grow_are_refused() -> None:
    grown = with_part(book_of(TWO_ROWS), b"</worksheet>", b" " * 40_000_000 + b"</worksheet>")
    assert refusal(grown).code == "archive-too-large"
    # The archive says that the part is small.
    size = len(zipfile.ZipFile(io.BytesIO(grown)).read(SHEET)).to_bytes(4, "little")
    assert grown.count(size) >= 1
    assert refusal(grown.replace(size, (1000).to_bytes(4, "little"))).code == "archive-too-large"


@pytest.mark.parametrize("piece", [b"<c ", b'<c r="A1" t="e">', b"<row ", b'<c r="A1"><f>'])
def test_sheets_made_to_be_slow_are_looked_through_at_once(piece: bytes) -> None:
    book = with_part(book_of(TWO_ROWS), b"</worksheet>", piece * 100_000 + b"</worksheet>")
    started = time.process_time()
    with suppress(LedgerError):  # whether it is read is up to the library
        list(opened(book).rows())
    assert time.process_time() - started < 5


def test_a_part_with_a_password_is_refused() -> None:
    content = bytearray(book_of(TWO_ROWS))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(content)).code == "encrypted-file"


def test_a_truncated_workbook_is_refused() -> None:
    assert refusal(book_of(TWO_ROWS)[:-100]).code == "broken-archive"


def test_a_workbook_with_a_password_is_refused() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    assert refusal(ole).code == "encrypted-file"


OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)


def open_document(rows: str) -> bytes:
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text", "calcext")
    )
    table = f'<table:table table:name="S">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", f"{OPEN_DOCUMENT}.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr(
            "content.xml", f"<office:document-content{names}>{body}</office:document-content>"
        )
    return out.getvalue()


def ods_row(*cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def ods_cell(text: str, more: str = "") -> str:
    words = f"<text:p>{text}</text:p>"
    return f'<table:table-cell office:value-type="string"{more}>{words}</table:table-cell>'


EMPTY_END = ods_row(
    '<table:table-cell table:number-columns-repeated="16384"/>',
    more=' table:number-rows-repeated="1048000"',
)


def test_open_documents_are_read() -> None:
    names = ods_row(ods_cell("code"), ods_cell("cost"))
    number = (
        '<table:table-cell table:formula="of:=IF([.A1]>1;1;2)" '
        'office:value-type="float" office:value="1.5"/>'
    )
    source = opened(open_document(names + ods_row(ods_cell("A"), number) + EMPTY_END), name="t.ods")
    assert [*source.rows()] == [(2, {"code": "A", "cost": "1.5"})]
    error = ods_cell("#N/A", ' calcext:value-type="error"')
    source = opened(open_document(names + ods_row(ods_cell("A"), error)), name="t.ods")
    assert [(one.cell, one.what) for one in source.without_value] == [
        ("S!B2", "This cell is in error: #N/A.")
    ]
    often = ods_cell("#N/A", ' calcext:value-type="error" table:number-columns-repeated="2"')
    twice = ods_row(often, more=' table:number-rows-repeated="2"')
    source = opened(open_document(names + twice), name="t.ods")
    assert [one.cell for one in source.without_value] == ["S!A2", "S!B2", "S!A3", "S!B3"]
    many = ods_row(
        ods_cell("A", ' table:number-columns-repeated="16384"'),
        more=' table:number-rows-repeated="1000000"',
    )
    assert refusal(open_document(names + many), name="t.ods").code == "archive-too-large"
