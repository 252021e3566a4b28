"""Correct the total that an entry says, its day, and the day of a declaration."""

from __future__ import annotations

from datetime import date

from ledger.core.dates import BeforeDeclaration
from ledger.core.errors import RefusedByRule
from ledger.core.factors import Side
from ledger.core.quantity import parse_quantity
from ledger.journal import moves
from ledger.journal.entries import WAITING, Act, ActDetails, Entry
from ledger.journal.totals import in_force_on, lasting, stated_totals
from ledger.store.journal.accounts import Account
from ledger.store.journal.entries import DatedEntry, entries_dated_before
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.journal.totals import TotalOfDay, total_changes

UNKNOWN = "?"


class CannotCorrect(RefusedByRule, code="cannot-correct"):
    """An entry of a kind that is corrected in another way."""


def stated_total_of(uow: UnitOfWork, entry: Entry) -> int:
    """Return the total that an entry says; raises `CannotCorrect` where it says none that counts.

    A change that only compensates a later total says none, and a total that another one of its day
    replaced counts no more.
    """
    account = account_of(uow, entry)
    stated = stated_totals(total_changes(uow, account))
    own = next((one for one in stated if one.number == entry.number), None)
    counting = in_force_on(stated, entry.effective_on)
    if own is not None and counting is not None and counting.number == own.number:
        return own.total or 0
    by = f"entry {counting.number}" if counting is not None else "no entry"
    raise CannotCorrect(
        f"Entry {entry.number} does not say the total of {entry.effective_on}; {by} does.",
        why="A change that compensates the total of a later day follows that total by itself."
        if own is None
        else "A second total for a day replaces the first.",
        next_step=f"Correct {by}, or give the total of that day: "
        f"cityfund {account.side} edit {account.code} --quantity QUANTITY --on DAY",
    )


def account_of(uow: UnitOfWork, entry: Entry) -> Account:
    """Return the need or the offer that an entry on its own quantity moves."""
    first = entry.movements[0]
    return uow.accounts.account(first.side, first.account)


def corrected_total(
    uow: UnitOfWork, entry: Entry, quantity: str | None, details: ActDetails
) -> TotalOfDay:
    """Return the total of a day as it was meant: `quantity` is all that is required or put up."""
    account = account_of(uow, entry)
    total = stated_total_of(uow, entry)
    if quantity is not None:
        total = _typed_total(uow, account, quantity)
    return TotalOfDay(account=account, total=total, act=entry.act, details=details)


def _typed_total(uow: UnitOfWork, account: Account, typed: str) -> int:
    if typed.strip() == UNKNOWN and account.side is Side.NEED:
        return 0
    quantity = parse_quantity(typed, uow.units)
    moves.require_unit(account.balance, quantity.unit)
    return quantity.amount


def correct_declared_on(uow: UnitOfWork, entry: Entry, day: date) -> None:
    """Correct the day of the declaration itself, by a new version of the need or offer.

    Raises `BeforeDeclaration` where an act would then be before it.
    """
    account = account_of(uow, entry)
    if entry.act is not Act.DECLARE or entry.effective_on != account.record.declared_on:
        return
    if day != account.record.declared_on:
        require_no_act_before(uow, account, day, entry.number)
        uow.edit_account(account.side, account.code, declared_on=day)


def require_no_act_before(
    uow: UnitOfWork, account: Account, day: date, but: int | None = None
) -> None:
    """Refuse a day of declaration that an act of a need or an offer comes before.

    Acts reversed on their own day are none, nor is the entry `but`. Raises `BeforeDeclaration`.
    """
    acts = entries_dated_before(uow.connection, account.id, day)
    acts += _posted_before(uow, account, day)
    for one in lasting(acts):
        if one.number != but:
            named = f"Entry {one.number}" if one.number < WAITING else "An entry of this request"
            raise BeforeDeclaration(
                f"{named} ({one.act} of {one.effective_on}) would be before the declaration of "
                f"{account.side} {account.code} on {day}.",
                next_step=f"Give its date or an earlier one, or correct it first; see the entries: "
                f"cityfund journal list --{account.side} {account.code}",
            )


def _posted_before(uow: UnitOfWork, account: Account, day: date) -> list[DatedEntry]:
    """Return the entries of a need or an offer that this request has dated before a day."""
    posted = uow.accounts.posted(account)
    numbers = dict.fromkeys(one.number for one in posted if one.effective_on < day)
    drafts = ((number, uow.drafts[number - WAITING]) for number in numbers)
    return [
        DatedEntry(number, one.act, one.details.effective_on, one.reverses)
        for number, one in drafts
    ]
