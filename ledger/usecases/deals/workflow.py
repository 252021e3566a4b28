"""The moves of a deal, on amounts already understood: shared by the officer's acts and imports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.core.dates import HoldExpired, UntilInThePast, require_declared, require_in_order
from ledger.core.factors import Side, Stage
from ledger.deals.deal import Deal
from ledger.journal import moves
from ledger.journal.entries import Act, ProposedLine
from ledger.journal.moves import Pair
from ledger.store.journal.accounts import Account, DealAccount
from ledger.store.session.entry_rows import Draft
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.terms import AgreedRate, agreed_instrument, agreed_rate, require_eligible
from ledger.usecases.journal.posting import passes_to, post, require_timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What an introduction or a direct commitment says beside the pair and the amount.

    `directly` commits at once. `code` names the deal to open or to add to (imports only),
    `proposed` the line of a proposal that an introduction was made from.
    """

    day: date
    directly: bool = False
    until: date | None = None
    due_on: date | None = None
    rate: Decimal | None = None
    instrument: str | None = None
    reference: str | None = None
    reason: str | None = None
    override: str | None = None
    code: str | None = None
    note: str | None = None
    proposed: ProposedLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """What a later act of a deal says beside the deal and the amount (None: all there is)."""

    day: date
    amount: int | None = None
    reference: str | None = None
    reason: str | None = None


def hold(uow: UnitOfWork, need: Account, offer: Account, amount: int, said: Hold) -> DealAccount:
    """Hold a part of a need against an offer, or commit it directly; give the deal.

    The pair's deal with the same rate and instrument takes the part in; else a deal is opened.
    """
    if said.until is not None and said.until < said.day:
        raise UntilInThePast(f"The hold of {said.day} cannot end on {said.until}.")
    for side in (need, offer):
        who = f"{side.side.capitalize()} {side.code}"
        require_declared(said.day, side.record.declared_on, who)
    rate = agreed_rate(uow, need, offer, said.day, said.rate)
    instrument = agreed_instrument(need, offer, said.instrument)
    used = require_eligible(uow, need, offer, amount, rate.rate, said.day, said.override)
    # Nothing is written before all is asked: a hold that is refused leaves nothing behind.
    there = _fitting_deal(uow, need, offer, rate, instrument, said)
    if there is not None:
        require_in_order(said.day, there.last_on, there.code)
    taken = moves.require_room(need.standing, offer.standing, amount, rate.rate)
    target, act = (Stage.COMMITTED, Act.COMMIT) if said.directly else (Stage.HELD, Act.INTRODUCE)
    require_timeline(uow, need, said.day, [(Stage.OPEN, target, amount)])
    require_timeline(uow, offer, said.day, [(Stage.AVAILABLE, target, taken)])
    deal = _opened(uow, need, offer, rate, instrument, said) if there is None else there
    if there is not None:
        _take_terms(uow, there, said)
    movements = moves.hold(Pair(deal.standing, need.standing, offer.standing), amount, target)
    post(
        uow,
        Draft(
            act=act,
            effective_on=said.day,
            movements=movements,
            deal=deal.code,
            reference=said.reference,
            reason=said.reason,
            override=used,
            proposed=said.proposed,
        ),
    )
    return deal


def _fitting_deal(
    uow: UnitOfWork,
    need: Account,
    offer: Account,
    rate: AgreedRate,
    instrument: str | None,
    said: Hold,
) -> DealAccount | None:
    for deal in uow.accounts.deals_of_need(need.code):
        same_terms = (deal.record.rate, deal.record.instrument) == (rate.rate, instrument)
        if deal.record.offer == offer.code and same_terms and said.code in (None, deal.code):
            return deal
    return None


def _opened(
    uow: UnitOfWork,
    need: Account,
    offer: Account,
    rate: AgreedRate,
    instrument: str | None,
    said: Hold,
) -> DealAccount:
    record = Deal(
        code=uow.code_for("deal", said.code),
        offer=offer.code,
        need=need.code,
        rate=rate.rate,
        rate_road=rate.road,
        rate_day=rate.day,
        instrument=instrument,
        held_until=None if said.directly else said.until,
        due_on=said.due_on,
        note=said.note,
    )
    uow.add("deal", record)
    return uow.accounts.deal(record.code)


def _take_terms(uow: UnitOfWork, deal: DealAccount, said: Hold) -> None:
    """Let a further part set the dates of the deal it adds to, where it gives any."""
    record = deal.record
    uow.edit_deal(
        deal.code,
        held_until=record.held_until if said.directly or said.until is None else said.until,
        due_on=said.due_on or record.due_on,
        note=said.note or record.note,
    )


def commit(uow: UnitOfWork, deal: DealAccount, said: Onward) -> None:
    """Commit a part of what is held, or all of it; refused after the hold's last day."""
    until = deal.record.held_until
    if until is not None and said.day > until:
        raise HoldExpired(
            f"The hold of deal {deal.code} ended on {until}, before {said.day}.",
            next_step=f"Prolong it first (cityfund deal edit {deal.code} --until DATE), "
            f"or release it: cityfund deal release {deal.code}",
        )
    _onward(uow, deal, said, Act.COMMIT, (Stage.HELD, Stage.COMMITTED))


def deliver(uow: UnitOfWork, deal: DealAccount, said: Onward) -> None:
    """Record that a part of what is committed was delivered, or all of it."""
    _onward(uow, deal, said, Act.DELIVER, (Stage.COMMITTED, Stage.DELIVERED))


def give_back(uow: UnitOfWork, deal: DealAccount, said: Onward) -> None:
    """Record that a part of what was delivered came back: it is committed again."""
    _onward(uow, deal, said, Act.RETURN, (Stage.DELIVERED, Stage.COMMITTED))


def release(uow: UnitOfWork, deal: DealAccount, said: Onward, source: Stage = Stage.HELD) -> None:
    """Give a hold, or with `source` committed a commitment, back to both sides."""
    release_into(uow, deal, said, source, ends_in(uow, deal, said))


def ends_in(uow: UnitOfWork, deal: DealAccount, said: Onward) -> Stage | None:
    """Say where what a deal gives back passes on to, if its offer is over by then."""
    return passes_to(uow.accounts.of(Side.OFFER, deal.record.offer), said.day)


def release_into(
    uow: UnitOfWork, deal: DealAccount, said: Onward, source: Stage, end: Stage | None
) -> None:
    """Give a hold or a commitment back, and pass the offer's side on to `end` if it is given."""
    require_in_order(said.day, deal.last_on, deal.code)
    movements = moves.release(pair_of(uow, deal), source, said.amount, end)
    _post(uow, deal, said, Act.RELEASE, movements)


def _onward(
    uow: UnitOfWork, deal: DealAccount, said: Onward, act: Act, way: tuple[Stage, Stage]
) -> None:
    require_in_order(said.day, deal.last_on, deal.code)
    movements = moves.advance(pair_of(uow, deal), *way, said.amount)
    _post(uow, deal, said, act, movements)


def _post(
    uow: UnitOfWork, deal: DealAccount, said: Onward, act: Act, movements: moves.Movements
) -> None:
    post(
        uow,
        Draft(
            act=act,
            effective_on=said.day,
            movements=movements,
            deal=deal.code,
            reference=said.reference,
            reason=said.reason,
        ),
    )


def pair_of(uow: UnitOfWork, deal: DealAccount) -> Pair:
    """Give a deal with both of its sides as they stand."""
    return Pair(
        deal.standing,
        uow.accounts.of(Side.NEED, deal.record.need).standing,
        uow.accounts.of(Side.OFFER, deal.record.offer).standing,
    )
