"""Rows as plain aligned text, unabridged: what a pipe and a narrow terminal get."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ledger.reports.cells import Column, Row, human
from ledger.reports.width import display_width, padded

_GAP = "  "
_BREAKS = re.compile(r"\s*[\r\n\t\v\f\x85\u2028\u2029]+\s*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def table_chunks(rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[str]:
    """Write the header and then each row as one line, every column as wide as its widest."""
    shown = [column for column in columns if column.table]
    cells = cells_of(rows, shown)
    heads = [column.heading for column in shown]
    widths = [max(map(display_width, column)) for column in zip(heads, *cells, strict=True)]
    for line in [heads, *cells]:
        parts = zip(line, widths, shown, strict=True)
        text = _GAP.join(padded(cell, width, right=column.right) for cell, width, column in parts)
        yield text.rstrip() + "\n"


def cells_of(rows: Iterable[Row], columns: Sequence[Column]) -> list[list[str]]:
    """Write every cell for people, each on one line and without control characters."""
    return [[one_line(human(row, column)) for column in columns] for row in rows]


def one_line(text: str) -> str:
    """Put a text on one line; control characters, which steer terminals, become escapes."""
    if text.isprintable():
        return text
    flat = _BREAKS.sub(" ", text)
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", flat)


def record_chunks(row: Row, columns: Sequence[Column]) -> Iterator[str]:
    """Write one row as lines of heading and value; lists and line ends keep lines of their own."""
    shown = [column for column in columns if column.table]
    wide = max((display_width(column.heading) for column in shown), default=0)
    for column in shown:
        text = human(row, column)
        if not text:
            continue
        first, *more = [one_line(line) for line in text.splitlines()] or [""]
        yield f"{padded(column.heading, wide)}{_GAP}{first}".rstrip() + "\n"
        for line in more:
            yield f"{' ' * wide}{_GAP}{line}".rstrip() + "\n"
