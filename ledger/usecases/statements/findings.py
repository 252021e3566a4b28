"""An officer's acts on findings: settling one with a reason, and opening it again."""

from __future__ import annotations

from ledger.core.errors import RefusedByRule, UsageError
from ledger.journal.receipts import Receipt
from ledger.statements.findings import Event
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.statements.findings import (
    StoredFinding,
    add_events,
    parse_finding_number,
    read_finding,
)


class FindingNotOpen(RefusedByRule):
    """A finding was to be settled that is settled already, or has healed."""

    code = "finding-not-open"
    default_why = "What was settled, or is no longer found, needs no settling."
    default_next = "To say otherwise, open it first: cityfund finding reopen CODE --reason TEXT"


class FindingOpen(RefusedByRule):
    """A finding was to be opened again that is open."""

    code = "finding-open"
    default_why = "It waits to be settled as it stands."
    default_next = "Settle it with: cityfund finding settle CODE --reason TEXT"


class FindingReasonMissing(UsageError):
    """A finding was to be settled or opened again without saying why."""

    code = "finding-reason-missing"
    default_why = "The next who looks at it has nothing but the reason to go by."
    default_next = "Say it in a few words: --reason TEXT"


def settle(uow: UnitOfWork, typed: str) -> Receipt:
    """Record that an officer has looked at a finding, and why it may rest."""
    found = _found(uow, typed)
    if not found.last.event.leaves_open:
        raise FindingNotOpen(f"Finding {found.code} is {found.last.event}.")
    add_events(uow, [found.id], Event.SETTLED, uow.request.reason)
    return _receipt(uow, found, "settled")


def reopen(uow: UnitOfWork, typed: str) -> Receipt:
    """Record that a finding has to be looked at again, and why."""
    found = _found(uow, typed)
    if found.last.event.leaves_open:
        raise FindingOpen(f"Finding {found.code} is open.")
    add_events(uow, [found.id], Event.REOPENED, uow.request.reason)
    return _receipt(uow, found, "open again")


def _found(uow: UnitOfWork, typed: str) -> StoredFinding:
    found = read_finding(uow.connection, parse_finding_number(typed))
    if not (uow.request.reason or "").strip():
        raise FindingReasonMissing(f"Finding {found.code} is not touched without a reason.")
    return found


def _receipt(uow: UnitOfWork, found: StoredFinding, stands: str) -> Receipt:
    return uow.receipt(notes=(f"finding {found.code} is {stands}: {found.said}",))
