"""Tables in workbooks: XLSX, XLS and ODS."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from ledger.interchange.sources.errors import BrokenWorkbook, EncryptedFile, NotATable, UnknownSheet
from ledger.interchange.sources.records import Reading, TableSource, column_names
from ledger.interchange.sources.stored import Stored
from ledger.interchange.sources.workbook_guard import bad_cells, column_letters, require_open

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_DIGITS: Final = 15
"""So many digits of a number does a workbook keep."""
_LONG: Final = 10**_DIGITS
_LOOKED_AT: Final = 50
"""So many rows tell a table from a report."""


class SheetTable(TableSource):
    """A sheet of a workbook. Rows are numbered as the spreadsheet numbers them."""

    def __init__(self, stored: Stored, form: str, reading: Reading) -> None:
        """Open the workbook and read the names of the columns."""
        super().__init__(stored.label, form, reading)
        self._long_numbers: list[str] | None = None
        require_open(stored)
        workbook = open_workbook(stored)
        name = _sheet_name(stored, workbook, reading.sheet)
        self._bad = bad_cells(stored, name)
        self.sheet = workbook.get_sheet_by_name(name)
        first = next(self._records(), None)
        if first is None:
            what = f"The sheet {name} is empty."
            self.problem(1, None, "empty-file", what)
            self.columns, self.header_line = (), 1
            return
        self.header_line = first[0]
        self._refuse_report(first[1])
        self.columns = column_names(first[1], reading)
        self._note_bad_cells()

    def _refuse_report(self, header: list[str]) -> None:
        """Refuse a sheet that is laid out for reading; raises `NotATable`."""
        name, row = self.sheet.name, self.header_line
        filled = sum(map(bool, header))
        below = islice(self._records(), 1, _LOOKED_AT)
        widest = max((sum(map(bool, cells)) for _, cells in below), default=0)
        if filled == 1 and widest > 1:
            what = f"Row {row} of the sheet {name} has one cell, and rows below have {widest}"
            raise NotATable(f"{self.name}: this is a report, not a table. {what}.")
        for (top, left), (bottom, right) in self.sheet.merged_cell_ranges or ():
            if bottom + 1 >= row:
                cells = (
                    f"{column_letters(left + 1)}{top + 1}:{column_letters(right + 1)}{bottom + 1}"
                )
                what = f"The cells {name}!{cells} are merged"
                raise NotATable(f"{self.name}: this is a report, not a table. {what}.")

    def _note_bad_cells(self) -> None:
        """Note cells of the table that have an error for their value, or none."""
        for row, column, error in self._bad:
            if row <= self.header_line:
                continue
            cell = f"{self.sheet.name}!{column_letters(column)}{row}"
            if error is None:
                what = "The formula of this cell has no value, because nothing computed it."
                hint = "Open the workbook in a spreadsheet, and save it again."
                self.problem(row, cell, "no-value", what, hint)
            else:
                what = f"This cell is in error: {error}."
                self.problem(row, cell, "cell-in-error", what, "Correct it, or empty it.")

    def numbered_rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give the rows below the names."""
        records = self._records()
        next(records, None)
        width = len(self.columns or ())
        self._long_numbers = long_numbers = list[str]()
        for line, cells in records:
            yield line, cells + [""] * (width - len(cells))
        self._long_numbers = None
        if long_numbers:
            kept = f"of more than {_DIGITS} digits, of which a workbook keeps {_DIGITS}"
            first = f"the first in {long_numbers[0]}"
            self.notes.append(f"{len(long_numbers):,} rows with numbers {kept}; {first}")

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Give each row that holds something, from the names on, with its number."""
        start = self.sheet.start
        if start is None:
            return
        margin = [""] * start[1]
        for line, cells in enumerate(self.sheet.iter_rows(), start[0] + 1):
            if line >= (self.reading.header or 1) and any(cell != "" for cell in cells):
                if self._long_numbers is not None and (cell := self._long_number(line, cells)):
                    self._long_numbers.append(cell)
                yield line, margin + [cell_as_text(cell) for cell in cells]

    def _long_number(self, line: int, cells: list[Any]) -> str | None:
        """Name the first cell of a row whose number has more digits than a workbook keeps."""
        for at, cell in enumerate(cells):
            if isinstance(cell, float) and abs(cell) >= _LONG:
                letters = column_letters((self.sheet.start or (0, 0))[1] + at + 1)
                return f"{self.sheet.name}!{letters}{line}"
        return None


def open_workbook(stored: Stored) -> CalamineWorkbook:
    """Open a workbook; raises `EncryptedFile` and `BrokenWorkbook`."""
    import python_calamine  # noqa: PLC0415 - only workbooks need it

    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(stored.content()))
    except python_calamine.PasswordError as error:
        raise EncryptedFile(f"{stored.label} is protected by a password.") from error
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise BrokenWorkbook(f"{stored.label} cannot be read: {error}.") from error


def _sheet_name(stored: Stored, workbook: CalamineWorkbook, name: str | None) -> str:
    """Give the name of the sheet that is read: the one named, or the only one that is filled."""
    names = workbook.sheet_names
    if name is not None and name not in names:
        raise UnknownSheet(f"{stored.label} has no sheet {name!r}. It has {', '.join(names)}.")
    if name is not None or len(names) == 1:
        return name or names[0]
    filled = [one for one in names if _is_filled(stored, workbook, one)]
    if len(filled) > 1:
        raise UnknownSheet(f"{stored.label} has several sheets: {', '.join(filled)}.")
    return filled[0] if filled else names[0]


def _is_filled(stored: Stored, workbook: CalamineWorkbook, name: str) -> bool:
    bad_cells(stored, name)  # before the library takes memory for the whole area
    return workbook.get_sheet_by_name(name).start is not None


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


def number_as_text(number: float) -> str:
    """Write a number as a spreadsheet shows it: at most 15 digits, and never an exponent."""
    exact = Decimal(repr(number))
    if len(exact.as_tuple().digits) > _DIGITS:
        exact = Decimal(f"{number:.{_DIGITS}g}")
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
