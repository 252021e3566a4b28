"""Tables and records on a terminal: no code, word or figure is ever cut.

Columns shrink to their longest word; where that is not enough, the spare ones are left out, and
where nothing fits, a row becomes lines of heading and value. Cells with right-to-left text stand
between left-to-right marks: without these, a terminal that orders each line by the direction of
its letters shows the figures beside such a cell in other columns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from ledger.reports.table import Column, ReportRow, display_width, human, one_line, padded

NARROWEST_TABLE = 80
"""On fewer columns rows are shown as records."""
_WRAPPED = frozenset({"text", "figures"})
_TEXT_COLUMN_LEAST = 12
_GAP = "  "
_LEFT_TO_RIGHT = "\u200e"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_WORDS = re.compile(r"\S+")
_SPACED_WORDS = re.compile(r"(\s*)(\S+)")


def has_right_to_left(text: str) -> bool:
    """Say whether a terminal may order a text from right to left."""
    return not text.isascii() and any(
        unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text
    )


def marked_cell(text: str) -> str:
    """Put a cell with right-to-left text between left-to-right marks, which have no width."""
    return f"{_LEFT_TO_RIGHT}{text}{_LEFT_TO_RIGHT}" if has_right_to_left(text) else text


def marked_line(line: str) -> str:
    """Put marks around each run of right-to-left text, so that figures beside it keep their place.

    A run lasts from its first letter of that direction through its last, without Latin letters.
    """
    if not has_right_to_left(line):
        return line
    parts: list[str] = []
    begin: int | None = None
    end = last = 0
    for place, character in enumerate(line):
        direction = unicodedata.bidirectional(character)
        if direction in _RIGHT_TO_LEFT or (begin is not None and character in _PERSIAN_DIGITS):
            begin, end = (place if begin is None else begin), place + 1
        elif direction == "L" and begin is not None:
            parts += [line[last:begin], marked_cell(line[begin:end])]
            begin, last = None, end
    if begin is not None:
        parts += [line[last:begin], marked_cell(line[begin:end])]
        last = end
    return "".join([*parts, line[last:]])


def wrapped(text: str, room: int) -> list[str]:
    """Break a text between words into lines of at most `room` columns; no word is cut."""
    if display_width(text) <= room:
        return [text]
    lines: list[str] = []
    line, wide = "", 0
    for space, word in _SPACED_WORDS.findall(text):
        own = display_width(word)
        if lines and not line:
            line, wide = word, own
        elif not line or wide + len(space) + own <= room:
            line, wide = f"{line}{space}{word}", wide + len(space) + own
        else:
            lines.append(line)
            line, wide = word, own
    return [*lines, line]


def broken(line: str, room: int) -> Iterator[str]:
    """Break a line of a text that is too long; what goes on stands two columns further in."""
    if display_width(line) <= room:
        yield line
        return
    lead = " " * (len(line) - len(line.lstrip()) + len(_GAP))
    first, *more = wrapped(line, room)
    yield first
    # What goes on is broken anew, since it begins further in.
    for rest in wrapped(" ".join(more), max(room - len(lead), 1)) if more else ():
        yield lead + rest


def longest_word(text: str) -> int:
    """Give the width of the longest word of a text."""
    return max(map(display_width, _WORDS.findall(text)), default=0)


def fitting_columns(
    columns: Sequence[Column], cells: Sequence[Sequence[str]], room: int
) -> list[Column]:
    """Return the columns that fit, dropping spare ones first; none if they never fit."""
    wide = {
        column.key: _least_width(column, [line[place] for line in cells])
        for place, column in enumerate(columns)
    }
    empty = {
        column.key
        for place, column in enumerate(columns)
        if column.spare and cells and not any(line[place] for line in cells)
    }
    for most in sorted({column.spare for column in columns}, reverse=True):
        fitting = [one for one in columns if one.spare <= most]
        if _total(wide[one.key] for one in fitting) > room:
            fitting = [one for one in fitting if one.key not in empty]
        if fitting and _total(wide[one.key] for one in fitting) <= room:
            return fitting
    return []


def _total(widths: Iterable[int]) -> int:
    return sum(one + len(_GAP) for one in widths) - len(_GAP)


def _least_width(column: Column, texts: Sequence[str]) -> int:
    widest = max(map(display_width, [column.heading, *texts]))
    if column.kind not in _WRAPPED:
        return widest
    words = max(map(longest_word, [column.heading, *texts]))
    return max(min(widest, _TEXT_COLUMN_LEAST), words)


def table_on_screen(
    cells: Sequence[Sequence[str]],
    columns: Sequence[Column],
    room: int,
    *,
    bold: bool = False,
    rule: str = "",
) -> Iterator[str]:
    """Lay out columns that fit, each line as a whole; `rule` draws the line under the headings."""
    heads = [column.heading for column in columns]
    widths = _widths(cells, columns, room)
    for line in _lines(heads, columns, widths):
        yield f"{_BOLD}{line}{_PLAIN}" if bold else line
    if rule:
        yield rule * _total(widths)
    for row in cells:
        yield from _lines(row, columns, widths)


def _widths(cells: Sequence[Sequence[str]], columns: Sequence[Column], room: int) -> list[int]:
    """Give each column what it takes, or less to the widest columns of text."""
    texts = [[line[place] for line in cells] for place in range(len(columns))]
    wanted = [
        max(map(display_width, [column.heading, *own]))
        for column, own in zip(columns, texts, strict=True)
    ]
    least = [_least_width(column, own) for column, own in zip(columns, texts, strict=True)]
    most = max(wanted, default=0)
    widths = wanted
    while _total(widths) > room and most > 0:
        most -= 1
        widths = [min(own, max(few, most)) for own, few in zip(wanted, least, strict=True)]
    return widths


def _lines(row: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> Iterator[str]:
    parts = [wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    for number in range(max(map(len, parts), default=0)):
        texts = [marked_cell(part[number]) if number < len(part) else "" for part in parts]
        line = zip(texts, widths, columns, strict=True)
        yield _GAP.join(
            padded(text, width, right=column.right) for text, width, column in line
        ).rstrip()


def records_on_screen(
    rows: Iterable[ReportRow], columns: Sequence[Column], room: int
) -> Iterator[str]:
    """Show each row as lines of heading and value, with an empty line between two rows."""
    shown = [column for column in columns if column.table]
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield from record_lines(row, shown, room)


def record_lines(row: ReportRow, columns: Sequence[Column], room: int) -> Iterator[str]:
    """Show one row; a value that does not fit beside its heading stands under it."""
    wide = max((display_width(column.heading) for column in columns), default=0)
    under = wide + len(_GAP)
    for column in columns:
        texts = [one_line(line) for line in human(row, column).splitlines()]
        if not any(texts):
            continue
        if under + max(map(longest_word, texts)) <= room:
            yield from _beside(padded(column.heading, wide) + _GAP, texts, room - under)
        else:
            yield column.heading
            yield from _beside(_GAP, texts, room - len(_GAP))


def _beside(heading: str, texts: Iterable[str], room: int) -> Iterator[str]:
    lead = heading
    for text in texts:
        for line in wrapped(text, room):
            yield f"{lead}{marked_line(line)}".rstrip()
            lead = " " * display_width(heading)
