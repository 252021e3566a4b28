"""Every format gives the same records, each with its line, row or ordinal."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from ledger.interchange.sources import Reading, open_source

ROWS = [{"code": "A", "cost": "1.50"}, {"code": "B", "cost": "100000"}]


def csv_of(delimiter: str = ",") -> bytes:
    lines = [["code", "cost"], *([row["code"], row["cost"]] for row in ROWS)]
    return "".join(delimiter.join(line) + "\r\n" for line in lines).encode()


def xlsx_of(rows: list[list[object]], **kw: object) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def zip_of(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


XML = b"<list><item><code>A</code><cost>1.50</cost></item><item code='B' cost='100000'/></list>"
FILES = {
    "t.csv": csv_of(),
    "t.tsv": csv_of("\t"),
    "t.csv.gz": gzip.compress(csv_of()),
    "t.zip": zip_of(t_csv=csv_of()),
    "t.json": b'{"items": [{"code": "A", "cost": 1.50}, {"code": "B", "cost": 100000}]}',
    "t.ndjson": "\n".join(map(json.dumps, ROWS)).encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_records(name: str) -> None:
    source = open_source(FILES[name], Reading(), name)
    rows = list(source.rows())
    assert [row.record for row in rows] == ROWS
    assert not source.problems
    tabular = source.format in {"csv", "tsv"}
    assert [row.line for row in rows] == ([2, 3] if tabular else [1, 2])
    assert source.columns == (("code", "cost") if tabular else None)


def test_cells_of_a_workbook_are_text() -> None:
    book = xlsx_of([["a", "b", "c"], [1e5, 0.1 + 0.2, True], [12345678901234, "x", None]])
    source = open_source(book, Reading(), "t.xlsx")
    assert [row.record for row in source.rows()] == [
        {"a": "100000", "b": "0.3", "c": "yes"},
        {"a": "12345678901234", "b": "x", "c": ""},
    ]


def test_elements_are_records() -> None:
    source = open_source(XML, Reading(rows="item"), "t.xml")
    assert [row.record for row in source.rows()] == [
        ROWS[0],
        {"@code": "B", "@cost": "100000"},
    ]


def test_a_path_is_opened(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(csv_of())
    source = open_source(tmp_path / "t.csv", Reading())
    assert (source.name, len(list(source.rows()))) == (str(tmp_path / "t.csv"), 2)


def test_numbers_of_json_are_plain() -> None:
    content = (
        b'[{"a": 1e3, "b": 1.50, "c": 12345678901234567890.5, "d": true, "e": null, "f": 1e99}]'
    )
    (row,) = open_source(content, Reading(), "t.json").rows()
    assert row.record == {
        "a": "1000",
        "b": "1.50",
        "c": "12345678901234567890.5",
        "d": "yes",
        "f": "1e99",
    }
