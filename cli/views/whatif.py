"""How two proposals are shown side by side: what is gained and lost, levels, lines that differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli.framework.command import Call
from cli.framework.output import emit_rows, table_lines
from cli.views.columns import columns

if TYPE_CHECKING:
    from ledger.matching.comparison import Comparison

_LINES = columns("project need factor:1 offer today then unit")
_LEVELS = columns("level today_text then_text")
_NAMES = {
    "complete": "1 weight completed",
    "coverage": "2 coverage",
    "deals": "3 deals",
    "cost": "4 cost a year",
}
_MOST_NAMED = 6


def emit_comparison(call: Call, comparison: Comparison) -> None:
    """Write a comparison in the format that was asked for."""
    rows = [line.to_dict() for line in comparison.lines()]
    emit_rows(
        rows,
        _LINES,
        call.read.without_filters(),
        head=comparison.head(),
        named="lines",
        above=list(_lines_above(comparison, lines=len(rows))),
    )


def _lines_above(comparison: Comparison, *, lines: int) -> Iterator[str]:
    yield _summary(comparison)
    for one in comparison.suppositions:
        yield f"- supposed: {one}"
    yield ""
    yield from table_lines(_level_rows(comparison), _LEVELS)
    if comparison.today.complete_level.gap or comparison.scenario.complete_level.gap:
        yield "Not proven the best on both sides: where there is more, it says at most what."
    yield ""
    yield "Lines that differ:" if lines else "No line would differ."


def _summary(comparison: Comparison) -> str:
    gained, lost = comparison.gained, comparison.lost
    if not gained and not lost:
        return "The same projects would end complete."
    gained_text = f"{_projects(gained)} would end complete as well" if gained else "No more would"
    lost_text = f"{_projects(lost)} would not any more" if lost else "none would be lost"
    return f"{gained_text}; {lost_text}." if gained else f"{lost_text[0].upper()}{lost_text[1:]}."


def _projects(codes: Sequence[str]) -> str:
    more = len(codes) - _MOST_NAMED
    words = [*codes[:_MOST_NAMED], f"{more} more"] if more > 0 else list(codes)
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _level_rows(comparison: Comparison) -> list[dict[str, str]]:
    today, scenario = comparison.today.levels(), comparison.scenario.levels()
    return [
        {"level": _NAMES[one["name"]], "today_text": _figure(one), "then_text": _figure(other)}
        for one, other in zip(today, scenario, strict=True)
    ]


def _figure(level: dict[str, str]) -> str:
    """Give a level's value, with its bound where that is not reached."""
    value, bound = level["value"], level.get("bound")
    value = f"{value} {level['unit']}" if "unit" in level else value
    return value if bound in (None, level["value"]) else f"{value} (at most {bound})"
