"""Acts of partnerships: ending one, and recording what its cities undertake and have done."""

from __future__ import annotations

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


def end(uow: UnitOfWork, code: str, typed: TypedTerms) -> Receipt:
    """End a partnership: by a year, a month or a day, else on the day of the request."""
    return records.edit(uow, PARTNERSHIP, code, _by_today(uow, typed, "ended"))


def log(uow: UnitOfWork, typed: TypedTerms) -> Receipt:
    """Record what a city of a partnership has done, on the day of the request if none is named."""
    return records.add(uow, UNDERTAKING, _by_today(uow, typed, "done_on"))


def done(uow: UnitOfWork, code: str, typed: TypedTerms) -> Receipt:
    """Record that an undertaking is done, on the day of the request if none is named."""
    return records.edit(uow, UNDERTAKING, code, _by_today(uow, typed, "done_on"))


def _by_today(uow: UnitOfWork, typed: TypedTerms, column: str) -> TypedTerms:
    if typed.terms.get(column) and uow.request.on is not None:
        raise records.unused_day(uow, f"{typed.name_of(column)} {typed.terms[column]}")
    return typed.dated(column, uow.day)


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
