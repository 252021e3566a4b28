"""A deal across two units: how a part of the need's side splits the offer's, without loss."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.quantity import MAX_AMOUNT
from ledger.deals.deal import Deal, need_amount_within, offer_amount_to_hold, offer_part

amounts = st.integers(1, MAX_AMOUNT)
rates = st.decimals(
    Decimal("0.000001"), Decimal(1_000_000), places=6, allow_nan=False, allow_infinity=False
).map(Fraction)
decimals = st.integers(0, 6)


@pytest.mark.parametrize(
    ("need_amount", "rate", "need_decimals", "offer_decimals", "held"),
    [
        (3333, "1.085", 2, 2, 3617),  # 36.16305 USD for 33.33 EUR: one cent more, never less
        (10000, "1", 2, 2, 10000),
        (10000, "2", 2, 2, 20000),
        (1, "0.0001", 2, 2, 1),
        (100, "161.5", 2, 0, 162),  # one euro in yen, which has no smaller part
        (162, "0.00619", 0, 2, 101),
    ],
)
def test_the_first_hold_rounds_up(need_amount, rate, need_decimals, offer_decimals, held):
    assert offer_amount_to_hold(need_amount, Fraction(rate), need_decimals, offer_decimals) == held


@given(amounts, rates, decimals, decimals)
def test_a_hold_suffices_and_one_unit_less_would_not(part, rate, need_decimals, offer_decimals):
    held = offer_amount_to_hold(part, rate, need_decimals, offer_decimals)
    exact = part * rate * Fraction(10) ** (offer_decimals - need_decimals)

    assert held >= exact > held - 1


@given(amounts, rates, decimals, decimals)
def test_what_an_offer_can_hold_is_the_most_it_can(offered, rate, need_decimals, offer_decimals):
    most = need_amount_within(offered, rate, need_decimals, offer_decimals)

    assert offer_amount_to_hold(most + 1, rate, need_decimals, offer_decimals) > offered
    if most:
        assert offer_amount_to_hold(most, rate, need_decimals, offer_decimals) <= offered


def test_a_third_of_a_hold_takes_the_floor_and_the_last_part_the_rest():
    assert [offer_part(100, 3, 1), offer_part(67, 2, 1), offer_part(34, 1, 1)] == [33, 33, 34]


def test_a_part_too_small_for_the_offers_unit_moves_nothing_there():
    assert offer_part(1, 1000, 999) == 0


@given(amounts, amounts, st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
def test_whatever_the_order_of_parts_both_sides_end_at_exactly_zero(need, offer, weights):
    need_left, offer_left = need, offer
    for weight in weights:
        part = max(1, need_left * weight // (10**6 + 1))
        if part >= need_left:
            break
        moved = offer_part(offer_left, need_left, part)
        assert 0 <= moved <= offer_left
        need_left, offer_left = need_left - part, offer_left - moved
    moved = offer_part(offer_left, need_left, need_left)

    assert moved == offer_left


@given(amounts, st.data())
def test_a_part_never_takes_more_than_its_proportion(need, data):
    offer = data.draw(amounts)
    part = data.draw(st.integers(1, need))
    moved = offer_part(offer, need, part)

    assert Fraction(moved, offer) <= Fraction(part, need)
    assert part == need or Fraction(moved + 1, offer) > Fraction(part, need)


def test_a_deal_within_one_unit_takes_as_much_of_the_offer_as_of_the_need():
    deal = Deal(code="D-0001", offer="O-0001", need="N-0001")

    assert offer_amount_to_hold(123, deal.rate, 2, 2) == 123


@pytest.mark.parametrize(("decimals", "amount"), [((2, 0), 2), ((0, 2), 150_00), ((2, 2), 150)])
def test_a_rate_of_one_is_between_whole_units(decimals, amount):
    assert offer_amount_to_hold(150, Fraction(1), *decimals) == amount
