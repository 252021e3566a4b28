"""Rows in, text out: CSV, JSON, Markdown and plain tables."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.factors import Factor
from ledger.reports.formats import (
    csv_chunks,
    escaped,
    json_rows_chunks,
    json_text,
    markdown_chunks,
    ndjson_chunks,
    neutralised,
)
from ledger.reports.table import (
    Column,
    Lines,
    display_width,
    grouped,
    human,
    jsonable,
    machine,
    one_line,
    record_chunks,
    table_chunks,
)

TEXT, AMOUNT = Column("name"), Column("amount", kind="amount", absent="unknown")


@pytest.mark.parametrize("text", ["=1+1", "+98 21", "-x", "@A1", "\tx", "\rx", "\nx", "-1-1", "+"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5.00", "+3", "12", "", "a=b", "x-y", " =1"])
def test_numbers_and_other_texts_stay(text: str) -> None:
    assert neutralised(text) == text


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_csv_reads_back_and_never_begins_a_formula(pairs: list[tuple[str, str]]) -> None:
    rows = [{"name": name, "amount": other} for name, other in pairs]
    text = "".join(csv_chunks(rows, [TEXT, AMOUNT]))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == ["name", "amount"]
    wanted = [[neutralised(name), neutralised(other)] for name, other in pairs]
    assert read[1:] == wanted


@given(st.lists(st.dictionaries(st.text(), st.text() | st.none() | st.booleans()), max_size=4))
def test_json_rows_read_back(rows: list[dict[str, object]]) -> None:
    text = "".join(json_rows_chunks({"schema": "x/1"}, rows, {"total": None}))
    assert json.loads(text) == {"schema": "x/1", "rows": rows, "total": None}


def test_json_without_a_head_is_still_a_document() -> None:
    assert json.loads("".join(json_rows_chunks({}, [], {}))) == {"rows": []}


def test_json_has_exact_decimals_and_days_as_texts() -> None:
    moment = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
    given_values = {"a": Decimal("1E+3"), "b": date(2026, 1, 2), "c": moment, "d": Factor.MONEY}
    assert json.loads(json_text(given_values)) == {
        "a": "1000",
        "b": "2026-01-02",
        "c": "2026-11-23T10:30:00Z",
        "d": "money",
    }
    assert jsonable((1, [None])) == [1, [None]]
    assert json_text({"a": "مشهد"}, ascii_only=True).isascii()


def test_machines_get_lists_with_semicolons_and_yes_or_no() -> None:
    assert machine(("metro", "brt")) == "metro;brt"
    assert [machine(value) for value in (True, False, None, 0)] == ["yes", "no", "", "0"]


@pytest.mark.parametrize(
    ("plain", "apart"),
    [
        ("1234567.50", "1,234,567.50"),
        ("-1000", "-1,000"),
        ("999", "999"),
        ("0.0000", "0.0000"),
        ("100000000000000000.00", "100,000,000,000,000,000.00"),
        ("≈ 3", "≈ 3"),
        ("1,000", "1,000"),
    ],
)
def test_thousands_stand_apart_for_people(plain: str, apart: str) -> None:
    assert grouped(plain) == apart


def test_a_list_of_amounts_is_exact_for_machines_and_set_apart_for_people() -> None:
    row = {"gaps": ["1234567.50 EUR", "3 package", "5000.00 IRR delivered"]}
    assert human(row, Column("gaps", kind="figures")) == (
        "1,234,567.50 EUR, 3 package, 5,000.00 IRR delivered"
    )
    assert human(row, Column("gaps")) == "1234567.50 EUR, 3 package, 5000.00 IRR delivered"
    assert "".join(csv_chunks([row], [Column("gaps", kind="figures")])) == (
        "gaps\n1234567.50 EUR;3 package;5000.00 IRR delivered\n"
    )


def test_markdown_cells_cannot_break_out() -> None:
    assert escaped("a|b\\c\n<b>`") == "a\\|b\\\\c<br>&lt;b>\\`"
    lines = list(markdown_chunks([{"name": "x", "amount": "1000.00"}], [TEXT, AMOUNT]))
    assert lines == ["| name | amount |\n", "| --- | ---: |\n", "| x | 1,000.00 |\n"]


@given(st.text(), st.text())
def test_a_markdown_row_is_one_line_of_two_cells(first: str, second: str) -> None:
    row = list(markdown_chunks([{"a": first, "b": second}], [Column("a"), Column("b")]))[-1]
    assert row.count("\n") == 1
    unescaped = row.replace("\\\\", "").replace("\\|", "")
    assert unescaped.count("|") == 3


def test_wide_letters_and_marks_line_up() -> None:
    rows = [{"name": "城市", "amount": None}, {"name": "می‌شود", "amount": "5"}]
    lines = list(table_chunks(rows, [TEXT, AMOUNT]))
    assert lines[1] == "城市   unknown\n"
    assert {display_width(line) for line in lines[1:]} == {5 + 2 + 7}
    assert [display_width(text) for text in ("a", "城", "e\u0301", "\u200c")] == [1, 2, 1, 0]


def test_a_table_without_rows_is_its_header() -> None:
    assert list(table_chunks([], [TEXT, AMOUNT])) == ["name  amount\n"]


@given(st.text())
def test_a_cell_is_one_line_that_steers_nothing(text: str) -> None:
    flat = one_line(text)
    assert len(flat.splitlines()) <= 1
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in flat)


def test_a_record_leaves_out_what_is_not_given() -> None:
    row = {"name": "line one\nline two", "amount": None, "note": None}
    lines = list(record_chunks(row, [TEXT, AMOUNT, Column("note")]))
    assert lines == ["name    line one\n", "        line two\n", "amount  unknown\n"]


@pytest.mark.parametrize("write", [csv_chunks, json_rows_chunks, ndjson_chunks])
@pytest.mark.parametrize("by_position", [False, True])
def test_a_long_listing_takes_no_more_memory_than_a_short_one(write, by_position: bool) -> None:
    def peak(rows: int) -> int:
        blocks = ([(str(n),)] for n in range(rows))
        given = Lines(["name"], blocks) if by_position else ({"name": str(n)} for n in range(rows))
        tracemalloc.start()
        chunks = write({}, given, {}) if write is json_rows_chunks else _rows_only(write, given)
        for _ in chunks:
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(20_000)  # what is kept from the first time on is not of the rows
    assert peak(20_000) < peak(1_000) + 20_000


def _rows_only(write, rows):
    return write(rows, [TEXT]) if write is csv_chunks else write(rows)


plain = st.text(st.sampled_from("ab=+-@,\"\t\r\n1.'\uff1d é"), max_size=6)
cells = (
    plain | st.integers() | st.floats() | st.none() | st.booleans() | st.decimals(allow_nan=False)
)


def by_the_csv_module(rows, keys, between: str) -> str:
    """Write each row by itself; of line ends the writer quotes only those that its own is of."""
    text = f"{between.join(keys)}\n"
    for row in rows:
        out = io.StringIO()
        cells = [neutralised(machine(row.get(key))) for key in keys]
        csv.writer(out, delimiter=between, lineterminator="\r\n").writerow(cells)
        text += out.getvalue().removesuffix("\r\n") + "\n"
    return text


@given(
    st.lists(st.fixed_dictionaries({"name": cells}, optional={"amount": cells}), max_size=6),
    st.sampled_from([",", "\t"]),
    st.sampled_from([["name"], ["name", "amount"], ["amount", "name", "no"]]),
)
def test_columns_written_at_once_are_as_the_csv_module_writes_them(rows, between, keys) -> None:
    wanted = by_the_csv_module(rows, keys, between)
    columns = [Column(key) for key in keys]
    assert "".join(csv_chunks(rows, columns, between=between)) == wanted
    lines = [tuple(row.get(key) for key in keys) for row in rows]
    by_position = Lines(keys, iter([lines] if lines else []))
    assert "".join(csv_chunks(by_position, columns, between=between)) == wanted


def test_lines_are_rows_by_their_keys_too() -> None:
    made = Lines(["name", "amount"], iter([[("a", 1), ("b", None)], [("c", 2)]]))
    chosen = "".join(csv_chunks(made, [AMOUNT, TEXT]))
    assert chosen == "amount,name\n1,a\n,b\n2,c\n"
    again = Lines(["name"], iter([[("a",)]]))
    assert "".join(ndjson_chunks(again)) == '{"name": "a"}\n'
