"""How seats are shown: their report, and those of a city, a body or an office."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import day_text, emit_record, emit_rows, filter_rows, section
from cli.framework.register_commands import Listing
from cli.framework.terminal import note
from cli.views.columns import columns
from cli.views.origin import outcome_document, outcome_lines, read_outcome
from cli.views.register import register_row
from ledger.core.text import counted
from ledger.reference.terms import Step
from ledger.registers.network import BODY, HOST, SEAT
from ledger.reports.table import Column
from ledger.seats.report import RULE, SeatQuery, SeatRecords, not_counted, seat_rows

if TYPE_CHECKING:
    from ledger.registers.records import Office
    from ledger.seats.report import SeatRow, Yield
    from ledger.store.session.snapshot import Reader, Snapshot
    from ledger.usecases.seats import SeatReport


def _columns(fields: str, **titles: str) -> list[Column]:
    """Make columns as `columns` does; here a seat is in force or is not, and nothing is counted."""
    made = columns(fields, **titles)
    return [replace(one, kind="text") if one.key == "in_force" else one for one in made]


REPORT_COLUMNS = _columns(
    "seat (city) city_name (country) (city_office) body office:5 (place_name) role step:6 "
    "from until (ended_by) (first_day) (last_day) in_force:4 days? came_of:1 "
    "(approaches) (partnerships) (meetings) (seats) (projects) (offers) (deals) held:7 "
    "committed:3 delivered:2 contributions used",
    city_name="City",
    in_force="In force",
)
_PLURALS = {
    "approach": "approaches",
    "partnership": "partnerships",
    "meeting": "meetings",
    "seat": "seats",
    "project": "projects",
    "offer": "offers",
    "deal": "deals",
}


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
    made = [report_row(row) for row in report.rows]
    rows = list(filter_rows(made, REPORT_COLUMNS, call.read))
    kept = {row["seat"] for row in rows}
    chosen = [row for row in report.rows if row.held.seat.code in kept]
    tail = {"not_counted": not_counted(chosen)}
    emit_rows(rows, REPORT_COLUMNS, call.read.without_filters(), head=head, tail=tail)
    if call.format == "table":
        for line in _notes(report, chosen):
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
        **{plural: row.came_of.counts.get(kind, 0) for kind, plural in _PLURALS.items()},
        "held": row.came_of.held,
        "committed": row.came_of.committed,
        "delivered": row.came_of.delivered,
        "contributions": row.contributions,
        "used": row.used,
    }


_LAST_YEAR = 9999


def _came_of(outcome: Yield) -> list[str]:
    if not outcome.counts:  # as of most seats
        return []
    return [
        f"{count} {kind if count == 1 else plural}"
        for kind, plural in _PLURALS.items()
        if (count := outcome.counts.get(kind, 0))
    ]


def _notes(report: SeatReport, rows: Sequence[SeatRow]) -> Iterator[str]:
    unused = sum(not row.used for row in rows)
    day = day_text(report.as_of, report.known_at)
    yield f"{day}: {counted(len(rows), 'seat')}, {unused:,} unused."
    yield f"Formula: {RULE}."
    unknown = not_counted(rows)["beginning_not_known"]
    if unknown:
        yield f"Days unknown of {counted(unknown, 'seat')} whose beginning is not known."


_OF_CITY = _columns("seat place_name role step from until in_force ended_by", place_name="In")
_OF_PLACE = _columns("seat city_name role step from until in_force ended_by")
_BODY = columns(
    "code name kind parent_said seats_said from until source note",
    code="Body",
    parent_said="Part of",
)
_SEAT_LIST = columns("code city body office role from until", code="Seat", city="City")
_BODY_LIST = columns("code name kind parent seats deciding from until", code="Body")
_PARTS = columns("code name kind from until", code="Body")


def rows_of(reader: Reader, snapshot: Snapshot) -> list[SeatRow]:
    """Return the rows of the seats in a snapshot, as of its day; what came of them is left out."""
    from ledger.usecases.seats import seat_records  # noqa: PLC0415 - brings the store

    records = seat_records(reader, snapshot, outcomes=False)
    return [*seat_rows(records, SeatQuery(snapshot.day))]


def plain_rows(snapshot: Snapshot) -> list[SeatRow]:
    """Return the rows of the seats in a snapshot where no reader tells when cities were withdrawn.

    Open seats of withdrawn cities are not in force on the day.
    """
    cities = snapshot.records("city")
    before = snapshot.day - timedelta(days=1)
    records = SeatRecords(
        seats=[*snapshot.records("seat").values()],
        cities=cities,
        bodies=snapshot.records("body"),
        offices=snapshot.records("office"),
        withdrawn_on={code: before for code, one in cities.items() if one.withdrawn},
    )
    return [*seat_rows(records, SeatQuery(snapshot.day))]


def list_bodies(snapshot: Snapshot) -> Listing:
    """List the bodies, with how many of their deciding seats are in force."""
    deciding = Counter(
        row.held.seat.body
        for row in plain_rows(snapshot)
        if row.in_force and row.held.step is Step.DECIDING
    )
    rows = [
        {**register_row(snapshot, BODY, one), "deciding": deciding[one.code]}
        for one in snapshot.records("body").values()
    ]
    return Listing(rows, _BODY_LIST, more=["deciding"])


def list_seats(snapshot: Snapshot) -> Listing:
    """List the seats, with the office of each city."""
    cities = snapshot.records("city")
    rows = [
        {**register_row(snapshot, SEAT, one), "city_office": cities[one.city].office}
        for one in snapshot.records("seat").values()
    ]
    return Listing(rows, _SEAT_LIST, more=["city_office"])


def under_city(rows: Iterable[SeatRow]) -> Iterator[str]:
    """Lay out the seats of a city."""
    return _under("Seats", rows, _OF_CITY)


def under_place(rows: Iterable[SeatRow], title: str = "Seats") -> Iterator[str]:
    """Lay out the seats in a body or an office."""
    return _under(title, rows, _OF_PLACE)


def _under(title: str, rows: Iterable[SeatRow], shown: Any) -> Iterator[str]:
    return section(title, [report_row(row) for row in rows], shown)


def hosts(rows: Iterable[SeatRow], office: str) -> list[SeatRow]:
    """Return the seats of hosts of an office, the newest first."""
    held = [row for row in rows if row.held.seat.office == office and row.held.seat.role == HOST]
    return sorted(held, key=lambda row: row.held.span.first, reverse=True)


def host_of(rows: Iterable[SeatRow], office: Office) -> dict[str, Any]:
    """Return who hosts an office: the city of the seat in force, else what was typed."""
    held = hosts(rows, office.code)
    now = next((row for row in held if row.in_force), None)
    if now is not None:
        said = f"{now.city.name} ({now.city.code}), by seat {now.held.seat.code}"
        return {"host": now.city.code, "host_typed": False, "host_said": said}
    if held:  # its last host has left it
        return {"host": None, "host_typed": False, "host_said": None}
    typed = f"{office.host} (typed)" if office.host else None
    return {"host": office.host, "host_typed": office.host is not None, "host_said": typed}


def lost(rows: Iterable[SeatRow]) -> list[SeatRow]:
    """Return the seats of candidates, who wanted it and lost."""
    return [row for row in rows if row.held.step is Step.NONE]


def emit_body(call: Call, reader: Reader, code: str) -> None:
    """Write one body with its parts, the seats in it, and what came of them."""
    snapshot = reader.around("body", code)
    bodies = reader.snapshot("body").records("body")
    record, rows = bodies[code], rows_of(reader, snapshot)
    rows = [row for row in rows if row.held.seat.body == code]
    deciding = sum(row.in_force and row.held.step is Step.DECIDING for row in rows)
    parts = [register_row(snapshot, BODY, one) for one in bodies.values() if one.parent == code]
    outcome = read_outcome(reader, "body", code)
    document = {
        "schema": "cityfund.body/1",
        **register_row(snapshot, BODY, record),
        "deciding_in_force": deciding,
        "parts": parts,
        "held": [report_row(row) for row in rows],
        **outcome_document(outcome),
    }
    parent = bodies.get(record.parent or "")
    seats = f"{deciding} of {record.seats} held" if record.seats else None
    row = {
        **document,
        "parent_said": f"{parent.name} ({parent.code})" if parent else None,
        "seats_said": seats,
    }
    below = [*under_place(rows), *section("Parts", parts, _PARTS), *outcome_lines(outcome)]
    emit_record(row, _BODY, call.read, document=document, below=below)
