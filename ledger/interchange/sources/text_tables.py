"""Tables as text: CSV and TSV, read line by line whatever their size."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Final

from ledger.interchange.reader import MAX_COLUMNS, broken_csv
from ledger.interchange.sources.encodings import encoding_of_table
from ledger.interchange.sources.records import (
    LOOKED_AT,
    Reading,
    TableSource,
    column_names,
    filled,
    refuse_report,
    require_columns,
)
from ledger.interchange.sources.stored import Stored

_OTHERS: Final = (";", "\t", "|")
MAX_LINE: Final = 16 * 1024 * 1024
_DELIMITERS: Final = {"csv": ",", "tsv": "\t"}


class _Unreadable(Exception):
    """The text ends here, because the rest cannot be decoded or is no text."""


class TextTable(TableSource):
    """A table of text. It is decoded while it is read, so that its size does not matter."""

    def __init__(self, stored: Stored, form: str, reading: Reading) -> None:
        """Open the table and read the names of its columns."""
        super().__init__(stored.label, form, reading)
        self._stored = stored
        self._delimiter = reading.delimiter or _DELIMITERS[form]
        self._encoding = encoding_of_table(stored, reading)
        self._header = reading.header or 1
        if reading.finds_names:
            self._find_names()
        rows = [*islice(self._records(), LOOKED_AT)]
        if rows:
            self.problems.clear()  # what is wrong below is found again when the rows are read
        first = rows[0] if rows else None
        self.columns = () if first is None else column_names(first[1], reading)
        self.header_line = 1 if first is None else first[0]
        if first is None and not self.problems:
            self.note_empty("The file", self._header)
        if first is not None and sum(map(bool, map(str.strip, first[1]))) == 1:
            self._look_at_lone_name("".join(first[1]).strip(), rows)

    def _find_names(self) -> None:
        """Find the row that has all columns, and what separates them, where the first has not."""
        own = self._delimiter
        for mark in (own, *_OTHERS) if self.reading.delimiter is None else (own,):
            self._delimiter = mark
            rows = [*islice(self._records(), 1)]
            line = self.reading.line_of_names(rows)
            if line is None:
                rows += islice(self._records(), 1, LOOKED_AT)
                line = self.reading.line_of_names(rows)
            self.problems.clear()  # what is wrong is found again when the rows are read
            if line is not None:
                if mark != own:
                    self.notes.append(f"the cells are separated by {mark!r}")
                if line != rows[0][0]:
                    self.notes.append(f"the names of the columns were found in line {line}")
                self._header = line
                return
        self._delimiter = own

    def _look_at_lone_name(self, name: str, rows: list[tuple[int, list[str]]]) -> None:
        """Refuse a report that was saved as text, or note that the delimiter is another."""
        (line, _), *below = rows
        other = next((mark for mark in _OTHERS if mark in name and mark != self._delimiter), None)
        if other is not None:
            what = f"The columns are not separated by {self._delimiter!r}, but by {other!r}."
            self.problem(line, None, "other-delimiter", what, f"Say so: delimiter = {other!r}.")
            return
        refuse_report(self.name, "the file", line, ((at, filled(cells)) for at, cells in below))

    def numbered_rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give the rows below the names."""
        records = self._records()
        next(records, None)
        return records

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Give each record that holds something, from the names on, with the line it begins on."""
        if self.problems:
            return
        with io.TextIOWrapper(self._stored.open(), self._encoding, newline="") as text:
            reader = csv.reader(self._lines(text), delimiter=self._delimiter, strict=True)
            while True:
                begins = reader.line_num + 1
                try:
                    cells = next(reader)
                except (StopIteration, _Unreadable):
                    return
                except csv.Error as error:
                    self.problems.append(broken_csv(str(error), self.name, begins))
                    return
                if begins >= self._header and any(map(str.strip, cells)):
                    yield (
                        begins,
                        [one.replace("\r\n", "\n") if "\r" in one else one for one in cells],
                    )

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        """Give the lines of the text; what is no text ends it with a problem."""
        is_inside = False  # of a quoted cell that began on a line above
        for number in range(1, 2**62):
            try:
                line = text.readline(MAX_LINE)
            except UnicodeError as error:
                self._note_undecodable()
                raise _Unreadable from error
            if not line:
                return
            quotes = line.count('"')
            if len(line) > MAX_COLUMNS and not is_inside and (number == 1 or not quotes):
                self._require_columns(number, line)
            is_inside ^= bool(quotes % 2)
            if "\0" in line:
                what = "There is a NUL byte here, so this is not a text file."
                self.problem(number, None, "nul-byte", what, "Save the table as CSV, UTF-8.")
                raise _Unreadable
            if len(line) == MAX_LINE:
                what = f"This line is longer than {MAX_LINE:,} characters."
                self.problem(number, None, "line-too-long", what)
                raise _Unreadable
            yield line

    def _require_columns(self, number: int, line: str) -> None:
        """Refuse a line of more cells than a table has; raises `TooManyColumns`."""
        marks = (self._delimiter, *_OTHERS) if len(line) == MAX_LINE else (self._delimiter,)
        require_columns(self.name, number, max(map(line.count, marks)) + 1)

    def _note_undecodable(self) -> None:
        """Find the line that cannot be decoded; reading in blocks does not tell it."""
        line, decoder = 1, codecs.getincrementaldecoder(self._encoding)()
        with self._stored.open() as file:
            while block := file.read(4096):
                try:
                    line += decoder.decode(block).count("\n")
                except UnicodeDecodeError as error:
                    line += error.object[: error.start].count(b"\n")
                    byte, name = error.object[error.start], self.reading.encoding or "UTF-8"
                    what = f"The byte 0x{byte:02X} is not {name}."
                    hint = "Save the file as CSV, UTF-8, or say its encoding: encoding = 'cp1252'."
                    self.problem(line, None, "not-utf8", what, hint)
                    return
        what = "The text ends within a character."
        self.problem(line, None, "not-utf8", what, "Save the file as CSV, UTF-8.")
