"""Foreign files that cannot be read, through the command line: refused with what and where."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from officer import Officer

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

RULE = """
[about]
name = "lists"
title = "A list of cities"
source = "a test"
licence = "none"
{source}
[[output]]
table = "cities"
[output.columns]
code = {{ column = "code" }}
name = {{ column = "code" }}
country = "IR"
"""
ROWS = [["code", "cost"], ["A", 1], ["B", 2]]


def book(change: Callable[[Any], object] = lambda _: None, rows: Any = ROWS) -> bytes:
    workbook, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        workbook.active.append(row)
    change(workbook.active)
    workbook.save(out)
    return out.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def tar_of(content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        member = tarfile.TarInfo("t.csv")
        member.size = len(content)
        file.addfile(member, io.BytesIO(content))
    return out.getvalue()


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def far_away(content: bytes) -> bytes:
    members = members_of(content)
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace(b'r="B3"', b'r="XFD1048576"')
    members[sheet] = members[sheet].replace(b'<row r="3"', b'<row r="1048576"')
    return archive(members)


def with_type(content: bytes, part: str, text: str = "") -> bytes:
    """Put a document type with entities into a part, in the coding of its text."""
    members = members_of(content)
    declared, _, rest = members[part].rpartition(b"?>")
    definitions = b'<!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d SYSTEM "file:///etc/passwd">]>'
    whole = (declared and declared + b"?><!-- a note -->") + definitions + rest
    members[part] = whole if not text else whole.decode().encode(text)
    return archive(members)


def with_entity(content: bytes) -> bytes:
    sheet = "xl/worksheets/sheet1.xml"
    members = members_of(with_type(content, sheet))
    members[sheet] = members[sheet].replace(b"<t>A</t>", b"<t>&b;</t>")
    return archive(members)


_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_KIND = b"application/vnd.oasis.opendocument."


def open_document(rows: str, kind: bytes = b"spreadsheet", manifest: str = "") -> bytes:
    names = " ".join(f'xmlns:{one}="{_OFFICE}:{one}:1.0"' for one in ("office", "table", "text"))
    sheet = f'<table:table table:name="S">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    content = f"<office:document-content {names}>{body}</office:document-content>"
    members = {"mimetype": _KIND + kind, "content.xml": content.encode()}
    return archive({**members, "META-INF/manifest.xml": f"{manifest}<m/>".encode()})


def open_row(*cells: str, times: int = 1) -> str:
    repeated = f' table:number-columns-repeated="{times}"'
    start = f'<table:table-cell office:value-type="string"{repeated}><text:p>'
    inside = "".join(f"{start}{cell}</text:p></table:table-cell>" for cell in cells)
    return f"<table:table-row>{inside}</table:table-row>"


BOMB = b"a,b\n" * (10 * 1024 * 1024)
PASSWORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9) + "EncryptedPackage".encode("utf-16-le")
DTD = b'<!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d SYSTEM "file:///etc/passwd">]><a>&b;</a>'
ENTITIES = '<!DOCTYPE a [<!ENTITY b "c">]>'
WIDE = b"c," * 10_000_000
TABLE = b"code,cost\nA,1\n"
MANY = range(10**6)
ATTRIBUTES = " ".join(f'a{one}=""' for one in MANY)
KEYS = ",".join(f'"a{one}":1' for one in MANY)
DOCUMENT = archive({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"})
REPORT = [["Report of 2026"], [], *ROWS]
FILES: list[tuple[str, bytes, str, str, str]] = [
    ("t.csv.gz", gzip.compress(BOMB), "", "archive-too-large", "more than 250 times"),
    ("t.zip", archive({"t.csv": BOMB}), "", "archive-too-large", "t.csv"),
    ("t.xlsx", far_away(book()), "", "archive-too-large", "Sheet of"),
    ("t.xml", DTD, "", "unsafe-xml", "t.xml"),
    ("t.xml", b"<a><b></a>", "", "broken-xml", "line 1"),
    ("t.json", b'{"a": [}', "", "broken-json", "line 1"),
    ("t.json", b'[\n{"code": "\\udc00"}]', "", "broken-json", "\\udc00, at line 2, column 11"),
    ("t.json", b'[\n{"code": "\\ud800"}]', "", "broken-json", "\\ud800, at line 2, column 11"),
    ("t.xml", b"<a>\x81</a>", "encoding = 'cp1252'", "not-in-encoding", "0x81 on line 1"),
    ("t.json", b"[\n\x81]", "encoding = 'cp1252'", "not-in-encoding", "0x81 on line 2"),
    ("t.xml", b"<a/>", "encoding = 'hex'", "unknown-file-format", "'hex'"),
    ("t.csv", WIDE, "", "too-many-columns", "16,384"),
    ("t.csv", b"Budget\n" + WIDE, "", "too-many-columns", "in line 2"),
    ("t.csv", b"Budget,2026\n\n" + WIDE, "", "too-many-columns", "in line 3"),
    ("t.csv", WIDE.replace(b",", b";"), "", "too-many-columns", "in line 1"),
    ("t.csv", TABLE + WIDE, "", "too-many-columns", "in line 3"),
    ("t.ods", open_document(open_row("c", times=10**7)), "", "too-many-columns", "sheet S of"),
    ("t.xml", f"<a><b {ATTRIBUTES}/></a>".encode(), "", "broken-xml", "from byte"),
    ("t.xml", f"<a><b {ATTRIBUTES[:300_000]}/></a>".encode(), "", "too-many-columns", "'b'"),
    ("t.json", f"[{{{KEYS}}}]".encode(), "", "too-many-columns", "the next of them 'a16384'"),
    ("t.json", f'{{"a":[{{"b":{{{KEYS}}}}}]}}'.encode(), "", "too-many-columns", "'a16384'"),
    ("t.xlsx", with_type(book(), "xl/styles.xml"), "", "unsafe-xml", "part xl/styles.xml"),
    ("t.xlsx", with_type(book(), "xl/workbook.xml", "utf-16"), "", "unsafe-xml", "xl/workbook"),
    ("t.xlsx", with_entity(book()), "", "unsafe-xml", "part xl/worksheets/sheet1.xml"),
    ("t.ods", with_type(open_document(""), "content.xml"), "", "unsafe-xml", "content.xml"),
    ("t.ods", open_document("", manifest=ENTITIES), "", "unsafe-xml", "META-INF/manifest.xml"),
    ("t.zip", archive({"in.zip": archive({"t.csv": TABLE})}), "", "archive-in-archive", "in.zip"),
    ("t.zip", archive({"t.csv": archive({"a": TABLE})}), "", "archive-in-archive", "t.csv"),
    ("t.zip", archive({"t.csv.gz": gzip.compress(TABLE)}), "", "archive-in-archive", "t.csv.gz"),
    ("t.csv.gz", gzip.compress(gzip.compress(TABLE)), "", "archive-in-archive", "t.csv"),
    ("t.zip.gz", gzip.compress(archive({"t.csv": TABLE})), "", "archive-in-archive", "t.zip"),
    ("t.docx", DOCUMENT, "", "unknown-file-format", "not a workbook"),
    ("t.odt", open_document("", b"text"), "", "unknown-file-format", "not a workbook"),
    ("t.csv", b"%PDF-1.4\n1 0 obj\n", "", "unknown-file-format", "is a PDF document"),
    ("t.csv", bz2.compress(TABLE), "", "unknown-file-format", "compressed by bzip2"),
    ("t.tar.gz", gzip.compress(tar_of(TABLE)), "", "unknown-file-format", "kind tar"),
    ("t.csv", TABLE, "encoding = 'utf-16'", "not-in-encoding", "byte-order mark"),
    ("t.xlsx", book(), 'sheet = "Data"', "unknown-sheet", "It has Sheet"),
    ("t.xlsx", book(lambda one: one.merge_cells("A2:A3")), "", "not-a-table", "Sheet!A2:A3"),
    ("t.xlsx", book(rows=REPORT), "", "not-a-table", "header = 3"),
    ("t.csv", b"Report of 2026,,\n,,\ncode,cost,\nA,1,\n", "", "not-a-table", "header = 3"),
    ("t.xlsx", PASSWORD, "", "encrypted-file", "password"),
    ("t.xlsx", book()[:-99], "", "broken-archive", "t.xlsx"),
    ("t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "", "broken-workbook", "t.xls"),
    ("t.zip", archive({"a.csv": b"a", "b.csv": b"b"}), "", "several-files", "a.csv, b.csv"),
    ("t.xlsx", b"<html><table>", "", "unknown-file-format", "web page"),
]


def rule_file(folder: Path, source: str = "") -> Path:
    path = folder / "rule.toml"
    path.write_text(RULE.format(source=f"[source]\n{source}" if source else ""), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "content", "source", "code", "word"),
    FILES,
    ids=[f"{name}-{code}-{word}" for name, _, _, code, word in FILES],
)
def test_a_file_is_refused(
    officer: Officer, tmp_path: Path, name: str, content: bytes, source: str, code: str, word: str
) -> None:
    (tmp_path / name).write_bytes(content)
    rule = rule_file(tmp_path, source)
    assert officer.refused(f"import {tmp_path / name} --rules {rule} --yes", 3, word) == code
    assert officer.asks("city list")["rows"] == []


def test_a_file_is_refused_before_what_plans_an_import_is_loaded(tmp_path: Path) -> None:
    """Loading the database's library and the plan takes longer than finding out what a file is."""
    lines, expected = [], []
    for place, (name, content, source, code, _) in enumerate(FILES):
        folder = tmp_path / str(place)
        folder.mkdir()
        (folder / name).write_bytes(content)
        words = [str(folder / name), "--rules", str(rule_file(folder, source)), "--yes", "--json"]
        lines.append(["--db", f"sqlite:///{tmp_path}/ledger.db", "import", *words])
        expected.append(code)
    program = (
        "import sys; from cli.main import main\n"
        "codes = [main(line) for line in eval(sys.argv[1])]\n"
        "heavy = {'sqlalchemy', 'ledger.store', 'ledger.interchange.planning.plan'}\n"
        "print(set(codes), heavy & sys.modules.keys())"
    )
    command = [sys.executable, "-c", program, repr(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{<ExitCode.INVALID: 3>} set()"
    assert [json.loads(line)["code"] for line in done.stderr.splitlines()] == expected


def test_a_line_of_too_many_keys_is_refused(officer: Officer, tmp_path: Path) -> None:
    (tmp_path / "t.ndjson").write_text(f'{{"code":1}}\n{{{KEYS}}}', encoding="utf-8")
    line = f"import {tmp_path / 't.ndjson'} --rules {rule_file(tmp_path)} --yes"
    assert officer.refused(line, 3, "Line 2 of", "16,384 keys") == "too-many-columns"


def test_a_pipe_is_refused(officer: Officer, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "t.csv")
    line = f"import {tmp_path / 't.csv'} --rules {rule_file(tmp_path)} --yes"
    assert officer.refused(line, 3, "a pipe, not a file") == "not-a-file"


@pytest.mark.parametrize(
    ("cell", "value", "word"),
    [("A3", "#REF!", "Sheet!A3: This cell is in error"), ("A2", "=B2", "Sheet!A2: The formula")],
)
def test_a_bad_cell_is_named(
    officer: Officer, tmp_path: Path, cell: str, value: str, word: str
) -> None:
    (tmp_path / "t.xlsx").write_bytes(book(lambda one: one.__setitem__(cell, value)))
    done = officer.tries(f"import {tmp_path / 't.xlsx'} --rules {rule_file(tmp_path)} --yes")
    assert (done.code, word in done.err) == (3, True), done.err


def test_another_delimiter_is_named(officer: Officer, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("code;cost\nA;1,5\n", encoding="utf-8")
    done = officer.tries(f"import {tmp_path / 't.csv'} --rules {rule_file(tmp_path)} --yes")
    assert (done.code, "delimiter = ';'" in done.err) == (3, True), done.err
    rule = rule_file(tmp_path, 'delimiter = ";"')
    assert "1 new" in officer.says(f"import {tmp_path / 't.csv'} --rules {rule} --yes")


def test_a_table_further_down_is_read(officer: Officer, tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(book(rows=REPORT))
    rule = rule_file(tmp_path, "header = 3")
    assert "2 new" in officer.says(f"import {tmp_path / 't.xlsx'} --rules {rule} --yes")


def test_a_public_document_type_of_an_old_manifest_is_admitted(
    officer: Officer, tmp_path: Path
) -> None:
    manifest = '<!DOCTYPE m PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd">'
    rows = open_row("code", "cost") + open_row("A", "1")
    (tmp_path / "t.ods").write_bytes(open_document(rows, manifest=manifest))
    assert "1 new" in officer.says(
        f"import {tmp_path / 't.ods'} --rules {rule_file(tmp_path)} --yes"
    )


def test_a_canonical_table_of_too_many_columns_is_refused_at_once(
    officer: Officer, tmp_path: Path
) -> None:
    (tmp_path / "cities.csv").write_bytes(WIDE)
    done = officer.tries(f"import {tmp_path / 'cities.csv'} --yes")
    assert (done.code, "cities.csv:1: There are more than 16,384 columns." in done.err) == (3, True)
    assert "1 problem in 1 file" in done.err


def test_columns_are_counted_in_the_first_line_whatever_ends_it(
    officer: Officer, tmp_path: Path
) -> None:
    rows = "".join(f"C{number},City {number},IR\r" for number in range(9_000))
    (tmp_path / "cities.csv").write_bytes(f"code,name,country\r{rows}".encode())
    assert "9,000 new" in officer.says(f"import {tmp_path / 'cities.csv'} --dry-run")


def test_long_lines_of_texts_are_no_columns(officer: Officer, tmp_path: Path) -> None:
    shape = "\n".join(["POLYGON ((", ",".join(["1 2"] * 20_000), "))"])
    (tmp_path / "t.csv").write_text(f'code,cost\nA,"{shape}"\nB,"{shape[:-1]}"\n', encoding="utf-8")
    rule = rule_file(tmp_path)
    assert "2 new" in officer.says(f"import {tmp_path / 't.csv'} --rules {rule} --yes")
