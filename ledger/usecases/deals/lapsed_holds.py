"""A hold that lapsed although the commitment was signed in time: restore it on the lapse's day.

What counts is the date of the commitment, not the day on which its letter arrives. The lapse is
reversed on its own day, so that no day but those since the signature reads otherwise.
"""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import Final

from ledger.core.errors import RefusedByRule
from ledger.core.factors import FREE_STAGE, Side, Stage
from ledger.journal.entries import LAPSE_REASON, WAITING, Act, ActDetails, Draft, Entry, Posted
from ledger.journal.timeline import OverdrawnLater
from ledger.store.journal.accounts import DealAccount
from ledger.store.journal.entries import (
    lapses_of_deal,
    read_entries_taking,
)
from ledger.store.journal.postings import entries_of_day
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.journal.posting import CannotReverse
from ledger.usecases.journal.reversal import reverse_posted

_MOST_NAMED: Final = 3


class LapsedQuantityTaken(RefusedByRule, code="lapsed-quantity-taken"):
    """A commitment was signed in time, but what lapsed since was taken by others."""

    default_why = "The lapsed quantity was free, and others could take it."


def lapse_after(uow: UnitOfWork, deal: DealAccount, day: date) -> Posted | None:
    """Give the first lapse of a deal's hold after a day that was not reversed; else None.

    A release by an officer is none: it is not taken back by a commitment.
    """
    if deal.last_on is None or day >= deal.last_on:
        return None
    recorded = (
        Posted(one.number, one.act, one.effective_on, one.deal, one.movements)
        for one in lapses_of_deal(uow.connection, deal.id, day)
    )
    first = next((one for one in recorded if not uow.posted_here.is_reversed(one.number)), None)
    lapses = [*uow.posted_here.lapses(deal.code, day), *([] if first is None else [first])]
    return min(lapses, key=attrgetter("effective_on", "number"), default=None)


def held_by_request(uow: UnitOfWork, deal: DealAccount, day: date, lapse: Posted) -> int:
    """Give what the request itself has put on a hold that lapsed, in parts of the need's unit.

    A correction of a commitment first reverses it, and so has a part of what it commits again. A
    hold of a later day than `day` is another one, and so is what is moved after the lapse.
    """
    held = sum(
        ((one.to_stage is Stage.HELD) - (one.from_stage is Stage.HELD)) * one.amount
        for draft in uow.drafts
        if draft.deal == deal.code and _is_of_hold(draft, day, lapse)
        for one in draft.movements
        if one.side is Side.NEED
    )
    return max(held, 0)


def _is_of_hold(draft: Draft, day: date, lapse: Posted) -> bool:
    """Say whether an entry moves the hold that lapsed, and not one that came after it.

    On the day of the lapse only a release does, or its reversal: the hold had ended before.
    """
    on = draft.details.effective_on
    if draft.act is Act.INTRODUCE:
        return on <= day
    if on < lapse.effective_on or draft.act is Act.RELEASE:
        return on <= lapse.effective_on
    restored = {one.to_stage for one in draft.movements if one.from_stage in FREE_STAGE.values()}
    return on == lapse.effective_on and draft.act is Act.REVERSE and Stage.HELD in restored


def may_outlive_lapse(
    uow: UnitOfWork, deal: DealAccount, lapse: Posted, amount: int | None
) -> bool:
    """Say whether an amount can still be on hold when a lapse is over; None is all that is held.

    What the day of the lapse ends with on hold counts, but for what is left of a hold of that day,
    which came after the lapse.
    """
    day = lapse.effective_on
    held_anew = _held_anew(uow, deal, day)
    if not held_anew:
        return True
    held = uow.accounts.deal_timeline(deal, Side.NEED, day).stages.get(Stage.HELD, 0)
    return amount is not None and amount <= held - held_anew


def _held_anew(uow: UnitOfWork, deal: DealAccount, day: date) -> int:
    """Give what is left at the end of the day of a lapse of the holds that began on it.

    What was committed or released on that day took from these first. A lapse did not: it is of what
    was held before. A reversal on that day gives back what its entry took, or takes what it gave; a
    later one changes nothing on that day.
    """
    left = 0
    changes: dict[int, int] = {}
    for number, one in entries_of_day(uow.connection, uow.drafts, deal.id, deal.code, day):
        needed = [of for of in one.movements if of.side is Side.NEED]
        into = sum(of.amount for of in needed if of.to_stage is Stage.HELD)
        out_of = sum(of.amount for of in needed if of.from_stage is Stage.HELD)
        change = into - min(left, out_of)
        if one.reverses is not None:
            change = max(-left, -changes.get(one.reverses, 0))
        elif _is_lapse(one):
            change = 0
        changes[number] = change
        left += change
    return left


def _is_lapse(one: Entry | Draft) -> bool:
    reason = one.details.reason if isinstance(one, Draft) else one.reason
    return one.act is Act.RELEASE and reason == LAPSE_REASON


def restore_lapse(uow: UnitOfWork, deal: DealAccount, lapse: Posted, day: date) -> tuple[int, int]:
    """Take a whole lapse back on its own day, for a commitment of an earlier day.

    Returns what lapsed, and what the request had on hold before, both in parts of the need's unit.
    Raises `LapsedQuantityTaken`, naming who took the quantity since.
    """
    reason = f"signed on {day}, before the hold lapsed"
    held = held_by_request(uow, deal, day, lapse)
    details = ActDetails(effective_on=lapse.effective_on, reason=reason)
    try:
        reverse_posted(uow, lapse, details, {})
    except (CannotReverse, OverdrawnLater) as error:
        raise LapsedQuantityTaken(
            f"The hold of deal {deal.code} lapsed on {lapse.effective_on}{_number(lapse)}, "
            f"and its quantity was taken since: {_takers(uow, deal, lapse) or error.what}",
            next_step=f"Release or reverse that first, or hold anew: cityfund deal introduce "
            f"{deal.record.offer} {deal.record.need} QUANTITY",
        ) from error
    uow.note(
        "lapse-reversed",
        f"the lapse of {lapse.effective_on}{_number(lapse)} was reversed: "
        f"the commitment of {day} was signed in time",
    )
    return sum(one.amount for one in lapse.movements if one.side is Side.NEED), held


def _number(lapse: Posted) -> str:
    return "" if lapse.number >= WAITING else f" (entry {lapse.number})"


def _takers(uow: UnitOfWork, deal: DealAccount, lapse: Posted) -> str:
    """Name the entries since a lapse that took from the need's or the offer's free stage."""
    sides = {Side.NEED: deal.record.need, Side.OFFER: deal.record.offer}
    taken = {
        entry.number: entry
        for side, code in sides.items()
        for entry in read_entries_taking(
            uow.connection, uow.accounts.account(side, code).id, FREE_STAGE[side], lapse.number
        )
    }
    named = [
        f"entry {entry.number} of {entry.effective_on} ({entry.deal or entry.act})"
        for _, entry in sorted(taken.items())
    ]
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return f"{', '.join(named[:_MOST_NAMED])}{more}." if named else ""
