"""Candidates: for a need every offer, for an offer every need, with all the rules a pair fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from ledger.core.factors import Factor
from ledger.eligibility.counts import outstanding_by_need
from ledger.eligibility.rules import Failure, NeedFacts, OfferFacts, verdict
from ledger.eligibility.verdict import nearest_first, pairing_at_best
from ledger.gaps.completeness import need_may_be_open
from ledger.journal.balance import Balance
from ledger.limits.caps import LIMITS
from ledger.limits.sequence import is_waited_for, waited_for_text
from ledger.rates.rates import OldRate, RateFinder, old_rates, plain_rates, rate_finder
from ledger.registers.pairs import LIMIT
from ledger.registers.records import Need
from ledger.store.rates import read_day_rates
from ledger.store.session.snapshot import RATES, Reader, Snapshot


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


class NeedBefore(NamedTuple):
    """A need that comes before another, and where it stands; None where it was not there then."""

    need: str
    balance: Balance | None

    @property
    def is_waited_for(self) -> bool:
        """Say whether the other cannot be committed yet."""
        return is_waited_for(self.balance)

    @property
    def text(self) -> str:
        """Describe where it stands."""
        if self.is_waited_for:
            return waited_for_text(self.need, self.balance)
        return f"{self.need}, whose gap is closed"


def needs_before(reader: Reader, need: Need) -> list[NeedBefore]:
    """Return the needs that come before one, in their order."""
    if not need.after:
        return []
    found = reader.some("need", need.after).need_facts
    return [NeedBefore(one, found[one].balance if one in found else None) for one in need.after]


def candidates_for_need(reader: Reader, code: str, *, everything: bool = False) -> list[Candidate]:
    """Judge the offers of a need's factor that have something available, nearest first.

    With `everything`, also the exhausted ones and those of other factors.
    """
    snapshot = reader.around("need", code)
    need = snapshot.need_facts[code]
    offers = reader.offers_of([*Factor] if everything else [need.need.factor])
    pairs = [
        (need, offer)
        for offer in offers.offer_facts.values()
        if everything or offer.balance.free > 0
    ]
    judged = judged_pairs(snapshot, offers.rate_of, pairs)
    return _sorted_candidates(_within_limits(reader, [*judged]), by_offer=True)


def candidates_for_offer(reader: Reader, code: str, *, everything: bool = False) -> list[Candidate]:
    """Judge the needs of an offer's factor that have something open or unknown, nearest first."""
    snapshot = reader.snapshot("deal", RATES)
    offer = snapshot.offer_facts[code]
    pairs = [
        (need, offer)
        for need in snapshot.need_facts.values()
        if everything or (_is_open(need) and need.need.factor == offer.offer.factor)
    ]
    judged = judged_pairs(snapshot, snapshot.rate_of, pairs)
    return _sorted_candidates(_within_limits(reader, [*judged]), by_offer=False)


def _within_limits(reader: Reader, candidates: list[Candidate]) -> list[Candidate]:
    """Return eligible candidates with what the limits across pairs leave of their amounts."""
    if not reader.snapshot(LIMIT.name).records(LIMIT.name):
        return candidates
    from ledger.matching.caps import CapRooms  # noqa: PLC0415 - few ledgers have limits
    from ledger.usecases.matching.propose import (  # noqa: PLC0415 - as above
        MATCHED,
        build_pipeline,
        read_limits,
    )

    snapshot = reader.snapshot(*MATCHED)
    problem = build_pipeline(snapshot, limits=read_limits(reader, snapshot)).built.problem
    needs = {one.code: at for at, one in enumerate(problem.needs)}
    offers = {one.code: at for at, one in enumerate(problem.offers)}
    rooms = CapRooms(problem)

    def limited(one: Candidate) -> Candidate:
        need, offer = needs.get(one.need.need.code), offers.get(one.offer.offer.code)
        if not one.eligible or not one.need_amount or need is None or offer is None:
            return one
        limits, ratio = problem.limits(need, offer), problem.ratio(need, offer)
        most = rooms.largest(need, offer, one.need_amount)
        if limits is None or ratio is None or most == one.need_amount:
            return one
        if most < limits.low:
            cap = rooms.reached(need, offer)
            told = f"limit {cap} leaves no more" if cap else "a limit leaves less than it may take"
            return replace(one, failures=(Failure(LIMITS, told),))
        return replace(one, need_amount=most, offer_amount=ratio.to_offer(most))

    return [limited(one) for one in candidates]


def old_rates_between(
    reader: Reader, candidates: Iterable[Candidate], most_days: int
) -> list[OldRate]:
    """Return the old rates by which the possible amounts of candidates are converted."""
    pairs = {
        (one.need.balance.unit.code, one.offer.balance.unit.code)
        for one in candidates
        if one.need_amount is not None
    }
    rates = read_day_rates(reader.connection, reader.day, reader.times.known_at)
    return old_rates(rate_finder(rates, reader.day), pairs, reader.day, most_days)


def _is_open(need: NeedFacts) -> bool:
    return need_may_be_open(need.balance)


def _sorted_candidates(candidates: Iterable[Candidate], *, by_offer: bool) -> list[Candidate]:
    return sorted(
        candidates,
        key=lambda one: nearest_first(
            one.failures, one.offer.offer.code if by_offer else one.need.need.code
        ),
    )


def judged_pairs(
    snapshot: Snapshot, rate_of: RateFinder, pairs: Iterable[tuple[NeedFacts, OfferFacts]]
) -> Iterable[Candidate]:
    """Judge some pairs at the most that each could take now; `snapshot` has the needs' deals."""
    outstanding, rates = outstanding_by_need(snapshot.deals.values()), plain_rates(rate_of)
    for need, offer in pairs:
        rate = rates(need.balance.unit.code, offer.balance.unit.code)
        between = outstanding.get(need.need.code, {})
        pairing = pairing_at_best(need, offer, snapshot.day, rate, between)
        amounts = pairing.need_amount, pairing.offer_amount
        yield Candidate(need, offer, *amounts, verdict(pairing))
