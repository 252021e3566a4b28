"""The acts on a deal: introduce, commit, deliver, release, return, edit.

Each act is one value, made from what was typed, from a row of an import or from a line of a
proposal, and one handler that carries it out in a unit of work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from operator import attrgetter
from typing import Any, Final

from ledger.approaches.pauses import NoPause, require_pause
from ledger.core.dates import HoldExpired, UntilInThePast
from ledger.core.errors import NothingToChange, RefusedByRule
from ledger.core.factors import Side, Stage
from ledger.core.quantity import Quantity, format_quantity
from ledger.core.text import cell_text, parse_text, text_key
from ledger.deals.deal import Deal
from ledger.journal import moves
from ledger.journal.balance import DealBalance
from ledger.journal.entries import LAPSE_REASON, Act, ActDetails, Draft, Posted
from ledger.journal.moves import DealSides, require_unit
from ledger.journal.receipts import REPEATED_ACT, Receipt, RegisterChange, act_terms
from ledger.journal.timeline import OverdrawnLater, Timeline
from ledger.store.journal.accounts import Account, DealAccount
from ledger.store.journal.entries import acts_of_deal, reversal_of
from ledger.store.session.instalments import note_cut
from ledger.store.session.sequence import committed_in_sequence, require_in_sequence
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.lapsed_holds import lapse_after, may_outlive_lapse, restore_lapse
from ledger.usecases.deals.terms import agreed_instrument, agreed_rate, deal_at, require_admitted
from ledger.usecases.journal.posting import make_room, post
from ledger.usecases.origins import known_origin, note_later_origin, require_origin_reason
from ledger.usecases.registers.instalments import DueParts, change_instalments, set_instalments


class NothingHeld(RefusedByRule, code="nothing-held"):
    """A hold is to be prolonged that is not there."""

    default_why = "A last day is kept for what is held; what is committed has none."
    default_next = "Change when delivery is due with --due, or hold more with `deal introduce`."


class DuplicateAct(RefusedByRule, code="duplicate-act"):
    """An act was recorded already: the same deal, amount, day and reference."""

    default_why = "One letter or payment is one act; a reversed act does not count."
    default_next = "If it did happen twice, record it with --again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """Two sides put in touch: a hold until a date or, with `directly`, a commitment at once.

    The quantity is in the need's unit. `code` names the deal to open or to add to (imports only).
    `again` says that the officer means it where the same was recorded before; None asks nobody.
    """

    offer: str
    need: str
    quantity: Quantity
    details: ActDetails
    until: date | None = None
    directly: bool = False
    due_on: date | None = None
    rate: Decimal | Fraction | None = None
    instrument: str | None = None
    note: str | None = None
    code: str | None = None
    again: bool | None = None
    origin: str | None = None
    """What the deal came from; None is the offer's own origin, an empty text is none."""
    parts: DueParts = ()

    def __post_init__(self) -> None:
        """Refuse a note that is no text; an empty one is none."""
        if self.note is not None:
            object.__setattr__(self, "note", parse_text(self.note, "note"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DealAct:
    """A later act of a deal; no quantity means all there is to move.

    Only a release says out of which stage it gives back, and with a reason from which day on the
    pair is proposed again; `again` is as in `Introduction`.
    """

    deal: str
    act: Act
    details: ActDetails
    quantity: Quantity | None = None
    from_stage: Stage = Stage.HELD
    again: bool | None = None
    not_before: date | None = None
    due_on: date | None = None
    parts: DueParts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DealEdit:
    """New terms of a deal; None leaves a term as it is, an empty note or origin takes it away."""

    deal: str
    until: date | None = None
    due_on: date | None = None
    note: str | None = None
    origin: str | None = None
    not_before: date | None = None
    parts: DueParts = ()


def introduce(uow: UnitOfWork, introduction: Introduction) -> Receipt:
    """Put two sides in touch and hold the quantity until a date, or commit it at once."""
    before = len(uow.changes)
    deal = hold(uow, introduction)
    opened = RegisterChange("deal", deal.code, 1) in uow.changes[before:]
    if introduction.again is False and not opened:
        _question_repeated(uow, deal)
    due = set_instalments(uow, deal.code, introduction.parts) if introduction.parts else {}
    return receipt(uow, deal, recorded=_recorded(uow, deal) | due)


def act_on(uow: UnitOfWork, act: DealAct) -> Receipt:
    """Commit, deliver, release or return a part of a deal, or all there is."""
    require_pause(act.not_before, act.details.reason, act.details.effective_on)
    deal = advance(uow, act)
    if act.act is Act.RELEASE and act.details.reason is not None:
        uow.edit_deal(deal.code, not_before=act.not_before)
    if act.again is False:
        _question_repeated(uow, deal)
    uow.edit_deal(deal.code, due_on=act.due_on or deal.record.due_on)
    due = set_instalments(uow, deal.code, act.parts) if act.parts else {}
    if act.act is Act.RELEASE:
        note_cut(uow, deal.code)
    return receipt(uow, deal, recorded=_recorded(uow, deal) | due)


def edit_deal(uow: UnitOfWork, edit: DealEdit) -> Receipt:
    """Prolong a hold, or change when delivery is due or the note; the old terms stay readable."""
    deal = uow.accounts.deal(edit.deal)
    if edit.until is not None and edit.until < uow.today:
        raise UntilInThePast(f"A hold cannot be prolonged to {edit.until}; today is {uow.today}.")
    if edit.until is not None and not deal.stages[Side.NEED].get(Stage.HELD):
        raise NothingHeld(f"Deal {deal.code} holds nothing that could be prolonged.")
    if edit.not_before is not None and not _is_released(uow, deal):
        raise NoPause(f"Nothing of deal {deal.code} was released with a reason.")
    before = deal.record
    uow.edit_deal(
        deal.code,
        held_until=edit.until or before.held_until,
        due_on=edit.due_on or before.due_on,
        note=before.note if edit.note is None else parse_text(edit.note, "note"),
        origin=before.origin if edit.origin is None else known_origin(uow, edit.origin),
        not_before=edit.not_before or before.not_before,
    )
    require_origin_reason(uow, "deal", before, deal.record)
    old, new = _texts(before), _texts(deal.record)
    changes: dict[str, Any] = change_instalments(uow, deal.code, edit.parts) if edit.parts else {}
    changes |= {name: [old[name], new[name]] for name in new if old[name] != new[name]}
    if not changes:
        raise NothingToChange(f"Deal {deal.code} has these terms already.")
    if "origin" in changes:
        opening = (
            acts_of_deal(uow.connection, deal.id, one) for one in (Act.INTRODUCE, Act.COMMIT)
        )
        first = min((one.effective_on for acts in opening for one in acts), default=None)
        note_later_origin(uow, f"deal {deal.code}", deal.record.origin, first)
    return receipt(uow, deal, changes=changes)


def _is_released(uow: UnitOfWork, deal: DealAccount) -> bool:
    """Say whether a release with an officer's reason is recorded of a deal."""
    releases = acts_of_deal(uow.connection, deal.id, Act.RELEASE)
    return any(one.reason not in {None, LAPSE_REASON} for one in releases)


def receipt(uow: UnitOfWork, deal: DealAccount, **parts: Any) -> Receipt:
    """Give the receipt of a deal's act: where both sides stand now."""
    return uow.receipt(
        deal=deal.code,
        need=uow.accounts.account(Side.NEED, deal.record.need).balance,
        offer=uow.accounts.account(Side.OFFER, deal.record.offer).balance,
        **parts,
    )


def _question_repeated(uow: UnitOfWork, deal: DealAccount) -> None:
    """Question the act just posted where the same was recorded before and still counts.

    With a reference it is refused, without one it is noted. Raises `DuplicateAct`.
    """
    posted, amount = uow.last_posted, _posted_amount(uow)
    assert posted is not None
    assert uow.last_details is not None
    if deal.recorded_until is None or posted.effective_on > deal.recorded_until:
        return  # no act was recorded for this day
    reference = uow.last_details.reference
    key = None if reference is None else text_key(reference)
    for one in acts_of_deal(uow.connection, deal.id, posted.act):
        alike = None if one.reference is None else text_key(one.reference)
        if (one.effective_on, one.amount, alike) != (posted.effective_on, amount, key):
            continue
        if reversal_of(uow.connection, one.number) is not None:
            continue
        unit = uow.accounts.account(Side.NEED, deal.record.need).unit
        what = (
            f"Entry {one.number} is this act already: {posted.act} of "
            f"{format_quantity(amount, unit)} for deal {deal.code} on {one.effective_on}"
        )
        if reference is not None:
            raise DuplicateAct(f"{what}, reference {one.reference}.")
        uow.note(REPEATED_ACT, f"{what}, without a reference")
        return


def _posted_amount(uow: UnitOfWork) -> int:
    assert uow.last_posted is not None
    return sum(one.amount for one in uow.last_posted.movements if one.side is Side.NEED)


def _recorded(uow: UnitOfWork, deal: DealAccount) -> dict[str, Any]:
    """Give what was recorded of the act just posted, with the terms of its deal."""
    terms = {name: text for name, text in _texts(deal.record).items() if text and name != "code"}
    return {**act_terms(uow.units, uow.drafts[-1]), **terms}


def _texts(deal: Deal) -> dict[str, str | None]:
    """Give the terms of a deal as texts."""
    return dict(zip(_TERMS, map(cell_text, _terms_of(deal)), strict=True))


_TERMS: Final = tuple(one.name for one in fields(Deal))
_terms_of = attrgetter(*_TERMS)


def hold(uow: UnitOfWork, introduction: Introduction) -> DealAccount:
    """Hold a part of a need against an offer, or commit it directly; give the deal.

    The pair's deal with the same rate and instrument takes the part in; else a deal is opened.
    """
    details, day = introduction.details, introduction.details.effective_on
    offer = uow.accounts.account(Side.OFFER, introduction.offer)
    need = uow.accounts.account(Side.NEED, introduction.need)
    amount = _amount_in(need, introduction.quantity)
    if introduction.until is not None and introduction.until < day:
        raise UntilInThePast(f"The hold of {day} cannot end on {introduction.until}.")
    uow.accounts.require_declared(day, (need, offer))
    terms = _agreed_terms(uow, introduction, need, offer)
    details = require_admitted(uow, need, offer, amount, terms.exact_rate, details)
    if introduction.directly:
        details = require_in_sequence(uow, need, details, introduction.details.override)
    there = deal_at(uow, terms)
    target = Stage.COMMITTED if introduction.directly else Stage.HELD
    movements = moves.hold_movements(
        DealSides(DealBalance(terms, {}, {}), need, offer), amount, target
    )
    with uow.undone_on_refusal():
        # No deal is opened before all is asked: a hold that is refused leaves nothing behind.
        if need.is_late(day) or offer.is_late(day):
            make_room(uow, day, [replace(one, deal=None) for one in movements])
        deal = _opened(uow, terms) if there is None else _with_dates(uow, there, terms, day)
        _note_origin(uow, introduction, deal, is_new=there is None)
        own = tuple(one.of_deal(deal.code) for one in movements)
        act = Act.COMMIT if introduction.directly else Act.INTRODUCE
        uow.post(Draft(act=act, movements=own, deal=deal.code, details=details))
    return deal


def _amount_in(need: Account, quantity: Quantity) -> int:
    require_unit(need, quantity.unit)
    return quantity.amount


def _agreed_terms(
    uow: UnitOfWork, introduction: Introduction, need: Account, offer: Account
) -> Deal:
    """Give the terms the two sides meet on, as a deal that has its code only where one is named.

    The terms of a deal never change: what is added to a named one is held at its own.
    """
    held_until = None if introduction.directly else introduction.until
    due_on, note = introduction.due_on, introduction.note
    for deal in uow.accounts.deals_of_need(need.code) if introduction.code else ():
        if (deal.code, deal.record.offer) == (introduction.code, offer.code):
            return replace(deal.record, held_until=held_until, due_on=due_on, note=note)
    rate = agreed_rate(uow, need, offer, introduction.details.effective_on, introduction.rate)
    return Deal(
        code=introduction.code or "",
        offer=offer.code,
        need=need.code,
        rate=rate.rate,
        rate_exact=rate.rate_exact,
        rate_road=rate.rate_source,
        rate_day=rate.day,
        instrument=agreed_instrument(need, offer, introduction.instrument),
        held_until=held_until,
        due_on=due_on,
        note=note,
        origin=_origin(uow, introduction, offer),
    )


def _origin(uow: UnitOfWork, introduction: Introduction, offer: Account) -> str | None:
    """Give what a new deal came from: as it was said, else what its offer came from."""
    if introduction.origin is None:
        own: str | None = offer.record.origin
        return own
    return known_origin(uow, introduction.origin)


def _opened(uow: UnitOfWork, terms: Deal) -> DealAccount:
    record = terms if terms.code else replace(terms, code=uow.code_for("deal", None))
    uow.add("deal", record)
    return uow.accounts.deal(record.code)


def _with_dates(uow: UnitOfWork, deal: DealAccount, terms: Deal, day: date) -> DealAccount:
    """Let a further part set the dates of the deal it adds to, where it gives any.

    A part dated before the deal's latest act does not shorten the hold.
    """
    record = deal.record
    until = terms.held_until or record.held_until
    if until and record.held_until and deal.last_on and day < deal.last_on:
        until = max(until, record.held_until)
    uow.edit_deal(
        deal.code,
        held_until=until,
        due_on=terms.due_on or record.due_on,
        note=terms.note or record.note,
    )
    return deal


def _note_origin(
    uow: UnitOfWork, introduction: Introduction, deal: DealAccount, *, is_new: bool
) -> None:
    """Note where a new deal's origin lies later, or one that was there keeps another than said."""
    origin, day = deal.record.origin, introduction.details.effective_on
    if is_new:
        if origin is not None:
            note_later_origin(uow, f"deal {deal.code}", origin, day)
    elif introduction.origin and known_origin(uow, introduction.origin) != origin:
        uow.note(
            "origin-kept",
            f"deal {deal.code} keeps its origin ({origin or 'none'}); change it with: "
            f"cityfund deal edit {deal.code} --origin {introduction.origin}",
        )


_WAYS: Final = {
    Act.COMMIT: (Stage.HELD, Stage.COMMITTED),
    Act.DELIVER: (Stage.COMMITTED, Stage.DELIVERED),
    Act.RETURN: (Stage.DELIVERED, Stage.COMMITTED),
}
"""The stage each later act takes from, and the one it moves on to; a release says its own."""


def advance(uow: UnitOfWork, act: DealAct) -> DealAccount:
    """Move a part of a deal on by a later act; give the deal.

    What is committed is refused after the hold's last day. What is released returns to both sides,
    and passes on where its offer is over by then.
    """
    deal = uow.accounts.deal(act.deal)
    amount, details = _part_of(uow, deal, act), act.details
    day = details.effective_on
    if act.act is Act.RELEASE:
        offer = uow.accounts.account(Side.OFFER, deal.record.offer)
        return _release(uow, deal, act, amount, offer.passes_to(day))
    if act.act is Act.COMMIT:
        _require_held_on(deal, day)
        details = committed_in_sequence(uow, deal.record.need, details)
        lapse = lapse_after(uow, deal, day)
        if lapse is not None:
            return _commit_in_time(uow, deal, details, amount, lapse)
    return _move_on(uow, deal, act.act, details, amount)


def _commit_in_time(
    uow: UnitOfWork, deal: DealAccount, signed: ActDetails, amount: int | None, lapse: Posted
) -> DealAccount:
    """Commit a part of a hold that lapsed since: restore the lapse if needed, lapse the rest again.

    The rest lapses on the day of the lapse, so that only the commitment makes a difference. A hold
    of that day is another one, and is not drawn on.
    """
    if may_outlive_lapse(uow, deal, lapse, amount):
        try:
            return _move_on(uow, deal, Act.COMMIT, signed, amount)
        except (moves.NotEnoughHeld, moves.NothingToMove, OverdrawnLater):
            pass
    with uow.undone_on_refusal():
        lapsed, held = restore_lapse(uow, deal, lapse, signed.effective_on)
        part = lapsed if amount is None else amount
        rest = min(lapsed, lapsed + held - part)
        if rest > 0:
            details = ActDetails(effective_on=lapse.effective_on, reason=LAPSE_REASON)
            again = DealAct(deal=deal.code, act=Act.RELEASE, details=details)
            offer = uow.accounts.account(Side.OFFER, deal.record.offer)
            _release(uow, deal, again, rest, offer.passes_to(lapse.effective_on))
        return _move_on(uow, deal, Act.COMMIT, signed, part)


def _move_on(
    uow: UnitOfWork, deal: DealAccount, act: Act, details: ActDetails, amount: int | None
) -> DealAccount:
    made = partial(moves.advance_movements, sides_of(uow, deal), *_WAYS[act], amount)
    return _posted(uow, deal, act, details, made)


def release_into(uow: UnitOfWork, act: DealAct, end: Stage | None) -> DealAccount:
    """Give a hold or a commitment back, and pass the offer's side on to `end` if it is given."""
    deal = uow.accounts.deal(act.deal)
    return _release(uow, deal, act, _part_of(uow, deal, act), end)


def _release(
    uow: UnitOfWork, deal: DealAccount, act: DealAct, amount: int | None, end: Stage | None
) -> DealAccount:
    made = partial(moves.release_movements, sides_of(uow, deal), act.from_stage, amount, end)
    return _posted(uow, deal, act.act, act.details, made)


def _late_offer_side(uow: UnitOfWork, deal: DealAccount, day: date) -> Timeline | None:
    """Give the offer's side of a deal across units from the day of a late act on; else None."""
    if deal.last_on is None or day >= deal.last_on:
        return None
    need = uow.accounts.account(Side.NEED, deal.record.need)
    offer = uow.accounts.account(Side.OFFER, deal.record.offer)
    if need.unit.code == offer.unit.code:
        return None
    return uow.accounts.deal_timeline(deal, Side.OFFER, day)


def _part_of(uow: UnitOfWork, deal: DealAccount, act: DealAct) -> int | None:
    if act.quantity is None:
        return None
    return _amount_in(uow.accounts.account(Side.NEED, deal.record.need), act.quantity)


def _require_held_on(deal: DealAccount, day: date) -> None:
    until = deal.record.held_until
    if until is not None and day > until:
        raise HoldExpired(
            f"The hold of deal {deal.code} ended on {until}, before {day}.",
            next_step=f"Prolong it first (cityfund deal edit {deal.code} --until DATE), "
            f"or release it: cityfund deal release {deal.code}",
        )


def _posted(
    uow: UnitOfWork,
    deal: DealAccount,
    act: Act,
    details: ActDetails,
    movements_of: Callable[[Timeline | None], moves.Movements],
) -> DealAccount:
    """Post an act; `movements_of` takes the offer's side of it as it is from a late day on."""
    day = details.effective_on

    def draft(movements: moves.Movements) -> Draft:
        return Draft(act=act, movements=movements, deal=deal.code, details=details)

    try:
        movements = movements_of(_late_offer_side(uow, deal, day))
    except moves.OfferRemainder:
        whole = movements_of(None)
        try:
            post(uow, draft(whole))
        except OverdrawnLater:
            uow.require_day(day, whole[:1])  # the need's side: is it short as well?
        else:
            return deal
        raise
    try:
        uow.post(draft(movements))
    except OverdrawnLater:
        with uow.undone_on_refusal():
            make_room(uow, day, movements)
            # Where a reversal has moved, the offer's side has more from that day on.
            post(uow, draft(movements_of(_late_offer_side(uow, deal, day))))
    return deal


def sides_of(uow: UnitOfWork, deal: DealAccount) -> DealSides:
    """Give a deal with both of its sides as they stand."""
    return DealSides(
        deal.balance_now,
        uow.accounts.account(Side.NEED, deal.record.need),
        uow.accounts.account(Side.OFFER, deal.record.offer),
    )
