"""Resolve a finding with a reason, and reopen it."""

from __future__ import annotations

from ledger.core.errors import RefusedByRule, UsageError
from ledger.journal.receipts import Receipt
from ledger.statements.findings import FindingEvent
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.statements.findings import add_events
from ledger.store.statements.stored_findings import (
    StoredFinding,
    parse_finding_number,
    read_finding,
)


class FindingNotOpen(RefusedByRule, code="finding-not-open"):
    """A finding to be resolved is resolved or auto-resolved already."""

    default_why = "Only an open finding can be resolved."
    default_next = (
        "To record another reason, reopen it first: cityfund finding reopen CODE --reason TEXT"
    )


class FindingOpen(RefusedByRule, code="finding-open"):
    """A finding to be reopened is open."""

    default_why = "Only a resolved or auto-resolved finding can be reopened."
    default_next = "Resolve it with: cityfund finding resolve CODE --reason TEXT"


class FindingReasonMissing(UsageError, code="finding-reason-missing"):
    """A finding was to be resolved or reopened without a reason."""

    default_why = "The reason is recorded for later readers of the finding."
    default_next = "Give the reason: --reason TEXT"


def resolve(uow: UnitOfWork, typed: str) -> Receipt:
    """Record that an officer has resolved a finding, and why."""
    finding = _read_finding(uow, typed)
    if not finding.last.event.leaves_open:
        raise FindingNotOpen(f"Finding {finding.code} is {finding.last.event.word}.")
    return _record(uow, finding, FindingEvent.RESOLVED, "resolved")


def reopen(uow: UnitOfWork, typed: str) -> Receipt:
    """Record that a finding is open again, and why."""
    finding = _read_finding(uow, typed)
    if finding.last.event.leaves_open:
        raise FindingOpen(f"Finding {finding.code} is open.")
    return _record(uow, finding, FindingEvent.REOPENED, "open again")


def _read_finding(uow: UnitOfWork, typed: str) -> StoredFinding:
    finding = read_finding(uow.connection, parse_finding_number(typed))
    if not (uow.request.reason or "").strip():
        raise FindingReasonMissing(f"Finding {finding.code} cannot be changed without a reason.")
    return finding


def _record(uow: UnitOfWork, finding: StoredFinding, event: FindingEvent, stands: str) -> Receipt:
    add_events(uow, [finding.id], event, uow.request.reason)
    uow.note("finding-state", f"finding {finding.code} is {stands}: {finding.sentence}")
    return uow.receipt(
        recorded={"finding": finding.code},
        changes={"status": [finding.last.event.word, event.word]},
    )
