"""Open a foreign file: find out what it is, and give the source of its records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from ledger.interchange.sources.encodings import json_as_utf8
from ledger.interchange.sources.errors import UnknownFormat
from ledger.interchange.sources.json_records import JsonLines, JsonRecords
from ledger.interchange.sources.records import Reading, Source
from ledger.interchange.sources.stored import Stored, stored_content, stored_file, unpacked
from ledger.interchange.sources.text_tables import TextTable
from ledger.interchange.sources.workbooks import SheetTable, Workbook
from ledger.interchange.sources.xml_records import XmlRecords

FORMATS: Final = ("csv", "tsv", "xlsx", "xls", "ods", "json", "ndjson", "xml")
_ENDINGS: Final = {
    **{f".{name}": name for name in FORMATS},
    ".jsonl": "ndjson",
    ".xlsm": "xlsx",
    ".tab": "tsv",
}
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS: Final = {
    b"%PDF-": "a PDF document",
    b"{\\rtf": "a text document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"PAR1": "a table of Parquet",
    b"SQLite format 3\0": "a database of SQLite",
    b"7z\xbc\xaf\x27\x1c": "an archive of the kind 7z",
    b"Rar!\x1a\x07": "an archive of the kind RAR",
    b"\xfd7zXZ\0": "compressed by xz",
    b"\x28\xb5\x2f\xfd": "compressed by zstd",
}
"""How files begin whose format is known and not read, and what they are."""
_BZIP2, _TAR = (4, b"1AY&SY"), (257, b"ustar")
"""Where others have the mark of their format."""
WORKBOOKS: Final = frozenset({"xlsx", "xls", "ods"})
AS_WRITTEN: Final = Reading()


def open_source(
    file: Path | bytes, reading: Reading = AS_WRITTEN, name: str = "standard input"
) -> Source:
    """Open a file by its path (`-` is standard input), or content that has a name.

    Raises the refusals of `errors`, and `CannotReadFile`; what is wrong inside comes as problems.
    """
    stored = stored_content(file, name) if isinstance(file, bytes) else stored_file(file)
    stored = unpacked(stored)
    form = format_of(stored, reading)
    if form in WORKBOOKS:
        return SheetTable(Workbook(stored), form, reading)
    if form in {"csv", "tsv"}:
        return TextTable(stored, form, reading)
    if form == "xml":
        return XmlRecords(stored, form, reading)
    stored = json_as_utf8(stored, reading)
    return (JsonLines if form == "ndjson" else JsonRecords)(stored, form, reading)


def format_of(stored: Stored, reading: Reading) -> str:
    """Give the format: what the rule says, else what the first bytes and the ending say."""
    first = stored.first_bytes()
    form = reading.format or _ENDINGS.get(Path(stored.name).suffix.lower())
    if form is not None and form not in FORMATS:
        raise UnknownFormat(f"There is no format {form!r}.")
    is_workbook = first.startswith((_ZIP, _OLE))
    if is_workbook:
        return form if form in WORKBOOKS else "xls" if first.startswith(_OLE) else "xlsx"
    text = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise UnknownFormat(f"{stored.label} is a web page.")
    other = _other_format(first)
    if other is not None:
        raise UnknownFormat(f"{stored.label} is {other}, which is not read.")
    if form in WORKBOOKS:
        raise UnknownFormat(f"{stored.label} is not a workbook.")
    if form in {None, "json"} and reading.format is None and _is_of_lines(text):
        return "ndjson"
    if form is not None:
        return form
    return "xml" if text.startswith(b"<") else "json" if text[:1] in {b"{", b"["} else "csv"


def _other_format(first: bytes) -> str | None:
    """Say what a file is whose first bytes are those of a format that is not read."""
    for mark, what in _OTHERS.items():
        if first.startswith(mark):
            return what
    for (at, mark), what in ((_BZIP2, "compressed by bzip2"), (_TAR, "an archive of the kind tar")):
        if first.startswith(mark, at):
            return what
    return None


def _is_of_lines(text: bytes) -> bool:
    """Say whether a text begins with an object of JSON on a line of its own, and goes on."""
    first, _, rest = text.partition(b"\n")
    if not first.startswith(b"{") or not rest.lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return False
