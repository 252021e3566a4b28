"""What a workbook is looked at for before it is read: its size, its errors, its formulas.

The library that reads workbooks gives a cell in error as an empty one, as it does a formula whose
value was never computed, and it takes memory for the whole area from the first cell to the last.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Final, NamedTuple

from ledger.interchange.reader import MAX_COLUMNS
from ledger.interchange.sources.binary_workbook import BrokenBinary, CellOfRecord, sheets_of
from ledger.interchange.sources.errors import (
    ArchiveTooLarge,
    BrokenWorkbook,
    EncryptedFile,
    TooManyColumns,
    UnknownFormat,
    UnsafeXml,
)
from ledger.interchange.sources.stored import Stored, bounded_member, zip_of

MAX_CELLS: Final = 40_000_000
MAX_INFLATED: Final = 1024 * 1024 * 1024
_SPARSE_FROM: Final = 2_000_000
_SPARSE: Final = 200
"""An area that is larger than this many times its cells is not that of a table."""
_MOST_BAD: Final = 100_000
"""A sheet with more cells without a value is no table."""
_CHUNK: Final = 4 * 1024 * 1024
_OLE_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_PREFIX = rb"(?:[A-Za-z_][\w.-]*:)?"
_REFERENCE = re.compile(rb"""\sr=["']([A-Z]{1,3})[0-9]{1,7}["']""")
_ROW = re.compile(rb"<" + _PREFIX + rb"""row\s[^<>]*?\br=["']([0-9]{1,9})["']""")
_FORMULA = rb"\s*<" + _PREFIX + rb"f(?:\s[^<>]*)?(?:/>|>[^<]*</" + _PREFIX + rb"f>)"
_ERROR = re.compile(
    rb"<"
    + _PREFIX
    + rb"""c\s([^<>]*\bt=["']e["'][^<>]*)>(?:"""
    + _FORMULA
    + rb")?\s*(?:<"
    + _PREFIX
    + rb"v>([^<]*)<)?"
)
_UNCOMPUTED = re.compile(
    rb"<"
    + _PREFIX
    + rb"c\s([^<>]*)>"
    + _FORMULA
    + rb"\s*(?:<"
    + _PREFIX
    + rb"v\s*/>|<"
    + _PREFIX
    + rb"v></"
    + _PREFIX
    + rb"v>)?\s*</"
    + _PREFIX
    + rb"c>"
)
_CELL_REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3}[0-9]{1,7})["']""")
_SHEET = re.compile(rb"<" + _PREFIX + rb"sheet\s[^<>]*>")
_RELATION = re.compile(rb"<" + _PREFIX + rb"Relationship\s[^<>]*>")
_TOKEN = re.compile(
    rb"<table:(table|table-row|table-cell|covered-table-cell)"
    rb"""(\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*)?>"""
)
_WRITTEN_IN_ZIPS: Final = (".xml", ".rels", ".bin")
_MANIFEST: Final = "META-INF/manifest.xml"
_DOCUMENT_TYPE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE([^\[>]*)(\[)?", re.DOTALL
)
"""A document type before the first element, and where its own definitions begin."""
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_SPREADSHEET: Final = b"application/vnd.oasis.opendocument.spreadsheet"


class BadCell(NamedTuple):
    """A cell that holds no value, by its place on the sheet. `error` is None for a formula."""

    row: int
    column: int
    error: str | None


@dataclass(slots=True)
class _Area:
    """How far a sheet reaches, and how many of its cells are there."""

    cells: int = 0
    rows: int = 0
    columns: int = 0
    bad: list[BadCell] = field(default_factory=list)

    def add_bad(self, cells: Iterable[BadCell]) -> None:
        """Take cells without a value, and one more than may be at most."""
        self.bad += islice(cells, _MOST_BAD + 1 - len(self.bad))

    def reach(self, rows: int, columns: int) -> None:
        """Reach at least so far."""
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)

    def require_sane(self, label: str, sheet: str) -> None:
        """Refuse an area that no memory holds, or of which next to nothing is filled."""
        if self.columns > MAX_COLUMNS:
            raise TooManyColumns(
                f"The sheet {sheet} of {label} has {self.columns:,} columns; "
                f"{MAX_COLUMNS:,} are read at most."
            )
        area = self.rows * self.columns
        if area > MAX_CELLS or (area > _SPARSE_FROM and area > _SPARSE * self.cells):
            last = f"{column_letters(self.columns)}{self.rows}"
            raise ArchiveTooLarge(
                f"The sheet {sheet} of {label} reaches to {last} and has {self.cells:,} cells.",
                why=f"Its area is {area:,} cells, far more than are filled.",
                next_step="Delete what stands far away from the table, and save it again.",
            )


def require_open(stored: Stored) -> list[list[BadCell]] | None:
    """Refuse a workbook with a password, or whose parts are larger than any; they are tried.

    Of the kind XLS it gives the cells of each sheet without a value, in the order of the sheets:
    the library takes the memory for all of them when it opens one.
    """
    if not stored.first_bytes().startswith(b"PK"):
        if _OLE_ENCRYPTED in stored.content():
            raise EncryptedFile(f"{stored.label} is protected by a password.")
        return _binary(stored)
    with zip_of(stored) as archive:
        _require_spreadsheet(archive, stored.label)
        if _MANIFEST in archive.namelist():
            manifest = archive.open(_MANIFEST).read(_CHUNK)
            if b"encryption-data" in manifest:
                raise EncryptedFile(f"{stored.label} is protected by a password.")
        parts = [one for one in archive.infolist() if one.filename.endswith(_WRITTEN_IN_ZIPS)]
        if sum(one.file_size for one in parts) > MAX_INFLATED:
            raise ArchiveTooLarge(f"{stored.label} unpacks to more than {MAX_INFLATED:,} bytes.")
        for part in parts:
            with bounded_member(archive, part, stored.label, MAX_INFLATED) as file:
                _require_plain(file.read(_CHUNK), part.filename, stored.label)
                while file.read(_CHUNK):
                    pass
        if "content.xml" in archive.namelist():
            for name, area in _open_document(archive.read("content.xml")).items():
                area.require_sane(stored.label, name)
    return None


def _require_spreadsheet(archive: zipfile.ZipFile, label: str) -> None:
    """Refuse the documents of office programs that are no workbooks; raises `UnknownFormat`."""
    names = archive.namelist()
    if "[Content_Types].xml" in names:
        fits = any(name.startswith("xl/") for name in names)
    else:
        fits = archive.open("mimetype").read(100).startswith(_SPREADSHEET)
    if not fits:
        raise UnknownFormat(f"{label} is a document of an office program, but not a workbook.")


def _require_plain(first: bytes, part: str, label: str) -> None:
    """Refuse a part whose XML has a document type; raises `UnsafeXml`.

    OpenOffice used to name a public one in its manifest, which defines nothing.
    """
    if first.startswith(_UTF_16):
        first = first.decode("utf-16", "replace").encode()
    found = None if part.endswith(".bin") else _DOCUMENT_TYPE.match(first)
    if found is not None and (part != _MANIFEST or found[2]):
        raise UnsafeXml(
            f"{label} has a document type in its part {part}.",
            next_step="Open it in a spreadsheet, and save it again: it is written without one.",
        )


def bad_cells(stored: Stored, sheet: str) -> list[BadCell]:
    """Give the cells of a sheet without a value, after its area was found to be that of a table.

    The workbook is one of the kinds XLSX or ODS.
    """
    with zip_of(stored) as archive:
        if "content.xml" in archive.namelist():
            area = _open_document(archive.read("content.xml"))[sheet]
        else:
            with archive.open(_part_of(archive, sheet, stored.label)) as file:
                area = _spreadsheet(file, stored.label)
    area.require_sane(stored.label, sheet)
    return area.bad


def require_few(bad: list[BadCell], label: str, sheet: str) -> None:
    """Refuse a sheet in which next to nothing has a value."""
    if len(bad) > _MOST_BAD:
        raise BrokenWorkbook(
            f"The sheet {sheet} of {label} has more than {_MOST_BAD:,} cells without a value.",
            why="They are in error, or are formulas that nothing computed.",
        )


def _binary(stored: Stored) -> list[list[BadCell]]:
    """Look through the sheets of XLS."""
    found = []
    try:
        for number, cells in enumerate(sheets_of(stored.content()), 1):
            area = _Area()
            for one in cells:
                if isinstance(one, CellOfRecord):
                    area.cells += one.width
                    area.reach(one.row, one.column + one.width - 1)
                    if one.error is not None:
                        area.add_bad([BadCell(one.row, one.column, one.error)])
                else:
                    area.reach(*one)
            area.require_sane(stored.label, f"number {number}")
            found.append(area.bad)
    except BrokenBinary as broken:
        raise BrokenWorkbook(f"{stored.label} cannot be read: {broken}") from broken
    return found


def _spreadsheet(file: IO[bytes], label: str) -> _Area:
    """Look through a sheet of XLSX."""
    area = _Area()
    for piece in _pieces(file, label):
        references = _REFERENCE.findall(piece)
        area.cells += len(references)
        columns = map(column_number, {one.decode() for one in references})
        area.columns = max(area.columns, max(columns, default=0))
        area.rows = max(area.rows, max(map(int, _ROW.findall(piece)), default=0))
        if b't="e"' in piece or b"t='e'" in piece:
            area.add_bad(
                _bad(found[1], (found[2] or b"an error").decode("utf-8", "replace"))
                for found in _ERROR.finditer(piece)
            )
        if b"f>" in piece or b"/>" in piece:
            area.add_bad(_bad(one[1], None) for one in _UNCOMPUTED.finditer(piece))
    return area


def _bad(attributes: bytes, error: str | None) -> BadCell:
    reference = _CELL_REFERENCE.search(attributes)
    text = reference[1].decode() if reference else ""
    letters = text.rstrip("0123456789")
    return BadCell(int(text[len(letters) :] or 0), column_number(letters), error)


def _pieces(file: IO[bytes], label: str) -> Iterator[bytes]:
    """Give a sheet in pieces that end with a row."""
    rest = b""
    while block := file.read(_CHUNK):
        rest += block
        if rest[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            raise BrokenWorkbook(f"{label} has sheets that are not written in UTF-8.")
        end = rest.rfind(b"row>") + len(b"row>")
        if end >= len(b"row>"):
            yield rest[:end]
            rest = rest[end:]
        elif len(rest) > MAX_INFLATED // 4:
            break
    yield rest


def _part_of(archive: zipfile.ZipFile, sheet: str, label: str) -> str:
    """Give the part of an archive that holds a sheet; raises `BrokenWorkbook`."""
    try:
        workbook = archive.read("xl/workbook.xml")
        relations = archive.read("xl/_rels/workbook.xml.rels")
    except KeyError as error:
        raise BrokenWorkbook(f"{label} is not a workbook of the kind XLSX.") from error
    targets = {
        _attribute(one, "Id"): _attribute(one, "Target") for one in _RELATION.findall(relations)
    }
    for one in _SHEET.findall(workbook):
        if _attribute(one, "name") == sheet:
            target = targets.get(_attribute(one, "id"), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in archive.namelist():
                return part
    raise BrokenWorkbook(f"{label} names a sheet {sheet} that it does not hold.")


def _attribute(element: bytes, name: str) -> str:
    from html import unescape  # noqa: PLC0415 - only workbooks need it

    found = re.search(rf"""[\s:]{name}\s*=\s*(["'])(.*?)\1""".encode(), element, re.DOTALL)
    return unescape(found[2].decode("utf-8", "replace")) if found else ""


def _open_document(content: bytes) -> dict[str, _Area]:
    """Look through the sheets of ODS, whose rows and cells may stand for many."""
    areas: dict[str, _Area] = {}
    area, row, times, column = _Area(), 0, 1, 0
    for found in _TOKEN.finditer(content):
        kind, attributes = found[1], found[2] or b""
        if kind == b"table":
            area = areas.setdefault(_attribute(attributes, "name"), _Area())
            row, times = 0, 1
        elif kind == b"table-row":
            row, column = row + times, 0
            times = int(_attribute(attributes, "number-rows-repeated") or 1)
        else:
            repeated = int(_attribute(attributes, "number-columns-repeated") or 1)
            is_error = b'calcext:value-type="error"' in attributes
            if is_error or b"office:value-type=" in attributes:
                area.cells += repeated * times
                area.rows = max(area.rows, row + times - 1)
                area.columns = max(area.columns, column + repeated)
            elif b"table:formula=" in attributes:
                area.add_bad(_repeated(row, times, column, repeated, None))
            if is_error:
                text = re.search(rb"<text:p>([^<]*)<", content[found.end() : found.end() + 200])
                error = text[1].decode("utf-8", "replace") if text else "an error"
                area.add_bad(_repeated(row, times, column, repeated, error))
            column += repeated
    return areas


def _repeated(
    row: int, times: int, column: int, repeated: int, error: str | None
) -> Iterator[BadCell]:
    """Give the cells that one cell of ODS stands for."""
    for down in range(times):
        for right in range(repeated):
            yield BadCell(row + down, column + right + 1, error)


def column_number(letters: str) -> int:
    """Give the number of a column by its letters: A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Give the letters of a column by its number: 1 is A."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
