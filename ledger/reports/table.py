"""Columns of a listing, how a value is written for machines and for people, and plain text tables.

A text table is unabridged: it is what a pipe and a narrow terminal get.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from itertools import islice
from operator import attrgetter, itemgetter
from types import NoneType
from typing import Any, Final

from ledger.core.characters import revealed
from ledger.core.partial_dates import PartialDate

ReportRow = Mapping[str, object]
Line = Sequence[object]
"""The cells of a row, in the order of some keys."""
_RIGHT = frozenset({"amount", "number", "figure"})
_LISTED_FIGURES = frozenset({"amount", "figures"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` in the row, `title` for people.

    `kind` is `text`, `code`, `date`, `partial` (a date, or a year or month), `number`, `amount` or
    `figure`; an amount is a plain decimal text, shown to people with its thousands apart, and a
    figure is one with its unit behind it; `figures` are a list of them.
    `unit` is the key whose value follows the amount, `measured_in` the key of the unit it is in;
    `absent` stands for a missing value, unless the row says something else under `absent_by`. A
    column with `table` false is left out for people; where a terminal is too narrow for all, the
    columns with the highest `spare` are left out first, and those with none never. `words` are what
    people read for values that machines keep; a filter accepts both. `register` is the one
    whose codes they are, where the key does not say so.
    """

    key: str
    title: str = ""
    kind: str = "text"
    unit: str | None = None
    absent: str = ""
    table: bool = True
    spare: int = 0
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    measured_in: str = "unit"
    absent_by: str = ""
    register: str | None = None
    headings: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """Give the title, made from the key where none was given."""
        return self.title or self.key.replace("_", " ")

    @property
    def right(self) -> bool:
        """Say whether the column is set flush right, as numbers are."""
        return self.kind in _RIGHT


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows by position, in blocks that are read once: nothing is made of a row before it is shown.

    The cells of a line stand in the order of `keys`. Iterated, it gives each row by its keys.
    """

    keys: Sequence[str]
    blocks: Iterator[Sequence[Line]]

    def __iter__(self) -> Iterator[ReportRow]:
        """Give the rows by their keys."""
        keys = self.keys
        for block in self.blocks:
            for line in block:
                yield dict(zip(keys, line, strict=True))


def line_blocks(
    rows: Iterable[ReportRow], keys: Sequence[str], size: int
) -> Iterator[Sequence[Line]]:
    """Give rows by position, in blocks of at most `size` where they come one by one."""
    if isinstance(rows, Lines) and [*rows.keys] == [*keys]:
        yield from rows.blocks
        return
    left = iter(rows)
    several = itemgetter(*keys) if len(keys) > 1 else None
    while block := [*islice(left, size)]:
        try:
            lines: list[Line] = [*map(several, block)] if several else []
        except KeyError:  # a cell that is not given
            lines = []
        yield lines or [tuple(map(row.get, keys)) for row in block]


_WRITTEN: Final = frozenset({str, int, float})
"""The types that are written for machines as Python writes them."""


def machine(value: object) -> str:
    """Write a value for a machine that reads text: lists with `;`, nothing for none."""
    if value is None:
        return ""
    if type(value) in _WRITTEN:
        return str(value)
    if isinstance(value, (list, tuple)):
        return ";".join(machine(item) for item in value)
    plain = jsonable(value)
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    return str(plain)


_PLAIN: Final = frozenset({NoneType, str, bool, int, float})
"""The types that JSON has, and that most values are of."""


def jsonable(value: object) -> Any:
    """Turn a value into what JSON has: exact decimals and dates become texts."""
    if type(value) in _PLAIN:
        return value
    if (write := _WRITERS.get(type(value))) is not None:
        return write(value)
    if isinstance(value, Enum):
        return jsonable(value.value)
    if isinstance(value, Mapping):
        return {
            str(key): item if type(item) in _PLAIN else jsonable(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    return value if isinstance(value, (str, int, float)) else _as_text(value)


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = {
    Decimal: "{:f}".format,
    PartialDate: attrgetter("text"),
    date: date.isoformat,
}
"""How the types are written that most other values are of."""


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return _instant(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _instant(moment: datetime) -> str:
    assert moment.tzinfo is not None, "an instant carries its zone"
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def human(row: ReportRow, column: Column) -> str:
    """Write a row's cell for people: thousands apart, the unit behind, lists with commas."""
    value = row.get(column.key)
    if value is None:
        return str(row.get(column.absent_by) or column.absent)
    if isinstance(value, (list, tuple)):
        shown = _grouped_figure if column.kind in _LISTED_FIGURES else str
        return ", ".join(shown(machine(item)) for item in value)
    text = machine(value)
    text = column.words.get(text, text)
    if column.kind == "figure":
        return _grouped_figure(text)
    if column.kind == "amount":
        text = grouped(text)
        unit = row.get(column.unit) if column.unit else None
        return f"{text} {machine(unit)}" if unit else text
    return text


def _grouped_figure(text: str) -> str:
    """Set the thousands of a figure apart that has its unit behind it."""
    figure, space, behind = text.partition(" ")
    return f"{grouped(figure)}{space}{behind}"


def grouped(number: str) -> str:
    """Set the thousands of a plain decimal text apart: 1234567.50 becomes 1,234,567.50."""
    sign = "-" if number.startswith("-") else ""
    whole, point, part = number.removeprefix("-").partition(".")
    if not (whole.isascii() and whole.isdigit()):
        return number
    return f"{sign}{int(whole):,}{point}{part}"


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
    """Put a text on one line; characters that steer terminals or hide become `<U+202E>`."""
    if text.isprintable():
        return text
    return revealed(_BREAKS.sub(" ", text))


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
