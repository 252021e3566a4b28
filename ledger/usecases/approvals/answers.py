"""Answer an approval that waits, or approve beforehand what nights record of a provider."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ledger.approvals.approval import (
    APPROVAL_DAYS,
    Answer,
    Approval,
    ApprovalReasonMissing,
    ApprovalUntilPast,
    require_answerable,
)
from ledger.approvals.standing import (
    BadStandingApproval,
    StandingApprovalEnded,
    UnknownStandingApproval,
    standing_code,
)
from ledger.core.quantity import format_quantity, parse_quantity
from ledger.journal.receipts import Receipt
from ledger.store.approvals import (
    find_approval,
    last_version,
    next_number,
    parse_standing_number,
)
from ledger.store.db.approval_tables import approval_answer, standing_approval
from ledger.store.session.approvals import identity_of_writer
from ledger.store.session.unit_of_work import UnitOfWork


def approve(uow: UnitOfWork, typed: str, until: date | None) -> Receipt:
    """Give an approval, good through a day.

    Raises `UnknownApproval`, `ApprovalAnswered`, `ApprovalExpired`, `ApprovalOwn` and
    `ApprovalUntilPast`.
    """
    approval = _answerable(uow, typed)
    if until is not None and until < uow.today:
        raise ApprovalUntilPast(f"{until} is past.")
    last = until or uow.today + timedelta(days=APPROVAL_DAYS)
    return _answer(uow, approval, Answer.GIVEN, last)


def refuse(uow: UnitOfWork, typed: str) -> Receipt:
    """Refuse an approval, with a reason; raises as `approve` does, and `ApprovalReasonMissing`."""
    approval = _answerable(uow, typed)
    if not (uow.request.reason or "").strip():
        raise ApprovalReasonMissing(f"{approval.code} cannot be refused without a reason.")
    return _answer(uow, approval, Answer.REFUSED, uow.today)


def _answerable(uow: UnitOfWork, typed: str) -> Approval:
    approval = find_approval(uow.connection, typed)
    require_answerable(approval, identity_of_writer(uow), uow.today)
    return approval


def _answer(uow: UnitOfWork, approval: Approval, answer: Answer, last: date) -> Receipt:
    row = {
        "approval_id": approval.id,
        "answer": answer,
        "valid_until": last,
        "reason": uow.request.reason,
        "recorded_at": uow.now,
    }
    uow.add_rows(approval_answer, [row])
    if answer is Answer.GIVEN:
        text = (
            f"{approval.asked_by} can record it through {last}: the same command with "
            f"--key {approval.key}"
        )
    else:
        text = f"{approval.code} is refused; nothing is recorded"
    uow.note("approval-answer", text)
    for line in approval.lines:
        uow.note("approved" if answer is Answer.GIVEN else "not-approved", line)
    return uow.receipt(
        recorded={"approval": approval.code, "command": approval.command, "until": f"{last}"},
        changes={"status": ["waiting", answer.value]},
    )


def add_standing(uow: UnitOfWork, typed_provider: str, typed_amount: str, until: date) -> Receipt:
    """Let nights of other identities record a provider's deliveries, up to an amount in all.

    Raises `UnknownCode`, `BadStandingApproval`, and what a quantity that cannot be read raises.
    """
    provider = uow.find_record("provider", typed_provider).record.code
    quantity = parse_quantity(typed_amount, uow.units)
    if until < uow.today:
        raise BadStandingApproval(f"{until} is past.")
    number = next_number(uow.connection, standing_approval)
    terms = {
        "number": number,
        "provider_id": uow.id_of("provider", provider),
        "amount": quantity.amount,
        "unit": quantity.unit.code,
        "until": until,
    }
    _store_standing(uow, terms, version=1)
    shown = format_quantity(quantity.amount, quantity.unit)
    uow.note(
        "standing-approval",
        f"the nightly run records deliveries of {provider} up to {shown} in all through {until}, "
        "where another account than yours runs it",
    )
    recorded = {
        "standing_approval": standing_code(number),
        "provider": provider,
        "amount": shown,
        "until": until.isoformat(),
    }
    return uow.receipt(recorded=recorded)


def end_standing(uow: UnitOfWork, typed: str) -> Receipt:
    """End a standing approval. Raises `UnknownStandingApproval` and `StandingApprovalEnded`."""
    number = parse_standing_number(typed)
    last = last_version(uow.connection, standing_approval, number)
    if last is None:
        raise UnknownStandingApproval(f"There is no standing approval {typed}.")
    code = standing_code(number)
    if not last.in_force:
        raise StandingApprovalEnded(f"{code} was ended already.")
    names = ("number", "provider_id", "amount", "unit", "until")
    terms = {name: getattr(last, name) for name in names}
    _store_standing(uow, terms, version=last.version + 1)
    uow.note("standing-approval", f"{code} is ended; nights record nothing by it any more")
    return uow.receipt(
        recorded={"standing_approval": code}, changes={"status": ["in force", "ended"]}
    )


def _store_standing(uow: UnitOfWork, terms: dict[str, Any], *, version: int) -> None:
    row = {
        **terms,
        "version": version,
        "in_force": version == 1,
        "reason": uow.request.reason,
        "recorded_at": uow.now,
    }
    uow.add_rows(standing_approval, [row])
