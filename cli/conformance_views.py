"""What `cityfund db conformance` shows: every promise, whether it holds, and the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.frame import Call
from cli.output import Column, emit_document, emit_lines, table_lines

_COLUMNS = [
    Column("name", "Promise"),
    Column("verdict", "Holds"),
    Column("promise", "What it says"),
    Column("told", "Figures"),
]
_VERDICTS = {True: "yes", False: "NO", None: "not tried"}


def emit_conformance(call: Call, document: Mapping[str, Any]) -> None:
    """Show the answer as a table with what is wrong below it, or as JSON."""
    if call.format == "json":
        emit_document(document)
        return
    rows = [
        {**one, "verdict": _VERDICTS[one["held"]], "told": _told(one["figures"])}
        for one in document["promises"]
    ]
    emit_lines([document["server"], "", *table_lines(rows, _COLUMNS), *_below(rows)])


def _told(figures: Mapping[str, Any]) -> str:
    """Put figures in a line; a plan, which is long, stands in JSON only."""
    shown = {name: value for name, value in figures.items() if name != "plan"}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in shown.items())


def _below(rows: list[dict[str, Any]]) -> Iterator[str]:
    said = [one for one in rows if one["why"]]
    if said:
        yield ""
    yield from (f"{one['name']}: {one['verdict']}: {one['why']}" for one in said)
