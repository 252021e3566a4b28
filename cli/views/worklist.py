"""How the worklist of the status is shown: a small table for each kind, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from cli.framework.output import table_lines
from cli.views.columns import attributes, columns
from ledger.reports.table import ReportRow

if TYPE_CHECKING:
    from ledger.usecases.worklist import WorkRow

_COLUMNS: Final = columns("due_on code city sentence", sentence="What")
_TITLES: Final = {
    "reminder-due": "Reminders that are due; say that one is done with cityfund done",
    "delivery-overdue": "Deliveries overdue",
    "delivery-due": "Deliveries due within {days} days",
    "hold-ending": "Holds that have ended, or end within {days} days",
    "offer-ending": "Offers that have ended, or end within {days} days, with a quantity available",
    "approach-unanswered": "Approaches without an answer, due within {days} days or overdue",
    "follow-up": "Providers that are interested, without a deal",
    "needed-by-passed": "Needs whose day has passed",
    "finding-open": "Open findings",
    "need-unserved": "Needs that no offer fits",
}
_ACTS: Final = columns("recorded_at actor act:1 about what", about="About", act="Act")
FEW: Final = 10
"""How many rows of each kind people see who do not ask for all."""


def work_document(rows: Sequence[WorkRow]) -> list[dict[str, Any]]:
    """Return the worklist as the JSON answer has it."""
    return [
        {
            "kind": row.kind.value,
            "due_on": row.due,
            **attributes(row, "record code city project sentence command"),
            "offices": list(row.offices),
        }
        for row in rows
    ]


def work_lines(rows: Sequence[Mapping[str, Any]], days: int, *, every: bool) -> Iterator[str]:
    """Describe the worklist; of each kind the first rows, or every one."""
    if not rows:
        yield ""
        yield "Nothing is waiting."
    for kind, group in groupby(rows, key=lambda row: row["kind"]):
        of_kind = list(group)
        yield ""
        yield f"{_TITLES[kind].format(days=days)} ({len(of_kind):,}):"
        yield from _first(of_kind, every=every)


def others_lines(others: Mapping[str, Any] | None, *, every: bool) -> Iterator[str]:
    """Describe what others recorded since the last visit; nothing at the first one."""
    if others is None:
        return
    yield ""
    rows = [{**row, "act": row["command"]} for row in others["rows"]]
    since = f"since your last visit ({others['since']})"
    if not rows:
        yield f"Others recorded nothing {since}."
        return
    yield f"Recorded by others {since} ({len(rows):,}):"
    shown = rows if every else rows[-FEW:]
    yield from table_lines(shown, _ACTS)
    if len(shown) < len(rows):
        yield f"The last {FEW} of {len(rows):,}; --all lists all of them."


def _first(rows: Sequence[ReportRow], *, every: bool) -> Iterator[str]:
    shown = rows if every else rows[:FEW]
    yield from table_lines(shown, _COLUMNS)
    if len(shown) < len(rows):
        yield f"The first {FEW} of {len(rows):,}; --all lists all of them."
