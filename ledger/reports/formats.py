"""Rows as CSV and TSV, JSON and NDJSON, and Markdown.

CSV is UTF-8 with a header and commas, TSV the same with tabs, both without text that a spreadsheet
would execute. JSON keeps the order of keys and is indented by two spaces; NDJSON is one row to a
line. In Markdown a text is a text: no link, no emphasis and no markup is made of one.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from io import StringIO
from itertools import chain, islice
from operator import itemgetter
from types import NoneType
from typing import Final

from ledger.reports.table import Column, ReportRow, human, jsonable, machine

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")
"""The signs of formulas, the wide ones of East Asian keyboards too."""
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?( [^\W\d_][\w-]{0,63})?")


_FAST: Final = frozenset({str, int, float, NoneType})
"""The types whose cells the csv writer writes as they are to be."""
_MAY_BEGIN_A_FORMULA: Final = re.compile(
    r"""[=@\t\uff1d\uff0b\uff0d\uff20](?<=[,\t\n"].)"""
    r"""|[+-](?<=[,\t\n"].)(?![0-9]+(?:\.[0-9]+)?(?:[,\t\n]|$))"""
)
"""A sign of formulas behind what ends a cell, unless a plain number begins with it."""
_BLOCK: Final = 100


class _LineWriter:
    """A file for the csv writer that keeps the last line it was given."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text.removesuffix("\r\n") + "\n"


def csv_chunks(
    rows: Iterable[ReportRow], columns: Sequence[Column], *, between: str = ","
) -> Iterator[str]:
    """Write the header and then the rows, each as one line; memory does not grow with the rows."""
    keys = [column.key for column in columns]
    yield from _careful([dict(zip(keys, keys, strict=True))], keys, between)
    left = iter(rows)
    while block := [*islice(left, _BLOCK)]:
        text = _fast(block, keys, between)
        if text is None:
            yield from _careful(block, keys, between)
        else:
            yield text


def _fast(rows: Sequence[ReportRow], keys: Sequence[str], between: str) -> str | None:
    """Write rows all at once; None where one of them may need more than the csv writer does.

    A text that looks as if a cell in it began a formula is not looked into: the careful way is.
    """
    if len(keys) < 2:  # noqa: PLR2004 - a getter of one key gives no tuple
        return None
    try:
        lines = [*map(itemgetter(*keys), rows)]
    except KeyError:
        return None
    if not _FAST.issuperset(map(type, chain.from_iterable(lines))):
        return None
    out = StringIO()
    csv.writer(out, delimiter=between, lineterminator="\n").writerows(lines)
    text = out.getvalue()
    return None if "\r" in text or _MAY_BEGIN_A_FORMULA.search(f"\n{text}") else text


def _careful(rows: Iterable[ReportRow], keys: Sequence[str], between: str) -> Iterator[str]:
    line = _LineWriter()
    # The writer quotes only those line ends that its own consists of, so it is told of both.
    writer = csv.writer(line, delimiter=between, lineterminator="\r\n")
    for row in rows:
        writer.writerow([neutralised(machine(row.get(key))) for key in keys])
        yield line.text


def neutralised(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    Plain numbers, signs and all, stay numbers, also with a unit behind them.
    """
    if text.startswith(_STARTS_A_FORMULA) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def json_text(document: Mapping[str, object], *, ascii_only: bool = False) -> str:
    """Write one document, with a line's end behind it."""
    return json.dumps(jsonable(document), ensure_ascii=ascii_only, indent=2) + "\n"


def json_rows_chunks(
    head: Mapping[str, object],
    rows: Iterable[ReportRow],
    tail: Mapping[str, object],
    *,
    named: str = "rows",
    ascii_only: bool = False,
) -> Iterator[str]:
    """Write `head`, then the rows, `named` so, one to a line, then `tail`, as one document.

    Memory does not grow with the rows.
    """
    dumped = partial(_dumped, ascii_only=ascii_only)
    yield "{\n"
    for key, value in head.items():
        yield f"  {dumped(key)}: {dumped(value)},\n"
    yield f"  {dumped(named)}: ["
    between = "\n    "
    for row in rows:
        yield between + dumped(row)
        between = ",\n    "
    yield "]" if between == "\n    " else "\n  ]"
    for key, value in tail.items():
        yield f",\n  {dumped(key)}: {dumped(value)}"
    yield "\n}\n"


def _dumped(value: object, *, ascii_only: bool) -> str:
    """Write a value as `jsonable` makes it; most of a row is written as it is, which is faster."""
    try:
        return _encoder(ascii_only).encode(value)
    except TypeError:  # a key that is no text
        return _encoder(ascii_only).encode(jsonable(value))


@cache
def _encoder(ascii_only: bool) -> json.JSONEncoder:  # noqa: FBT001 - the one thing that varies
    return json.JSONEncoder(ensure_ascii=ascii_only, default=jsonable)


def ndjson_chunks(rows: Iterable[ReportRow], *, ascii_only: bool = False) -> Iterator[str]:
    """Write each row as a JSON document on a line of its own; memory does not grow."""
    for row in rows:
        yield _dumped(row, ascii_only=ascii_only) + "\n"


_ESCAPES: Final = str.maketrans(
    {
        "\\": "\\\\",
        "|": "\\|",
        "<": "&lt;",
        "`": "\\`",
        "\r": "",
        "\n": "<br>",
        "*": "\\*",
        "[": "\\[",
    }
    | {"]": "\\]", "~": "\\~"}
    | {char: f"&#x{ord(char):x};" for char in "\u061c\u200e\u200f"}
    | {chr(code): f"&#x{code:x};" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
    | {
        chr(code): f"\\\\x{code:02x}"
        for code in (*range(0x20), *range(0x7F, 0xA0))
        if code not in {10, 13}
    }
)
_MADE_A_LINK: Final = re.compile(r"(?i)(?<=[a-z])(?=://)|(?<=www)(?=\.)|(?=@)")
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")
_EMPHASIS: Final = re.compile(r"(?<!\w)_|_(?!\w)")


def markdown_chunks(rows: Iterable[ReportRow], columns: Sequence[Column]) -> Iterator[str]:
    """Write the header, the rule below it and then each row; numbers are set flush right."""
    shown = [column for column in columns if column.table]
    yield _line([escaped(column.heading) for column in shown])
    yield _line(["---:" if column.right else "---" for column in shown])
    for row in rows:
        yield _line([escaped(human(row, column)) for column in shown])


def escaped(text: str) -> str:
    """Keep a text inside its cell and a text: bars, line ends, tags and links lose their meaning.

    Characters that steer a terminal or the direction of writing are written as escapes.
    """
    plain = _ENTITY.sub("&amp;", text).translate(_ESCAPES)
    return _MADE_A_LINK.sub("\\\\", _EMPHASIS.sub("\\\\_", plain))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
