"""What a search found: records of all registers, with what of each was matched."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from cli.framework.command import Call
from cli.framework.output import emit_rows
from cli.framework.terminal import note
from cli.views.columns import columns
from ledger.usecases.lookup import Match, Search

_COLUMNS: Final = columns("kind code name matched:1 text:2", matched="Matched")
_SCHEMA: Final = "cityfund.find/1"
_MOST_SHOWN: Final = 50
"""How many rows people get who ask for no number: the best of each register come first."""


def emit_search(call: Call, result: Search) -> None:
    """Write the records that were found; what is left out, or nearest, is said beside them."""
    options = call.read
    rows = [_row(one) for one in result.found]
    near = [_row(one) for one in result.nearest]
    cut = options.format == "table" and options.shape.limit is None and len(rows) > _MOST_SHOWN
    if cut:
        options = replace(options, shape=replace(options.shape, limit=_MOST_SHOWN))
    head = {"schema": _SCHEMA, "text": result.query.text}
    emit_rows(rows, _COLUMNS, options, head=head, tail={"nearest": near})
    if not rows:
        note(call, nothing_fits(result))


def nothing_fits(result: Search) -> str:
    """Say that nothing was found, and what is nearest."""
    text = f"Nothing has {result.query.text!r}."
    if not result.nearest:
        return text
    near = " or ".join(f"{one.text} ({one.kind} {one.code})" for one in result.nearest)
    return f"{text} Did you mean {near}?"


def _row(one: Match) -> dict[str, object]:
    row = one._asdict()
    del row["rank"]
    return row
