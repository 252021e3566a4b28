"""What a new version of a restriction catches: offers for open needs, and deals that live on.

Nothing of it changes by itself: what is held or committed stays, and can be given back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ledger.core.factors import Factor, Side, Stage
from ledger.core.quantity import format_quantity
from ledger.core.text import first_few
from ledger.eligibility.barred import BarredOffers
from ledger.eligibility.bitsets import ValueIndex, bit_positions
from ledger.eligibility.rules import OfferFacts
from ledger.journal.balance import DealBalance
from ledger.journal.receipts import BARS_DEALS
from ledger.registers.records import Restriction
from ledger.restrictions.bars import PairRecords, Restrictions, pair_terms
from ledger.store.journal.balances import Times
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.store.session.unit_of_work import UnitOfWork

_MOST_NAMED: Final = 5
_LIVING: Final = (Stage.HELD, Stage.COMMITTED)


def note_barred(uow: UnitOfWork, restriction: Restriction) -> None:
    """Note the offers and the living deals of pairs that a restriction bars today."""
    uow.flush_registers()
    snapshot = Reader(uow.connection, Times(), uow.now).snapshot("deal")
    own = Restrictions((restriction,), uow.restrictions.exemptions)
    offers = _barred_offers(snapshot, own)
    if offers:
        named = first_few(offers, _MOST_NAMED)
        uow.note("bars-offers", f"it bars offers from open needs they could serve: {named}")
    deals = [*_barred_deals(snapshot, own)]
    if deals:
        named = first_few(deals, _MOST_NAMED)
        uow.note(BARS_DEALS, f"it bars deals, which stay as they are: {named}")


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
    instruments = ValueIndex((one.offer.instruments for one in offers), len(offers))
    index, found = BarredOffers(offers, instruments, snapshot.day), 0
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


def _is_barred(snapshot: Snapshot, balance: DealBalance, restrictions: Restrictions) -> bool:
    deal = balance.deal
    need, offer = snapshot.need_facts[deal.need], snapshot.offer_facts[deal.offer]
    records = PairRecords(need.need, need.project, need.city, offer.offer, offer.provider)
    pair = pair_terms(records, offer.country, deal.instrument)
    return bool(restrictions.judge(pair, snapshot.day).bars)
