"""Rows as CSV: UTF-8, a header, commas, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ledger.reports.cells import Column, Row, machine

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


class _Line:
    """A file for the csv writer that keeps the last line it was given."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text.removesuffix("\r\n") + "\n"


def csv_chunks(rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[str]:
    """Write the header and then each row as one line; memory does not grow with the rows."""
    line = _Line()
    # The writer quotes only those line ends that its own consists of, so it is told of both.
    writer = csv.writer(line, lineterminator="\r\n")
    writer.writerow([column.key for column in columns])
    yield line.text
    keys = [column.key for column in columns]
    for row in rows:
        writer.writerow([neutralised(machine(row.get(key))) for key in keys])
        yield line.text


def neutralised(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    Plain numbers, signs and all, stay numbers.
    """
    if text.startswith(_STARTS_A_FORMULA) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text
