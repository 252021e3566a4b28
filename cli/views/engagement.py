"""How engagement is shown: in its report, and in that of one city with what it attended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import day_text, emit_rows, filter_rows
from cli.framework.terminal import note
from cli.views.columns import columns
from ledger.core.text import counted
from ledger.reports.table import Column

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Snapshot
    from ledger.usecases.meetings.engagement import EngagementQuery, EngagementReport

_SPAN = "body (body_name) from:6 to:6 "
_FIGURES = (
    "expected not_recorded:3 (present_count) (present_of) present? part:4 apologies:4 as_guest:4 "
    "contributions:3 (spoke) (presented) (proposed) (chaired) (hosted) (effective_count) "
    "(effective_of) effective? deciding used:2 (days_count) (days_of) days?:5 "
)
_OF_CITIES = "(city) city_name (office) (country) "
_MARKS = "present_mark:4 effective_mark:4 step targets:5"
_OF_GROUPS = "cities "
_STEPS = "cities_present:2 cities_effective:2 cities_deciding:2"
_TITLES = {"present": "Present", "step": "Step", "not_recorded": "Not recorded"}


OF_A_CITY = columns(
    "body_name expected present? apologies:3 as_guest:3 contributions effective? deciding used:2 "
    "step targets:4",
    body_name="Body",
    **_TITLES,
)

ATTENDANCE_OF_A_CITY = columns(
    "meeting name body when presence did topics", name="Name", when="From", did="Did"
)


def engagement_columns(by: str) -> list[Column]:
    """Return the columns of the report, by what its rows are."""
    if by == "city":
        return columns(_SPAN + _OF_CITIES + _FIGURES + _MARKS, **_TITLES)
    return columns(_SPAN + f"{by} " + _OF_GROUPS + _FIGURES + _STEPS, **_TITLES)


def emit_engagement(call: Call, query: EngagementQuery, report: EngagementReport) -> None:
    """Write the report, with what it could not count."""
    from ledger.usecases.meetings.engagement import RULE  # noqa: PLC0415 - brings the store

    head = {
        "schema": "cityfund.engagement/1",
        "as_of": report.as_of,
        "known_at": report.known_at,
        "rule": RULE,
        "by": query.by,
    }
    shown, options = engagement_columns(query.by), call.read
    if options.where:
        report = report.of_rows([*filter_rows(report.rows, shown, options)])
        options = options.without_filters()
    tail = {"targets": report.targets, "not_counted": report.not_counted}
    emit_rows(report.rows, shown, options, head=head, tail=tail)
    if call.format == "table":
        for line in _notes(report, RULE):
            note(call, line)


_LEFT_OUT = {
    "cancelled_meetings": ("cancelled meeting is left out", "cancelled meetings are left out"),
    "attendance_not_recorded": (
        "expected attendance was never recorded, and counts for nobody and against nobody",
        "expected attendances were never recorded, and count for nobody and against nobody",
    ),
    "beginning_not_known": (
        (
            "seat without a known beginning expects no meeting, as its city is not known to have "
            "attended any"
        ),
        (
            "seats without a known beginning expect no meeting, as their cities are not known "
            "to have attended any"
        ),
    ),
}
"""What the figures leave out, of one and of several."""


def _notes(report: EngagementReport, rule: str) -> Iterator[str]:
    """Return the notes below a table: the date, the formula, and what could not be counted."""
    day = day_text(report.as_of, report.known_at)
    yield f"{day}. Shares are rounded down; a guest is in no share."
    yield f"Formula: {rule}."
    for reason, count in report.not_counted.items():
        if count:
            yield f"{counted(count, *_LEFT_OUT[reason])}."


def attendance_rows(snapshot: Snapshot, city: str) -> list[dict[str, Any]]:
    """Return the meetings at which a city is listed, in the order of their days."""
    meetings = snapshot.records("meeting")
    rows = [
        {
            "meeting": one.meeting,
            "name": meetings[one.meeting].name,
            "body": meetings[one.meeting].body,
            "when": meetings[one.meeting].from_,
            **{name: getattr(one, name) for name in ("presence", "did", "topics", "note")},
        }
        for one in snapshot.records("attendance").values()
        if one.city == city
    ]
    return sorted(rows, key=lambda row: (row["when"], row["meeting"]))
