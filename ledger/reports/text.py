"""Rows as aligned text, unabridged, for pipes and narrow terminals; bars of stages as text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledger.reports.cells import Column, ReportRow, human

_WIDE = frozenset("WF")
_NO_WIDTH = frozenset({"Mn", "Me", "Cf", "Cc"})


def display_width(text: str) -> int:
    """Count columns: two for wide East Asian characters, none for marks and joiners."""
    if text.isascii():
        return len(text)
    return sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if unicodedata.category(char) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Fill a text with spaces up to a width in columns, set flush left or right."""
    space = " " * (width - display_width(text))
    return space + text if right else text + space


_GAP = "  "
_BREAKS = re.compile(r"\s*[\r\n\t\v\f\x85\u2028\u2029]+\s*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def table_chunks(rows: Iterable[ReportRow], columns: Sequence[Column]) -> Iterator[str]:
    """Write the header and then each row as one line, every column as wide as its widest."""
    shown = [column for column in columns if column.table]
    cells = cells_of(rows, shown)
    heads = [column.heading for column in shown]
    widths = [max(map(display_width, column)) for column in zip(heads, *cells, strict=True)]
    for line in [heads, *cells]:
        parts = zip(line, widths, shown, strict=True)
        text = _GAP.join(padded(cell, width, right=column.right) for cell, width, column in parts)
        yield text.rstrip() + "\n"


def cells_of(rows: Iterable[ReportRow], columns: Sequence[Column]) -> list[list[str]]:
    """Write every cell for people, each on one line and without control characters."""
    return [[one_line(human(row, column)) for column in columns] for row in rows]


def one_line(text: str) -> str:
    """Put a text on one line; control characters, which steer terminals, become escapes."""
    if text.isprintable():
        return text
    flat = _BREAKS.sub(" ", text)
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", flat)


def record_chunks(row: ReportRow, columns: Sequence[Column]) -> Iterator[str]:
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


GLYPHS = {"delivered": "█", "committed": "▓", "held": "▒", "open": "░", "available": "░"}
ASCII_GLYPHS = {"delivered": "#", "committed": "=", "held": "-", "open": ".", "available": "."}
_ORDER = ("delivered", "committed", "held", "open", "available")


def stage_bar(stages: Mapping[str, int], width: int, *, unicode: bool = True) -> str:
    """Draw the stages of a need or offer, the furthest first, in `width` characters.

    `stages` are amounts in the smallest part of one unit. Withdrawn and expired amounts stand
    outside. Every stage that holds anything shows; nothing at all is an empty text.
    """
    glyphs = GLYPHS if unicode else ASCII_GLYPHS
    names = [name for name in _ORDER if stages.get(name)]
    if not names:
        return ""
    shares = _shares([stages[name] for name in names], width)
    return "".join(glyphs[name] * share for name, share in zip(names, shares, strict=True))


def legend(*, unicode: bool = True) -> str:
    """Say what the characters of a stage bar mean."""
    glyphs = GLYPHS if unicode else ASCII_GLYPHS
    return "  ".join(f"{glyphs[name]} {name}" for name in _ORDER[:4])


def _shares(amounts: Sequence[int], width: int) -> list[int]:
    """Split a width by largest remainder, at least one character for what is not zero."""
    total = sum(amounts)
    present = [amount for amount in amounts if amount]
    if not total or width < len(present):
        return [0] * len(amounts)
    spare = width - len(present)
    exact = [divmod(amount * spare, total) for amount in amounts]
    shares = [whole + bool(amount) for (whole, _), amount in zip(exact, amounts, strict=True)]
    missing = width - sum(shares)
    by_rest = sorted(range(len(amounts)), key=lambda place: -exact[place][1])
    for place in by_rest[:missing]:
        shares[place] += 1
    return shares
