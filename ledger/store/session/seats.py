"""The seats of a place, and the test of a request against them before it is written."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.registers.network import HOST, SEAT
from ledger.registers.records import Seat
from ledger.seats.rules import Seats
from ledger.store.registers import load_where
from ledger.store.session.unit_of_work import UnitOfWork


def require_seats_apart(uow: UnitOfWork) -> None:
    """Refuse a request after which two seats of a kind surely overlap, one of them its own.

    Raises `SeatOverlaps` and `AlreadyHosted`.
    """
    codes = {*uow.changes.codes_of(SEAT.name)}
    uow.flush_registers()
    changed = [one.record for one in load_where(uow.connection, SEAT.name, "code", codes).values()]
    others = Seats(_comparable(uow, changed))
    for seat in changed:
        refusal = others.refusal_of(seat)
        if refusal is not None:
            raise refusal


def _comparable(uow: UnitOfWork, changed: Iterable[Seat]) -> Iterable[Seat]:
    """Read the seats of the same cities, and those in offices that a changed seat hosts."""
    cities = [uow.id_of("city", city) for city in {seat.city for seat in changed}]
    found = load_where(uow.connection, SEAT.name, "city", cities)
    hosted = {seat.office for seat in changed if seat.role == HOST and seat.office is not None}
    offices = [uow.id_of("office", office) for office in hosted]
    found |= load_where(uow.connection, SEAT.name, "office", offices)
    return [found[code].record for code in sorted(found)]


def seats_at(
    uow: UnitOfWork, places: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[Seat]]:
    """Read the seats in bodies and offices, by register and code of the place."""
    found: dict[tuple[str, str], list[Seat]] = {place: [] for place in places}
    for kind in ("body", "office"):
        ids = [uow.id_of(kind, code) for register, code in found if register == kind]
        if ids:
            for stored in load_where(uow.connection, SEAT.name, kind, ids).values():
                found[stored.record.place].append(stored.record)
    return found
