"""What every source gives: records of text, each with the line, row or ordinal it stands at.

Tables of text and of workbooks have a row of names in common, and rows as wide as it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from ledger.core.text import name_key
from ledger.interchange.problems import ImportProblem
from ledger.interchange.reader import MAX_COLUMNS
from ledger.interchange.sources.cleaning import Cell, clean_record, clean_text
from ledger.interchange.sources.errors import NotATable, TooManyColumns


class SourceRow(NamedTuple):
    """One record. `line` is the text line it begins on, its sheet row, or its ordinal from 1."""

    line: int
    record: dict[str, Cell]


class NoValue(NamedTuple):
    """A cell of a sheet without a value that can be read, and why.

    `column` names its column, and is None beyond the last one with a name; `cell` is its place.
    """

    line: int
    column: str | None
    cell: str
    code: str
    what: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is written, where its name and content do not say it.

    `header` is the number of the row with the columns' names, `rows` the path of keys or the name
    of the element that holds the records. `clean` repairs text that was decoded wrongly. `columns`
    has the keys of what each column that is needed may be called: by all of them the row of names
    is found.
    """

    format: str | None = None
    sheet: str | None = None
    header: int | None = None
    rows: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    clean: bool = False
    columns: tuple[frozenset[str], ...] = ()

    @property
    def finds_names(self) -> bool:
        """Say whether the row of names is found by what columns are called."""
        return self.header is None and bool(self.columns)

    def line_of_names(self, rows: Iterable[tuple[int, list[str]]]) -> int | None:
        """Give the line of the first row that has all columns; None where none of them has."""
        for line, cells in rows:
            here = {*map(name_key, cells)}
            if not any(map(here.isdisjoint, self.columns)):
                return line
        return None


class Source(ABC):
    """A file that is open for reading. What is wrong inside it goes to `problems` while it is read.

    `columns` names the columns of a table, and is None where records may differ (JSON, XML).
    `notes` say what was read otherwise than it is written. `without_value` has the cells
    that are in error, or beyond the columns: whether they matter is up to who reads them.
    """

    def __init__(self, name: str, form: str, columns: tuple[str, ...] | None = None) -> None:
        """Name the file as messages name it, its format, and its columns if it has some."""
        self.name, self.format, self.columns = name, form, columns
        self.problems: list[ImportProblem] = []
        self.notes: list[str] = []
        self.without_value: list[NoValue] = []

    @abstractmethod
    def rows(self) -> Iterator[SourceRow]:
        """Give the records one after another; a broken one is a problem and is left out."""

    def problem(self, line: int, column: str | None, code: str, what: str, hint: str = "") -> None:
        """Note one thing wrong with the file."""
        self.problems.append(ImportProblem(self.name, line, column, code, what, hint))

    def refuse_without_value(self) -> None:
        """Note every cell without a value as a problem."""
        for one in self.without_value:
            self.problem(one.line, one.cell, one.code, one.what, one.hint)
        self.without_value.clear()


LOOKED_AT: Final = 50
"""So many rows tell a table from a report."""


def column_names(cells: list[str], reading: Reading) -> tuple[str, ...]:
    """Give the names of columns; one without a name is called by its number."""
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    names = (clean_text(one) if reading.clean else one for one in cells)
    return tuple(name.strip() or f"column {at + 1}" for at, name in enumerate(names))


def unnamed_column(name: str, at: int) -> bool:
    """Say whether a column is called by its number because it has no name."""
    return name == f"column {at + 1}"


class TableSource(Source):
    """A table whose rows become records by the names of its columns."""

    def __init__(self, name: str, form: str, reading: Reading) -> None:
        """Take how the table is written; `columns` are read at once."""
        super().__init__(name, form)
        self.reading = reading

    @abstractmethod
    def numbered_rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give the filled rows below the names, with their lines or sheet rows."""

    def fitted(self, line: int, cells: list[str]) -> list[str] | None:
        """Give a row of another width than the names as one of theirs; None with a problem."""
        what = f"This row has {len(cells)} cells, the header {len(self.columns or ())}."
        self.problem(line, None, "cell-count", what, "Put text with a comma in quotes.")
        return None

    def note_empty(self, what: str, header: int) -> None:
        """Note that there are no names of columns where they should be."""
        if header == 1:
            self.problem(1, None, "empty-file", f"{what} is empty.")
            return
        what = (
            f"{what} has nothing from row {header:,} on, where the names of the columns should be."
        )
        self.problem(header, None, "no-header", what, "Say the row that has them: header = 1.")

    def rows(self) -> Iterator[SourceRow]:
        """Give each row as a record; one of another width is a problem and is left out."""
        names = self.columns or ()
        width, clean = len(names), self.reading.clean
        for line, cells in self.numbered_rows():
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            if len(cells) != width:
                fitted = self.fitted(line, cells)
                if fitted is None:
                    continue
                cells = fitted  # noqa: PLW2901 - the same row
            record: dict[str, Cell] = dict(zip(names, map(str.strip, cells), strict=True))
            yield SourceRow(line, clean_record(record) if clean else record)


def filled(cells: Iterable[str]) -> int:
    """Count the cells of a row that hold something."""
    return sum(bool(cell.strip()) for cell in cells)


def refuse_report(name: str, where: str, row: int, below: Iterable[tuple[int, int]]) -> None:
    """Refuse what has one cell where names should be, and more below; raises `NotATable`.

    `below` gives rows with the number of their filled cells.
    """
    wide = next(((line, count) for line, count in below if count > 1), None)
    if wide is not None:
        what = f"Row {row} of {where} has one cell, and row {wide[0]} has {wide[1]}"
        hint = f"If the names of the columns are in row {wide[0]}, the rule says so: "
        raise NotATable(
            f"{name}: this is a report, not a table. {what}.",
            next_step=f"{hint}header = {wide[0]}.",
        )


def require_columns(name: str, line: int, count: int) -> None:
    """Refuse a table that is wider than any spreadsheet; raises `TooManyColumns`."""
    if count > MAX_COLUMNS:
        raise TooManyColumns(
            f"{name} has {count:,} columns or more in line {line:,}; "
            f"{MAX_COLUMNS:,} are read at most."
        )
