"""Candidates: for a need every offer, for an offer every need, with all the rules a pair fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.eligibility.counts import Outstanding, outstanding_by_need
from ledger.eligibility.verdict import (
    Failure,
    NeedFacts,
    OfferFacts,
    Pairing,
    best_amount,
    candidate_key,
    verdict,
)
from ledger.store.journal.balances import Times
from ledger.store.registers import find_code
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Candidate:
    """One pair and its verdict. `need_amount` is the most it could take now, None if unknown."""

    need: NeedFacts
    offer: OfferFacts
    need_amount: int | None
    offer_amount: int | None
    failures: tuple[Failure, ...]

    @property
    def eligible(self) -> bool:
        """Say whether every rule admits the pair."""
        return not self.failures


def candidates_for_need(
    ledger: Ledger, typed: str, times: Times, *, everything: bool = False
) -> list[Candidate]:
    """Judge the offers of a need's factor that have something available, nearest first.

    With `everything`, also the exhausted ones and those of other factors.
    """
    with ledger.snapshot(times) as snapshot:
        code = find_code(snapshot.connection, "need", typed)
        need = snapshot.need_facts[code]
        offers = [
            offer
            for offer in snapshot.offer_facts.values()
            if everything or (offer.balance.free > 0 and offer.offer.factor == need.need.factor)
        ]
        pairs = [(need, offer) for offer in offers]
        return _sorted_candidates(_candidates(snapshot, pairs), by_offer=True)


def candidates_for_offer(
    ledger: Ledger, typed: str, times: Times, *, everything: bool = False
) -> list[Candidate]:
    """Judge the needs of an offer's factor that have something open or unknown, nearest first."""
    with ledger.snapshot(times) as snapshot:
        code = find_code(snapshot.connection, "offer", typed)
        offer = snapshot.offer_facts[code]
        needs = [
            need
            for need in snapshot.need_facts.values()
            if everything or (_is_open(need) and need.need.factor == offer.offer.factor)
        ]
        pairs = [(need, offer) for need in needs]
        return _sorted_candidates(_candidates(snapshot, pairs), by_offer=False)


def _is_open(need: NeedFacts) -> bool:
    return need.balance.free > 0 or not need.balance.quantified


def _sorted_candidates(candidates: Iterable[Candidate], *, by_offer: bool) -> list[Candidate]:
    return sorted(
        candidates,
        key=lambda one: candidate_key(
            one.failures, one.offer.offer.code if by_offer else one.need.need.code
        ),
    )


def _candidates(
    snapshot: Snapshot, pairs: Iterable[tuple[NeedFacts, OfferFacts]]
) -> Iterable[Candidate]:
    outstanding = outstanding_by_need(snapshot.deals.values())
    for need, offer in pairs:
        between = outstanding.get(need.need.code, {})
        yield _candidate(snapshot, need, offer, between)


def _candidate(
    snapshot: Snapshot, need: NeedFacts, offer: OfferFacts, between: dict[str, Outstanding]
) -> Candidate:
    current = between.get(offer.offer.code, Outstanding(0, 0))
    conversion = snapshot.rate_of(need.balance.unit.code, offer.balance.unit.code)
    best = best_amount(
        need,
        offer,
        None if conversion is None else conversion.rate,
        outstanding_need=current.need,
        outstanding_offer=current.offer,
    )
    elsewhere = tuple(sorted(code for code in between if code != offer.offer.code))
    pairing = Pairing(
        need, offer, snapshot.day, best.need, best.offer, current.need, current.offer, elsewhere
    )
    return Candidate(need, offer, best.need, best.offer, verdict(pairing))
