"""How seats are shown: their report, and those of a city, a body or an office."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_rows
from cli.framework.terminal import note
from cli.views.columns import columns
from ledger.seats.report import RULE

if TYPE_CHECKING:
    from ledger.seats.report import SeatRow, Yield
    from ledger.usecases.seats import SeatReport

REPORT_COLUMNS = columns(
    "seat (city) city_name (country) (city_office) body office:5 (place_name) role step:6 "
    "from until (ended_by) (first_day) (last_day) in_force:4 days? came_of:1 "
    "(approaches) (partnerships) (meetings) (seats) (projects) (offers) (deals) held:7 "
    "committed:3 delivered:2 contributions used",
    city_name="City",
    in_force="In force",
)
_KINDS = ("approach", "partnership", "meeting", "seat", "project", "offer", "deal")


def emit_report(call: Call, report: SeatReport) -> None:
    """Write the report of seats."""
    head = {
        "schema": "cityfund.seats/1",
        "as_of": report.as_of,
        "known_at": report.known_at,
        "from": report.first,
        "to": report.last,
        "rule": RULE,
    }
    rows = [report_row(row) for row in report.rows]
    emit_rows(rows, REPORT_COLUMNS, call.read, head=head, tail={"not_counted": report.not_counted})
    if call.format == "table":
        for line in _notes(report, filtered=bool(call.read.where)):
            note(call, line)


def report_row(row: SeatRow) -> dict[str, Any]:
    """Return the row of a seat with its days in force and what came of it."""
    seat, span = row.held.seat, row.held.span
    return {
        "seat": seat.code,
        "city": seat.city,
        "city_name": row.city.name,
        "country": row.city.country,
        "city_office": row.city.office,
        "body": seat.body,
        "office": seat.office,
        "place_name": row.place_name,
        "role": seat.role,
        "step": row.held.step.value,
        "from": seat.from_,
        "until": seat.until,
        "ended_by": row.held.ended_by,
        "first_day": None if seat.from_ is None else span.first,
        "last_day": None if span.last.year == _LAST_YEAR else span.last,
        "in_force": row.in_force,
        "days": row.days,
        "came_of": _came_of(row.came_of),
        **{_plural(kind): row.came_of.counts.get(kind, 0) for kind in _KINDS},
        "held": row.came_of.held,
        "committed": row.came_of.committed,
        "delivered": row.came_of.delivered,
        "contributions": row.contributions,
        "used": row.used,
    }


_LAST_YEAR = 9999


def _came_of(found: Yield) -> list[str]:
    return [
        f"{count} {kind if count == 1 else _plural(kind)}"
        for kind in _KINDS
        if (count := found.counts.get(kind, 0))
    ]


def _plural(kind: str) -> str:
    return f"{kind}es" if kind.endswith("h") else f"{kind}s"


def _notes(report: SeatReport, *, filtered: bool) -> Iterator[str]:
    unused = sum(not row.used for row in report.rows)
    counts = "" if filtered else f": {len(report.rows):,} seats, {unused:,} unused"
    yield f"As of {report.as_of}{counts}."
    yield f"Formula: {RULE}."
    unknown = report.not_counted["beginning_not_known"]
    if unknown:
        yield f"Days unknown of {unknown:,} seats whose beginning is not known."
