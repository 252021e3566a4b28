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


class StillValid(RefusedByRule):
    """An offer was to be lapsed while it can still be taken up."""

    code = "still-valid"
    default_why = "An offer can be taken up through its last day; it lapses the day after."


class NoLongerValid(RefusedByRule):
    """What has expired was to be reinstated although the validity was not extended."""

    code = "no-longer-valid"
    default_why = "What is available of an offer that is over would lapse again at once."


def set_quantity(uow: UnitOfWork, holder: Account, total: int, day: date) -> None:
    """Declare the first quantity of a need or offer, or revise it to `total` where that differs."""
    if holder.standing.required == 0:
        movements = moves.declare(holder.side, holder.code, holder.unit, total)
        _post(uow, Act.DECLARE, movements, day)
        return
    movements = moves.revise(holder.standing, total)
    if movements:
        _post(uow, Act.REVISE, movements, day)


def withdraw(uow: UnitOfWork, side: Side, code: str, quantity: str | None) -> Receipt:
    """Take back an amount of what is open or available, or all of it.

    Withdrawing all of an offer ends it: what later returns to it passes on to withdrawn.
    """
    holder = uow.accounts.of(side, code)
    withdraw_amount(uow, holder, _amount_of(uow, holder, quantity) if quantity else None, uow.day)
    return _receipt(uow, holder)


def withdraw_amount(uow: UnitOfWork, holder: Account, amount: int | None, day: date) -> None:
    """Withdraw an amount already understood, or (None) all of what is open or available."""
    ends = amount is None and holder.side is Side.OFFER and not holder.record.withdrawn
    if holder.standing.free or not ends:
        movements = moves.withdraw(holder.standing, amount)
        _post(uow, Act.WITHDRAW, movements, day)
    if ends:
        uow.edit_account(holder.side, holder.code, withdrawn=True)


def expire(uow: UnitOfWork, code: str) -> Receipt:
    """Lapse what is still available of an offer whose validity has passed."""
    offer = uow.accounts.of(Side.OFFER, code)
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
    _post(uow, Act.EXPIRE, moves.expire(offer.standing), day, reference)


def reinstate(uow: UnitOfWork, side: Side, code: str, quantity: str | None) -> Receipt:
    """Bring back what was withdrawn, and of an offer whose validity was extended what expired."""
    holder = uow.accounts.of(side, code)
    amount = _amount_of(uow, holder, quantity) if quantity else None
    source = Stage.WITHDRAWN
    if side is Side.OFFER:
        if holder.record.has_expired(uow.day):
            last = holder.record.valid_until
            raise NoLongerValid(
                f"Offer {holder.code} was valid through {last}.",
                next_step=f"Extend it first: cityfund offer edit {holder.code} --valid-until DATE",
            )
        if not holder.standing.withdrawn and holder.standing.expired:
            source = Stage.EXPIRED
    reinstate_amount(uow, holder, source, amount, uow.day)
    return _receipt(uow, holder)


def reinstate_amount(
    uow: UnitOfWork,
    holder: Account,
    source: Stage,
    amount: int | None,
    day: date,
) -> None:
    """Bring back an amount already understood, or (None) all that stands in `source`."""
    ended = holder.side is Side.OFFER and holder.record.withdrawn and source is Stage.WITHDRAWN
    if holder.standing.stages.get(source, 0) or amount is not None or not ended:
        movements = moves.reinstate(holder.standing, source, amount)
        _post(uow, Act.REINSTATE, movements, day)
    if ended:
        uow.edit_account(holder.side, holder.code, withdrawn=False)


def _amount_of(uow: UnitOfWork, holder: Account, typed: str) -> int:
    quantity = parse_quantity(typed, uow.units)
    moves.require_unit(holder.standing, quantity.unit)
    return quantity.amount


def _post(
    uow: UnitOfWork, act: Act, movements: moves.Movements, day: date, reference: str | None = None
) -> None:
    details = ActDetails(effective_on=day, reference=reference, reason=uow.request.reason)
    post(uow, Draft(act=act, movements=movements, details=details))


def _receipt(uow: UnitOfWork, holder: Account) -> Receipt:
    return uow.receipt(**{holder.side.value: holder.standing})
