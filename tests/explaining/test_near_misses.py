"""The smallest single change that lets a need and an offer meet: it does, and no smaller one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from eligibility_worlds import (
    DAY,
    IRR,
    PACKAGE,
    USD,
    nearly_meeting_worlds,
    needing,
    offering,
    worlds,
)
from hypothesis import assume, given
from pair_changes import applied, pairs_in, smaller

from ledger.core.factors import Factor, Stage
from ledger.eligibility.counts import Outstanding
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.matching.near_misses import single_changes
from ledger.matching.pairs import PairFacts

M = 100_000_000
"""A million euros, in cents."""


def between(need: NeedFacts, offer: OfferFacts, rate: str | None = None, **more: Any) -> PairFacts:
    return PairFacts(need, offer, DAY, None if rate is None else Fraction(rate), **more)


def words(pair: PairFacts) -> list[str]:
    return [change.words for change in single_changes(pair)]


def test_a_pair_that_meets_needs_no_change():
    assert single_changes(between(needing(M), offering(M))) == ()


def test_an_offer_that_ended_would_do_if_it_were_valid_until_the_day():
    ended = offering(M, valid_until=DAY - timedelta(days=12))

    assert words(between(needing(M), ended)) == [f"valid until {DAY}, 12 days longer"]


def test_what_lapsed_would_come_back_with_a_longer_validity():
    lapsed = offering(0, valid_until=date(2026, 11, 22), stages={Stage.EXPIRED: M})

    assert words(between(needing(M), lapsed)) == [f"valid until {DAY}, 1 day longer"]


def test_an_offer_that_begins_later_would_do_if_it_began_on_the_day():
    later = offering(M, valid_from=DAY + timedelta(days=3))

    assert words(between(needing(M), later)) == [f"valid from {DAY}, 3 days earlier"]


def test_the_smallest_ticket_would_have_to_be_what_the_need_can_take():
    need, offer = needing(3 * M), offering(10 * M, min_ticket=5 * M)

    assert words(between(need, offer)) == ["a minimum ticket of 3M EUR instead of 5M EUR"]


def test_a_ticket_in_another_currency_is_met_by_what_the_hold_would_take():
    need, offer = needing(3 * M), offering(10 * M, unit=USD, min_ticket=5 * M)

    assert words(between(need, offer, "1.1")) == ["a minimum ticket of 3.3M USD instead of 5M USD"]


def test_what_lives_in_the_pair_counts_towards_the_ticket():
    need, offer = needing(M), offering(10 * M, min_ticket=5 * M)
    pair = between(need, offer, outstanding_in_need={offer.offer.code: Outstanding(M, M)})

    assert words(pair) == ["a minimum ticket of 2M EUR instead of 5M EUR"]


def test_an_indivisible_need_wants_a_larger_ticket_or_to_be_divided():
    need = needing(8 * M, divisible=False)

    assert words(between(need, offering(10 * M, max_ticket=5 * M))) == [
        "a maximum ticket of 8M EUR instead of 5M EUR",
        "the need made divisible",
    ]


def test_a_share_that_is_too_small_for_an_indivisible_need():
    need = needing(4 * M, stages={Stage.DELIVERED: 6 * M}, divisible=False)

    assert words(between(need, offering(10 * M, max_share=Decimal("0.25")))) == [
        "a maximum share of 40 % instead of 25 %",
        "the need made divisible",
    ]


def test_a_share_that_leaves_less_than_the_smallest_ticket():
    need = needing(10 * M)
    offer = offering(50 * M, max_share=Decimal("0.2"), min_ticket=4 * M)

    assert words(between(need, offer)) == [
        "a minimum ticket of 2M EUR instead of 4M EUR",
        "a maximum share of 40 % instead of 20 %",
    ]


def test_an_indivisible_need_wants_more_put_up():
    need = needing(3, unit=PACKAGE, factor=Factor.IMPLEMENTATION, divisible=False)
    offer = offering(1, unit=PACKAGE, factor=Factor.IMPLEMENTATION)

    assert words(between(need, offer)) == ["2 package more offered", "the need made divisible"]


def test_an_indivisible_need_that_lives_with_another_offer_can_only_be_divided():
    need = needing(M, stages={Stage.HELD: M}, divisible=False)

    assert words(between(need, offering(M), outstanding_in_need={"O-0009": Outstanding(1, 1)})) == [
        "the need made divisible"
    ]


@pytest.mark.parametrize(
    ("need", "offer", "told"),
    [
        ({"topic": "metro"}, {"topics": ("brt",)}, ["topic metro added"]),
        ({}, {"topics": ("brt",)}, ["the need to name the topic brt"]),
        ({}, {"sectors": ("health",)}, ["sector transport.urban added"]),
        ({}, {"countries": ("PK",)}, ["country IR added", "city MHD added"]),
        ({}, {"excluded_countries": ("IR",)}, ["country IR not excluded"]),
        (
            {"instruments": ("grant",)},
            {"instruments": ("loan",)},
            ["the need to accept loan", "instrument grant added"],
        ),
        (
            {"needed_by": date(2027, 6, 1)},
            {"available_from": date(2027, 7, 1)},
            ["available from 2027-06-01, 30 days earlier", "needed by 2027-07-01, 30 days later"],
        ),
        ({"status": "completed"}, {}, ["the project back in implementation"]),
        ({}, {"withdrawn": True, "stages": {Stage.WITHDRAWN: M}}, []),
    ],
)
def test_terms_that_keep_a_pair_apart(need, offer, told):
    assert words(between(needing(M, **need), offering(M, **offer))) == told


def test_an_offer_that_was_withdrawn_would_have_to_be_brought_back():
    gone = offering(0, withdrawn=True, stages={Stage.WITHDRAWN: M})

    assert words(between(needing(M), gone)) == ["the offer brought back"]


def test_an_offer_of_which_nothing_is_left_would_need_more():
    given_away = offering(0, stages={Stage.COMMITTED: M}, min_ticket=2 * M)

    assert words(between(needing(9 * M), given_away)) == ["2M EUR more offered"]


def test_more_offered_does_not_serve_a_need_of_which_nothing_is_open():
    need = needing(0, stages={Stage.HELD: 1})

    assert words(between(need, offering(0, min_ticket=2))) == []


def test_two_currencies_without_a_rate_need_one():
    assert words(between(needing(M), offering(M, unit=IRR))) == ["a rate between EUR and IRR"]


def test_a_need_of_unknown_amount_needs_one_that_the_offer_could_serve():
    unknown = needing(0)
    offer = offering(10 * M, min_ticket=2 * M, max_share=Decimal("0.5"))

    assert words(between(unknown, offer)) == ["its amount given, at least 4M EUR"]


def test_another_factor_is_no_change_of_this_offer():
    other = offering(1, unit=PACKAGE, factor=Factor.IMPLEMENTATION)

    assert single_changes(between(needing(M), other)) == ()


def test_two_rules_that_no_one_change_mends_have_none():
    offer = offering(M, sectors=("health",), countries=("PK",))

    assert single_changes(between(needing(M), offer)) == ()


def test_one_change_may_mend_two_rules():
    """Divided, the need takes a ticket and a share that allow it: both rules fail before."""
    need = needing(8 * M, divisible=False)
    offer = offering(9 * M, max_ticket=5 * M, max_share=Decimal("0.5"))

    assert words(between(need, offer)) == ["the need made divisible"]


def test_a_change_names_the_command_that_tries_it():
    need, offer = needing(M), offering(M, sectors=("health",))

    (change,) = single_changes(between(need, offer))

    assert change.command == (
        "cityfund match whatif --change O-0001 'sectors=health;transport.urban'"
    )


@given(nearly_meeting_worlds())
def test_every_change_lets_the_pair_meet(world):
    told = 0
    for pair in pairs_in(world):
        for change in single_changes(pair):
            if change.kind == "rate":
                continue
            told += 1
            assert applied(pair, change).failures() == (), change
    assume(told)


@given(nearly_meeting_worlds())
def test_no_smaller_change_lets_the_pair_meet(world):
    told = 0
    for pair in pairs_in(world):
        for change in single_changes(pair):
            less = smaller(pair, change)
            if less is None:
                continue
            told += 1
            assert applied(pair, less).failures() != (), (change, less)
    assume(told)


@given(worlds())
def test_a_pair_that_meets_has_no_change_and_one_that_fails_a_term_has_one(world):
    mendable = {"sector", "instrument", "start", "status"}
    for pair in pairs_in(world):
        failed = [failure.rule for failure in pair.failures()]
        if not failed:
            assert single_changes(pair) == ()
        elif len(failed) == 1 and set(failed) <= mendable:
            assert single_changes(pair) != (), failed
