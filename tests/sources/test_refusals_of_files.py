"""Files that cannot be read, or not safely: each is refused with what and where, and at once."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from ledger.core.errors import LedgerError
from ledger.interchange.sources import Reading, open_source


def book_of(*sheets: str) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name in sheets:
        book.create_sheet(name).append(["code"])
    book.save(out)
    return out.getvalue()


def zip_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


ENTITIES = b'<!DOCTYPE a [<!ENTITY b "cccc">]><a><r>&b;&b;</r></a>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a><r>&b;</r></a>'
BOMB = b"a,b\n"
TIMES = 16 * 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What takes long to make is made by its test: every process of a run imports this file.
REFUSED = [
    ("t.xml", ENTITIES, "unsafe-xml", "entities"),
    ("t.xml", OUTSIDE, "unsafe-xml", "entities"),
    ("t.xml", b"<a><r>1</a>", "broken-xml", "mismatched tag"),
    ("t.json", b'{"a": ', "broken-json", "line 1"),
    ("t.json", b"[" * 100_000, "broken-json", "nested"),
    ("t.json", b'{"a": [], "b": []}', "broken-json", "a, b"),
    ("t.csv.gz", lambda: gzip.compress(BOMB * TIMES), "archive-too-large", "250 times"),
    ("t.zip", lambda: zip_of({"t.csv": BOMB * TIMES}), "archive-too-large", "250 times"),
    ("t.csv.gz", gzip.compress(b"a,b\n" * 100_000)[:-20], "broken-archive", "t.csv.gz"),
    ("t.zip", zip_of({"t.csv": b"a,b\n"})[:-20], "broken-archive", "t.zip"),
    ("t.zip", zip_of({"a.csv": b"a", "b.csv": b"b"}), "several-files", "a.csv, b.csv"),
    ("t.xlsx", book_of("One", "Two"), "unknown-sheet", "One, Two"),
    ("t.xls", OLE + bytes(1000), "broken-workbook", "t.xls"),
    ("t.xlsx", b"<html><table>", "unknown-file-format", "web page"),
    ("t.csv", b"a," * 10_000_000, "too-many-columns", "columns or more in line 1"),
]


# Without the contents, of which an archive has the time it was made at.
@pytest.mark.parametrize(
    ("name", "content", "code", "word"),
    REFUSED,
    ids=[f"{name}-{code}-{word}" for name, _, code, word in REFUSED],
)
def test_a_file_is_refused(
    name: str, content: bytes | Callable[[], bytes], code: str, word: str
) -> None:
    content = content if isinstance(content, bytes) else content()
    with pytest.raises(LedgerError) as refused:
        list(open_source(content, Reading(), name).rows())
    assert (refused.value.code, word in refused.value.what) == (code, True), refused.value.what


def test_a_file_without_such_elements_is_refused() -> None:
    with pytest.raises(LedgerError, match="It has a, b, c") as refused:
        open_source(b"<a><b/><c/><b/></a>", Reading(rows="record"), "t.xml")
    assert refused.value.code == "broken-xml"


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(LedgerError, match="a pipe") as refused:
        open_source(tmp_path / "pipe.csv")
    assert refused.value.code == "not-a-file"


def test_a_protected_archive_is_refused() -> None:
    content = bytearray(zip_of({"t.csv": b"a,b\n"}))
    content[6] |= 1
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    with pytest.raises(LedgerError, match="password") as refused:
        open_source(bytes(content), Reading(), "t.zip")
    assert refused.value.code == "encrypted-file"
