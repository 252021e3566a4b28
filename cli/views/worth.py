"""How the worth of gaps is shown: what is worth most in a sentence, then the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import Column, emit_rows
from cli.views.balance import brief
from cli.views.columns import columns

if TYPE_CHECKING:
    from ledger.matching.worth import LevelRise, Worth
    from ledger.usecases.matching.worth import WorthTable

_MOST_NAMED = 3


def emit_worth(call: Call, table: WorthTable, seconds: float) -> None:
    """Write a table of worth in the format that was asked for."""
    rows = [_row(row, call.format) for row in table.rows]
    columns = _columns(table) if call.for_people else _data_columns(table)
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
        },
        above=list(_lines_above(table)),
    )


def _columns(table: WorthTable) -> list[Column]:
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
    return columns(" ".join((*names, "gained", "lost")))


def _keys(table: WorthTable) -> list[str]:
    return [name for name in table.by if name not in ("factor", "unit")]


def _row(row: Worth, style: str) -> dict[str, Any]:
    document = row.to_dict()
    if style == "json":
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
    """Say a rise; where it is not proven, at most what."""
    figures = rise.to_dict(places)
    value = figures["rise"] if figures["rise"].startswith("-") else f"+{figures['rise']}"
    return value if rise.range.exact else f"{value} (to {figures['at_most']})"


def _first_codes(codes: tuple[str, ...]) -> str:
    more = len(codes) - _MOST_NAMED
    return ", ".join(codes[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _lines_above(table: WorthTable) -> Iterator[str]:
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
        "One step is one more offer, free of terms, for those needs alone: what the middle one of "
        "them still lacks, or what --step says."
    )
    if table.not_tried:
        yield f"{table.not_tried} more gaps were not tried: the time was over."
