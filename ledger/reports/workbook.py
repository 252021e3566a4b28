"""Answers as workbooks: a sheet for each table, and one that says how to read them.

Figures and days are real ones, with the decimals that their unit has. A figure of more than 15
digits is not exact in a workbook: its text stands beside it. Texts are texts, whatever they begin
with: no formula and no link is ever made of one. Memory does not grow with the rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any, Final

from ledger.reports.answers import Answer, Table, how_to_read, tables_of
from ledger.reports.cells import Cell, ColumnFacts, Spool, decimals_of, significant_digits
from ledger.reports.language import ENGLISH, Language, marked
from ledger.reports.table import Column

HOW_TO_READ: Final = marked("How to read this")
_EXACT: Final = marked("exact")
_BOTH_CALENDARS: Final = marked("both calendars")
EXACT_DIGITS: Final = 15
LONGEST_TEXT: Final = 32_767
MOST_ROWS: Final = 1_048_575
"""How many rows a sheet has below its header."""

_CREATED: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Written for the moment of making, so that the same answer makes the same file."""
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NAME_LENGTH: Final = 31
_NARROWEST, _WIDEST = 8, 60
_FIRST_DAY: Final = date(1900, 3, 1)
"""Before it, the calendar of workbooks counts a day that never was."""
_SHARES: Final = re.compile(r"coverage|(\w+_)?share|present|effective")
_OPTIONS: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
    "default_date_format": "yyyy-mm-dd",
}


def write_tables(
    out: IO[bytes],
    title: str,
    tables: Sequence[Table],
    lines: Sequence[tuple[str, str]],
    below: Callable[[], Iterable[tuple[str, str]]] = tuple,
) -> list[int]:
    """Write tables for programs to read again: headings are keys, and each count is returned.

    A figure of more than 15 digits is written as text. `lines` say how to read the workbook,
    and `below` gives more of them, asked once every row was read.
    """
    import xlsxwriter  # noqa: PLC0415 - for workbooks alone

    spools = [Spool(one.rows, one.columns) for one in tables]
    options = {**_OPTIONS, "constant_memory": any(one.is_large for one in spools)}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": title, "created": _CREATED})
        writer = _Writer(book, exact_beside=False)
        for table, spool in zip(tables, spools, strict=True):
            writer.table(table, spool)
        counted = [(one.name, str(spool.count)) for one, spool in zip(tables, spools, strict=True)]
        writer.explained([*lines, ("", ""), ("Table", "Rows"), *counted, *below()])
    return [one.count for one in spools]


def write_workbook(out: IO[bytes], answer: Answer, language: Language | None = None) -> int:
    """Write an answer, and return how many rows its main table has.

    In a language its headings and explanations are translated and its sheets run in the direction
    of writing. Figures and days stay real ones; where days of the language have a calendar of
    their own, a text beside each has both.
    """
    import xlsxwriter  # noqa: PLC0415 - for workbooks alone

    from ledger.reports.translated import reading_in, tables_in  # noqa: PLC0415 - as above

    named = None if language is None or language.code == ENGLISH else language
    first, *others = tables_in(answer, named) if named else (answer.main, *tables_of(answer))
    main = Spool(first.rows, first.columns)
    more = [(one, Spool(one.rows, one.columns)) for one in others]
    options = {**_OPTIONS, "constant_memory": main.is_large}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": answer.title, "created": _CREATED})
        writer = _Writer(book, language=named)
        for table, spool in [(first, main), *more]:
            writer.table(table, spool)
        lines = reading_in(answer, named) if named else how_to_read(answer)
        writer.explained([*lines, *writer.remarks])
    return main.count


class _Writer:
    """One workbook that is being written."""

    def __init__(
        self, book: Any, *, exact_beside: bool = True, language: Language | None = None
    ) -> None:
        self._exact_beside = exact_beside
        self._language = language
        self.remarks: list[tuple[str, str]] = []
        self._book = book
        self._names: set[str] = set()
        self._formats: dict[tuple[str, int], Any] = {}
        self._head = book.add_format(
            {"bold": True, "bg_color": "#F4F6F8", "bottom": 1, "valign": "top", "text_wrap": True}
        )
        self._text = book.add_format({"valign": "top"})
        self._wrapped = book.add_format({"valign": "top", "text_wrap": True})
        self._bold = book.add_format({"bold": True, "valign": "top"})

    def table(self, table: Table, spool: Spool) -> None:
        """Write a table: a header that stays in view, filters, widths; as many sheets as it needs.

        A column whose figures have more digits than a double is followed by their texts.
        """
        days_beside = self._language is not None and self._language.has_calendar
        layout = [
            *_layout(
                table.columns,
                spool.facts,
                exact_beside=self._exact_beside,
                days_beside=days_beside,
            )
        ]
        rows = iter(spool)
        left, part = spool.count, 1
        while True:
            name = table.name if part == 1 else f"{table.name[:25]} {part}"
            count = min(left, MOST_ROWS)
            self._sheet(name, layout, rows, count)
            left, part = left - count, part + 1
            if left <= 0:
                break
        for column, facts in zip(table.columns, spool.facts, strict=True):
            if facts.longest > LONGEST_TEXT:
                text = f"Texts of {column.heading} that are longer than {LONGEST_TEXT:,} are cut."
                self.remarks.append(("Note", text))

    def _sheet(
        self, name: str, layout: list[tuple[int, Column, ColumnFacts, bool]], rows: Any, count: int
    ) -> None:
        sheet = self._book.add_worksheet(self._name(name))
        if self._language is not None and self._language.rtl:
            sheet.right_to_left()
        headings = _headings(layout, self._language)
        for place, (_, column, facts, _) in enumerate(layout):
            widest = max(facts.width, len(headings[place]) // 2) + 2
            sheet.set_column(place, place, min(max(widest, _NARROWEST), _WIDEST))
            if count and column.kind == "number" and _SHARES.fullmatch(column.key):
                sheet.conditional_format(1, place, count, place, _BAR)
        for place, text in enumerate(headings):
            sheet.write_string(0, place, text, self._head)
        for number in range(1, count + 1):
            cells = next(rows)
            for place, (source, column, _, is_exact) in enumerate(layout):
                cell = cells[source]
                if cell is None:
                    continue
                if is_exact:
                    sheet.write_string(number, place, self._beside(cell), self._text)
                else:
                    self._write(sheet, number, place, cell, column)
        sheet.freeze_panes(1, 1 if len(layout) > 1 else 0)
        if layout:
            sheet.autofilter(0, 0, count, len(layout) - 1)

    def _beside(self, cell: Cell) -> str:
        """Write a cell as text beside itself: a day in both calendars, a figure with all digits."""
        if self._language is not None and isinstance(cell, date):
            day = cell.date() if isinstance(cell, datetime) else cell
            return self._language.day(day)
        return as_text(cell)

    def _write(self, sheet: Any, row: int, place: int, cell: Cell, column: Column) -> None:
        if isinstance(cell, Decimal) and (
            self._exact_beside or significant_digits(cell) <= EXACT_DIGITS
        ):
            is_share = column.kind == "number" and _SHARES.fullmatch(column.key) is not None
            style = "percent" if is_share else column.kind
            sheet.write_number(row, place, cell, self._format(style, decimals_of(cell)))
        elif isinstance(cell, datetime):
            sheet.write_datetime(row, place, cell, self._format("moment", 0))
        elif isinstance(cell, date) and cell >= _FIRST_DAY:
            sheet.write_datetime(row, place, cell, self._format("date", 0))
        else:
            sheet.write_string(row, place, as_text(cell), self._text)

    def _format(self, style: str, decimals: int) -> Any:
        key = (style, decimals)
        if key not in self._formats:
            self._formats[key] = self._book.add_format(
                {"num_format": self._shapes + _number_format(style, decimals), "valign": "top"}
            )
        return self._formats[key]

    @property
    def _shapes(self) -> str:
        """The prefix of a number format that shows a figure in the digits of the language."""
        return "" if self._language is None else self._language.digit_shapes

    def explained(self, lines: Sequence[tuple[str, str]]) -> None:
        """Write the sheet that says how to read the others."""
        wanted = self._language.text(HOW_TO_READ) if self._language else HOW_TO_READ
        sheet = self._book.add_worksheet(self._name(wanted))
        if self._language is not None and self._language.rtl:
            sheet.right_to_left()
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 90)
        for number, (name, text) in enumerate(lines):
            if name:
                sheet.write_string(number, 0, name[:LONGEST_TEXT], self._bold)
            if text:
                sheet.write_string(number, 1, text[:LONGEST_TEXT], self._wrapped)

    def _name(self, wanted: str) -> str:
        """Give a sheet's name that workbooks allow and that is not yet taken."""
        plain = _NOT_IN_NAMES.sub(" ", wanted).strip(" '")[:_NAME_LENGTH] or "Sheet"
        name, number = plain, 2
        while name.casefold() in self._names or name.casefold() == "history":
            name = f"{plain[:27]} ({number})"
            number += 1
        self._names.add(name.casefold())
        return name


_BAR: Final = {
    "type": "data_bar",
    "bar_solid": True,
    "bar_color": "#9DC3E6",
    "min_type": "num",
    "max_type": "num",
    "min_value": 0,
    "max_value": 1,
}


def _layout(
    columns: Sequence[Column],
    facts: Sequence[ColumnFacts],
    *,
    exact_beside: bool,
    days_beside: bool = False,
) -> Iterator[tuple[int, Column, ColumnFacts, bool]]:
    """Give the columns of the sheet: the place of the cell, and whether it is written as text."""
    for place, (column, known) in enumerate(zip(columns, facts, strict=True)):
        yield place, column, known, False
        is_day = days_beside and not known.types.isdisjoint({date, datetime})
        if is_day or (exact_beside and known.digits > EXACT_DIGITS):
            yield place, column, known, True


def _headings(
    layout: Sequence[tuple[int, Column, ColumnFacts, bool]], language: Language | None = None
) -> list[str]:
    """Give the headings, each with its key behind it where another column has the same."""

    def beside(facts: ColumnFacts) -> str:
        words = _EXACT if facts.types.isdisjoint({date, datetime}) else _BOTH_CALENDARS
        return language.text(words) if language else words

    plain = [column.heading for _, column, _, is_exact in layout if not is_exact]
    return [
        (f"{column.heading} ({column.key})" if plain.count(column.heading) > 1 else column.heading)
        + (f" ({beside(facts)})" if is_exact else "")
        for _, column, facts, is_exact in layout
    ]


def _number_format(style: str, decimals: int) -> str:
    if style == "date":
        return "yyyy-mm-dd"
    if style == "moment":
        return "yyyy-mm-dd hh:mm:ss"
    if style == "percent":
        places = max(decimals - 2, 0)
        return f"0.{'0' * places}%" if places else "0%"
    whole = "#,##0" if style == "amount" else "0"
    return f"{whole}.{'0' * decimals}" if decimals else whole


def as_text(cell: Cell) -> str:
    """Write a cell as its exact text, cut where a workbook would not hold it."""
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
