"""How many offers each need could turn to, and what most often stands in the way.

The figures are exactly those of `verdict` on every pair at its best amount, but found without
trying the pairs: each rule is asked once per kind of need for the set of offers that pass it
(see `offer_sets`). Only pairs between which something already lives are judged one by one.

The words for what stands between a need and the offers of its factor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from ledger.core.factors import Factor
from ledger.eligibility.index import OfferSets, RateOf
from ledger.eligibility.rules import RULES, NeedFacts, OfferFacts, Pairing
from ledger.eligibility.verdict import best_amount, verdict
from ledger.journal.balance import DealBalance

NO_OFFER = "no offer of this factor"


class _Words(NamedTuple):
    """What is said when every offer fails a rule, when one of several does, when more do."""

    all_fail: str
    one_fails: str
    some_fail: str


_WORDS = {
    "unit": _Words(
        "no offer counts in a unit like this need's",
        "counts in another unit",
        "count in another unit",
    ),
    "topic": _Words(
        "no offer names this topic", "does not name this topic", "do not name this topic"
    ),
    "sector": _Words(
        "no offer covers this sector", "does not cover this sector", "do not cover this sector"
    ),
    "geography": _Words(
        "no offer reaches this city", "does not reach this city", "do not reach this city"
    ),
    "instrument": _Words(
        "no offer comes by an accepted instrument",
        "comes by no accepted instrument",
        "come by no accepted instrument",
    ),
    "window": _Words(
        "no offer is valid on the day", "is not valid on the day", "are not valid on the day"
    ),
    "start": _Words("no offer can start in time", "cannot start in time", "cannot start in time"),
    "ticket": _Words(
        "no offer's ticket fits this need",
        "has a ticket that does not fit this need",
        "have a ticket that does not fit this need",
    ),
    "share": _Words(
        "no offer may give the share it would take",
        "may not give the share it would take",
        "may not give the share it would take",
    ),
    "indivisible": _Words(
        "no offer can take this indivisible need whole",
        "cannot take this indivisible need whole",
        "cannot take this indivisible need whole",
    ),
}

_NO_TOPIC = _Words(
    "every offer is for named topics and this need has none",
    "is for named topics and this need has none",
    "are for named topics and this need has none",
)


def obstacle_sentence(rule: str, need: NeedFacts, failing: int, of: int) -> str:
    """Say that `failing` of `of` offers fail `rule`, more than fail any other."""
    if rule == "quantified":
        return "the amount is not known"
    if rule == "status":
        return f"the project's status {need.project.status} takes no new deals"
    words = _NO_TOPIC if rule == "topic" and need.need.topic is None else _WORDS[rule]
    if failing == of:
        return words.all_fail
    verb = words.one_fails if failing == 1 else words.some_fail
    return f"{failing} of {of} offers {verb}"


BITSET_RULES = tuple(name for name in RULES if name != "factor")
"""An offer of another factor is never counted, so that rule cannot stand in the way."""


class Living(NamedTuple):
    """What is held, committed or delivered between one offer and one need, in each one's unit."""

    need: int
    offer: int


LivingByNeed = Mapping[str, Mapping[str, Living]]
"""For each need's code, by each offer's code, what lives between them."""

_NOTHING_LIVES: LivingByNeed = MappingProxyType({})


class EligibleCount(NamedTuple):
    """What one need may choose from.

    `eligible` of the `of` offers of its factor with something available fail no rule.
    `obstacle_rule` is the rule most of them fail (`failing` of them; of equals the earlier in
    RULES order), `obstacle` says it in words; None where nothing stands in the way.
    """

    eligible: int
    obstacle: str | None
    obstacle_rule: str | None
    failing: int
    of: int


def living_by_need(deals: Iterable[DealBalance]) -> dict[str, dict[str, Living]]:
    """Add up what lives between every need and offer, over all the deals of the pair."""
    found: dict[str, dict[str, Living]] = {}
    for balance in deals:
        need, offer = sum(balance.need.values()), sum(balance.offer.values())
        if need <= 0 and offer <= 0:
            continue
        by_offer = found.setdefault(balance.deal.need, {})
        before = by_offer.get(balance.deal.offer, Living(0, 0))
        by_offer[balance.deal.offer] = Living(before.need + need, before.offer + offer)
    return found


def count_eligible(
    needs: Iterable[NeedFacts],
    offers: Iterable[OfferFacts],
    day: date,
    rate_of: RateOf,
    living: LivingByNeed = _NOTHING_LIVES,
) -> dict[str, EligibleCount]:
    """Count for every need, by its code, the offers that fail no rule on `day`.

    Offers with nothing available, and those of another factor, are not counted at all.
    `rate_of(need unit, offer unit)` is how many offer units one need unit costs, or None.
    """
    by_factor: dict[Factor, list[OfferFacts]] = {}
    for offer in offers:
        if offer.balance.free > 0:
            by_factor.setdefault(offer.offer.factor, []).append(offer)
    sets = {factor: OfferSets(some, day, rate_of) for factor, some in by_factor.items()}
    return {
        need.need.code: _count(need, sets.get(need.need.factor), living.get(need.need.code, {}))
        for need in needs
    }


def _count(need: NeedFacts, sets: OfferSets | None, living: Mapping[str, Living]) -> EligibleCount:
    if sets is None:
        return EligibleCount(0, NO_OFFER, "factor", 0, 0)
    taken = [code for code, lives in living.items() if lives.need > 0 or lives.offer > 0]
    passing = sets.passing(need, taken=bool(taken))
    apart = sets.only(taken)
    eligible = sets.everyone & ~apart
    failing = dict.fromkeys(BITSET_RULES, 0)
    for rule in BITSET_RULES:
        failing[rule] = (sets.everyone & ~apart & ~passing[rule]).bit_count()
        eligible &= passing[rule]
    count = eligible.bit_count()
    for code in taken:
        offer = sets.by_code.get(code)
        if offer is None:
            continue
        failed = _failed_beside_living(need, offer, sets, living)
        count += not failed
        for rule in failed:
            failing[rule] += 1
    return _summed_up(need, count, failing, len(sets.by_code))


def _failed_beside_living(
    need: NeedFacts, offer: OfferFacts, sets: OfferSets, living: Mapping[str, Living]
) -> list[str]:
    """Judge one pair that something lives between, at its best amount."""
    code = offer.offer.code
    lives = living[code]
    rate = sets.rate_of(need.balance.unit.code, offer.balance.unit.code)
    amount = best_amount(need, offer, rate, living_need=lives.need, living_offer=lives.offer)
    others = (other for other, some in living.items() if some.need > 0 or some.offer > 0)
    pairing = Pairing(
        need=need,
        offer=offer,
        day=sets.day,
        need_amount=amount.need,
        offer_amount=amount.offer,
        living_need=lives.need,
        living_offer=lives.offer,
        living_elsewhere=tuple(sorted(other for other in others if other != code)),
    )
    return [failure.rule for failure in verdict(pairing)]


def _summed_up(
    need: NeedFacts, eligible: int, failing: Mapping[str, int], of: int
) -> EligibleCount:
    # max() keeps the first of equals, and BITSET_RULES stand in RULES order.
    worst = max(BITSET_RULES, key=lambda rule: failing[rule])
    if not failing[worst]:
        return EligibleCount(eligible, None, None, 0, of)
    words = obstacle_sentence(worst, need, failing[worst], of)
    return EligibleCount(eligible, words, worst, failing[worst], of)
