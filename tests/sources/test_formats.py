"""Every format gives the same records, each with its line, row or ordinal."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from ledger.core.errors import LedgerError
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


@pytest.mark.parametrize("name", ["standard input", "t.json", "t.ndjson"])
def test_objects_on_lines_are_found_out(name: str) -> None:
    source = open_source(FILES["t.ndjson"], Reading(), name)
    assert (source.format, [row.record for row in source.rows()]) == ("ndjson", ROWS)


def test_text_is_repaired_where_the_rule_says_so() -> None:
    content = "name,caf\u00c3\u00a9\nA &amp; B,10\u00a0000\nS\u00e3o,\n".encode()
    plain = [row.record for row in open_source(content, Reading(), "t.csv").rows()]
    assert plain[0] == {"name": "A &amp; B", "caf\u00c3\u00a9": "10\u00a0000"}
    source = open_source(content, Reading(clean=True), "t.csv")
    assert [row.record for row in source.rows()] == [
        {"name": "A & B", "caf\u00e9": "10 000"},
        {"name": "S\u00e3o", "caf\u00e9": ""},
    ]
    nested = b'{"a": [{"b": "caf\xc3\x83\xc2\xa9"}]}'
    (row,) = open_source(nested, Reading(clean=True), "t.json").rows()
    assert row.record == {"b": "caf\u00e9"}


def test_line_ends_inside_a_cell_are_one_line_feed() -> None:
    (row,) = open_source(b'\xef\xbb\xbfa,b\r\n"one\r\ntwo",2\r\n', Reading(), "t.csv").rows()
    assert row == (2, {"a": "one\ntwo", "b": "2"})


TEXTS = {
    "t.csv": "a\n{0}\n",
    "t.json": '[{{"a": "{0}"}}]',
    "t.ndjson": '{{"a": "x"}}\n{{"a": "{0}"}}\n',
    "t.xml": "<?xml version='1.0'?>\n<rows><row><a>{0}</a></row></rows>",
    "u.xml": "<?xml version='1.0' encoding='utf-8'?>\n<rows><row><a>{0}</a></row></rows>",
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    ("encoding", "word"),
    [("cp1252", "Málaga €"), ("iso8859-2", "Łódź"), ("gb18030", "北京"), ("utf-16-be", "مشهد")],
)
def test_a_rule_names_the_encoding_of_every_text(name: str, encoding: str, word: str) -> None:
    content = TEXTS[name].format(word).encode(encoding)
    *_, last = open_source(content, Reading(encoding=encoding), name).rows()
    assert last.record == {"a": word}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_shows_the_encoding(name: str, encoding: str) -> None:
    content = TEXTS[name].replace(" encoding='utf-8'", "").format("مشهد").encode(encoding)
    *_, last = open_source(content, Reading(), name).rows()
    assert last.record == {"a": "مشهد"}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_may_stand_before_text_whose_encoding_a_rule_names(
    name: str, encoding: str
) -> None:
    content = f"\ufeff{TEXTS[name].format('مشهد')}".encode(encoding)
    *_, last = open_source(content, Reading(encoding=encoding), name).rows()
    assert last.record == {"a": "مشهد"}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("encoding", ["hex", "no-such", "undefined"])
def test_no_encoding_of_text_is_refused(name: str, encoding: str) -> None:
    with pytest.raises(LedgerError, match=f"no encoding '{encoding}'") as refused:
        list(open_source(b"<a/>", Reading(encoding=encoding), name).rows())
    assert refused.value.code == "unknown-file-format"


@pytest.mark.parametrize("name", ["t.json", "t.ndjson", "t.xml"])
def test_what_an_encoding_lacks_is_refused_with_its_line(name: str) -> None:
    # The bytes 0x81 and 0x8D are no characters of cp1252.
    before, record, after = TEXTS[name].rpartition("<a>" if name.endswith("xml") else "{{")
    text = f"{before}{chr(10) * 70_000}{record}{after}".format("X")
    line = text[: text.index("X")].count("\n") + 1
    content = text.encode().replace(b"X", b"\x81\x8d")
    with pytest.raises(LedgerError, match=f"not cp1252: the byte 0x81 on line {line:,}") as refused:
        list(open_source(content, Reading(encoding="cp1252"), name).rows())
    assert refused.value.code == "not-in-encoding"


@pytest.mark.parametrize(
    ("encoding", "reading"),
    [("cp1252", Reading(encoding="cp1252")), ("utf-16", Reading()), ("utf-8-sig", Reading())],
)
def test_encodings_are_read(encoding: str, reading: Reading) -> None:
    (row,) = open_source("a\nM\u00fcnster\n".encode(encoding), reading, "t.csv").rows()
    assert row.record == {"a": "M\u00fcnster"}


def test_what_cannot_be_decoded_is_named_by_its_line() -> None:
    content = b"a,b\n" + b"x,y\n" * 5000 + b"M\xfcnster,1\n"
    source = open_source(content, Reading(), "t.csv")
    list(source.rows())
    (problem,) = source.problems
    assert (problem.line, problem.code) == (5002, "not-utf8")
    assert "0xFC" in problem.what


def test_a_header_further_down_is_read_where_the_rule_says_so() -> None:
    content = b"Report\n\ncode,cost\nA,1\n"
    (row,) = open_source(content, Reading(header=3), "t.csv").rows()
    assert row == (4, {"code": "A", "cost": "1"})
