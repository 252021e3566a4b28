"""The test of a request against the sequence of needs: their terms, and their commitments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from ledger.core.factors import Side, Stage
from ledger.journal.balance import Balance
from ledger.journal.entries import ActDetails, Draft
from ledger.limits.sequence import (
    AfterCycle,
    AfterOtherProject,
    NeedWaits,
    cycle_through,
    is_waited_for,
    waited_for_text,
)
from ledger.registers.records import Need
from ledger.store.journal.accounts import Account
from ledger.store.registers import load_where
from ledger.store.session.unit_of_work import UnitOfWork

REOPENED = "sequence-reopened"
"""The note of an act that opens the gap of a need after which another was committed."""


def committed_in_sequence(uow: UnitOfWork, need: str, details: ActDetails) -> ActDetails:
    """Test a need of which a hold is about to be committed; a reason is kept only where needed."""
    account = uow.accounts.account(Side.NEED, need)
    return require_in_sequence(uow, account, details.without_override(), details.override)


def require_in_sequence(
    uow: UnitOfWork, need: Account, details: ActDetails, override: str | None
) -> ActDetails:
    """Test a need that is about to be committed; give what is recorded of the act.

    `override` is the reason that was given; it is recorded where it is needed. Raises `NeedWaits`.
    """
    day = details.effective_on
    waiting = [
        (code, balance)
        for code in need.record.after
        if is_waited_for(balance := _balance_on(uow, code, day))
    ]
    if not waiting:
        return details
    if override is not None:
        return replace(details, override=override)
    first = waiting[0][0]
    raise NeedWaits(
        f"Need {need.code} cannot be committed on {day}.",
        why=f"It comes after others: {'; '.join(waited_for_text(*one) for one in waiting)}.",
        next_step=f"Close that gap first (cityfund need candidates {first}), hold it until then "
        f"(deal introduce … --until DATE), or say why it does not wait: --override REASON",
    )


def _balance_on(uow: UnitOfWork, code: str, day: date) -> Balance | None:
    """Return where a need stands at the end of a day; None before its declaration."""
    account = uow.accounts.account(Side.NEED, code)
    if day < account.record.declared_on:
        return None
    if not account.is_late(day):
        return account.balance
    return replace(account.balance, stages=uow.accounts.timeline(account, day).stages)


def require_sequences(uow: UnitOfWork) -> None:
    """Refuse needs, among those that this request wrote, that have no possible sequence.

    Raises `AfterCycle` and `AfterOtherProject`.
    """
    for code in dict.fromkeys(uow.changes.codes_of(Side.NEED)):
        if (Side.NEED, code) in uow.hidden:  # its addition was undone: it is not there any more
            continue
        need = _need(uow, code)
        if not need.after:  # as nearly all of an import
            continue
        for other in (_need(uow, one) for one in need.after):
            if other.project != need.project:
                raise AfterOtherProject(
                    f"Need {need.code} is of project {need.project}, and {other.code}, which would "
                    f"come before it, of {other.project}.",
                    next_step=f"Name needs of {need.project}: cityfund need list --where "
                    f"project={need.project}",
                )
        cycle = cycle_through(need.code, lambda one: _need(uow, one).after)
        if cycle is not None:
            raise AfterCycle(
                f"Need {need.code} would come after itself: {' after '.join(cycle)}.",
                next_step=f"Take one out: cityfund need edit {cycle[-2]} --after NEED,...",
            )


def _need(uow: UnitOfWork, code: str) -> Need:
    record: Need = uow.accounts.account(Side.NEED, code).record
    return record


def note_reopened(uow: UnitOfWork) -> None:
    """Note the needs that were committed after one whose gap this request has opened."""
    for code in dict.fromkeys(_reopened(uow.drafts)):
        account = uow.accounts.account(Side.NEED, code)
        if not is_waited_for(account.balance):
            continue
        for later in _committed_after(uow, account.record):
            uow.note(
                REOPENED,
                f"need {later} was committed after {code}: "
                f"{waited_for_text(code, account.balance)} now; that commitment stands",
            )


_CLOSED = frozenset({Stage.COMMITTED, Stage.DELIVERED})
_OPEN = frozenset({Stage.OPEN, Stage.HELD})


def _reopened(drafts: Iterable[Draft]) -> Iterator[str]:
    """Yield the needs of which something that was committed or delivered is open again."""
    for draft in drafts:
        for one in draft.movements:
            if one.side is Side.NEED and one.from_stage in _CLOSED and one.to_stage in _OPEN:
                yield one.account


def _committed_after(uow: UnitOfWork, need: Need) -> Iterator[str]:
    uow.flush_registers()
    alike = load_where(uow.connection, "need", "project", [uow.id_of("project", need.project)])
    for code, stored in sorted(alike.items()):
        if need.code in stored.record.after:
            balance = uow.accounts.account(Side.NEED, code).balance
            if balance.committed or balance.delivered:
                yield code
