"""Cells with a type, for workbooks, and for rows that are sorted.

A figure that machines read as text is a decimal here, a day a date. `Spool` holds the rows of an
answer once, on disk beyond a limit, and learns what has to be known before the first is written:
how many rows there are, and for each column its types, decimals, digits and width.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any, Final

from ledger.reports.table import Column, ReportRow, display_width, machine

Cell = str | Decimal | date | datetime | None
"""What stands in a typed cell; a moment is as answers show it, and carries no zone."""

_FIGURE: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9:]{5})?"
)
_FIGURES: Final = frozenset({"amount", "number"})
_DAYS: Final = frozenset({"date", "partial"})


def typed(value: object, kind: str) -> Cell:
    """Give a value of a column of this kind as its type, and as text where it is none."""
    if value is None or value == "":
        return None
    if kind in _FIGURES:
        return _figure(value)
    if kind in _DAYS:
        return _day(value)
    if isinstance(value, datetime):
        return _plain(value)
    return value if type(value) in {str, date} else machine(value)  # type: ignore[return-value]


def _figure(value: object) -> Cell:
    if isinstance(value, Decimal):
        return value
    text = machine(value)
    return Decimal(text) if _FIGURE.fullmatch(text) else text


def _day(value: object) -> Cell:
    if isinstance(value, datetime):
        return _plain(value)
    if isinstance(value, date):
        return value
    text = machine(value)
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _MOMENT.fullmatch(text):
            return _plain(datetime.fromisoformat(text))
    except ValueError:  # the 30th of February
        pass
    return text


def _plain(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


@dataclass(slots=True)
class ColumnFacts:
    """What the cells of a column have in common."""

    types: set[type] = field(default_factory=set)
    decimals: int = 0
    digits: int = 0
    whole: int = 0
    width: int = 0
    longest: int = 0

    def see(self, cell: Cell) -> None:
        """Take note of a cell that is not empty."""
        self.types.add(type(cell))
        if isinstance(cell, Decimal):
            decimals, figures = decimals_of(cell), significant_digits(cell)
            whole = max(cell.adjusted() + 1, 1)
            self.decimals = max(self.decimals, decimals)
            self.digits = max(self.digits, figures)
            self.whole = max(self.whole, whole)
            self.width = max(self.width, whole + whole // 3 + decimals + 2)
        elif isinstance(cell, str):
            self.longest = max(self.longest, len(cell))
            self.width = max(self.width, display_width(cell[:200].partition("\n")[0]))
        else:
            self.width = max(self.width, 16 if isinstance(cell, datetime) else 10)


def decimals_of(figure: Decimal) -> int:
    """Count the places behind the point, as they are written."""
    exponent = figure.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def significant_digits(figure: Decimal) -> int:
    """Count the digits of a figure without zeros at either end: those that a double must hold."""
    digits = "".join(map(str, figure.as_tuple().digits))
    return len(digits.strip("0"))


class Spool:
    """The rows of an answer as typed cells, read once and given as often as asked.

    Memory does not grow with the rows: what is beyond the first ones is in a file that vanishes
    with the spool.
    """

    HELD = 20_000
    _BLOCK = 1_000

    def __init__(self, rows: Iterable[ReportRow], columns: Sequence[Column]) -> None:
        """Read the rows."""
        self.columns = columns
        self.facts = [ColumnFacts() for _ in columns]
        self.count = 0
        self._held: list[list[Cell]] = []
        self._file: IO[bytes] | None = None
        kinds = [(column.key, column.kind) for column in columns]
        lines = ([typed(row.get(key), kind) for key, kind in kinds] for row in rows)
        self._held = [*islice(self._seen(lines), self.HELD)]
        while block := [*islice(self._seen(lines), self._BLOCK)]:
            if self._file is None:
                self._file = TemporaryFile()  # noqa: SIM115 - it lives as long as the spool
            pickle.dump(block, self._file, pickle.HIGHEST_PROTOCOL)

    @property
    def is_large(self) -> bool:
        """Say whether there are more rows than are held in memory."""
        return self._file is not None

    def _seen(self, lines: Iterable[list[Cell]]) -> Iterator[list[Cell]]:
        for line in lines:
            self.count += 1
            for cell, facts in zip(line, self.facts, strict=True):
                if cell is not None:
                    facts.see(cell)
            yield line

    def __iter__(self) -> Iterator[list[Cell]]:
        """Give the rows in their order."""
        yield from self._held
        if self._file is None:
            return
        self._file.seek(0)
        while True:
            try:
                block: Any = pickle.load(self._file)  # noqa: S301 - written above, by this process
            except EOFError:
                return
            yield from block
