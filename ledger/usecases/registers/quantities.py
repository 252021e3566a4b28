"""Acts on a need's or an offer's own quantity: declare, revise, withdraw, expire, reinstate."""

from __future__ import annotations

from datetime import date

from ledger.core.errors import RefusedByRule
from ledger.core.factors import Side, Stage
from ledger.core.quantity import parse_quantity
from ledger.journal import moves
from ledger.journal.entries import Act, ActDetails, Draft
from ledger.journal.receipts import Receipt
from ledger.store.journal.accounts import Account
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.journal.posting import post


class StillValid(RefusedByRule, code="still-valid"):
    """An offer was to be lapsed while it is still valid."""

    default_why = "An offer is valid through its last day; it lapses the day after."


class NoLongerValid(RefusedByRule, code="no-longer-valid"):
    """What has expired was to be reinstated although the validity was not extended."""

    default_why = "What is available of an offer that is over would lapse again at once."


def set_quantity(uow: UnitOfWork, account: Account, total: int, day: date) -> None:
    """Declare the first quantity of a need or offer, or revise it to `total` where that differs."""
    if account.balance.required == 0:
        movements = moves.declaration_movements(account.side, account.code, account.unit, total)
        _post(uow, Act.DECLARE, movements, day)
        return
    movements = moves.revision_movements(account.balance, total)
    if movements:
        _post(uow, Act.REVISE, movements, day)


def withdraw(uow: UnitOfWork, side: Side, code: str, quantity: str | None) -> Receipt:
    """Take back an amount of what is open or available, or all of it.

    Withdrawing all of an offer ends it: what later returns to it passes on to withdrawn.
    """
    account = uow.accounts.account(side, code)
    withdraw_amount(
        uow, account, parse_amount_of(uow, account, quantity) if quantity else None, uow.day
    )
    return _receipt(uow, account)


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
    return _receipt(uow, offer)


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
    return _receipt(uow, account)


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


def _receipt(uow: UnitOfWork, account: Account) -> Receipt:
    return uow.receipt(**{account.side.value: account.balance})
