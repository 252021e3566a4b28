"""The report of seats: what cities held in bodies and offices, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ledger.seats.report import SeatQuery, SeatRecords, SeatRow, not_counted, seat_rows
from ledger.store.seats import read_withdrawals
from ledger.store.session.snapshot import Reader, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatReport:
    """The rows, the span they are of, and how many rows have a figure that is unknown."""

    as_of: date
    known_at: datetime | None
    first: date | None
    last: date
    rows: list[SeatRow]
    not_counted: dict[str, int]


def report_seats(reader: Reader, first: date | None, last: date | None) -> SeatReport:
    """Report the seats in force in a span, as of the reader's day and as known then."""
    query = SeatQuery(reader.day, first, last)
    rows = [*seat_rows(seat_records(reader), query)]
    known_at = reader.times.known_at
    return SeatReport(
        as_of=reader.day,
        known_at=known_at and known_at.astimezone(reader.zone),
        first=first,
        last=query.span.last,
        rows=rows,
        not_counted=not_counted(rows),
    )


def seat_records(reader: Reader, snapshot: Snapshot | None = None) -> SeatRecords:
    """Gather what reports on seats ask, of the seats of a snapshot or of all."""
    snapshot = snapshot or reader.snapshot("seat")
    cities = snapshot.records("city")
    return SeatRecords(
        seats=snapshot.records("seat").values(),
        cities=cities,
        bodies=snapshot.records("body"),
        offices=snapshot.records("office"),
        withdrawn_on=read_withdrawals(
            reader.connection,
            [code for code, one in cities.items() if one.withdrawn],
            reader.zone,
            reader.times.known_at,
        ),
    )
