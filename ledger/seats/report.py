"""The report of seats: the days on which each is in force in a span, and what came of it.

*Days* are those of the span on which a seat is in force; they are unknown where neither the
beginning of the seat nor a first day of the span is given. A partial date begins on its first day
and ends on its last. A seat without an end ends with its body or office, or with the withdrawal of
its city, whichever comes first, and the report says which. A seat is *used* if something came of
it by the day of the report, or if its city contributed at a meeting of its body while it was in
force; otherwise it is unused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from ledger.core.partial_dates import PartialDate
from ledger.registers.records import Body, City, Office, Seat
from ledger.seats.spans import HeldSeat, Span, held_seat

RULE: Final = (
    "days: those of the span on which the seat is in force, unknown without a beginning; a partial "
    "date begins on its first day and ends on its last; without an end of its own a seat ends with "
    "its body or office, or with the withdrawal of its city; used: something came of it by the day "
    "of the report, or its city contributed at a meeting of the body while it was in force"
)
"""What the report says of its figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """What came of a seat: records by their kind, and of deals what they hold, by unit."""

    counts: Mapping[str, int] = field(default_factory=dict)
    held: Sequence[str] = ()
    committed: Sequence[str] = ()
    delivered: Sequence[str] = ()

    @property
    def is_nothing(self) -> bool:
        """Say whether nothing came of it."""
        return not any(self.counts.values())


NOTHING: Final = Yield()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRecords:
    """What the report is made from, as known at its moment.

    `withdrawn_on` has the day on which the withdrawal of a city was recorded, `came_of` what came
    of seats by the day of the report, and `contributed_on` the days on which a city contributed at
    meetings of a body, once for each contribution.
    """

    seats: Sequence[Seat]
    cities: Mapping[str, City]
    bodies: Mapping[str, Body]
    offices: Mapping[str, Office]
    withdrawn_on: Mapping[str, date] = field(default_factory=dict)
    came_of: Mapping[str, Yield] = field(default_factory=dict)
    contributed_on: Mapping[tuple[str, str], Sequence[date]] = field(default_factory=dict)

    def held(self, seat: Seat) -> HeldSeat:
        """Give a seat with its days in force."""
        return held_seat(seat, self._ends(seat), self.withdrawn_on.get(seat.city))

    def _ends(self, seat: Seat) -> PartialDate | None:
        kind, code = seat.place
        return self.bodies[code].until if kind == "body" else self.offices[code].closed_on

    def contributions(self, held: HeldSeat, day: date) -> int:
        """Count what the city of a seat contributed in its body while it was in force, by a day."""
        days = self.contributed_on.get((held.seat.city, held.seat.body or ""))
        if days is None:
            return 0
        first, last = held.span
        return len([1 for one in days if first <= one <= min(last, day)])


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """One seat in the report; `days` are None where they are unknown."""

    held: HeldSeat
    city: City
    place_name: str
    days: int | None
    in_force: bool
    came_of: Yield
    contributions: int

    @property
    def used(self) -> bool:
        """Say whether something came of the seat, or its city contributed while it had it."""
        return not self.came_of.is_nothing or self.contributions > 0


class SeatQuery(NamedTuple):
    """The day of the report and the first and last day of its span, None for no first one."""

    day: date
    first: date | None = None
    last: date | None = None

    @property
    def span(self) -> Span:
        """Give the days of the span, which ends with the day of the report at the latest."""
        return Span(self.first or date.min, min(self.last or self.day, self.day))


def seat_rows(records: SeatRecords, query: SeatQuery) -> Iterator[SeatRow]:
    """Give the rows of the report, by city, then place, beginning and code.

    A seat that has not begun by the end of the span has no row, nor has one that ended before it.
    """
    held = (records.held(seat) for seat in records.seats)
    shown = (one for one in held if one.span.within(query.span).days)
    for one in sorted(shown, key=_order):
        yield _row(records, query, one)


def _order(held: HeldSeat) -> tuple[str, tuple[str, str], date, str]:
    seat = held.seat
    return seat.city, seat.place, held.span.first, seat.code


def _row(records: SeatRecords, query: SeatQuery, held: HeldSeat) -> SeatRow:
    seat = held.seat
    kind, code = seat.place
    place = records.bodies[code] if kind == "body" else records.offices[code]
    is_known = seat.from_ is not None or query.first is not None
    return SeatRow(
        held=held,
        city=records.cities[seat.city],
        place_name=place.name,
        days=held.span.within(query.span).days if is_known else None,
        in_force=held.span.holds(query.day),
        came_of=records.came_of.get(seat.code, NOTHING),
        contributions=records.contributions(held, query.day),
    )


def not_counted(rows: Iterable[SeatRow]) -> dict[str, int]:
    """Count the rows of which a figure is unknown, by its reason."""
    return {"beginning_not_known": sum(row.days is None for row in rows)}
