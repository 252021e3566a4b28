"""Acts on a need's or an offer's own quantity: declare, revise, withdraw, expire, reinstate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from ledger.core.errors import RefusedByRule
from ledger.core.factors import Side, Stage
from ledger.core.quantity import format_quantity, parse_quantity
from ledger.journal import moves
from ledger.journal.balance import Balance
from ledger.journal.entries import Act, ActDetails, Draft
from ledger.journal.receipts import Receipt, act_terms
from ledger.store.journal.accounts import Account
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.journal.posting import post
from ledger.usecases.journal.totals import TotalOfDay, state_total
from ledger.usecases.receipt_terms import changed_state


class StillValid(RefusedByRule, code="still-valid"):
    """An offer was to be lapsed while it is still valid."""

    default_why = "An offer is valid through its last day; it lapses the day after."


class NoLongerValid(RefusedByRule, code="no-longer-valid"):
    """What has expired was to be reinstated although the validity was not extended."""

    default_why = "What is available of an offer that is over would lapse again at once."


class BeforeTotals(RefusedByRule, code="total-before-declaration"):
    """A total was said for a day before the need or the offer was declared."""

    default_why = "A quantity counts from the day of its declaration on."


class QuantityInUse(RefusedByRule, code="quantity-in-use"):
    """A quantity was to become unknown while deals hold, have committed or delivered some of it."""

    default_why = "What deals have taken of a need is known, and so is that it is needed."


def set_quantity(uow: UnitOfWork, account: Account, total: int, day: date) -> None:
    """Set the total of a need or offer from a day on, where it differs from the total of that day.

    Totals said for later days stay: the next later one gets the compensating change.
    Raises `BeforeTotals` and the refusals of a revision.
    """
    then = balance_on(uow, account, day)
    act = Act.REVISE if then.required or account.balance.required else Act.DECLARE
    _state(uow, account, act, then, total, day)


def declare_quantity(uow: UnitOfWork, side: Side, code: str, total: int) -> None:
    """Declare the first quantity of a need or an offer that this request has just added."""
    account = uow.accounts.account(side, code)
    assert not account.amounts, "nothing was declared of it"
    movements = moves.declaration_movements(side, code, account.unit, total)
    details = _details_on(account.record.declared_on, uow.request.reason)
    draft = Draft(act=Act.DECLARE, movements=movements, details=details, total=total)
    uow.post_declaration(account, draft)


@lru_cache(maxsize=1 << 10)
def _details_on(day: date, reason: str | None) -> ActDetails:
    """Give the details of a declaration: an import has few days and tens of thousands of them."""
    return ActDetails(effective_on=day, reason=reason)


def make_unknown(uow: UnitOfWork, account: Account, day: date) -> None:
    """Take back all of a need from a day on, what was withdrawn too: its quantity is unknown.

    Raises `BeforeTotals` and `QuantityInUse`.
    """
    then = balance_on(uow, account, day)
    for stage in (Stage.HELD, Stage.COMMITTED, Stage.DELIVERED):
        if there := then.stages.get(stage):
            raise QuantityInUse(
                f"Need {account.code} has {format_quantity(there, account.unit)} {stage} on {day}: "
                f"its quantity cannot become unknown.",
                next_step=f"Release it first, or give a quantity: "
                f"cityfund need show {account.code} --as-of {day}",
            )
    if then.withdrawn:
        movements = moves.reinstatement_movements(then, Stage.WITHDRAWN, None)
        _post(uow, Act.REINSTATE, movements, day)
        then = balance_on(uow, account, day)
    _state(uow, account, Act.REVISE, then, 0, day)


def balance_on(uow: UnitOfWork, account: Account, day: date) -> Balance:
    """Return where a need or offer stands at the end of a day; raises `BeforeTotals`."""
    declared_on = account.record.declared_on
    if day < declared_on:
        raise BeforeTotals(
            f"{account.side.capitalize()} {account.code} was declared on {declared_on}; it has no "
            f"quantity on {day}.",
            next_step=f"Give {declared_on} or a later date.",
        )
    if not account.is_late(day):
        return account.balance
    return replace(account.balance, stages=uow.accounts.timeline(account, day).stages)


def _state(
    uow: UnitOfWork, account: Account, act: Act, then: Balance, total: int, day: date
) -> None:
    """Post the total of a day, where it is not the total that the account has then.

    Raises the refusals of a revision of what it has then.
    """
    if moves.revision_movements(then, total):
        details = ActDetails(effective_on=day, reason=uow.request.reason)
        state_total(uow, TotalOfDay(account=account, total=total, act=act, details=details))


def withdraw(uow: UnitOfWork, side: Side, code: str, quantity: str | None) -> Receipt:
    """Take back an amount of what is open or available, or all of it.

    Withdrawing all of an offer ends it: what later returns to it passes on to withdrawn.
    """
    account = uow.accounts.account(side, code)
    before = account.record
    withdraw_amount(
        uow, account, parse_amount_of(uow, account, quantity) if quantity else None, uow.day
    )
    return _receipt(uow, account, before)


def withdraw_amount(uow: UnitOfWork, account: Account, amount: int | None, day: date) -> None:
    """Withdraw an amount already understood, or (None) all of what is open or available."""
    ends = amount is None and account.side is Side.OFFER and not account.record.withdrawn
    if account.balance.free or not ends:
        movements = moves.withdrawal_movements(account.balance, amount)
        _post(uow, Act.WITHDRAW, movements, day)
    if ends:
        uow.edit_account(account.side, account.code, withdrawn=True)


def expire(uow: UnitOfWork, code: str) -> Receipt:
    """Lapse what is still available of an offer whose validity has passed."""
    offer = uow.accounts.account(Side.OFFER, code)
    expire_offer(uow, offer, uow.day)
    return _receipt(uow, offer, offer.record)


def expire_offer(uow: UnitOfWork, offer: Account, day: date, reference: str | None = None) -> None:
    """Lapse an offer on a day after its last one; raises `StillValid`."""
    if not offer.record.has_expired(day):
        last = offer.record.valid_until
        until = f"through {last}" if last else "without an end"
        wait = "Wait until it lapses, or take it back" if last else "Take it back"
        raise StillValid(
            f"Offer {offer.code} is valid {until}; the day is {day}.",
            next_step=f"{wait}: cityfund offer withdraw {offer.code}",
        )
    _post(uow, Act.EXPIRE, moves.expiry_movements(offer.balance), day, reference)


def reinstate(uow: UnitOfWork, side: Side, code: str, quantity: str | None) -> Receipt:
    """Bring back what was withdrawn, and of an offer whose validity was extended what expired."""
    account = uow.accounts.account(side, code)
    before = account.record
    amount = parse_amount_of(uow, account, quantity) if quantity else None
    source = Stage.WITHDRAWN
    if side is Side.OFFER:
        if account.record.has_expired(uow.day):
            last = account.record.valid_until
            raise NoLongerValid(
                f"Offer {account.code} was valid through {last}.",
                next_step=f"Extend it first: cityfund offer edit {account.code} --valid-until DATE",
            )
        if not account.balance.withdrawn and account.balance.expired:
            source = Stage.EXPIRED
    reinstate_amount(uow, account, source, amount, uow.day)
    return _receipt(uow, account, before)


def reinstate_amount(
    uow: UnitOfWork,
    account: Account,
    source: Stage,
    amount: int | None,
    day: date,
) -> None:
    """Bring back an amount already understood, or (None) all that stands in `source`."""
    ended = account.side is Side.OFFER and account.record.withdrawn and source is Stage.WITHDRAWN
    if account.balance.stages.get(source, 0) or amount is not None or not ended:
        movements = moves.reinstatement_movements(account.balance, source, amount)
        _post(uow, Act.REINSTATE, movements, day)
    if ended:
        uow.edit_account(account.side, account.code, withdrawn=False)


def parse_amount_of(uow: UnitOfWork, account: Account, typed: str) -> int:
    """Parse a quantity in the unit of a need or an offer, in smallest parts."""
    quantity = parse_quantity(typed, uow.units)
    moves.require_unit(account.balance, quantity.unit)
    return quantity.amount


def _post(
    uow: UnitOfWork, act: Act, movements: moves.Movements, day: date, reference: str | None = None
) -> None:
    details = ActDetails(effective_on=day, reference=reference, reason=uow.request.reason)
    post(uow, Draft(act=act, movements=movements, details=details))


def _receipt(uow: UnitOfWork, account: Account, before: Any) -> Receipt:
    """Give the receipt of an act on a quantity; an offer's end alone moves nothing."""
    return uow.receipt(
        recorded=act_terms(uow.units, uow.drafts[-1]) if uow.posted else None,
        changes=changed_state(before, account.record),
        **{account.side.value: account.balance},
    )
