"""Answers as JSON: keys in the order given, two spaces of indent, text as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from ledger.reports.cells import Row, jsonable


def json_text(document: Mapping[str, object], *, ascii_only: bool = False) -> str:
    """Write one document, with a line's end behind it."""
    return json.dumps(jsonable(document), ensure_ascii=ascii_only, indent=2) + "\n"


def json_rows_chunks(
    head: Mapping[str, object],
    rows: Iterable[Row],
    tail: Mapping[str, object],
    *,
    named: str = "rows",
    ascii_only: bool = False,
) -> Iterator[str]:
    """Write `head`, then the rows, `named` so, one to a line, then `tail`, as one document.

    Memory does not grow with the rows.
    """

    def dumped(value: object) -> str:
        return json.dumps(jsonable(value), ensure_ascii=ascii_only)

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
