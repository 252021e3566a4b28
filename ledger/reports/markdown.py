"""Rows as a Markdown table, as GitHub renders them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ledger.reports.cells import Column, Row, human

_ESCAPES = str.maketrans(
    {"\\": "\\\\", "|": "\\|", "<": "&lt;", "`": "\\`", "\r": "", "\n": "<br>"}
)


def markdown_chunks(rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[str]:
    """Write the header, the rule below it and then each row; numbers are set flush right."""
    shown = [column for column in columns if column.table]
    yield _line([escaped(column.heading) for column in shown])
    yield _line(["---:" if column.right else "---" for column in shown])
    for row in rows:
        yield _line([escaped(human(row, column)) for column in shown])


def escaped(text: str) -> str:
    """Keep a text inside its cell: bars, line ends and tags lose their meaning."""
    return text.translate(_ESCAPES)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
