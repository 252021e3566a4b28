"""Tables in workbooks: XLSX, XLS and ODS."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ledger.interchange.sources.errors import BrokenWorkbook, EncryptedFile, UnknownSheet
from ledger.interchange.sources.records import Reading, TableSource, column_names
from ledger.interchange.sources.stored import Stored

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_DIGITS: Final = 15
"""So many digits of a number does a workbook keep."""


class SheetTable(TableSource):
    """A sheet of a workbook. Rows are numbered as the spreadsheet numbers them."""

    def __init__(self, stored: Stored, form: str, reading: Reading) -> None:
        """Open the workbook and read the names of the columns."""
        super().__init__(stored.label, form, reading)
        workbook = open_workbook(stored)
        self.sheet = _named_sheet(workbook, reading.sheet, stored.label)
        first = next(self._records(), None)
        self.columns = () if first is None else column_names(first[1], reading)
        self.header_line = 1 if first is None else first[0]
        if first is None:
            what = f"The sheet {self.sheet.name} is empty."
            self.problem(1, None, "empty-file", what)

    def numbered_rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give the rows below the names."""
        records = self._records()
        next(records, None)
        width = len(self.columns or ())
        for line, cells in records:
            yield line, cells + [""] * (width - len(cells))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Give each row that holds something, from the names on, with its number."""
        start = self.sheet.start
        if start is None:
            return
        margin = [""] * start[1]
        for line, cells in enumerate(self.sheet.iter_rows(), start[0] + 1):
            if line >= (self.reading.header or 1) and any(cell != "" for cell in cells):
                yield line, margin + [cell_as_text(cell) for cell in cells]


def open_workbook(stored: Stored) -> CalamineWorkbook:
    """Open a workbook; raises `EncryptedFile` and `BrokenWorkbook`."""
    import python_calamine  # noqa: PLC0415 - only workbooks need it

    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(stored.content()))
    except python_calamine.PasswordError as error:
        raise EncryptedFile(f"{stored.label} is protected by a password.") from error
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise BrokenWorkbook(f"{stored.label} cannot be read: {error}.") from error


def _named_sheet(workbook: CalamineWorkbook, name: str | None, label: str) -> CalamineSheet:
    """Give a sheet by its name, or the only one that holds something."""
    names = workbook.sheet_names
    if name is not None and name not in names:
        raise UnknownSheet(f"{label} has no sheet {name!r}. It has {', '.join(names)}.")
    if name is not None:
        return workbook.get_sheet_by_name(name)
    filled = [one for one in map(workbook.get_sheet_by_name, names) if one.start is not None]
    if len(filled) > 1:
        sheets = ", ".join(one.name for one in filled)
        raise UnknownSheet(f"{label} has several sheets: {sheets}.")
    return filled[0] if filled else workbook.get_sheet_by_name(names[0])


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
