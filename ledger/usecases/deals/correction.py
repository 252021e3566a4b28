"""Correct an entry: reverse it, post it as it was meant, and post again what depends on it.

Everything is reversed on its own day, so that no day keeps a trace of the mistake, and posted again
with its own day, reference and reason. Only the newest acts that stand in the way are touched: none
where the entry can be reversed by itself, else those of its deal, else those of its need and offer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from ledger.core.errors import NothingToChange, RefusedByRule
from ledger.core.factors import Side, Stage
from ledger.core.quantity import Quantity, format_known, format_quantity, parse_quantity
from ledger.journal import moves
from ledger.journal.entries import (
    LAPSE_REASON,
    Act,
    ActDetails,
    Draft,
    Entry,
    Movement,
    changes_a_total,
)
from ledger.journal.receipts import Receipt
from ledger.journal.totals import stated_totals
from ledger.store.journal.entries import later_entries, read_entry
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals import acts
from ledger.usecases.deals.acts import DealAct, Introduction
from ledger.usecases.deals.lapsed_holds import held_by_request, lapse_after
from ledger.usecases.deals.total_correction import (
    CannotCorrect,
    account_of,
    correct_declared_on,
    corrected_total,
    stated_total_of,
)
from ledger.usecases.journal.posting import post
from ledger.usecases.journal.reversal import (
    AlreadyReversed,
    on_its_day,
    receipt_of,
    require_reason,
    require_reversible,
    take_back,
)
from ledger.usecases.journal.totals import TotalOfDay, state_total, total_changes
from ledger.usecases.receipt_terms import Changes

_AGAIN = "posted again by the correction of entry {}, under the terms of its day"


class CannotPostAgain(RefusedByRule, code="cannot-post-again"):
    """An act that depends on the corrected entry could not be posted again."""

    default_next = "Correct or reverse that entry first: cityfund journal show ENTRY"


class NewDay(NamedTuple):
    """The day that an entry is corrected to, and why."""

    day: date
    reason: str


class _Dependents(NamedTuple):
    """Entries that are reversed, newest first, with the new days of some of them.

    They are posted again after the one that is corrected, oldest first, or all `by_day`.
    """

    entries: Sequence[Entry]
    days: Mapping[int, NewDay]
    by_day: bool = False

    def as_posted_again(self) -> list[Entry]:
        """Give each, oldest first, as it is posted again."""
        return [self._as_meant(one) for one in reversed(self.entries)]

    def _as_meant(self, one: Entry) -> Entry:
        new = self.days.get(one.number)
        return replace(one, effective_on=new.day, reason=new.reason) if new else one


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """How an entry was meant; None leaves its day, quantity or reference as it is."""

    on: date | None = None
    quantity: str | None = None
    reference: str | None = None


def correct(uow: UnitOfWork, number: int, correction: Correction) -> Receipt:
    """Correct an entry and post again the acts that depend on it; all of it or nothing.

    Raises `CannotCorrect`, `CannotPostAgain`, and what reversing and posting raise.
    """
    receipt, _ = correct_with_days(uow, number, correction, {})
    return receipt


def correct_with_days(
    uow: UnitOfWork, number: int, correction: Correction, days: Mapping[int, NewDay]
) -> tuple[Receipt, frozenset[int]]:
    """Correct an entry, and with it those of `days`, by number, that have to be posted again.

    A delivery, for example, cannot stay before its commitment, which is corrected to a later day.
    Returns the receipt and the numbers of the entries that were corrected with it.
    """
    require_reason(uow, f"Entry {number} cannot be corrected without a reason.")
    entry = read_entry(uow.connection, number)
    _require_in_force(uow, entry)
    if entry.act is Act.REVERSE:
        raise CannotCorrect(
            f"Entry {number} is a reversal.",
            why="A reversal is what it reverses, with the signs changed.",
            next_step=f"Reverse it, or correct what it reverses: cityfund journal show {number}",
        )
    meant: Entry | TotalOfDay
    if _is_of_total(entry):
        meant, changes = _total_as_meant(uow, entry, correction)
    else:
        meant, changes = _corrected(uow, entry, correction)
    refusal: RefusedByRule | None = None
    totals = _stated_totals(uow, entry)
    for dependents in _dependents(uow, entry, totals, days):
        try:
            with uow.undone_on_refusal():
                draft = _replace(uow, entry, meant, dependents, totals)
        except CannotPostAgain as error:
            if not days:
                raise
            refusal = refusal or error
        except RefusedByRule as error:
            refusal = refusal or error
        else:
            corrected = frozenset(one.number for one in dependents.entries if one.number in days)
            return receipt_of(uow, entry, draft, changes), corrected
    assert refusal is not None
    raise refusal


def _require_in_force(uow: UnitOfWork, entry: Entry) -> None:
    """Refuse to correct what was reversed, and say where to find what stands in its place."""
    try:
        require_reversible(uow, entry.number)
    except AlreadyReversed as error:
        account = entry.movements[0]
        where = (
            f"deal show {entry.deal}" if entry.deal else f"{account.side} show {account.account}"
        )
        raise AlreadyReversed(
            error.what,
            why="Only an entry that still counts can be corrected.",
            next_step=f"Correct the entry that replaced it, if there is one: cityfund {where}",
        ) from error


def _total_as_meant(
    uow: UnitOfWork, entry: Entry, correction: Correction
) -> tuple[TotalOfDay, Changes]:
    """Return the total of a day as it was meant, and what it changes."""
    day = correction.on or entry.effective_on
    reference = correction.reference or entry.reference
    details = ActDetails(effective_on=day, reference=reference, reason=uow.request.reason)
    before = stated_total_of(uow, entry)
    stated = corrected_total(uow, entry, correction.quantity, details)
    if (stated.total, day, details.reference) == (before, entry.effective_on, entry.reference):
        raise NothingToChange(f"Entry {entry.number} is recorded so already.")
    changes = _changes(uow, entry, details, (before or None, stated.total or None))
    declared_on = stated.account.record.declared_on
    correct_declared_on(uow, entry, day)
    if stated.account.record.declared_on != declared_on:
        changes["declared_on"] = [declared_on.isoformat(), day.isoformat()]
    return stated, changes


def _changes(
    uow: UnitOfWork,
    entry: Entry,
    meant: Entry | ActDetails,
    quantities: tuple[int | None, int | None],
) -> Changes:
    """Return what a correction changes of an entry; a quantity is None while it is unknown."""
    decimals = uow.units[entry.movements[0].unit].decimals
    both: Changes = {
        "quantity": [format_known(one, decimals) for one in quantities],
        "effective_on": [one.effective_on.isoformat() for one in (entry, meant)],
        "reference": [entry.reference, meant.reference],
    }
    return {name: pair for name, pair in both.items() if pair[0] != pair[1]}


def _stated_totals(uow: UnitOfWork, entry: Entry) -> dict[int, int]:
    """Return the totals stated of what an entry moves, by the number of their entries."""
    accounts = {(one.side, one.account) for one in entry.movements}
    changes = [one for each in accounts for one in total_changes(uow, uow.accounts.account(*each))]
    return {one.number: one.total or 0 for one in stated_totals(changes)}


def _corrected(uow: UnitOfWork, entry: Entry, correction: Correction) -> tuple[Entry, Changes]:
    """Return the entry as it was meant, and what it changes; its first movement is what counts."""
    first, *others = entry.movements
    if correction.quantity is not None:
        quantity = parse_quantity(correction.quantity, uow.units)
        account = uow.accounts.account(first.side, first.account)
        moves.require_unit(account.balance, quantity.unit)
        first = replace(first, amount=quantity.amount)
    meant = replace(
        entry,
        movements=(first, *others),
        effective_on=correction.on or entry.effective_on,
        reference=correction.reference or entry.reference,
    )
    if meant == entry:
        raise NothingToChange(f"Entry {entry.number} is recorded so already.")
    changes = _changes(uow, entry, meant, (entry.movements[0].amount, first.amount))
    return replace(meant, reason=uow.request.reason), changes


def _dependents(
    uow: UnitOfWork, entry: Entry, totals: Mapping[int, int], days: Mapping[int, NewDay]
) -> Iterator[_Dependents]:
    """Give which acts to reverse with an entry: none, then ever more of the later ones.

    Acts that get a new day too are moved together before totals are reversed. A change that only
    compensates a later total follows by itself.
    """
    touching = [
        one
        for one in _touching(uow, entry, after=entry.number)
        if one.number in totals or not _is_of_total(one)
    ]
    of_deal = [one for one in touching if entry.deal is not None and one.deal == entry.deal]
    yield from (_Dependents(of_deal[:count], days) for count in range(len(of_deal) + 1))
    if days and not _is_of_total(entry):
        yield _Dependents(_moved_together(uow, entry, days), days, by_day=True)
    yield from (_Dependents(touching[:count], days) for count in range(1, len(touching) + 1))


def _touching(uow: UnitOfWork, entry: Entry, *, after: int) -> list[Entry]:
    """Return the entries after a number that move what an entry moves and count, newest first."""
    accounts = {(one.side, one.account) for one in entry.movements}
    ids = [uow.accounts.account(*one).id for one in accounts]
    return [
        one
        for one in later_entries(uow.connection, after, ids)[::-1]
        if not uow.posted_here.is_reversed(one.number) and not _cancels_on_its_day(uow, one)
    ]


def _moved_together(uow: UnitOfWork, entry: Entry, days: Mapping[int, NewDay]) -> list[Entry]:
    """Return the acts beside an entry that get a new day, and all that follow in their deals.

    While some of them are on their new day and others on their old one, there may be no room for
    them; there is none to lack once all are reversed.
    """
    every = _touching(uow, entry, after=0)
    first: dict[str, int] = {}
    for one in every:  # newest first
        if one.deal is not None and (one.number in days or one.number == entry.number):
            first[one.deal] = one.number
    return [
        one
        for one in every
        if one.number != entry.number and one.deal in first and one.number >= first[one.deal]
    ]


def _cancels_on_its_day(uow: UnitOfWork, entry: Entry) -> bool:
    """Say whether it reverses an entry on that one's day: no day depends on the two together."""
    if entry.reverses is None:
        return False
    return read_entry(uow.connection, entry.reverses).effective_on == entry.effective_on


def _is_of_total(entry: Entry) -> bool:
    return entry.deal is None and changes_a_total(entry.movements)


def _replace(
    uow: UnitOfWork,
    entry: Entry,
    meant: Entry | TotalOfDay,
    dependents: _Dependents,
    totals: Mapping[int, int],
) -> Draft:
    """Post an entry as it was meant, and what depends on it; return what stands in its place."""
    again = dependents.as_posted_again()
    if isinstance(meant, TotalOfDay):
        for one in dependents.entries:
            _reverse_on_its_day(uow, one)
        draft = uow.drafts[_replace_total(uow, entry, meant)]
    else:
        for one in sorted((entry, *dependents.entries), key=_number, reverse=True):
            _reverse_on_its_day(uow, one)
        again = sorted((meant, *again), key=_day_and_number if dependents.by_day else _number)
    posted_again: list[tuple[Entry, int]] = []
    for one in again:
        if one is meant:
            _post(uow, one, entry.number)
            draft = uow.drafts[-1]
            continue
        try:
            place = _post_again(uow, one, entry.number, totals)
        except RefusedByRule as error:
            raise CannotPostAgain(
                f"Entry {one.number} ({one.act} of {one.effective_on}) cannot be posted again: "
                f"{error.what}",
                why=error.why,
                next_step=f"Correct or reverse it first: cityfund journal show {one.number}",
            ) from error
        if place is not None:
            posted_again.append((one, place))
    if isinstance(meant, Entry):
        _lapse_what_is_left(uow, meant, max(entry.effective_on, meant.effective_on))
    entries = uow.entries
    for one, place in posted_again:
        uow.note("posted-again", f"entry {one.number} is posted again as entry {entries[place]}")
    return draft


def _number(entry: Entry) -> int:
    return entry.number


def _day_and_number(entry: Entry) -> tuple[date, int]:
    return entry.effective_on, entry.number


def _lapse_what_is_left(uow: UnitOfWork, meant: Entry, day: date) -> None:
    """Lapse what a correction leaves on hold of a hold that lapsed later, on the day it lapsed.

    Where that day has no room for it, it stays on hold until the night.
    """
    if meant.deal is None:
        return
    deal = uow.accounts.deal(meant.deal)
    lapse = lapse_after(uow, deal, day)
    if lapse is None:
        return
    held = held_by_request(uow, deal, day, lapse)
    if not held:
        return
    lapsed_on = lapse.effective_on
    act = DealAct(
        deal=deal.code,
        act=Act.RELEASE,
        details=ActDetails(effective_on=lapsed_on, reason=LAPSE_REASON),
        quantity=Quantity(held, uow.accounts.account(Side.NEED, deal.record.need).unit),
    )
    end = uow.accounts.account(Side.OFFER, deal.record.offer).passes_to(lapsed_on)
    with suppress(RefusedByRule), uow.undone_on_refusal():
        acts.release_into(uow, act, end)


def _replace_total(uow: UnitOfWork, entry: Entry, stated: TotalOfDay) -> int:
    """Post a total in place of the one that an entry says; return its place."""
    place = take_back(uow, [on_its_day(uow, entry)], stated)
    if place is None:
        day, unit = stated.details.effective_on, stated.account.unit
        total = format_quantity(stated.total, unit) if stated.total else "unknown"
        raise CannotCorrect(
            f"Without entry {entry.number} the total of {day} is {total} already.",
            why="A total that a day has already is not recorded.",
            next_step=f"Reverse it: cityfund journal reverse {entry.number} "
            f"--on {entry.effective_on}",
        )
    return place


def _post_again(
    uow: UnitOfWork, entry: Entry, corrected: int, totals: Mapping[int, int]
) -> int | None:
    """Post an entry again; return its place, None where its day has its total already."""
    if not _is_of_total(entry):
        _post(uow, entry, corrected)
        return uow.posted - 1
    details = ActDetails(
        effective_on=entry.effective_on, reference=entry.reference, reason=entry.reason
    )
    account, total = account_of(uow, entry), totals[entry.number]
    stated = TotalOfDay(account=account, total=total, act=entry.act, details=details)
    return state_total(uow, stated)


def _reverse_on_its_day(uow: UnitOfWork, entry: Entry) -> None:
    if entry.act is Act.REVERSE:
        raise CannotPostAgain(
            f"Entry {entry.number} reverses entry {entry.reverses} and cannot be posted again.",
            why="A reversal is not posted again: what it reverses would have another number.",
            next_step=f"Reverse it first: cityfund journal reverse {entry.number}",
        )
    take_back(uow, [on_its_day(uow, entry)])


def _post(uow: UnitOfWork, entry: Entry, corrected: int) -> None:
    """Post an entry by the rules of its act, with its own day, reference and reason."""
    details = ActDetails(
        effective_on=entry.effective_on,
        reference=entry.reference,
        reason=entry.reason,
        override=entry.override,
    )
    first = entry.movements[0]
    if entry.deal is None:
        post(uow, Draft(act=entry.act, movements=_own_movements(uow, first), details=details))
        return
    deal = uow.accounts.deal(entry.deal).record
    need = uow.accounts.account(Side.NEED, deal.need)
    quantity = Quantity(first.amount, need.unit)
    if first.from_stage is Stage.OPEN:
        acts.hold(
            uow,
            Introduction(
                offer=deal.offer,
                need=deal.need,
                quantity=quantity,
                details=replace(details, override=entry.override or _AGAIN.format(corrected)),
                directly=first.to_stage is Stage.COMMITTED,
                code=deal.code,
            ),
        )
        return
    if entry.act is Act.COMMIT:
        details = replace(details, override=entry.override or _AGAIN.format(corrected))
    act = DealAct(
        deal=deal.code,
        act=entry.act,
        details=details,
        # What lapses is all that is held, as much as that now is.
        quantity=None if entry.reason == LAPSE_REASON else quantity,
        from_stage=first.from_stage,
    )
    if entry.act is Act.RELEASE:
        acts.release_into(uow, act, _passed_to(entry.movements))
    else:
        acts.advance(uow, act)


def _passed_to(movements: Sequence[Movement]) -> Stage | None:
    """Return where what was released passed on from an offer that was over."""
    passed = (one.to_stage for one in movements if one.deal is None)
    return next(passed, None)


def _own_movements(uow: UnitOfWork, movement: Movement) -> moves.Movements:
    """Return the movement of a need's or an offer's own quantity, tested against its balance."""
    account = uow.accounts.account(movement.side, movement.account)
    source, target, amount = movement.from_stage, movement.to_stage, movement.amount
    return moves.stage_movements(account.balance, source, target, amount)
