"""Reverse an entry by a mirrored entry that names the original and the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.core.dates import require_not_before_reversed
from ledger.core.errors import RefusedByRule, UsageError
from ledger.core.factors import DEAL_STAGES, Side, Stage
from ledger.core.quantity import format_quantity
from ledger.journal import moves
from ledger.journal.entries import (
    Act,
    ActDetails,
    Draft,
    Entry,
    Movement,
    Posted,
    Stages,
)
from ledger.journal.receipts import Receipt, act_terms
from ledger.store.journal.entries import (
    moves_what_is_in_error,
    read_entry,
    reversal_of,
    reversed_again,
)
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.versions import was_reopened_by
from ledger.usecases.journal.posting import (
    LATER_FIRST,
    CannotReverse,
    describe_entry,
    mirrored,
    post,
    require_stages,
)
from ledger.usecases.journal.totals import Reversal, TotalOfDay, post_compensated
from ledger.usecases.receipt_terms import Changes


class ReasonMissing(UsageError, code="reason-missing"):
    """A correction was requested without a reason."""

    default_why = "A correction stays in the journal for ever, and so must why it was made."
    default_next = "Say it in a few words: --reason TEXT"


class AlreadyReversed(RefusedByRule, code="already-reversed"):
    """An entry was to be reversed a second time."""

    default_why = "An entry can be undone once."
    default_next = "To undo the reversal, reverse that entry instead."


def reverse(uow: UnitOfWork, number: int) -> Receipt:
    """Undo the entry of that number, dated today unless the officer dates it otherwise."""
    require_reason(uow, f"Entry {number} cannot be reversed without a reason.")
    entry = read_entry(uow.connection, number)
    require_reversible(uow, number)
    posted = Posted(number, entry.act, entry.effective_on, entry.deal, entry.movements)
    ends = {
        code: uow.accounts.account(Side.OFFER, code).passes_to(uow.day)
        for code in _offers_of(entry.movements)
    }
    reverse_posted(uow, posted, uow.details(), ends)
    uow.require_declared(uow.day, entry.movements)
    _undo_reopening(uow, entry)
    draft = next(one for one in reversed(uow.drafts) if one.reverses == number)
    return receipt_of(uow, entry, draft)


def require_reason(uow: UnitOfWork, what: str) -> None:
    """Refuse a correction that says no reason."""
    if not (uow.request.reason or "").strip():
        raise ReasonMissing(what)


def require_reversible(uow: UnitOfWork, number: int) -> None:
    """Refuse to reverse an entry that is reversed, or whose reversal another has followed."""
    earlier = reversal_of(uow.connection, number)
    if earlier is not None:
        raise AlreadyReversed(f"Entry {number} was reversed by entry {earlier}.")
    if moves_what_is_in_error(uow.connection, number):
        raise CannotReverse(
            f"Entry {number} moves a record that was recorded in error.",
            why="What was recorded in error is in no use, and its quantity is zero.",
            next_step="Undo the undo that hid it: cityfund undo REQUEST --reason TEXT",
        )
    newer = reversed_again(uow.connection, number)
    if newer is not None:
        raise AlreadyReversed(
            f"Entry {number} was followed by another reversal, entry {newer}.",
            why="What was reversed again is restored by reversing its last reversal.",
            next_step=f"See it with: cityfund journal show {newer}",
        )


def reverse_posted(
    uow: UnitOfWork,
    posted: Posted,
    details: ActDetails,
    passes_to: Mapping[str, Stage | None],
    *,
    compensates: bool = True,
) -> None:
    """Post the mirror of an entry after checking its date and the stages.

    `passes_to` says, by the code of an offer, where what returns to it goes on to. The totals of
    other days stay; without `compensates` the caller posts the compensating changes.
    """
    require_not_before_reversed(details.effective_on, posted.effective_on, posted.number)
    movements = moves.reversal_movements(posted.movements, passes_to)
    reversal = Reversal(posted=posted, movements=movements, details=details)
    post_compensated(uow, [reversal], _take_back, compensates=compensates)
    _undo_ending(uow, posted)


def take_back(
    uow: UnitOfWork, reversals: Sequence[Reversal], stated: TotalOfDay | None = None
) -> int | None:
    """Post reversals after checking the stages, and a total of a day; terms stay as they are.

    The totals stated for other days stay. Return the place of the stated total among the entries.
    """
    return post_compensated(uow, reversals, _take_back, stated)


def on_its_day(uow: UnitOfWork, entry: Entry) -> Reversal:
    """Return the reversal of an entry on its own day, by which no day compensates a trace of it."""
    posted = Posted(entry.number, entry.act, entry.effective_on, entry.deal, entry.movements)
    details = ActDetails(effective_on=entry.effective_on, reason=uow.request.reason)
    return Reversal(posted=posted, movements=mirrored(entry.movements), details=details)


def _take_back(uow: UnitOfWork, reversal: Reversal, total: int | None) -> None:
    posted, movements = reversal.posted, reversal.movements
    require_stages(uow, posted, movements)
    _require_both_sides(uow, posted, movements)
    _require_undivided(uow, posted, movements)
    post(
        uow,
        Draft(
            act=Act.REVERSE,
            movements=movements,
            details=reversal.details,
            deal=posted.deal,
            reverses=posted.number,
            reversed_on=posted.effective_on,
            total=total,
        ),
    )


def _require_both_sides(uow: UnitOfWork, posted: Posted, movements: tuple[Movement, ...]) -> None:
    """Refuse a mirror that empties a stage of the need's side of a deal but not of the offer's.

    Parts of a deal are rounded by earlier balances: reversed out of order, they may not fit.
    """
    if posted.deal is None:
        return
    deal = uow.accounts.deal(posted.deal)
    for stage in DEAL_STAGES:
        need = _ends_in_stage(deal.stages[Side.NEED], Side.NEED, stage, movements)
        offer = _ends_in_stage(deal.stages[Side.OFFER], Side.OFFER, stage, movements)
        if offer and not need:
            unit = uow.accounts.account(Side.OFFER, deal.record.offer).unit
            raise CannotReverse(
                f"{describe_entry(posted)} cannot be reversed: deal {deal.code} would be left "
                f"with {format_quantity(offer, unit)} {stage} of the offer and none of the need.",
                next_step=f"{LATER_FIRST}--deal {deal.code}",
            )


def _ends_in_stage(
    stages: Stages, side: Side, stage: Stage, movements: tuple[Movement, ...]
) -> int:
    """Give what stands in a stage of a deal's side once all movements are made."""
    mine = [one for one in movements if one.deal is not None and one.side is side]
    added = sum(one.amount for one in mine if one.to_stage is stage)
    taken = sum(one.amount for one in mine if one.from_stage is stage)
    return stages.get(stage, 0) + added - taken


def _require_undivided(uow: UnitOfWork, posted: Posted, movements: tuple[Movement, ...]) -> None:
    """Refuse a mirror that brings a second offer into an indivisible need."""
    if posted.deal is None or all(one.from_stage is not Stage.OPEN for one in movements):
        return
    deal = uow.accounts.deal(posted.deal).record
    others = uow.accounts.outstanding_elsewhere(deal.offer, deal.need)
    if others and not uow.accounts.account(Side.NEED, deal.need).record.divisible:
        raise CannotReverse(
            f"{describe_entry(posted)} cannot be reversed: need {deal.need} is indivisible and "
            f"has deals with {', '.join(others)}.",
            why="An indivisible need has deals with one offer only.",
            next_step="Release its other deals first; they are listed with: "
            f"cityfund need show {deal.need}",
        )


def _undo_ending(uow: UnitOfWork, entry: Posted) -> None:
    """Reopen an offer where the entry that withdrew all of it is undone."""
    if entry.act is not Act.WITHDRAW:
        return
    for code in _offers_of(entry.movements):
        if uow.accounts.account(Side.OFFER, code).record.withdrawn:
            uow.edit_account(Side.OFFER, code, withdrawn=False)


def _undo_reopening(uow: UnitOfWork, entry: Entry) -> None:
    """End an offer again where the entry that brought it back is undone."""
    if entry.act not in (Act.REINSTATE, Act.REVERSE):
        return
    for code in _offers_of(entry.movements):
        offer = uow.accounts.account(Side.OFFER, code)
        if not offer.record.withdrawn and was_reopened_by(
            uow.connection, offer.id, entry.request_key
        ):
            uow.edit_account(Side.OFFER, code, withdrawn=True)


def _offers_of(movements: tuple[Movement, ...]) -> list[str]:
    return list(dict.fromkeys(one.account for one in movements if one.side is Side.OFFER))


def receipt_of(
    uow: UnitOfWork, entry: Entry, draft: Draft, changes: Changes | None = None
) -> Receipt:
    """Give the receipt of what was posted in place of an entry: both balances, and `changes`."""
    accounts = {movement.side: movement.account for movement in entry.movements}
    sides = {
        side.value: uow.accounts.account(side, code).balance for side, code in accounts.items()
    }
    recorded = act_terms(uow.units, draft)
    return uow.receipt(deal=entry.deal, recorded=recorded, changes=changes, **sides)
