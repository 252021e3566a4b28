"""The pairs that each restriction bars, counted by sets, are those of a naive reading."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bar_worlds import DAY, ledgers, needs, offers
from hypothesis import given
from hypothesis import strategies as st

from ledger.eligibility.index import OfferIndex
from ledger.eligibility.rules import Pairing, verdict
from ledger.matching.build import build

QUANTITY_RULES = {"ticket", "share", "indivisible"}


@given(ledgers(), st.lists(needs, max_size=3), offers())
def test_the_pairs_that_each_restriction_bars_are_those_of_a_naive_reading(
    restrictions, wanted, some
) -> None:
    facts = [replace(one, restrictions=restrictions) for one in some]
    facts = [one for one in facts if one.offer.factor == "money"]
    index = OfferIndex(facts, DAY, lambda _, __: None)
    counted: Counter[str] = Counter()
    for need in wanted:
        if need.need.factor == "money":
            counted.update(dict(index.barred_by_restriction(need)))
    due: Counter[str] = Counter()
    for one in restrictions.restrictions:
        alone = replace(restrictions, restrictions=(one,))
        for need in wanted:
            for offer in facts:
                pairing = Pairing(need, replace(offer, restrictions=alone), DAY, None, None)
                rules = {failure.rule for failure in verdict(pairing)} - QUANTITY_RULES
                due[one.code] += rules == {"restricted"}
    assert +counted == +due


@given(ledgers(), st.lists(needs, min_size=1, max_size=4), offers())
def test_offers_of_one_class_are_barred_alike(restrictions, wanted, some) -> None:
    """Matching merges offers of equal mandates; those of other providers may be barred."""
    numbered = [
        replace(
            one,
            need=replace(one.need, code=f"N-{at}"),
            balance=replace(one.balance, code=f"N-{at}"),
        )
        for at, one in enumerate(wanted)
    ]
    facts = [replace(one, restrictions=restrictions) for one in some]
    built = build(numbered, facts, DAY, lambda _, __: None, {})
    problem = built.problem
    placed = {
        (need.code, offer.code)
        for at, need in enumerate(problem.needs)
        for other, offer in enumerate(problem.offers)
        if problem.ratio(at, other) is not None
    }
    due = {
        (need.need.code, offer.offer.code)
        for need in numbered
        for offer in facts
        if not {one.rule for one in verdict(Pairing(need, offer, DAY, None, None))} - QUANTITY_RULES
    }
    assert placed == due
