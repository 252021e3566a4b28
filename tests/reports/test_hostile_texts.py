"""Two hundred hostile texts mean nothing in any format, and are read back as they are."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
import zipfile

import openpyxl
import polars as pl
import pytest
from hostile import HOSTILE
from lxml import etree
from lxml import html as parser
from python_calamine import CalamineWorkbook

from ledger.reports.answers import Answer, Table
from ledger.reports.cells import Spool
from ledger.reports.formats import (
    csv_chunks,
    escaped,
    json_rows_chunks,
    markdown_chunks,
    ndjson_chunks,
    neutralised,
)
from ledger.reports.html import answer_page, record_page
from ledger.reports.parquet import write_parquet
from ledger.reports.table import Column, table_chunks
from ledger.reports.workbook import write_workbook

COLUMNS = [Column("number", kind="number"), Column("text", "Text"), Column("day", kind="date")]
ROWS = [{"number": place, "text": text, "day": text} for place, text in enumerate(HOSTILE)]
ANSWER = Answer("Hostile", Table("hostile", COLUMNS, ROWS), filters=HOSTILE, notes=HOSTILE)
STEERS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
FORMULA = re.compile(r"[=+@\t\r\n＝＋－＠-]")


def test_there_are_two_hundred() -> None:
    assert len(set(HOSTILE)) >= 200


@pytest.mark.parametrize("between", [",", "\t"])
def test_csv_and_tsv_hold_no_formula(between: str) -> None:
    text = "".join(csv_chunks(ROWS, COLUMNS, between=between))
    read = [*csv.DictReader(io.StringIO(text, newline=""), delimiter=between)]
    assert [row["text"] for row in read] == [neutralised(text) for text in HOSTILE]
    assert [row["text"].removeprefix("'") for row in read] == [
        text.removeprefix("'") for text in HOSTILE
    ]
    assert not [row["text"] for row in read if FORMULA.match(row["text"])]


def test_json_is_read_back() -> None:
    read = json.loads("".join(json_rows_chunks({}, ROWS, {})))
    assert [row["text"] for row in read["rows"]] == [*HOSTILE]
    lines = "".join(ndjson_chunks(ROWS)).removesuffix("\n").split("\n")
    assert [json.loads(line)["text"] for line in lines] == [*HOSTILE]


def test_markdown_keeps_each_in_its_cell() -> None:
    lines = "".join(markdown_chunks(ROWS, COLUMNS)).split("\n")
    assert len(lines) == len(HOSTILE) + 3
    for line in lines[:-1]:
        assert line.replace("\\\\", "").replace("\\|", "").count("|") == 4
        assert not STEERS.search(line)
    live = re.compile(r"(?<!\\)[`*~\[\]]|(?i:[a-z]://)|(?i:www\.)|(?<!\\)@|<(?!br>)")
    assert not [text for text in HOSTILE if live.search(escaped(text).replace("\\\\", ""))]


def test_tables_of_text_do_not_steer_a_terminal() -> None:
    text = "".join(table_chunks(ROWS, COLUMNS))
    assert len(text.split("\n")) == len(HOSTILE) + 2
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_a_page_has_no_element_that_a_text_made() -> None:
    page = "".join(answer_page(ANSWER))
    tree = parser.fromstring(page)
    known = {"html", "head", "meta", "link", "title", "style", "body", "main", "h1", "bdi", "dl"}
    known |= {
        "dt",
        "dd",
        "div",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "br",
        "pre",
    }
    assert {one.tag for one in tree.iter() if isinstance(one.tag, str)} <= known
    assert not [one for one in tree.iter() if one.tag is etree.Comment]
    shown = [row.findall("td")[0] for row in tree.findall(".//tbody/tr")]
    seen = ["\n".join(one.itertext()) for one in shown]
    wanted = [re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]", "", text) for text in HOSTILE]
    plain = [re.sub(r"\\x[0-9a-f]{2}", "", text) for text in seen]
    assert [one.split() for one in plain if "\\x" not in one][:50] == [
        one.split() for one in wanted
    ][:50]
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", page)
    assert "<script" not in "".join(record_page("x", ROWS[90], COLUMNS, HOSTILE))


@pytest.mark.parametrize("held", [Spool.HELD, 10])
def test_a_workbook_has_texts_alone(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Spool, "HELD", held)
    file = io.BytesIO()
    assert write_workbook(file, ANSWER) == len(HOSTILE)
    with zipfile.ZipFile(file) as parts:
        for name in parts.namelist():
            content = parts.read(name)
            etree.fromstring(content)
            assert b"<f>" not in content
            assert b"<hyperlink" not in content
        assert not [name for name in parts.namelist() if "externalLink" in name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet = openpyxl.load_workbook(file).worksheets[0]
    file.seek(0)
    cells = [*sheet.iter_rows(min_row=2)]
    assert {row[1].data_type for row in cells} == {"s"}
    assert not [row for row in cells if row[1].hyperlink]
    read = [
        row[1] for row in CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    ]
    assert len(read) == len(HOSTILE) + 1
    unread = [
        (text, value)
        for text, value in zip(HOSTILE, read[1:], strict=True)
        if value.replace("\r\n", "\n") != text.replace("\r\n", "\n")
    ]
    assert unread == [("\ufffe", unread[0][1])]


def test_parquet_is_read_back() -> None:
    file = io.BytesIO()
    write_parquet(file, ROWS, COLUMNS)
    file.seek(0)
    assert pl.read_parquet(file)["text"].to_list() == [*HOSTILE]
