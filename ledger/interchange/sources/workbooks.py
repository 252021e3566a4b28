"""Tables in workbooks: XLSX, XLS and ODS."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from ledger.interchange.sources.errors import BrokenWorkbook, EncryptedFile, NotATable, UnknownSheet
from ledger.interchange.sources.records import (
    LOOKED_AT,
    NoValue,
    Reading,
    TableSource,
    column_names,
    filled,
    refuse_report,
)
from ledger.interchange.sources.stored import Stored
from ledger.interchange.sources.workbook_guard import (
    BadCell,
    bad_cells,
    column_letters,
    require_few,
    require_open,
)

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_DIGITS: Final = 15
"""So many digits of a number does a workbook keep."""
_PANIC: Final = "PanicException"
"""What the library raises where it meets its own fault; it is no `Exception`, and not exported."""
_LONG: Final = 10**_DIGITS


class Workbook:
    """A workbook that is safe to read, and the sheets in it."""

    def __init__(self, stored: Stored) -> None:
        """Open a workbook; raises `EncryptedFile`, `ArchiveTooLarge` and `BrokenWorkbook`."""
        import python_calamine  # noqa: PLC0415 - only workbooks need it

        found = require_open(stored)
        self.stored = stored
        try:
            file = io.BytesIO(stored.content())
            self._workbook = python_calamine.CalamineWorkbook.from_filelike(file)
        except python_calamine.PasswordError as error:
            raise EncryptedFile(f"{stored.label} is protected by a password.") from error
        except (python_calamine.CalamineError, ValueError, OSError) as error:
            raise BrokenWorkbook(f"{stored.label} cannot be read: {error}.") from error
        except BaseException as error:
            if type(error).__name__ != _PANIC:
                raise
            raise BrokenWorkbook(f"{stored.label} cannot be read: {error}.") from None
        self.names: list[str] = self._workbook.sheet_names
        self._looked_at = dict(zip(self.names, found or (), strict=False))

    def bad_cells(self, name: str) -> list[BadCell]:
        """Give the cells of a sheet without a value; raises `ArchiveTooLarge`."""
        if name not in self._looked_at:
            self._looked_at[name] = bad_cells(self.stored, name)
        require_few(self._looked_at[name], self.stored.label, name)
        return self._looked_at[name]

    def sheet(self, name: str) -> CalamineSheet:
        """Give a sheet, after it was looked at."""
        self.bad_cells(name)
        return self._workbook.get_sheet_by_name(name)

    def chosen(self, reading: Reading) -> str:
        """Give the name of the sheet that is read: the one named, or the only one filled.

        Capitals do not count, and a sheet whose name begins with # is said to be none of data. Of
        several the one is read that alone has the columns that are needed.
        """
        name = reading.sheet
        label = self.stored.label
        if name is not None:
            alike = [one for one in self.names if one.strip().casefold() == name.casefold()]
            if name not in self.names and len(alike) != 1:
                what = f"{label} has no sheet {name!r}."
                what = f"{what} It has {', '.join(self.names)}."
                raise UnknownSheet(what, next_step=_which_sheet(self.names))
            return name if name in self.names else alike[0]
        if len(self.names) == 1:
            return self.names[0]
        filled = self.filled
        if len(filled) > 1 and reading.columns:
            fitting = [one for one in filled if self.line_of_names(one, reading) is not None]
            filled = fitting or filled
        if len(filled) > 1:
            what = f"{label} has several sheets: {', '.join(filled)}."
            raise UnknownSheet(what, next_step=_which_sheet(filled))
        return filled[0] if filled else self.names[0]

    @cached_property
    def filled(self) -> list[str]:
        """The names of the sheets of data that are not empty."""
        of_data = (one for one in self.names if not one.startswith("#"))
        return [one for one in of_data if self.sheet(one).start is not None]

    def line_of_names(self, name: str, reading: Reading) -> int | None:
        """Give the row of a sheet that has all columns that are needed; None where none has."""
        sheet = self.sheet(name)
        if not reading.finds_names or sheet.start is None:
            return reading.header
        rows = enumerate(islice(sheet.iter_rows(), LOOKED_AT), sheet.start[0] + 1)
        return reading.line_of_names((line, [*map(cell_as_text, cells)]) for line, cells in rows)


class SheetTable(TableSource):
    """A sheet of a workbook. Rows are numbered as the spreadsheet numbers them.

    `long_numbers` has the cells whose number has more digits than a workbook keeps, once the rows
    were read.
    """

    def __init__(self, workbook: Workbook, form: str, reading: Reading) -> None:
        """Choose the sheet and read the names of the columns."""
        super().__init__(workbook.stored.label, form, reading)
        self.long_numbers: list[tuple[int, str]] = []
        name = workbook.chosen(reading)
        self._bad = workbook.bad_cells(name)
        self.sheet = workbook.sheet(name)
        self._header = workbook.line_of_names(name, reading) or 1
        first = next(self._records(), None)
        if first is None:
            self.note_empty(f"The sheet {name}", self._header)
            self.columns, self.header_line = (), 1
            return
        self.header_line = first[0]
        if reading.finds_names and self._header > (self.sheet.start or (0, 0))[0] + 1:
            self.notes.append(f"the names of the columns were found in row {self._header}")
        if reading.columns and len(workbook.names) > 1:
            others = ", ".join(one for one in workbook.filled if one != name)
            others = others and f"; not read, without the columns of the rule: {others}"
            self.notes.append(f"the sheet {name} is read{others}")
        self._refuse_report(first[1])
        self.columns = column_names(first[1], reading)
        self._note_bad_cells()

    def _refuse_report(self, header: list[str]) -> None:
        """Refuse a sheet that is laid out for reading; raises `NotATable`."""
        name, row = self.sheet.name, self.header_line
        if filled(header) == 1:
            below = ((line, filled(cells)) for line, cells in islice(self._records(), 1, LOOKED_AT))
            refuse_report(self.name, f"the sheet {name}", row, below)
        for (top, left), (bottom, right) in self.sheet.merged_cell_ranges or ():
            if bottom + 1 >= row:
                cells = (
                    f"{column_letters(left + 1)}{top + 1}:{column_letters(right + 1)}{bottom + 1}"
                )
                what = f"The cells {name}!{cells} are merged"
                raise NotATable(f"{self.name}: this is a report, not a table. {what}.")

    def _note_bad_cells(self) -> None:
        """Keep the cells of the table that have an error for their value, or none."""
        names = self.columns or ()
        for row, column, error in self._bad:
            if row <= self.header_line:
                continue
            cell = f"{self.sheet.name}!{column_letters(column)}{row}"
            if error is None:
                code, what = "no-value", "The formula of this cell has no value, because nothing"
                what = f"{what} computed it."
                hint = "Open the workbook in a spreadsheet, and save it again."
            else:
                code, what = "cell-in-error", f"This cell is in error: {error}."
                hint = "Correct it, or empty it."
            name = names[column - 1] if column <= len(names) else None
            self.without_value.append(NoValue(row, name, cell, code, what, hint))

    def numbered_rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give the rows below the names."""
        records = self._records()
        next(records, None)
        width = len(self.columns or ())
        self.long_numbers.clear()
        for line, cells in records:
            yield line, cells + [""] * (width - len(cells))
        if self.long_numbers:
            kept = f"of more than {_DIGITS} digits, of which a workbook keeps {_DIGITS}"
            first = f"the first in {self.long_numbers[0][1]}"
            self.notes.append(f"{len(self.long_numbers):,} numbers {kept}; {first}")

    def fitted(self, line: int, cells: list[str]) -> list[str] | None:
        """Give a row without what stands beyond the last column with a name, which is kept."""
        width = len(self.columns or ())
        if len(cells) > width:
            cell = f"{self.sheet.name}!{column_letters(len(cells))}{line}"
            what = "This cell stands beyond the last column that has a name."
            hint = "Name its column, or empty it."
            self.without_value.append(NoValue(line, None, cell, "cell-count", what, hint))
        return cells[:width] + [""] * (width - len(cells))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Give each row that holds something, from the names on, with its number."""
        start = self.sheet.start
        if start is None:
            return
        margin = [""] * start[1]
        for line, cells in enumerate(self.sheet.iter_rows(), start[0] + 1):
            if line >= self._header and any(cell != "" for cell in cells):
                yield (
                    line,
                    margin
                    + [
                        cell if cell.__class__ is str else self._text(line, at, cell)
                        for at, cell in enumerate(cells)
                    ],
                )

    def _text(self, line: int, at: int, cell: Any) -> str:
        if isinstance(cell, float) and _is_long(cell):
            letters = column_letters((self.sheet.start or (0, 0))[1] + at + 1)
            self.long_numbers.append((line, f"{self.sheet.name}!{letters}{line}"))
        return cell_as_text(cell)


def _which_sheet(names: Iterable[str]) -> str:
    """Say how a sheet is named, by the first that there is."""
    name = next(iter(names), "NAME")
    return f"Say which one is read: sheet = {name!r}"


def cell_as_text(cell: Any) -> str:
    """Write a cell as text: plain decimals, ISO dates, yes and no."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, (int, float)):
        return number_as_text(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else ""


def _is_long(number: float) -> bool:
    """Say whether a number has more digits than a workbook keeps, noise of its last ones apart."""
    if abs(number) >= _LONG:
        return True
    if len(repr(number)) <= _DIGITS:
        return False
    exact = Decimal(repr(number))
    kept = Decimal(f"{number:.{_DIGITS}g}").normalize()
    return exact != kept and len(kept.as_tuple().digits) == _DIGITS


def number_as_text(number: float) -> str:
    """Write a number as a spreadsheet shows it: at most 15 digits, and never an exponent."""
    short = repr(number)
    if len(short) <= _DIGITS and "e" not in short:
        return short.removesuffix(".0")
    exact = Decimal(short)
    if len(exact.as_tuple().digits) > _DIGITS:
        exact = Decimal(f"{number:.{_DIGITS}g}")
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
