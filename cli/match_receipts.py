"""The receipt of a proposal that was taken up: its deals, how both sides stand, what was left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.frame import Call
from cli.output import Column, emit_document, emit_lines, table_lines
from cli.standing_views import wrapped
from ledger.reports.cells import grouped
from ledger.reports.text_table import one_line

_COLUMNS = [
    Column("line", "Line", kind="number"),
    Column("entry", "Entry", kind="number"),
    Column("deal", "Deal", kind="code"),
    Column("quantity", "Held", kind="amount", unit="unit"),
    Column("need", "Of need", kind="code"),
    Column("need_left", "still open", kind="amount"),
    Column("offer", "From offer", kind="code"),
    Column("offer_left", "still available", kind="amount", unit="offer_unit"),
]


def emit_accepted(call: Call, receipt: Mapping[str, Any]) -> None:
    """Write the receipt of taking a proposal up as the call asked for it."""
    if call.format == "json":
        emit_document(receipt)
        return
    lines = _told(receipt)
    emit_lines([next(lines)] if call.settings.quiet else lines)


def _told(receipt: Mapping[str, Any]) -> Iterator[str]:
    lines, left_out = receipt["lines"], receipt["left_out"]
    count = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
    did = f"{count} of proposal {receipt['proposal']} introduced"
    yield f"{_entries(receipt)} · {did}"
    yield from table_lines([_row(line) for line in lines], _COLUMNS)
    if left_out:
        word = (
            "This line no longer fits and was"
            if len(left_out) == 1
            else "These no longer fit and were"
        )
        yield f"{word} left out:"
    for one in left_out:
        text = f"line {one['line']}: {one['offer']} for {one['need']}: {one['why']}"
        yield from wrapped(one_line(text), "  ")
    if receipt.get("replayed"):
        yield "Said before: this is the first receipt, and nothing was written again."
    if receipt.get("dry_run"):
        yield "A dry run: nothing was written."


def _entries(receipt: Mapping[str, Any]) -> str:
    if receipt.get("dry_run"):
        return "dry run"
    numbers = receipt["entries"]
    if len(numbers) == 1:
        return f"entry {numbers[0]}"
    return f"entries {numbers[0]} to {numbers[-1]}"


def _row(line: Mapping[str, Any]) -> dict[str, Any]:
    need, offer = line["need_stands"], line["offer_stands"]
    return {
        **line,
        "need_left": grouped(need["open"]),
        "offer_left": offer["available"],
        "offer_unit": offer["unit"],
    }
