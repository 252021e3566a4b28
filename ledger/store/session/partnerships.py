"""The test of a request against the partnerships of the same cities, before it is written."""

from __future__ import annotations

from ledger.partnerships.records import PARTNERSHIP, Partnership, Partnerships
from ledger.store.registers import AlreadyThere, StoredRecord, load_where
from ledger.store.session.unit_of_work import UnitOfWork


def require_partnerships_apart(uow: UnitOfWork) -> None:
    """Refuse a request after which two partnerships of a kind surely overlap, one its own.

    Raises `AlreadyThere`.
    """
    codes = {*uow.changes.codes_of(PARTNERSHIP)}
    uow.flush_registers()
    changed = [
        one.record for one in load_where(uow.connection, PARTNERSHIP, "code", codes).values()
    ]
    ids = [uow.id_of("city", city) for city in {one.city for one in changed}]
    alike: dict[str, StoredRecord] = {}
    for side in ("city", "with_city"):  # a code that was changed may have changed their order
        alike |= load_where(uow.connection, PARTNERSHIP, side, ids)
    known = Partnerships(one.record for one in alike.values())
    for one in changed:
        other = known.overlapping(one)
        if other is not None:
            raise _already_there(one, other)


def _already_there(one: Partnership, other: Partnership) -> AlreadyThere:
    since = "" if other.signed is None else f", signed {other.signed}"
    return AlreadyThere(
        f"Partnership {one.code} overlaps {other.code}: {other.kind} of {other.city} and "
        f"{other.with_city}{since}.",
        why="Two of one kind between the same cities are not in force together.",
        next_step=f"Change that one: cityfund partnership edit {other.code}; or end it first: "
        f"cityfund partnership end {other.code}",
    )
