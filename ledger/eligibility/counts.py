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
from ledger.eligibility.index import OfferIndex, RateOf
from ledger.eligibility.rules import RULES, NeedFacts, OfferFacts, Pairing
from ledger.eligibility.verdict import best_amount, verdict
from ledger.journal.balance import DealBalance

NO_OFFER = "no offer of this factor"


class _Phrases(NamedTuple):
    """What is said when every offer fails a rule, when one of several does, when more do."""

    all_fail: str
    one_fails: str
    some_fail: str


_PHRASES = {
    "unit": _Phrases(
        "no offer counts in a unit like this need's",
        "counts in another unit",
        "count in another unit",
    ),
    "topic": _Phrases(
        "no offer names this topic", "does not name this topic", "do not name this topic"
    ),
    "sector": _Phrases(
        "no offer covers this sector", "does not cover this sector", "do not cover this sector"
    ),
    "geography": _Phrases(
        "no offer reaches this city", "does not reach this city", "do not reach this city"
    ),
    "instrument": _Phrases(
        "no offer comes by an accepted instrument",
        "comes by no accepted instrument",
        "come by no accepted instrument",
    ),
    "window": _Phrases(
        "no offer is valid on the day", "is not valid on the day", "are not valid on the day"
    ),
    "start": _Phrases("no offer can start in time", "cannot start in time", "cannot start in time"),
    "ticket": _Phrases(
        "no offer's ticket fits this need",
        "has a ticket that does not fit this need",
        "have a ticket that does not fit this need",
    ),
    "share": _Phrases(
        "no offer may give the share it would take",
        "may not give the share it would take",
        "may not give the share it would take",
    ),
    "indivisible": _Phrases(
        "no offer can take this indivisible need whole",
        "cannot take this indivisible need whole",
        "cannot take this indivisible need whole",
    ),
}

_NO_TOPIC = _Phrases(
    "every offer is for named topics and this need has none",
    "is for named topics and this need has none",
    "are for named topics and this need has none",
)


def obstacle_sentence(rule: str, need: NeedFacts, failing: int, total: int) -> str:
    """Say that `failing` of `total` offers fail `rule`, more than fail any other."""
    if rule == "quantified":
        return "the amount is not known"
    if rule == "status":
        return f"the project's status {need.project.status} takes no new deals"
    phrases = _NO_TOPIC if rule == "topic" and need.need.topic is None else _PHRASES[rule]
    if failing == total:
        return phrases.all_fail
    verb = phrases.one_fails if failing == 1 else phrases.some_fail
    return f"{failing} of {total} offers {verb}"


BITSET_RULES = tuple(name for name in RULES if name != "factor")
"""An offer of another factor is never counted, so that rule cannot stand in the way."""


class Outstanding(NamedTuple):
    """What is held, committed or delivered between one offer and one need, in each one's unit."""

    need: int
    offer: int


OutstandingByNeed = Mapping[str, Mapping[str, Outstanding]]
"""For each need's code, by each offer's code, what lives between them."""

_NONE_OUTSTANDING: OutstandingByNeed = MappingProxyType({})


class EligibleCount(NamedTuple):
    """What one need may choose from.

    `eligible` of the `total` offers of its factor with something available fail no rule.
    `obstacle_rule` is the rule most of them fail (`failing` of them; of equals the earlier in
    RULES order), `obstacle` says it in words; None where nothing stands in the way.
    """

    eligible: int
    obstacle: str | None
    obstacle_rule: str | None
    failing: int
    total: int


def outstanding_by_need(deals: Iterable[DealBalance]) -> dict[str, dict[str, Outstanding]]:
    """Add up what lives between every need and offer, over all the deals of the pair."""
    outstanding: dict[str, dict[str, Outstanding]] = {}
    for balance in deals:
        need, offer = sum(balance.need.values()), sum(balance.offer.values())
        if need <= 0 and offer <= 0:
            continue
        by_offer = outstanding.setdefault(balance.deal.need, {})
        before = by_offer.get(balance.deal.offer, Outstanding(0, 0))
        by_offer[balance.deal.offer] = Outstanding(before.need + need, before.offer + offer)
    return outstanding


def count_eligible(
    needs: Iterable[NeedFacts],
    offers: Iterable[OfferFacts],
    day: date,
    rate_of: RateOf,
    outstanding: OutstandingByNeed = _NONE_OUTSTANDING,
) -> dict[str, EligibleCount]:
    """Count for every need, by its code, the offers that fail no rule on `day`.

    Offers with nothing available, and those of another factor, are not counted at all.
    `rate_of(need unit, offer unit)` is how many offer units one need unit costs, or None.
    """
    by_factor: dict[Factor, list[OfferFacts]] = {}
    for offer in offers:
        if offer.balance.free > 0:
            by_factor.setdefault(offer.offer.factor, []).append(offer)
    indexes = {factor: OfferIndex(some, day, rate_of) for factor, some in by_factor.items()}
    return {
        need.need.code: _count(
            need, indexes.get(need.need.factor), outstanding.get(need.need.code, {})
        )
        for need in needs
    }


def _count(
    need: NeedFacts, indexes: OfferIndex | None, outstanding: Mapping[str, Outstanding]
) -> EligibleCount:
    if indexes is None:
        return EligibleCount(0, NO_OFFER, "factor", 0, 0)
    with_outstanding = [
        code for code, amounts in outstanding.items() if amounts.need > 0 or amounts.offer > 0
    ]
    rule_sets = indexes.rule_sets(need, outstanding_with_others=bool(with_outstanding))
    tested_apart = indexes.subset(with_outstanding)
    eligible = indexes.all_offers & ~tested_apart
    failing = dict.fromkeys(BITSET_RULES, 0)
    for rule in BITSET_RULES:
        failing[rule] = (indexes.all_offers & ~tested_apart & ~rule_sets[rule]).bit_count()
        eligible &= rule_sets[rule]
    count = eligible.bit_count()
    for code in with_outstanding:
        offer = indexes.by_code.get(code)
        if offer is None:
            continue
        failed = _rules_failed_with_outstanding(need, offer, indexes, outstanding)
        count += not failed
        for rule in failed:
            failing[rule] += 1
    return _eligible_count(need, count, failing, len(indexes.by_code))


def _rules_failed_with_outstanding(
    need: NeedFacts, offer: OfferFacts, indexes: OfferIndex, outstanding: Mapping[str, Outstanding]
) -> list[str]:
    """Judge one pair that something lives between, at its best amount."""
    code = offer.offer.code
    amounts = outstanding[code]
    rate = indexes.rate_of(need.balance.unit.code, offer.balance.unit.code)
    amount = best_amount(
        need, offer, rate, outstanding_need=amounts.need, outstanding_offer=amounts.offer
    )
    others = (other for other, some in outstanding.items() if some.need > 0 or some.offer > 0)
    pairing = Pairing(
        need=need,
        offer=offer,
        day=indexes.day,
        need_amount=amount.need,
        offer_amount=amount.offer,
        outstanding_need=amounts.need,
        outstanding_offer=amounts.offer,
        outstanding_elsewhere=tuple(sorted(other for other in others if other != code)),
    )
    return [failure.rule for failure in verdict(pairing)]


def _eligible_count(
    need: NeedFacts, eligible: int, failing: Mapping[str, int], total: int
) -> EligibleCount:
    # max() keeps the first of equals, and BITSET_RULES stand in RULES order.
    worst = max(BITSET_RULES, key=lambda rule: failing[rule])
    if not failing[worst]:
        return EligibleCount(eligible, None, None, 0, total)
    phrases = obstacle_sentence(worst, need, failing[worst], total)
    return EligibleCount(eligible, phrases, worst, failing[worst], total)
