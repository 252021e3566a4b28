"""Adding seats, in the body or the office that a person means."""

from __future__ import annotations

from dataclasses import replace

from ledger.journal.receipts import Receipt
from ledger.registers.network import SEAT
from ledger.store.registers import AmbiguousCode, UnknownCode
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.registers import records
from ledger.usecases.registers.parse import BadTerms, TypedTerms

PLACES = ("body", "office")


def add_seat(uow: UnitOfWork, typed_terms: TypedTerms, place: str | None) -> Receipt:
    """Add a seat in a body or an office, which `place` names by a code of either.

    Raises what `records.add` raises, `AmbiguousCode`, `SeatOverlaps` and `AlreadyHosted`.
    """
    if place is not None:
        typed_terms = replace(typed_terms, terms=_with_place(uow, dict(typed_terms.terms), place))
    return records.add(uow, SEAT.name, typed_terms)


def _with_place(uow: UnitOfWork, terms: dict[str, str], place: str) -> dict[str, str]:
    if any(terms.get(kind) for kind in PLACES):
        raise BadTerms(
            f"The seat is in {place}, and a body or an office is named by an option too.",
            next_step="Name the one body or office that the seat is in.",
        )
    kind, code = find_place(uow, place)
    return {**terms, kind: code}


def find_place(uow: UnitOfWork, typed: str) -> tuple[str, str]:
    """Find the body or the office that a person means. Raises `UnknownCode`, `AmbiguousCode`."""
    found: list[tuple[str, str]] = []
    for kind in PLACES:
        stored = uow.seek_record(kind, typed)
        if stored is not None:
            found.append((kind, stored.record.code))
    if len(found) > 1:
        raise AmbiguousCode(
            f"{typed!r} is the code of a body and of an office.",
            why="A seat is in one of the two.",
            next_step=f"Name it by its option: --body {found[0][1]} or --office {found[1][1]}.",
        )
    if not found:
        raise UnknownCode(
            f"There is no body and no office {typed!r}.",
            why="A seat is in a body or in one of the fund's offices.",
            next_step="List them with: cityfund body list, or cityfund office list",
        )
    return found[0]
