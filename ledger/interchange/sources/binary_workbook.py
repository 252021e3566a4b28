"""What a workbook of the kind XLS is looked at for: its cells in error, and how far it reaches.

Such a file is a small file system (OLE) whose stream `Workbook` is a list of records (BIFF). The
library that reads it gives a cell in error as an empty one.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct, error, unpack_from
from typing import Final, NamedTuple

_STREAMS: Final = ("workbook", "book")
_HEADER, _ENTRY = 512, 128
_END: Final = 0xFFFFFFFA
"""Numbers of sectors from here on say what no sector is."""
_RECORD: Final = Struct("<HH")
_CELL: Final = Struct("<HH")
_BOF, _EOF, _BOUNDSHEET, _DIMENSIONS = 0x0809, 0x000A, 0x0085, 0x0200
_BOOLERR, _MULRK = 0x0205, 0x00BD
_FORMULAS: Final = frozenset({0x0006, 0x0206, 0x0406})
_VALUES: Final = frozenset({0x0203, 0x0204, _BOOLERR, 0x027E, 0x00FD, 0x00D6, _MULRK, *_FORMULAS})
_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


class BrokenBinary(ValueError):
    """The parts of a file do not agree."""


class CellOfRecord(NamedTuple):
    """A cell that has a value, or an error in the place of one. Rows and columns begin at 1."""

    row: int
    column: int
    error: str | None
    width: int = 1
    """So many cells of the row, from this one on, have a value."""


class Extent(NamedTuple):
    """How far a sheet says that it reaches, whatever it holds."""

    rows: int
    columns: int


def sheets_of(content: bytes) -> Iterator[Iterator[CellOfRecord | Extent]]:
    """Give the cells of each sheet, in the order of the sheets; raises `BrokenBinary`."""
    try:
        stream = _stream_of(content)
        starts = [
            unpack_from("<I", data)[0] for kind, data in _records(stream, 0) if kind == _BOUNDSHEET
        ]
    except (error, IndexError) as broken:
        raise BrokenBinary("Its parts do not agree.") from broken
    return (_cells(stream, start) for start in starts)


def _cells(stream: bytes, start: int) -> Iterator[CellOfRecord | Extent]:
    try:
        for kind, data in _records(stream, start):
            if kind in _VALUES:
                yield _cell(kind, data)
            elif kind == _DIMENSIONS:
                top, rows, left, columns = unpack_from("<IIHH", data)
                if top > rows or left > columns:
                    # The library would take memory for less than nothing, which is all there is.
                    raise BrokenBinary("A sheet ends before it begins.")
                yield Extent(rows, columns)
    except (error, IndexError) as broken:
        raise BrokenBinary("Its records are cut short.") from broken


def _cell(kind: int, data: bytes) -> CellOfRecord:
    row, column = _CELL.unpack_from(data)
    wrong, width = None, 1
    if kind == _BOOLERR and data[7]:
        wrong = data[6]
    elif kind in _FORMULAS and data[12:14] == b"\xff\xff" and data[6] == 2:  # noqa: PLR2004
        wrong = data[8]
    elif kind == _MULRK:
        width = max((len(data) - 6) // 6, 1)
    text = None if wrong is None else _ERRORS.get(wrong, "an error")
    return CellOfRecord(row + 1, column + 1, text, width)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Give the records of one part of a stream, without those of the parts inside it."""
    depth, length = 0, len(stream)
    while at + _RECORD.size <= length:
        kind, size = _RECORD.unpack_from(stream, at)
        at += _RECORD.size
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, stream[at : at + size]
        at += size


def _stream_of(content: bytes) -> bytes:
    """Give the stream that holds the workbook."""
    shift, small_shift = unpack_from("<HH", content, 30)
    first_entry, _, cutoff, first_small = unpack_from("<IIII", content, 48)
    if not (6 < shift < 16 and 2 < small_shift <= shift):  # noqa: PLR2004 - as sectors can be
        raise BrokenBinary("Its header is not one of such a file.")
    sectors = _Sectors(content, shift)
    table = sectors.table()
    entries = sectors.chain(first_entry, table)
    root = unpack_from("<II", entries, 116)
    for at in range(0, len(entries), _ENTRY):
        size = unpack_from("<H", entries, at + 64)[0]
        name = entries[at : at + max(size - 2, 0)].decode("utf-16-le", "replace")
        if name.casefold() in _STREAMS and entries[at + 66] == 2:  # noqa: PLR2004 - a stream
            start, length = unpack_from("<II", entries, at + 116)
            if length >= cutoff:
                return sectors.chain(start, table)[:length]
            small = _Sectors(bytes(1 << small_shift) + sectors.chain(root[0], table), small_shift)
            links = sectors.chain(first_small, table)
            return small.chain(start, _numbers(links))[:length]
    raise BrokenBinary("It holds no workbook.")


class _Sectors:
    """The parts of equal size of a file, the first of which is its header."""

    def __init__(self, content: bytes, shift: int) -> None:
        self._content, self._size = content, 1 << shift
        self._most = len(content) // self._size + 1

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._content[at : at + self._size]

    def table(self) -> tuple[int, ...]:
        """Give which sector follows on each."""
        header = _numbers(self._content[76:_HEADER])
        numbers = [one for one in header if one < _END]
        following = unpack_from("<I", self._content, 68)[0]
        for _ in range(self._most):
            if following >= _END:
                break
            sector = self._sector(following)
            if len(sector) < self._size:
                raise BrokenBinary("It ends before its table of sectors does.")
            *more, following = _numbers(sector)
            numbers += [one for one in more if one < _END]
        return _numbers(b"".join(map(self._sector, numbers[: self._most])))

    def chain(self, number: int, table: tuple[int, ...]) -> bytes:
        """Give what begins in a sector and goes on in others."""
        parts: list[bytes] = []
        while number < _END:
            if len(parts) > self._most:
                raise BrokenBinary("Its sectors follow on each other in a circle.")
            parts.append(self._sector(number))
            number = table[number]
        return b"".join(parts)


def _numbers(data: bytes) -> tuple[int, ...]:
    return unpack_from(f"<{len(data) // 4}I", data)
