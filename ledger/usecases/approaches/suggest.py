"""Suggest whom to ask for a need, each with its grounds, and say who is left out and why.

In this order: who has an eligible available offer; who has an offer that fails only its window, or
an eligible one with nothing left; who has committed or delivered the same factor with the same
topic, then in the same sector, then in the same sub-region, then in the same region. Nobody else
is suggested.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from ledger.approaches.pauses import pause_end
from ledger.approaches.states import (
    OPEN,
    State,
    answer_text,
    last_of_pair,
    state_on,
)
from ledger.core.factors import Stage
from ledger.core.text import text_key
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.journal.balance import DealBalance
from ledger.reference.places import region_chain, regions, subregion_name
from ledger.registers.pairs import Approach
from ledger.registers.records import Provider
from ledger.restrictions.bars import describe
from ledger.store.session.snapshot import RATES, Reader, Snapshot
from ledger.usecases.candidates import judged_pairs


class Ground(IntEnum):
    """Why a provider is suggested, the strongest first."""

    ELIGIBLE = 1
    NEARLY = 2
    TOPIC = 3
    SECTOR = 4
    SUBREGION = 5
    REGION = 6


class Reason(NamedTuple):
    """One ground and what it rests on."""

    ground: Ground
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A provider with the grounds on which it is suggested; or left out, with why."""

    provider: Provider
    reasons: tuple[Reason, ...]
    office: str
    """That of the need's city."""
    left_out: str | None = None

    @property
    def ground(self) -> Ground:
        """Give the strongest ground."""
        return self.reasons[0].ground


def suggest(reader: Reader, need: str) -> list[Suggestion]:
    """Give whom to ask for a need, in order, then those left out; by code where equal."""
    snapshot = reader.snapshot("deal", "provider", "approach", RATES)
    facts = snapshot.need_facts[need]
    reasons = _reasons(snapshot, facts)
    made = [
        Suggestion(
            provider=provider,
            reasons=tuple(sorted(set(reasons[code]))),
            left_out=_left_out(snapshot, facts, provider),
            office=facts.city.office,
        )
        for code, provider in snapshot.records("provider").items()
        if code in reasons and not provider.withdrawn
    ]
    return sorted(made, key=lambda one: (one.left_out is not None, one.ground, one.provider.code))


def _reasons(snapshot: Snapshot, need: NeedFacts) -> dict[str, list[Reason]]:
    reasons: dict[str, list[Reason]] = {}
    offers = (
        offer
        for offer in snapshot.offer_facts.values()
        if offer.offer.factor is need.need.factor and not offer.offer.withdrawn
    )
    pairs = ((need, offer) for offer in offers)
    for candidate in judged_pairs(snapshot, snapshot.rate_of, pairs):
        failed = {one.rule for one in candidate.failures}
        for reason in _of_offer(candidate.offer, failed):
            reasons.setdefault(candidate.offer.provider.code, []).append(reason)
    for deal in snapshot.deals.values():
        for reason in _of_deal(snapshot, need, deal):
            provider = snapshot.offer_facts[deal.deal.offer].provider.code
            reasons.setdefault(provider, []).append(reason)
    return reasons


def _of_offer(offer: OfferFacts, failed: set[str]) -> Iterator[Reason]:
    """Give the ground that an offer is, a bar on the pair apart: that is said by itself."""
    code, has_some = offer.offer.code, offer.balance.free > 0
    failed = failed - {"restricted"}
    if not failed:
        left = "is eligible and available" if has_some else "is eligible, with nothing left"
        yield Reason(Ground.ELIGIBLE if has_some else Ground.NEARLY, f"offer {code} {left}")
    elif failed == {"window"}:
        yield Reason(Ground.NEARLY, f"offer {code} fails only its window")


_DONE: Final = (Stage.COMMITTED, Stage.DELIVERED)


def _of_deal(snapshot: Snapshot, need: NeedFacts, balance: DealBalance) -> Iterator[Reason]:
    """Give the nearest ground that a deal with something committed or delivered is."""
    done = [stage for stage in reversed(_DONE) if balance.need.get(stage)]
    other = snapshot.need_facts[balance.deal.need]
    if not done or other.need.factor is not need.need.factor:
        return
    here = f"deal {balance.deal.code} {done[0]}"
    topics = [one.need.topic for one in (need, other)]
    if all(topics) and text_key(topics[0] or "") == text_key(topics[1] or ""):
        yield Reason(Ground.TOPIC, f"{here} for {other.need.topic}")
    elif other.project.sector == need.project.sector:
        yield Reason(Ground.SECTOR, f"{here} in {other.project.sector}")
    elif (region := subregion_name(other.city.country)) == subregion_name(need.city.country):
        yield Reason(Ground.SUBREGION, f"{here} in {region}")
    elif (wide := _region(other.city.country)) == _region(need.city.country):
        yield Reason(Ground.REGION, f"{here} in {wide}")


def _region(country: str) -> str:
    """Give the region under the world that a country lies in."""
    chain = region_chain(country)
    return regions()[chain[-2] if len(chain) > 1 else chain[0]].name


def _left_out(snapshot: Snapshot, need: NeedFacts, provider: Provider) -> str | None:
    """Say why a provider is not asked: barred, asked already, or it declined the topic."""
    terms = snapshot.terms_of_parties(need, provider)
    bars = snapshot.restrictions.judge(terms, snapshot.day).bars
    if bars:
        return f"barred by {'; '.join(map(describe, bars))}"
    own = [one for one in snapshot.records("approach").values() if one.provider == provider.code]
    last = last_of_pair((one for one in own if one.need == need.need.code), snapshot.day)
    if last is not None and state_on(last, snapshot.day) in OPEN:
        return f"asked already: {last.code}, {answer_text(last, snapshot.day)}"
    declined = _declined(snapshot, need, own)
    return f"{declined.code} {answer_text(declined, snapshot.day)}" if declined else None


def _declined(
    snapshot: Snapshot, need: NeedFacts, approaches: Iterable[Approach]
) -> Approach | None:
    """Give the last decline of the need's topic that keeps the pair out of proposals."""
    needs: Mapping[str, NeedFacts] = snapshot.need_facts
    declines = [
        one
        for one in approaches
        if state_on(one, snapshot.day) is State.DECLINED
        and one.declined_on is not None
        and snapshot.day < pause_end(one.declined_on, one.not_before)
        and _is_same_subject(need, needs[one.need])
    ]
    return max(declines, key=lambda one: (one.declined_on, one.code), default=None)


def _is_same_subject(one: NeedFacts, other: NeedFacts) -> bool:
    """Say whether two needs are one, or of one factor and topic."""
    if one.need.code == other.need.code:
        return True
    topics = one.need.topic, other.need.topic
    return (
        one.need.factor is other.need.factor
        and all(topics)
        and text_key(topics[0] or "") == text_key(topics[1] or "")
    )
