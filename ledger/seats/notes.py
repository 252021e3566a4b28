"""What is accepted of seats and bodies, and yet worth a second look.

Records of the past are rarely complete, so nothing of it is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from ledger.registers.records import Body, Seat
from ledger.seats.report import SeatRecords
from ledger.seats.rules import overlaps
from ledger.seats.spans import HeldSeat, crowded


def seat_notes(records: SeatRecords, day: date) -> Iterator[str]:
    """Describe bodies with too many seats, seats outside their bodies' time, and cities in two."""
    held = [records.held(seat) for seat in records.seats]
    by_body: dict[str, list[HeldSeat]] = defaultdict(list)
    for one in held:
        if one.seat.body is not None:
            by_body[one.seat.body].append(one)
    for code, body in records.bodies.items():
        yield from _body_notes(body, by_body[code])
    yield from _sibling_notes(records, (one for one in held if one.span.holds(day)))
    yield from (refusal.what for refusal in overlaps(one.seat for one in held))


def _body_notes(body: Body, seats: Iterable[HeldSeat]) -> Iterator[str]:
    seats = [*seats]
    found = crowded(body.seats, seats)
    if found is not None:
        yield found.sentence(body.code)
    for one in seats:
        yield from _time_notes(one.seat, body)


def _time_notes(seat: Seat, body: Body) -> Iterator[str]:
    """Say that a seat surely ends after its body, or begins before it."""
    if seat.until and body.until and seat.until.first > body.until.last:
        yield f"body {body.code} ends {body.until}, before its seat {seat.code} ({seat.until})"
    if seat.from_ and body.from_ and seat.from_.last < body.from_.first:
        yield f"seat {seat.code} begins {seat.from_}, before its body {body.code} ({body.from_})"


def _sibling_notes(records: SeatRecords, held: Iterable[HeldSeat]) -> Iterator[str]:
    bodies: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in held:
        body = records.bodies.get(one.seat.body or "")
        if body is not None and body.parent is not None:
            bodies[one.seat.city, body.parent].append(body.code)
    for (city, parent), codes in sorted(bodies.items()):
        named = sorted(set(codes))
        if len(named) > 1:
            yield f"city {city} has seats in several bodies of {parent}: {', '.join(named)}"
