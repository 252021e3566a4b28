"""Inside the mandate: what an offer admits, what an officer may override, and what nobody may."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from world import World

from ledger.core.factors import Factor
from ledger.usecases.deals.terms import NotEligible, OutsideMandate

AGREED = "the bank's board agreed on 3 March"


@pytest.mark.parametrize(
    ("terms", "word"),
    [
        ({"topics": ("metro",)}, "topic"),
        ({"sectors": ("energy",)}, "sector"),
        ({"countries": ("FR",)}, "geography"),
        ({"excluded_countries": ("IR",)}, "geography"),
        ({"valid_until": date(2026, 6, 30)}, "window"),
        ({"min_ticket": 5000}, "ticket"),
        ({"max_ticket": 4000}, "ticket"),
        ({"max_share": Decimal("0.4")}, "share"),
    ],
)
def test_outside_its_mandate_an_offer_serves_only_with_a_reason(world: World, terms, word):
    world.need("100 EUR")
    world.offer("100 EUR", **terms)
    with world.refuses(OutsideMandate, word, "--override"):
        world.introduce("45 EUR")
    world.introduce("45 EUR", override=AGREED)

    assert world.entries()[-1].override == AGREED


def test_a_reason_that_was_not_needed_is_not_kept(world):
    world.need("100 EUR")
    world.offer("100 EUR")
    world.introduce("45 EUR", override=AGREED)

    assert world.entries()[-1].override is None


def test_all_failed_rules_are_told_at_once(world):
    world.need("100 EUR")
    world.offer("100 EUR", topics=("metro",), countries=("FR",), max_ticket=1)
    with world.refuses(OutsideMandate, "topic", "geography", "ticket"):
        world.introduce("45 EUR")


def test_a_mandate_counts_what_already_lives_between_the_two(world):
    world.need("100 EUR")
    world.offer("100 EUR", max_ticket=5000)
    world.introduce("45 EUR")
    with world.refuses(OutsideMandate, "ticket"):
        world.introduce("5.01 EUR")
    world.introduce("5 EUR")


def test_a_hold_made_in_time_is_committed_after_the_offers_last_day(world):
    world.need("100 EUR")
    world.offer("100 EUR", valid_until=date(2026, 6, 30))
    world.introduce("45 EUR", on=date(2026, 6, 30))

    assert world.commit()["need"]["committed"] == "45.00"


def test_no_reason_makes_money_of_expertise(world):
    world.need("100 EUR")
    world.offer("100 EUR", factor=Factor.EXPERTISE)
    with world.refuses(NotEligible, "factor"):
        world.introduce("45 EUR", override=AGREED)


def test_a_need_of_unknown_quantity_takes_no_deal(world):
    world.need()
    world.offer("100 EUR")
    with world.refuses(NotEligible, "quantified"):
        world.introduce("45 EUR", override=AGREED)


@pytest.fixture
def whole(world: World) -> World:
    """A work package that cannot be divided, and two offers that could each do it."""
    world.need("10 package", factor=Factor.IMPLEMENTATION, divisible=False)
    for code in ("O-0001", "O-0002"):
        world.offer("10 package", code=code, factor=Factor.IMPLEMENTATION)
    return world


def test_a_part_of_an_indivisible_need_is_refused_whatever_the_reason(whole):
    with whole.refuses(NotEligible, "indivisible"):
        whole.introduce("4 package", override=AGREED)


def test_an_indivisible_need_is_delivered_in_parts(whole):
    whole.introduce("10 package")
    whole.commit("4 package")
    whole.deliver("1 package")

    assert whole.deal_stages() == {"held": 6, "committed": 3, "delivered": 1}


def test_after_a_partial_release_only_the_same_offer_takes_the_rest(whole):
    whole.introduce("10 package")
    whole.release("4 package")
    with whole.refuses(NotEligible, "indivisible"):
        whole.introduce("4 package", offer="O-0002")
    whole.introduce("4 package")

    assert whole.deal_stages() == {"held": 10}


def test_after_a_whole_release_another_offer_may_take_it(whole):
    whole.introduce("10 package")
    whole.release()

    assert whole.introduce("10 package", offer="O-0002")["deal"] == "D-0002"
