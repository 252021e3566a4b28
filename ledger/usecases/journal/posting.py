"""Posting an entry: the checks that every act passes, whatever it does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.core.dates import OverdrawnLater, require_declared, require_not_future
from ledger.core.factors import Stage
from ledger.core.quantity import format_quantity
from ledger.journal.entries import Draft, Movement, TimelinePosting, first_overdraft
from ledger.store.journal.accounts import Account
from ledger.store.session.entry_rows import LAST
from ledger.store.session.unit_of_work import UnitOfWork

_MAY_GO_BELOW = frozenset({Stage.UNDECLARED})


def post(uow: UnitOfWork, draft: Draft) -> None:
    """Post a draft after checking its date against today, the declarations and the timeline.

    Raises `FutureDate`, `BeforeDeclaration` or `OverdrawnLater`.
    """
    day = draft.details.effective_on
    require_not_future(day, uow.today)
    for account in _touched(uow, draft.movements):
        if day < account.record.declared_on:
            who = f"{account.side.capitalize()} {account.code}"
            require_declared(day, account.record.declared_on, who)
        moves = [
            (one.from_stage, one.to_stage, one.amount)
            for one in draft.movements
            if (one.side, one.account) == (account.side, account.code)
        ]
        require_timeline(uow, account, day, moves)
    uow.post(draft)


def _touched(uow: UnitOfWork, movements: Iterable[Movement]) -> list[Account]:
    accounts = dict.fromkeys((movement.side, movement.account) for movement in movements)
    return [uow.accounts.account(side, code) for side, code in accounts]


def require_timeline(
    uow: UnitOfWork, account: Account, day: date, moves: Iterable[tuple[Stage, Stage, int]]
) -> None:
    """Refuse a backdated entry that would leave a later day with less than was taken then.

    `moves` are the amounts it moves of the account, each out of a stage and into another.
    """
    if account.last_on is None or day >= account.last_on:
        return
    past = uow.accounts.timeline(account)
    fresh = [TimelinePosting(day, LAST, line, *move) for line, move in enumerate(moves, start=1)]
    overdrawn = first_overdraft([*past, *fresh], _MAY_GO_BELOW)
    if overdrawn is not None:
        raise OverdrawnLater(
            f"{account.side.capitalize()} {account.code} would be short of "
            f"{overdrawn.from_stage} on {overdrawn.effective_on}, when "
            f"{format_quantity(overdrawn.amount, account.unit)} was taken from it."
        )


def passes_to(offer: Account, day: date) -> Stage | None:
    """Say where what returns to an offer on a day passes on to; None while it can be taken up."""
    if offer.record.withdrawn:
        return Stage.WITHDRAWN
    return Stage.EXPIRED if offer.record.has_expired(day) else None
