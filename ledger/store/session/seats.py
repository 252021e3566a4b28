"""The seats of a place, and the test of a request against them before it is written."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.registers.network import SEAT
from ledger.registers.records import Seat
from ledger.seats.rules import overlap
from ledger.store.registers import load_where
from ledger.store.session.unit_of_work import UnitOfWork


def require_seats_apart(uow: UnitOfWork) -> None:
    """Refuse a request after which two seats of a kind surely overlap, one of them its own.

    Raises `SeatOverlaps` and `AlreadyHosted`.
    """
    codes = {change.code for change in uow.changes if change.kind == SEAT.name}
    uow.flush_registers()
    changed = [one.record for one in load_where(uow.connection, SEAT.name, "code", codes).values()]
    others = seats_at(uow, {seat.place for seat in changed})
    for seat in changed:
        refusal = overlap(seat, others[seat.place])
        if refusal is not None:
            raise refusal


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
