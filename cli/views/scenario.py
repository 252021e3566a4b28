"""How other proposals are shown beside today's: those of a scenario, and of one step more.

A comparison shows what is gained and lost, the levels, and the lines that differ; the worth of
gaps shows what is worth most in a sentence, then the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_rows, table_lines
from cli.views.balance import brief
from cli.views.columns import columns
from cli.views.rate import note_old_rates
from ledger.core.text import counted, joined_words
from ledger.reports.table import Column

if TYPE_CHECKING:
    from ledger.matching.comparison import Comparison
    from ledger.matching.plan import Level
    from ledger.matching.proposal import Proposal
    from ledger.matching.worth import LevelRise, Worth
    from ledger.usecases.matching.worth import WorthTable

_LINES = columns("project need factor:1 offer today then unit")
_LEVELS = columns("level today_text then_text")
_NAMES = {
    "complete": "1 weight completed",
    "coverage": "2 coverage",
    "floors": "  short of floors",
    "changes": "3 lines changed",
    "deals": "4 deals",
    "cost": "5 cost a year",
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
        above=list(_comparison_lines(comparison, lines=len(rows))),
    )
    note_old_rates(call, comparison.old_rates)


def _comparison_lines(comparison: Comparison, *, lines: int) -> Iterator[str]:
    yield _summary(comparison)
    for one in comparison.suppositions:
        yield f"- supposed: {one}"
    yield ""
    yield from table_lines(_level_rows(comparison), _LEVELS)
    if comparison.today.complete_level.gap or comparison.scenario.complete_level.gap:
        yield "Not every level is proven to be the best possible; bounds are shown in brackets."
    yield ""
    yield "Lines that differ:" if lines else "No line would differ."


def _summary(comparison: Comparison) -> str:
    gained, lost = comparison.gained, comparison.lost
    if not gained and not lost:
        return "The same projects would become complete."
    gained_text = (
        f"{_projects(gained)} would become complete as well" if gained else "No more would"
    )
    lost_text = (
        f"{_projects(lost)} would no longer become complete" if lost else "none would be lost"
    )
    return f"{gained_text}; {lost_text}." if gained else f"{lost_text[0].upper()}{lost_text[1:]}."


def _projects(codes: Sequence[str]) -> str:
    more = len(codes) - _MOST_NAMED
    words = [*codes[:_MOST_NAMED], f"{more} more"] if more > 0 else list(codes)
    return joined_words(words)


def _level_rows(comparison: Comparison) -> list[dict[str, str]]:
    today, scenario = (_figures(one) for one in (comparison.today, comparison.scenario))
    return [
        {"level": _NAMES[name], "today_text": today[name], "then_text": scenario[name]}
        for name in today
        if name != "changes" or comparison.baseline is not None
    ]


def _figures(proposal: Proposal) -> dict[str, str]:
    """Return each level's value, with its bound where one was computed that is not reached."""
    bounded = {"complete": proposal.complete_level, "coverage": proposal.coverage_level}
    return {one["name"]: _figure(one, bounded.get(one["name"])) for one in proposal.levels()}


def _figure(level: dict[str, str], bounded: Level | None) -> str:
    value, bound = level["value"], level.get("bound")
    value = f"{value} {level['unit']}" if "unit" in level else value
    if bounded is None or bound == level["value"]:
        return value
    return f"{value} (at most {bound})" if bounded.is_bound_computed else f"{value} (no bound)"


_MOST_PROJECTS = 3


def emit_worth(call: Call, table: WorthTable, seconds: float) -> None:
    """Write a table of worth in the format that was asked for."""
    rows = [_row(row, in_full=call.as_documents) for row in table.rows]
    columns = _worth_columns(table) if call.for_people else _data_columns(table)
    emit_rows(
        rows,
        columns,
        call.read.without_filters(),
        head={
            "schema": "cityfund.worth/1",
            "as_of": table.today.day,
            "seconds": round(seconds, 3),
            "by": list(table.by),
            "levels": table.today.levels()[:2],
            "not_tried": table.not_tried,
            "old_rates": [one.to_dict() for one in table.old_rates],
        },
        above=list(_worth_lines(table)),
    )
    note_old_rates(call, table.old_rates)


def _worth_columns(table: WorthTable) -> list[Column]:
    shown = "factor:1 needs:3 open_text:2 step_text level_1_text level_2_text completes"
    return columns(
        " ".join([*_keys(table), shown]),
        city="City",
        open_text="Stays open",
        step_text="One step",
        completes="Would complete",
    )


def _data_columns(table: WorthTable) -> list[Column]:
    levels = (
        f"level_{level}_{name}" for level in (1, 2) for name in ("rise", "at_least", "at_most")
    )
    names = (*_keys(table), "factor", "unit", "needs", "stays_open", "step", *levels)
    shown = columns(" ".join((*names, "gained", "lost")))
    return [replace(one, kind="amount") if one.key == "step" else one for one in shown]


def _keys(table: WorthTable) -> list[str]:
    return [name for name in table.by if name not in ("factor", "unit")]


def _row(row: Worth, *, in_full: bool) -> dict[str, Any]:
    document = row.to_dict()
    if in_full:
        return document
    for level in ("level_1", "level_2"):
        document |= {f"{level}_{name}": value for name, value in document[level].items()}
    unit = row.gap.unit
    return {
        **document,
        "open_text": brief(row.gap.total, unit),
        "step_text": brief(row.step, unit),
        "level_1_text": _rise_text(row.complete, 0),
        "level_2_text": _rise_text(row.coverage, 4),
        "completes": _first_codes(row.gained)
        + (f"; not {_first_codes(row.lost)}" if row.lost else ""),
    }


def _rise_text(rise: LevelRise, places: int) -> str:
    """Describe a rise, with its bound where it is not proven."""
    figures = rise.to_dict(places)
    value = figures["rise"] if figures["rise"].startswith("-") else f"+{figures['rise']}"
    return value if rise.range.exact else f"{value} (to {figures['at_most']})"


def _first_codes(codes: tuple[str, ...]) -> str:
    more = len(codes) - _MOST_PROJECTS
    return ", ".join(codes[:_MOST_PROJECTS]) + (f" and {more} more" if more > 0 else "")


def _worth_lines(table: WorthTable) -> Iterator[str]:
    if not table.rows and not table.not_tried:
        yield "Today's proposal leaves nothing open that one step more could close."
        return
    best = table.rows[0] if table.rows else None
    named_columns = {"need"} if "need" in table.by else set(table.by)
    if best is None or not best.complete.increase:
        yield "One step more, for one gap alone, would complete no further weight of projects."
    else:
        where = ", ".join(str(value) for name, value in best.gap.keys if name in named_columns)
        more = f"{brief(best.step, best.gap.unit)} more of {best.gap.factor}"
        location = f" for {where}" if where else ""
        yield f"Worth most: {more}{location} would raise level 1 by {best.complete.increase}."
    yield (
        "One step is one more offer without terms, for those needs alone; its quantity is the "
        "median open quantity of them, or that of --step."
    )
    if table.not_tried:
        left = counted(table.not_tried, "more gap was", "more gaps were")
        yield f"{left} not tried: the time limit was reached."
