"""Recording who attended a meeting: many cities in one request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ledger.core.errors import NothingToChange
from ledger.journal.receipts import Receipt
from ledger.meetings.records import Attendance
from ledger.registers.network import ATTENDANCE
from ledger.store.registers import StoredRecord, load_by
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.registers.identity import edit_identity
from ledger.usecases.registers.parse import TypedTerms
from ledger.usecases.registers.records import add_record, edited

_USUAL: Final = "attended"


def attend(
    uow: UnitOfWork, meeting: str, cities: Iterable[str], typed_terms: TypedTerms
) -> Receipt:
    """Record cities at a meeting; what is recorded of one already is edited by what was typed.

    Without any terms a city attended. Raises what adding and editing a record raise, and
    `NothingToChange` where all is recorded already.
    """
    code = uow.find_record("meeting", meeting).record.code
    names = dict.fromkeys(uow.find_record("city", one).record.code for one in cities)
    changes: dict[str, list[str | None]] = {}
    for city in names:
        before, after = _attend(uow, code, city, typed_terms)
        if before != after:
            changes[city] = [None if before is None else _described(before), _described(after)]
    if not changes:
        raise NothingToChange(
            f"The attendance of meeting {code} has these terms already.",
            next_step=f"See it with: cityfund meeting show {code}",
        )
    return uow.receipt(changes=changes)


def _attend(
    uow: UnitOfWork, meeting: str, city: str, typed_terms: TypedTerms
) -> tuple[Attendance | None, Attendance]:
    """Record one city at a meeting; give what was recorded before, and what is now."""
    typed = dict(typed_terms.terms)
    stored = _recorded(uow, ATTENDANCE.code_from({"meeting": meeting, "city": city}))
    if stored is None or not typed:
        typed.setdefault("presence", _USUAL)
    named = replace(typed_terms, terms={**typed, "meeting": meeting, "city": city})
    if stored is None:
        return None, add_record(uow, ATTENDANCE.name, named)
    after = edited(uow, ATTENDANCE.name, stored, named)
    if after != stored.record:
        edit_identity(uow, ATTENDANCE.name, stored, after)
    return stored.record, after


def _recorded(uow: UnitOfWork, code: str) -> StoredRecord | None:
    uow.flush_registers()
    return next(iter(load_by(uow.connection, ATTENDANCE.name, "code", code)), None)


def _described(row: Attendance) -> str:
    """Say in a few words how a city took part: `attended: spoke, chaired`."""
    more = (": " + ", ".join(row.did) if row.did else "", f" ({row.note})" if row.note else "")
    topics = f" on {', '.join(row.topics)}" if row.topics else ""
    return f"{row.presence}{more[0]}{topics}{more[1]}"
