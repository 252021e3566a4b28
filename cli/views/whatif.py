"""How two proposals are shown side by side: what is gained and lost, levels, lines that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli.framework.command import Call
from cli.framework.output import Column, emit_rows, table_lines

if TYPE_CHECKING:
    from ledger.matching.comparison import Comparison

_LINES = [
    Column("project", "Project", kind="code"),
    Column("need", "Need", kind="code"),
    Column("factor", "Factor", kind="code", spare=1),
    Column("offer", "Offer", kind="code"),
    Column("today", "Today", kind="amount"),
    Column("then", "Then", kind="amount"),
    Column("unit", "Unit", kind="code"),
]
_LEVELS = [
    Column("level", "Level", kind="code"),
    Column("today", "Today", kind="number"),
    Column("then", "Then", kind="number"),
]
_NAMES = {
    "complete": "1 weight completed",
    "coverage": "2 coverage",
    "deals": "3 deals",
    "cost": "4 cost a year",
}
_MOST_NAMED = 6


def emit_comparison(call: Call, found: Comparison) -> None:
    """Write a comparison in the format that was asked for."""
    rows = [line.to_dict() for line in found.lines()]
    emit_rows(
        rows,
        _LINES,
        call.read.without_filters(),
        head=found.head(),
        named="lines",
        above=list(_above(found, lines=len(rows))),
    )


def _above(found: Comparison, *, lines: int) -> Iterator[str]:
    yield _answer(found)
    for one in found.said:
        yield f"- supposed: {one}"
    yield ""
    yield from table_lines(_level_rows(found), _LEVELS)
    if found.today.complete_level.gap or found.then.complete_level.gap:
        yield "Not proven the best on both sides: where there is more, it says at most what."
    yield ""
    yield "Lines that differ:" if lines else "No line would differ."


def _answer(found: Comparison) -> str:
    gained, lost = found.gained, found.lost
    if not gained and not lost:
        return "The same projects would end complete."
    ends = f"{_projects(gained)} would end complete as well" if gained else "No more would"
    loses = f"{_projects(lost)} would not any more" if lost else "none would be lost"
    return f"{ends}; {loses}." if gained else f"{loses[0].upper()}{loses[1:]}."


def _projects(codes: Sequence[str]) -> str:
    more = len(codes) - _MOST_NAMED
    words = [*codes[:_MOST_NAMED], f"{more} more"] if more > 0 else list(codes)
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _level_rows(found: Comparison) -> list[dict[str, str]]:
    today, then = found.today.levels(), found.then.levels()
    return [
        {"level": _NAMES[one["name"]], "today": _figure(one), "then": _figure(other)}
        for one, other in zip(today, then, strict=True)
    ]


def _figure(level: dict[str, str]) -> str:
    """Give a level's value, with its bound where that is not reached."""
    value, bound = level["value"], level.get("bound")
    value = f"{value} {level['unit']}" if "unit" in level else value
    return value if bound in (None, level["value"]) else f"{value} (at most {bound})"
