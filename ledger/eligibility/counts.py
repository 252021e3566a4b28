"""The number of eligible offers of each need, and the rule that most often excludes the others.

The figures are exactly those of `verdict` on every pair at its best amount, computed without a loop
over pairs: each rule is evaluated once per kind of need as a set of offers (see `index`). Only
pairs with something outstanding between them are judged one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from ledger.core.factors import FREE_STAGE, Factor, Side, Stage
from ledger.eligibility.index import Counted, FailingTerms, OfferIndex, RateOf
from ledger.eligibility.rules import RULES, Failure, NeedFacts, OfferFacts, Outstanding, verdict
from ledger.eligibility.verdict import pairing_at_best
from ledger.journal.balance import DealBalance

NO_OFFER = "no offer of this factor"
_NOTHING_AVAILABLE = "no offer of this factor has anything available"


_PHRASES = {
    "unit": ("no offer is in a unit of this need", "is in another unit"),
    "topic": ("no offer names this topic", "does not name this topic"),
    "sector": ("no offer covers this sector", "does not cover this sector"),
    "geography": ("no offer reaches this city", "does not reach this city"),
    "instrument": ("no offer has an accepted instrument", "has no accepted instrument"),
    "window": ("no offer is valid on the day", "is not valid on the day"),
    "start": ("no offer can start in time", "cannot start in time"),
    "retired": ("every offer is of a retired provider", "is of a retired provider"),
    "ticket": ("no offer's ticket fits this need", "has a ticket that does not fit this need"),
    "share": ("no offer may give the share it would take", "may not give the share it would take"),
    "indivisible": (
        "no offer can take this indivisible need whole",
        "cannot take this indivisible need whole",
    ),
    "restricted": ("every offer is barred by a restriction", "is barred by a restriction"),
}
"""The sentences for a rule that all offers, or one, fail."""

_NO_TOPIC = (
    "every offer is limited to topics and this need has none",
    "is limited to topics and this need has none",
)
_PLURALS = {"is": "are", "does": "do", "has": "have"}


def obstacle_sentence(rule: str, need: NeedFacts, failing: int, total: int) -> str:
    """Return the sentence that `failing` of `total` offers fail `rule`, the most of all."""
    if rule == "quantified":
        return "the amount is not known"
    if rule == "status":
        return f"the project's status {need.project.status} takes no new deals"
    no_topic = rule == "topic" and need.need.topic is None
    all_fail, one_fails = _NO_TOPIC if no_topic else _PHRASES[rule]
    if failing == total:
        return all_fail
    verb, _, rest = one_fails.partition(" ")
    verb = verb if failing == 1 else _PLURALS.get(verb, verb)
    return f"{failing} of {total} offers {verb} {rest}"


BITSET_RULES = tuple(name for name in RULES if name != "factor")
"""Offers of another factor are never counted, so that rule cannot exclude any."""


OutstandingByNeed = Mapping[str, Mapping[str, Outstanding]]
"""The outstanding amounts by the need's code, then by the offer's code."""

_NONE_OUTSTANDING: OutstandingByNeed = MappingProxyType({})


class EligibleCount(NamedTuple):
    """The eligible offers of one need.

    `eligible` of the `total` offers of its factor with something available fail no rule.
    `obstacle_rule` is the rule that most of them fail (`failing` of them; of equals the earlier in
    RULES order), `obstacle` is its sentence; both are None if no rule excludes an offer.
    """

    eligible: int
    obstacle: str | None
    obstacle_rule: str | None
    failing: int
    total: int


def outstanding_by_need(deals: Iterable[DealBalance]) -> dict[str, dict[str, Outstanding]]:
    """Sum the outstanding amounts of every pair over all its deals."""
    outstanding: dict[str, dict[str, Outstanding]] = {}
    for balance in deals:
        need, offer = sum(balance.need.values()), sum(balance.offer.values())
        if need <= 0 and offer <= 0:
            continue
        by_offer = outstanding.setdefault(balance.deal.need, {})
        before = by_offer.get(balance.deal.offer, Outstanding(0, 0))
        by_offer[balance.deal.offer] = Outstanding(before.need + need, before.offer + offer)
    return outstanding


class SpentOffers(NamedTuple):
    """How many offers of a factor have nothing available, and why: the rest have no amount yet."""

    total: int = 0
    expired: int = 0
    withdrawn: int = 0
    taken: int = 0

    def sentence(self) -> str:
        """Return the sentence of a need for which no offer of its factor has anything available."""
        if not self.total:
            return NO_OFFER
        whole = {self.expired: "has expired", self.withdrawn: "is withdrawn"}
        whole |= {self.taken: "is held, committed or delivered in full"}
        state = whole.get(self.total)
        return _NOTHING_AVAILABLE if state is None else f"every offer of this factor {state}"

    def and_one(self, offer: OfferFacts) -> SpentOffers:
        """Count an offer too. Of one in several stages, what expired stands before the others."""
        stages = offer.balance.stages
        expired = stages.get(Stage.EXPIRED, 0) > 0
        taken = not expired and any(stages.get(stage, 0) > 0 for stage in _TAKEN)
        withdrawn = not expired and not taken and stages.get(Stage.WITHDRAWN, 0) > 0
        return SpentOffers(
            self.total + 1,
            self.expired + expired,
            self.withdrawn + withdrawn,
            self.taken + taken,
        )


_TAKEN = (Stage.HELD, Stage.COMMITTED, Stage.DELIVERED)
_NONE_SPENT = SpentOffers()


def spent_offers(offers: Iterable[OfferFacts]) -> dict[Factor, SpentOffers]:
    """Count the offers that have nothing available, by their factor."""
    spent: dict[Factor, SpentOffers] = {}
    for one in offers:
        if one.balance.free <= 0:
            factor = one.offer.factor
            spent[factor] = spent.get(factor, _NONE_SPENT).and_one(one)
    return spent


def count_eligible(
    needs: Iterable[NeedFacts],
    offers: Iterable[OfferFacts],
    day: date,
    rate_of: RateOf,
    outstanding: OutstandingByNeed = _NONE_OUTSTANDING,
) -> dict[str, EligibleCount]:
    """Count the offers that fail no rule on `day`, for every need by its code.

    Offers with nothing available and offers of another factor are not counted. `rate_of(need unit,
    offer unit)` returns the offer units per need unit, or None.
    """
    offers, needs = [*offers], [*needs]
    indexes = offer_indexes(offers, day, rate_of)
    without = {need.need.factor for need in needs} - indexes.keys()
    spent = spent_offers(one for one in offers if one.offer.factor in without)
    return {
        need.need.code: _count(
            need,
            indexes.get(need.need.factor),
            outstanding.get(need.need.code, {}),
            spent.get(need.need.factor, _NONE_SPENT),
        )
        for need in needs
    }


class OffersAlike(NamedTuple):
    """Offers of equal terms: the facts of one of them, and what each has available, ascending.

    None of them has anything outstanding with the needs that they are counted for, and no
    restriction is in force.
    """

    facts: OfferFacts
    free: Sequence[int]

    def having(self, free: int) -> OfferFacts:
        """Return the facts of an offer of these terms that has so much available."""
        stages = {**self.facts.balance.stages, FREE_STAGE[Side.OFFER]: free}
        return replace(self.facts, balance=replace(self.facts.balance, stages=stages))

    @property
    def largest(self) -> OfferFacts:
        """The facts of the offer that has the most available."""
        return self.having(self.free[-1])


def count_alike(
    needs: Iterable[NeedFacts],
    alike: Sequence[OffersAlike],
    apart: Sequence[OfferFacts],
    day: date,
    rate_of: RateOf,
    outstanding: OutstandingByNeed,
    spent: Mapping[Factor, SpentOffers],
) -> dict[str, EligibleCount]:
    """Count for a few needs as `count_eligible` does; what many offers share is judged once.

    `apart` are the offers with something outstanding with one of the needs, and `spent` counts
    those that have nothing available, by the factor.
    """
    counts = {}
    for need in needs:
        others = outstanding.get(need.need.code, {})
        tally = _Tally(need, day, rate_of, others)
        for one in alike:
            if one.facts.offer.factor == need.need.factor:
                tally.add(one)
        for offer in apart:
            if offer.offer.factor == need.need.factor and offer.balance.free > 0:
                tally.add(OffersAlike(offer, [offer.balance.free]))
        counts[need.need.code] = tally.count(spent.get(need.need.factor, _NONE_SPENT))
    return counts


_Judged = tuple[int, frozenset[str]]
"""The place of an offer among those of equal terms, and the rules that it fails."""


class _Tally:
    """The rules that the offers fail for one need, as they are judged."""

    def __init__(
        self, need: NeedFacts, day: date, rate_of: RateOf, outstanding: Mapping[str, Outstanding]
    ) -> None:
        self._need, self._day, self._rate_of = need, day, rate_of
        self._outstanding = outstanding
        self._eligible, self._total = 0, 0
        self._failing = dict.fromkeys(BITSET_RULES, 0)

    def add(self, alike: OffersAlike) -> None:
        """Judge offers of equal terms."""
        free, last = alike.free, len(alike.free) - 1
        first_fails = self._failed(alike.having(free[0]))
        last_fails = first_fails if free[0] == free[-1] else self._failed(alike.having(free[-1]))
        self._spread(alike, (0, first_fails), (last, last_fails))

    def _spread(
        self,
        alike: OffersAlike,
        first: tuple[int, frozenset[str]],
        last: tuple[int, frozenset[str]],
    ) -> None:
        """Count the offers from the first to the last.

        The more an offer has available, the fewer rules it fails: where the two ends fail the same,
        all between them do.
        """
        (start, fails), (end, fails_then) = first, last
        if fails == fails_then:
            self._take(end - start + 1, fails)
        elif end - start == 1:
            self._take(1, fails)
            self._take(1, fails_then)
        else:
            middle = (start + end) // 2
            fails_between = self._failed(alike.having(alike.free[middle]))
            self._spread(alike, first, (middle, fails_between))
            self._spread(alike, (middle, fails_between), last)
            self._take(-1, fails_between)

    def _take(self, number: int, failed: frozenset[str]) -> None:
        self._total += number
        if not failed:
            self._eligible += number
        for rule in failed:
            self._failing[rule] += number

    def _failed(self, offer: OfferFacts) -> frozenset[str]:
        rate = self._rate_of(self._need.balance.unit.code, offer.balance.unit.code)
        pairing = pairing_at_best(self._need, offer, self._day, rate, self._outstanding)
        return frozenset(failure.rule for failure in verdict(pairing))

    def count(self, spent: SpentOffers) -> EligibleCount:
        """Give the count, where offers of the need's factor are `spent`."""
        if not self._total:
            return EligibleCount(0, spent.sentence(), "factor", 0, 0)
        return _eligible_count(self._need, self._eligible, self._failing, self._total)


def offer_indexes(
    offers: Iterable[OfferFacts], day: date, rate_of: RateOf
) -> dict[Factor, OfferIndex]:
    """Index the offers with something available, by their factor."""
    by_factor: dict[Factor, list[OfferFacts]] = {}
    for offer in offers:
        if offer.balance.free > 0:
            by_factor.setdefault(offer.offer.factor, []).append(offer)
    return {factor: OfferIndex(some, day, rate_of) for factor, some in by_factor.items()}


def without_offers(
    needs: Iterable[NeedFacts],
    offers: Iterable[OfferFacts],
    day: date,
    rate_of: RateOf,
    outstanding: OutstandingByNeed = _NONE_OUTSTANDING,
) -> list[str]:
    """Give the needs, in their order, for which `count_eligible` counts no offer.

    Most needs have one whatever they ask for, and of these nothing is counted.
    """
    indexes = offer_indexes(offers, day, rate_of)
    found = []
    for need in needs:
        code, index = need.need.code, indexes.get(need.need.factor)
        others = outstanding.get(code, {})
        if index is not None and not others and index.unlimited_for(need):
            continue
        if not _count(need, index, others).eligible:
            found.append(code)
    return found


def eligible_offers(
    need: NeedFacts, index: OfferIndex, outstanding: Mapping[str, Outstanding]
) -> list[OfferFacts]:
    """Give the offers of an index that fail no rule for a need: exactly those that are counted."""
    apart = _with_outstanding(outstanding)
    rule_sets = index.rule_sets(need, outstanding_with_others=bool(apart))
    eligible = index.all_offers & ~index.subset(apart)
    for rule in BITSET_RULES:
        eligible &= rule_sets[rule]
    tested = (index.by_code[code] for code in apart if code in index.by_code)
    return [
        *index.offers_at(eligible),
        *(one for one in tested if not _failures(need, one, index, outstanding)),
    ]


def _with_outstanding(outstanding: Mapping[str, Outstanding]) -> list[str]:
    return [code for code, amounts in outstanding.items() if amounts.need > 0 or amounts.offer > 0]


def _failures(
    need: NeedFacts, offer: OfferFacts, index: OfferIndex, outstanding: Mapping[str, Outstanding]
) -> tuple[Failure, ...]:
    rate = index.rate_of(need.balance.unit.code, offer.balance.unit.code)
    return verdict(pairing_at_best(need, offer, index.day, rate, outstanding))


def _count(
    need: NeedFacts,
    indexes: OfferIndex | None,
    outstanding: Mapping[str, Outstanding],
    spent: SpentOffers = _NONE_SPENT,
) -> EligibleCount:
    if indexes is None:
        return EligibleCount(0, spent.sentence(), "factor", 0, 0)
    with_outstanding = _with_outstanding(outstanding)
    if not with_outstanding:
        return _count_alone(need, indexes)
    rule_sets = indexes.rule_sets(need, outstanding_with_others=True)
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
        failures = _failures(need, offer, indexes, outstanding)
        count += not failures
        for failure in failures:
            failing[failure.rule] += 1
    return _eligible_count(need, count, failing, len(indexes.by_code))


def _count_alone(need: NeedFacts, index: OfferIndex) -> EligibleCount:
    """Count for a need with nothing outstanding: rules on terms are alike for needs of equal terms.

    Only sets on quantity and restrictions are made for each need, and these once where quantities
    come to the same places among the offers and nothing is barred.
    """
    terms = index.failing_terms(need)
    if index.is_barred(need):
        return _in_words(need, _count_sets(need, index, terms), len(index.by_code))
    places = index.quantity_places(need)
    known = terms.counted.get(places)
    if known is None:
        known = terms.counted[places] = _count_sets(need, index, terms)
    return _in_words(need, known, len(index.by_code))


def _count_sets(need: NeedFacts, index: OfferIndex, terms: FailingTerms) -> Counted:
    failing, eligible = dict(terms.failing), terms.passing
    for rule, passed in index.other_sets(need).items():
        failing[rule] = len(index.by_code) - passed.bit_count()
        eligible &= passed
    return _counted(eligible.bit_count(), failing)


def _counted(eligible: int, failing: Mapping[str, int]) -> Counted:
    # max() keeps the first of equals, and BITSET_RULES are in RULES order.
    worst = max(BITSET_RULES, key=failing.__getitem__)
    return Counted(eligible, worst, failing[worst])


def _eligible_count(
    need: NeedFacts, eligible: int, failing: Mapping[str, int], total: int
) -> EligibleCount:
    return _in_words(need, _counted(eligible, failing), total)


def _in_words(need: NeedFacts, counted: Counted, total: int) -> EligibleCount:
    if not counted.failing:
        return EligibleCount(counted.eligible, None, None, 0, total)
    phrases = obstacle_sentence(counted.rule, need, counted.failing, total)
    return EligibleCount(counted.eligible, phrases, counted.rule, counted.failing, total)
