"""Acts of partnerships: ending one, and recording what its cities undertake and have done."""

from __future__ import annotations

from dataclasses import replace

from ledger.core.errors import RefusedByRule
from ledger.journal.receipts import Receipt
from ledger.partnerships.records import PARTNERSHIP, UNDERTAKING, Undertaking
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.registers import records
from ledger.usecases.registers.parse import TypedTerms


class NotLasting(RefusedByRule, code="not-lasting"):
    """An undertaking was to be confirmed that needs no confirmation."""

    default_why = (
        "Only what goes on once done, and has no last day, is confirmed from time to time."
    )


def end(uow: UnitOfWork, code: str, ended: str | None) -> Receipt:
    """End a partnership: by a year, a month or a day, else on the day of the request."""
    if ended and uow.request.on is not None:
        raise records.unused_day(uow, f"--ended {ended}")
    terms = {"ended": ended or uow.day.isoformat()}
    return records.edit(uow, PARTNERSHIP, code, TypedTerms(terms))


def log(uow: UnitOfWork, typed: TypedTerms) -> Receipt:
    """Record what a city of a partnership has done, on the day of the request if none is named."""
    return records.add(uow, UNDERTAKING, _done_by_today(uow, typed))


def done(uow: UnitOfWork, code: str, typed: TypedTerms) -> Receipt:
    """Record that an undertaking is done, on the day of the request if none is named."""
    return records.edit(uow, UNDERTAKING, code, _done_by_today(uow, typed))


def _done_by_today(uow: UnitOfWork, typed: TypedTerms) -> TypedTerms:
    if typed.terms.get("done_on") and uow.request.on is not None:
        raise records.unused_day(uow, f"--done-on {typed.terms['done_on']}")
    return replace(typed, terms={"done_on": uow.day.isoformat(), **typed.terms})


def confirm(uow: UnitOfWork, code: str) -> Receipt:
    """Record again that an undertaking that lasts still stands, in a version with the same terms.

    Raises `NotLasting`.
    """
    stored = uow.find_record(UNDERTAKING, code)
    one: Undertaking = stored.record
    if not one.lasts or one.done_on is None or one.until is not None:
        raise NotLasting(
            f"Undertaking {one.code} does not last without an end.",
            next_step=f"See it with: cityfund undertaking show {one.code}",
        )
    uow.edit(UNDERTAKING, stored, one)
    return uow.receipt(recorded={"confirmed_on": uow.today.isoformat()})
