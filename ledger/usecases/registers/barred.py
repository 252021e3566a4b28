"""What a new version of a restriction catches: offers for open needs, living deals, and acts done.

Nothing of it changes by itself: what is held or committed stays, and can be given back. Acts that
were done while it was in force and not known are named and never reversed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ledger.approaches.states import OPEN, state_on
from ledger.core.factors import Factor, Side, Stage
from ledger.core.quantity import format_quantity
from ledger.core.text import first_few
from ledger.eligibility.barred import BarredOffers
from ledger.eligibility.bitsets import bit_positions
from ledger.eligibility.rules import OfferFacts, terms_of_pair
from ledger.journal.balance import DealBalance
from ledger.journal.receipts import BARS_DEALS
from ledger.registers.records import Restriction
from ledger.restrictions.bars import (
    PairTerms,
    Restrictions,
)
from ledger.store.journal.balances import Times
from ledger.store.journal.entries import counted_acts
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.store.session.unit_of_work import UnitOfWork

_MOST_NAMED: Final = 5
_LIVING: Final = (Stage.HELD, Stage.COMMITTED)


def note_barred(uow: UnitOfWork, restriction: Restriction) -> None:
    """Note the offers and living deals of pairs that a restriction bars today, and past acts."""
    uow.flush_registers()
    snapshot = Reader(uow.connection, Times(), uow.now).snapshot("deal", "approach")
    own = Restrictions((restriction,), uow.restrictions.exemptions)
    offers = _barred_offers(snapshot, own)
    if offers:
        named = first_few(offers, _MOST_NAMED)
        uow.note("bars-offers", f"it bars offers from open needs they could serve: {named}")
    deals = [*_barred_deals(snapshot, own)]
    if deals:
        named = first_few(deals, _MOST_NAMED)
        uow.note(BARS_DEALS, f"it bars deals, which stay as they are: {named}")
    approaches = [*_barred_approaches(snapshot, own)]
    if approaches:
        named = first_few(approaches, _MOST_NAMED)
        uow.note("bars-approaches", f"it bars approaches that are open: {named}")
    acts = [*_acts_while_barred(uow, snapshot, own)]
    if acts:
        named = first_few(acts, _MOST_NAMED)
        uow.note(
            "acts-while-barred",
            f"acts were done while it was in force and not known, and stay: {named}",
        )


def _barred_offers(snapshot: Snapshot, restrictions: Restrictions) -> list[str]:
    """Give the available offers that are barred for at least one open need of their factor."""
    available = [one for one in snapshot.offer_facts.values() if one.balance.free > 0]
    barred: set[str] = set()
    for factor in Factor:
        offers = [
            replace(one, restrictions=restrictions)
            for one in available
            if one.offer.factor is factor
        ]
        barred |= set(_barred_of(snapshot, factor, offers))
    return sorted(barred)


def _barred_of(snapshot: Snapshot, factor: Factor, offers: list[OfferFacts]) -> Iterator[str]:
    index, found = BarredOffers(offers, snapshot.day), 0
    for need in snapshot.need_facts.values():
        if need.need.factor is factor and need.balance.free > 0:
            found |= index.for_need(need)
    return (offers[place].offer.code for place in bit_positions(found))


def _barred_deals(snapshot: Snapshot, restrictions: Restrictions) -> Iterator[str]:
    """Describe the deals of barred pairs that hold or have committed something."""
    for code, deal in snapshot.deals.items():
        living = [stage for stage in _LIVING if deal.need.get(stage)]
        if living and _is_barred(snapshot, deal, restrictions):
            unit = snapshot.balances(Side.NEED)[deal.deal.need].unit
            amounts = (f"{format_quantity(deal.need[one], unit)} {one}" for one in living)
            yield f"{code} ({', '.join(amounts)})"


def _barred_approaches(snapshot: Snapshot, restrictions: Restrictions) -> Iterator[str]:
    """Describe the approaches that wait or found interest, of pairs that are barred today."""
    for code, approach in snapshot.records("approach").items():
        state = state_on(approach, snapshot.day)
        if state not in OPEN:
            continue
        need = snapshot.need_facts[approach.need]
        provider = snapshot.records("provider")[approach.provider]
        terms = snapshot.terms_of_parties(need, provider)
        if restrictions.judge(terms, snapshot.day).bars:
            yield f"{code} ({provider.code} for {approach.need}, {state.value})"


def _acts_while_barred(
    uow: UnitOfWork, snapshot: Snapshot, restrictions: Restrictions
) -> Iterator[str]:
    """Describe the standing holds, commitments and deliveries of barred pairs on earlier days."""
    pairs = {
        code: pair
        for code, deal in snapshot.deals.items()
        if restrictions.targeting(pair := _pair(snapshot, deal))
    }
    for act in counted_acts(uow.connection, [*pairs]):
        if act.day < snapshot.day and restrictions.judge(pairs[act.deal], act.day).bars:
            unit = snapshot.balances(Side.NEED)[snapshot.deals[act.deal].deal.need].unit
            quantity = format_quantity(act.amount, unit)
            yield f"entry {act.entry} ({act.act.value} {quantity} of {act.deal} on {act.day})"


def _is_barred(snapshot: Snapshot, balance: DealBalance, restrictions: Restrictions) -> bool:
    return bool(restrictions.judge(_pair(snapshot, balance), snapshot.day).bars)


def _pair(snapshot: Snapshot, balance: DealBalance) -> PairTerms:
    deal = balance.deal
    need, offer = snapshot.need_facts[deal.need], snapshot.offer_facts[deal.offer]
    return terms_of_pair(need, offer, deal.instrument)
