"""The quantity at which a pair nobody has put a figure on is judged."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import product

from eligibility_worlds import (
    DAY,
    IRR,
    JPY,
    PERSON_DAY,
    USD,
    World,
    meeting_worlds,
    needing,
    offering,
    worlds,
)
from hypothesis import given

from ledger.deals.deal import offer_amount_to_hold
from ledger.eligibility.rules import NeedFacts, OfferFacts, Outstanding, Pairing, verdict
from ledger.eligibility.verdict import best_amount, pairing_at_best, rate_between


def test_the_lesser_of_what_is_open_and_what_is_available() -> None:
    assert best_amount(needing(500), offering(300), None) == (300, 300)
    assert best_amount(needing(200), offering(300), None) == (200, 200)


def test_across_currencies_the_offer_side_rounds_up_and_still_fits() -> None:
    # 1 EUR = 1.085 USD: 1,000.00 USD hold 921.65 EUR, which cost 1,000.00 USD rounded up.
    amount = best_amount(needing(2_000_00), offering(1_000_00, unit=USD), Fraction("1.085"))
    assert amount == (92165, 100000)


def test_units_of_other_decimals_convert() -> None:
    # 1 EUR = 160 JPY, and the yen has no smaller part.
    amount = best_amount(needing(1_000_00), offering(8_000, unit=JPY), Fraction(160))
    assert amount == (50_00, 8_000)


def test_largest_ticket_and_share_clip_a_divisible_need() -> None:
    offer = offering(900, max_ticket=400)
    assert best_amount(needing(500), offer, None).need == 400
    assert best_amount(needing(500), offer, None, outstanding_offer=150).need == 250
    offer = offering(900, max_share=Decimal("0.1"))
    assert best_amount(needing(500), offer, None).need == 50
    assert best_amount(needing(500), offer, None, outstanding_need=20).need == 30


def test_a_limit_without_room_leaves_one_part_so_that_its_rule_fails() -> None:
    need, offer = needing(500), offering(900, max_ticket=400)
    amount = best_amount(need, offer, None, outstanding_offer=400)
    assert amount == (1, 1)
    pairing = Pairing(need, offer, DAY, *amount, outstanding_need=400, outstanding_offer=400)
    assert [failure.rule for failure in verdict(pairing)] == ["ticket"]


def test_a_full_ticket_leaves_one_part_of_the_need_and_not_what_one_part_of_the_offer_buys() -> (
    None
):
    # One cent buys 6,400 parts of a rial's hundredth.
    need, offer = needing(10_000, unit=IRR), offering(900, max_ticket=400)
    assert best_amount(need, offer, Fraction("0.00015625"), outstanding_offer=400) == (1, 1)
    assert best_amount(need, offer, Fraction("0.00015625"), outstanding_offer=399) == (6400, 1)


def test_an_indivisible_need_is_all_or_nothing() -> None:
    need = needing(500, divisible=False)
    assert best_amount(need, offering(300, max_ticket=100), None) == (500, 500)


def test_nothing_to_test() -> None:
    nothing = (None, None)
    assert best_amount(needing(0), offering(300), None) == nothing
    assert best_amount(needing(5), offering(300, unit=USD), None) == nothing
    assert best_amount(needing(5), offering(300, unit=PERSON_DAY), Fraction(2)) == nothing


def test_a_pair_is_judged_beside_what_is_outstanding_with_it_and_with_others() -> None:
    need, offer = needing(500), offering(900, max_ticket=400)

    alone = pairing_at_best(need, offer, DAY, None, {})
    assert alone == Pairing(need, offer, DAY, 400, 400)

    outstanding = {
        "O-9": Outstanding(0, 1),
        "O-0001": Outstanding(150, 160),
        "O-8": Outstanding(1, 0),
        "O-7": Outstanding(0, 0),
    }
    beside = pairing_at_best(need, offer, DAY, None, outstanding)
    assert beside == Pairing(need, offer, DAY, 240, 240, 150, 160, ("O-8", "O-9"))


@given(worlds() | meeting_worlds())
def test_if_any_smaller_quantity_were_eligible_the_best_one_is(world: World) -> None:
    for need, offer in product(world.needs, world.offers):
        rate = rate_between(need, offer, world.rate_of(*codes(need, offer)))
        best = best_amount(need, offer, rate)
        if best.need is None or rate is None or not need.need.divisible:
            continue
        if not verdict(Pairing(need, offer, DAY, *best)):
            continue
        decimals = need.balance.unit.decimals, offer.balance.unit.decimals
        for smaller in range(1, min(best.need, 12)):
            part = offer_amount_to_hold(smaller, rate, *decimals)
            assert verdict(Pairing(need, offer, DAY, smaller, part))


@given(worlds() | meeting_worlds())
def test_the_best_amount_fits_what_is_open_and_available(world: World) -> None:
    for need, offer in product(world.needs, world.offers):
        best = best_amount(need, offer, world.rate_of(*codes(need, offer)))
        if best.need is None or best.offer is None or not need.need.divisible:
            continue
        assert 1 <= best.need <= need.balance.free
        assert best.need == 1 or best.offer <= offer.balance.free


def codes(need: NeedFacts, offer: OfferFacts) -> tuple[str, str]:
    return need.balance.unit.code, offer.balance.unit.code
