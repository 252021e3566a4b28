"""The officer's acts on a deal: introduce, commit, deliver, release, return, edit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.core.dates import UntilInThePast
from ledger.core.errors import RefusedByRule
from ledger.core.factors import Side, Stage
from ledger.core.quantity import parse_quantity
from ledger.core.text import typed_text
from ledger.journal.entries import Act
from ledger.journal.moves import require_unit
from ledger.journal.receipts import Receipt
from ledger.reference import find_instrument
from ledger.store.journal.accounts import Account, DealAccount
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals import workflow
from ledger.usecases.deals.workflow import Hold, Onward


class NothingToChange(RefusedByRule):
    """An edit that leaves everything as it is."""

    code = "nothing-to-change"
    default_why = "Every term given is what the ledger holds already."
    default_next = "See the present terms with `show`."


class NothingHeld(RefusedByRule):
    """A hold is to be prolonged that is not there."""

    code = "nothing-held"
    default_why = "A last day is kept for what is held; what is committed has none."
    default_next = "Change when delivery is due with --due, or hold more with `deal introduce`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """An introduction as the officer says it: quantity in the need's unit, as typed."""

    offer: str
    need: str
    quantity: str
    until: date | None = None
    directly: bool = False
    due_on: date | None = None
    rate: Decimal | None = None
    instrument: str | None = None
    reference: str | None = None
    override: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealAct:
    """A later act as the officer says it; no quantity means all there is to move."""

    deal: str
    act: Act
    quantity: str | None = None
    reference: str | None = None
    from_stage: Stage = Stage.HELD


def introduce(uow: UnitOfWork, said: Introduction) -> Receipt:
    """Put two sides in touch and hold the quantity until a date, or commit it at once."""
    offer, need = account(uow, Side.OFFER, said.offer), account(uow, Side.NEED, said.need)
    amount = amount_of(uow, need, said.quantity)
    instrument = find_instrument(said.instrument).code if said.instrument else None
    deal = workflow.hold(
        uow,
        need,
        offer,
        amount,
        Hold(
            day=uow.day,
            directly=said.directly,
            until=said.until,
            due_on=said.due_on,
            rate=said.rate,
            instrument=instrument,
            reference=typed_text(said.reference, "reference"),
            reason=uow.request.reason,
            override=typed_text(said.override, "override"),
            note=typed_text(said.note, "note"),
        ),
    )
    return receipt(uow, deal)


def act_on(uow: UnitOfWork, said: DealAct) -> Receipt:
    """Commit, deliver, release or return a part of a deal, or all there is."""
    deal = find_deal(uow, said.deal)
    need = uow.accounts.of(Side.NEED, deal.record.need)
    onward = Onward(
        day=uow.day,
        amount=amount_of(uow, need, said.quantity) if said.quantity else None,
        reference=typed_text(said.reference, "reference"),
        reason=uow.request.reason,
    )
    if said.act is Act.RELEASE:
        workflow.release(uow, deal, onward, said.from_stage)
    else:
        {
            Act.COMMIT: workflow.commit,
            Act.DELIVER: workflow.deliver,
            Act.RETURN: workflow.give_back,
        }[said.act](uow, deal, onward)
    return receipt(uow, deal)


def edit_deal(
    uow: UnitOfWork, code: str, *, until: date | None, due_on: date | None, note: str | None
) -> Receipt:
    """Prolong a hold, or change when delivery is due or the note; the old terms stay readable."""
    deal = find_deal(uow, code)
    if until is not None and until < uow.today:
        raise UntilInThePast(f"A hold cannot be prolonged to {until}; today is {uow.today}.")
    if until is not None and not deal.stages[Side.NEED].get(Stage.HELD):
        raise NothingHeld(f"Deal {deal.code} holds nothing that could be prolonged.")
    before = deal.record
    uow.edit_deal(
        deal.code,
        held_until=until or before.held_until,
        due_on=due_on or before.due_on,
        note=before.note if note is None else typed_text(note, "note"),
    )
    if deal.record == before:
        raise NothingToChange(f"Deal {deal.code} has these terms already.")
    return receipt(uow, deal)


def account(uow: UnitOfWork, side: Side, typed: str) -> Account:
    """Find a need or an offer by its code as typed."""
    uow.flush_registers()
    return uow.accounts.of(side, typed)


def find_deal(uow: UnitOfWork, typed: str) -> DealAccount:
    """Find a deal by its code as typed."""
    uow.flush_registers()
    return uow.accounts.deal(typed)


def amount_of(uow: UnitOfWork, holder: Account, typed: str) -> int:
    """Read a quantity as typed; raises `WrongUnit` where it is not in the holder's unit."""
    quantity = parse_quantity(typed, uow.units)
    require_unit(holder.standing, quantity.unit)
    return quantity.amount


def receipt(uow: UnitOfWork, deal: DealAccount) -> Receipt:
    """Give the receipt of a deal's act: the new standing of both sides."""
    return uow.receipt(
        deal=deal.code,
        need=uow.accounts.of(Side.NEED, deal.record.need).standing,
        offer=uow.accounts.of(Side.OFFER, deal.record.offer).standing,
    )
