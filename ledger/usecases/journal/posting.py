"""Post an entry; a reversal that is dated too late for it moves to the day of what it reverses.

An entry and its reversal count on their own dates. Where that takes a day below zero once another
act is dated between them, the reversal is reversed on its own day, and the entry is reversed again
on the day of the entry: together they change nothing but the days between.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from operator import attrgetter

from ledger.core.errors import LedgerError, RefusedByRule
from ledger.core.factors import DEAL_STAGES, Stage
from ledger.core.quantity import format_quantity
from ledger.journal.entries import (
    WAITING,
    Act,
    ActDetails,
    Draft,
    Entry,
    Movement,
    Posted,
    Stages,
)
from ledger.journal.timeline import OverdrawnLater, TimelineFault, overdrawn_refusal
from ledger.store.journal.accounts import DatedMovements
from ledger.store.journal.entries import DatedReversal, read_entry, reversals_across
from ledger.store.session.unit_of_work import UnitOfWork

LATER_FIRST = "Reverse the later entries first; they are listed with: cityfund journal list "


class CannotReverse(RefusedByRule, code="cannot-reverse"):
    """The stages no longer hold what the entry moved."""

    default_why = "What the entry moved has been moved on since."


def post(uow: UnitOfWork, draft: Draft) -> None:
    """Post an entry, after what `make_room` does for it; all of it or nothing."""
    try:
        uow.post(draft)
    except OverdrawnLater:
        with uow.undone_on_refusal():
            make_room(uow, draft.details.effective_on, draft.movements)
            uow.post(draft)


def make_room(uow: UnitOfWork, day: date, movements: Sequence[Movement]) -> None:
    """Move the reversals that are dated too late for an act of this day, if there are any.

    Raises `OverdrawnLater` where that is not enough, or breaks another day.
    """
    fault = first = uow.accounts.timeline_fault([(day, movements)])
    moved: list[_Pair] = []
    while fault is not None:
        pair = _pair_across(uow, fault, moved)
        if pair is None:
            raise _refusal(first or fault, fault, moved)
        moved.append(pair)
        changes = [change for one in moved for change in one.changes]
        fault = uow.accounts.timeline_fault([*changes, (day, movements)])
    if moved and first is not None:
        _move(uow, moved, first)


class _Pair:
    """An entry and the later-dated reversal of it that is to move."""

    def __init__(self, uow: UnitOfWork, dates: DatedReversal) -> None:
        self.dates = dates
        self.reversal = read_entry(uow.connection, dates.number)
        self.entry = read_entry(uow.connection, dates.reverses)

    @property
    def changes(self) -> list[DatedMovements]:
        """What moving it posts: the reversal taken back on its day, and made on the entry's."""
        return [
            (self.reversal.effective_on, mirrored(self.reversal.movements)),
            (self.entry.effective_on, self.reversal.movements),
        ]


def mirrored(movements: Sequence[Movement]) -> tuple[Movement, ...]:
    """Return the movements that take others back, the last of them first."""
    return tuple(movement.mirror() for movement in reversed(movements))


def _pair_across(uow: UnitOfWork, fault: TimelineFault, moved: Iterable[_Pair]) -> _Pair | None:
    """Give the newest reversal after the day of a fault that gives its stage something back.

    A reversal of a total that another total followed gives nothing: that one stayed.
    """
    known = {one.dates.number for one in moved}
    across = reversals_across(
        uow.connection,
        fault.account_id,
        fault.deal_id,
        fault.overdraft.stage,
        fault.overdraft.day,
    )
    movable = (
        _Pair(uow, one)
        for one in across
        if one.number not in known and not uow.posted_here.is_reversed(one.number)
    )
    return next((one for one in movable if not one.reversal.changes_total_only), None)


def _refusal(first: TimelineFault, last: TimelineFault, moved: Sequence[_Pair]) -> OverdrawnLater:
    refusal = overdrawn_refusal(first)
    if not moved:
        return refusal
    also = overdrawn_refusal(last).what
    entry = moved[-1].dates.reverses
    refusal.why += f" With the reversal of entry {entry} on the day of that entry: {also}"
    return refusal


def _move(uow: UnitOfWork, moved: Sequence[_Pair], first: TimelineFault) -> None:
    """Reverse the reversals on their days, then the entries on theirs, the newest always first."""
    try:
        for pair in sorted(moved, key=attrgetter("dates.number"), reverse=True):
            reason = f"its reversal of entry {pair.dates.reverses} is moved to the day of that"
            _post_reversal(uow, pair.reversal, mirrored(pair.reversal.movements), reason)
        for pair in sorted(moved, key=attrgetter("dates.reverses"), reverse=True):
            _post_reversal(uow, pair.entry, pair.reversal.movements, pair.reversal.reason)
            uow.note(
                "reversal-moved",
                f"the reversal of entry {pair.dates.reverses} is moved from "
                f"{pair.dates.effective_on} to {pair.dates.reversed_on}",
            )
    except LedgerError as error:
        refusal = overdrawn_refusal(first)
        refusal.why += f" {error.what}"
        raise refusal from error


def _post_reversal(
    uow: UnitOfWork, entry: Entry, movements: tuple[Movement, ...], reason: str | None
) -> None:
    posted = Posted(entry.number, entry.act, entry.effective_on, entry.deal, entry.movements)
    require_stages(uow, posted, movements)
    uow.post(
        Draft(
            act=Act.REVERSE,
            movements=movements,
            details=ActDetails(effective_on=entry.effective_on, reason=reason),
            deal=entry.deal,
            reverses=entry.number,
            reversed_on=entry.effective_on,
        )
    )


def require_stages(uow: UnitOfWork, posted: Posted, movements: tuple[Movement, ...]) -> None:
    """Refuse a mirror that some need, offer or deal cannot give any more."""
    for movement in movements:
        account = uow.accounts.account(movement.side, movement.account)
        held_by: list[tuple[str, Stages]] = [(f"{account.side} {account.code}", account.stages)]
        if movement.deal is not None and movement.from_stage in DEAL_STAGES:
            deal = uow.accounts.deal(movement.deal)
            held_by.append((f"deal {deal.code}", deal.stages[movement.side]))
        for who, stages in held_by:
            current = _after(stages, movement, movements)
            if current < movement.amount:
                raise CannotReverse(
                    f"{describe_entry(posted)} cannot be reversed: {who} has "
                    f"{format_quantity(current, account.unit)} {movement.from_stage}, not "
                    f"{format_quantity(movement.amount, account.unit)}.",
                    next_step=LATER_FIRST
                    + (
                        f"--deal {movement.deal}"
                        if movement.deal
                        else f"--{account.side} {account.code}"
                    ),
                )


def describe_entry(posted: Posted) -> str:
    """Name an entry; one that came with this import has no number yet."""
    return "This entry" if posted.number >= WAITING else f"Entry {posted.number}"


def _after(stages: Stages, movement: Movement, movements: tuple[Movement, ...]) -> int:
    """Give what stands in a movement's stage once the movements before it are made."""
    current = stages.get(movement.from_stage, 0)
    if movement.from_stage is Stage.UNDECLARED:
        return movement.amount
    for earlier in movements:
        if earlier is movement:
            break
        if (earlier.side, earlier.account) == (movement.side, movement.account):
            current += earlier.amount * (earlier.to_stage is movement.from_stage)
            current -= earlier.amount * (earlier.from_stage is movement.from_stage)
    return current
