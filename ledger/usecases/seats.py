"""The report of seats: what cities held in bodies and offices, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ledger.core.factors import Stage
from ledger.core.memory import garbage_collection_paused
from ledger.meetings.engagement import contributed_on
from ledger.origins.links import Origin, counts_by_kind
from ledger.registers.network import SEAT
from ledger.seats.report import SeatQuery, SeatRecords, SeatRow, Yield, seat_rows
from ledger.store.origins import read_links
from ledger.store.seats import read_withdrawals
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.summaries.amounts import Amount, texts_by_unit
from ledger.usecases.origin_outcomes import begun_records

_DEAL: Final = "deal"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatReport:
    """The rows, and the span they are of."""

    as_of: date
    known_at: datetime | None
    first: date | None
    last: date
    rows: list[SeatRow]


@garbage_collection_paused()
def report_seats(reader: Reader, first: date | None, last: date | None) -> SeatReport:
    """Report the seats in force in a span, as of the reader's day and as known then."""
    query = SeatQuery(reader.day, first, last)
    rows = [*seat_rows(seat_records(reader), query)]
    return SeatReport(
        as_of=reader.day,
        known_at=reader.known_at,
        first=first,
        last=query.span.last,
        rows=rows,
    )


def seat_records(
    reader: Reader,
    snapshot: Snapshot | None = None,
    *,
    outcomes: bool = True,
    contributions: bool = True,
) -> SeatRecords:
    """Gather what reports on seats ask, of the seats of a snapshot or of all.

    With `outcomes`, what came of each seat is read too; with `contributions`, the days of what
    cities did at meetings are gathered from the snapshot.
    """
    snapshot = snapshot or reader.snapshot(SEAT.name, "attendance", "motion")
    cities, seats = snapshot.records("city"), [*snapshot.records(SEAT.name).values()]
    return SeatRecords(
        seats=seats,
        came_of=_came_of(reader, [one.code for one in seats]) if outcomes else {},
        cities=cities,
        bodies=snapshot.records("body"),
        offices=snapshot.records("office"),
        withdrawn_on=read_withdrawals(
            reader.connection,
            [code for code, one in cities.items() if one.withdrawn],
            reader.zone,
            reader.times.known_at,
        ),
        contributed_on=contributed_on(
            snapshot.registers.get("meeting", {}),
            snapshot.registers.get("attendance", {}).values(),
            snapshot.registers.get("motion", {}).values(),
        )
        if contributions
        else {},
    )


def _came_of(reader: Reader, seats: Iterable[str]) -> dict[str, Yield]:
    """Gather what came of seats, without what did not exist on the reader's day."""
    links = read_links(reader.connection, reader.times.known_at)
    asked = {*seats}
    below = {
        code: links.came_of(Origin(SEAT.name, code))
        for code in links.named(SEAT.name)
        if code in asked
    }
    named: dict[str, set[str]] = {}
    for origins in below.values():
        for one in origins:
            named.setdefault(one.kind, set()).add(one.code)
    there = {kind: reader.some(kind, sorted(codes)) for kind, codes in named.items()}
    begun = {kind: begun_records(snapshot, kind) for kind, snapshot in there.items()}
    return {
        code: _yield([one for one in origins if one.code in begun[one.kind]], there.get(_DEAL))
        for code, origins in below.items()
        if origins
    }


def _yield(origins: Iterable[Origin], deals: Snapshot | None) -> Yield:
    records = [*origins]
    own = [deals.deals[one.code] for one in records if deals is not None and one.kind == _DEAL]
    units = [deals.need_facts[one.deal.need].balance.unit for one in own if deals is not None]

    def sums(stage: Stage) -> list[str]:
        amounts = (one.need.get(stage, 0) for one in own)
        return texts_by_unit(map(Amount, amounts, units))

    return Yield(
        counts=counts_by_kind(records),
        held=sums(Stage.HELD),
        committed=sums(Stage.COMMITTED),
        delivered=sums(Stage.DELIVERED),
    )
