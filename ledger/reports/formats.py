"""Rows as CSV and TSV, JSON and NDJSON, and Markdown.

CSV is UTF-8 with a header and commas, TSV the same with tabs, both without text that a spreadsheet
would execute. JSON keeps the order of keys and is indented by two spaces; NDJSON is one row to a
line. In Markdown a text is a text: no link, no emphasis and no markup is made of one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from types import NoneType
from typing import Final

from ledger.core.characters import revealed
from ledger.reports.table import (
    Column,
    Line,
    ReportRow,
    human,
    jsonable,
    line_blocks,
    machine,
)

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")
"""The signs of formulas, the wide ones of East Asian keyboards too."""
_SIGNS: Final = tuple(one for one in _STARTS_A_FORMULA if one not in "\r\n")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?( [^\W\d_][\w-]{0,63})?")


_ALWAYS_QUOTED: Final = re.compile(r'["\r\n]')
_TEXTS: Final = frozenset({str, NoneType})
_BLOCK: Final = 500


def csv_chunks(
    rows: Iterable[ReportRow], columns: Sequence[Column], *, between: str = ","
) -> Iterator[str]:
    """Write the header and then the rows, whole lines at once; memory does not grow with them."""
    keys = [column.key for column in columns]
    yield _written([keys], between)
    for block in line_blocks(rows, keys, _BLOCK):
        yield _written(block, between)


def _written(lines: Sequence[Line], between: str) -> str:
    """Write lines, prepared column by column: most columns need nothing, which one look tells."""
    columns = [_ready(cells, between) for cells in zip(*lines, strict=True)]
    if len(columns) == 1:  # an empty line would be none
        return "".join(f"{one}\n" if one else '""\n' for one in columns[0])
    return "\n".join([*map(between.join, zip(*columns, strict=True)), ""])


def _ready(cells: Line, between: str) -> Sequence[str]:
    """Give the cells of a column as they are written: neutralised, and quoted, where need be."""
    texts: Sequence[str]
    try:
        joined = "\n".join(cells)  # type: ignore[arg-type]  # most columns are texts alone
        texts = cells  # type: ignore[assignment]
    except TypeError:
        types = {*map(type, cells)}
        if types == {int}:
            return [*map(str, cells)]
        only_gaps = types <= _TEXTS
        texts = [str(one or "") for one in cells] if only_gaps else [*map(machine, cells)]
        joined = "\n".join(texts)
    has_breaks = "\r" in joined or joined.count("\n") >= len(cells)
    if has_breaks or _may_hold_a_formula(joined):
        texts = [*map(neutralised, texts)]
    if has_breaks or '"' in joined:
        return [_quoted(one, between) for one in texts]
    if between in joined:
        return [f'"{one}"' if between in one else one for one in texts]
    return texts


def _may_hold_a_formula(joined: str) -> bool:
    """Say whether a sign of formulas stands where one of the joined cells may begin."""
    return joined.startswith(_STARTS_A_FORMULA) or any(
        one in joined and f"\n{one}" in joined for one in _SIGNS
    )


def _quoted(text: str, between: str) -> str:
    """Set a text in quotation marks where a reader would otherwise take it apart."""
    if between in text or _ALWAYS_QUOTED.search(text) is not None:
        return '"{}"'.format(text.replace('"', '""'))
    return text


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
    # No row holds itself, and to make sure of it takes a part of the time.
    return json.JSONEncoder(ensure_ascii=ascii_only, check_circular=False, default=jsonable)


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
        "\n": "<br>",
        "\t": " ",
        "*": "\\*",
        "[": "\\[",
    }
    | {"]": "\\]", "~": "\\~"}
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

    Characters that steer a terminal or the direction of writing are written as `<U+202E>`.
    """
    seen = revealed(text.replace("\r", ""))
    plain = _ENTITY.sub("&amp;", seen).translate(_ESCAPES)
    return _MADE_A_LINK.sub("\\\\", _EMPHASIS.sub("\\\\_", plain))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
