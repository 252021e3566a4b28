"""What rounding a rate, or a converted amount, makes of an act is no difference of money."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from ledger.core.quantity import Unit
from ledger.statements.facts import DealEntry, DealFacts
from ledger.statements.lines import LineKind
from ledger.statements.rounding import is_rate_rounding

EUR, USD = Unit("EUR", 2, "money", "Euro"), Unit("USD", 2, "money", "US dollar")
DEAL = DealFacts(
    code="D-0001",
    offer="O-0001",
    need="N-0001",
    provider="BNK",
    need_unit=EUR,
    offer_unit=USD,
    rate=Fraction("1.0851234"),
)


def act(need_amount: int, offer_amount: int) -> DealEntry:
    return DealEntry(
        number=3,
        deal="D-0001",
        kind=LineKind.DELIVERY,
        day=date(2026, 11, 20),
        need_amount=need_amount,
        offer_amount=offer_amount,
    )


MILLION = act(1_000_000_00, 1_085_123_40)
SMALL = act(20_00, 21_70)


@pytest.mark.parametrize(
    ("entry", "amount", "unit", "is_rounding"),
    [
        (SMALL, 21_72, "USD", True),
        (SMALL, 21_68, "USD", True),
        (SMALL, 21_73, "USD", False),
        (SMALL, 20_02, "EUR", True),
        (SMALL, 20_03, "EUR", False),
        (SMALL, 21_72, "GBP", False),
        (SMALL, -21_70, "USD", False),
        (act(-20_00, -21_70), -21_72, "USD", True),
        (act(19, 20), 22, "USD", False),
        (act(19, 21), 23, "USD", True),
        (act(10, 11), 10, "USD", True),  # less than one part
        (act(20_00, 25_00), 25_00, "USD", False),  # there is no difference to explain
        (act(20_00, 25_00), 25_01, "USD", True),
        (act(20_00, 25_00), 25_03, "USD", False),
        (MILLION, 1_085_128_32, "USD", True),  # at an inverse of 0.92155
        (MILLION, 1_000_021_57, "EUR", True),  # at 1.0851, counted in the other unit
        (MILLION, 1_085_100_00, "USD", True),  # at 1.0851, the rate in five digits
        (MILLION, 1_085_120_00, "USD", True),  # at 1.08512, in six
        (MILLION, 1_085_000_00, "USD", False),  # at 1.085, too coarse to be the same rate
        (MILLION, 1_085_110_00, "USD", False),  # at no rounding of the rate
        (MILLION, 1_086_000_00, "USD", False),
    ],
)
def test_two_parts_or_a_rate_of_five_digits_or_more(entry, amount, unit, is_rounding):
    assert is_rate_rounding(entry, DEAL, amount, unit) is is_rounding


def test_within_one_currency_nothing_is_rounding():
    assert not is_rate_rounding(act(20_00, 20_00), replace(DEAL, offer_unit=EUR), 20_01, "EUR")


def test_one_whole_part_of_a_small_amount_is_not_rounding():
    assert not is_rate_rounding(act(10, 10), replace(DEAL, rate=Fraction(1)), 11, "USD")


@pytest.mark.parametrize(
    ("rate", "is_rounding"), [("1.08512345678901", True), ("1.085123456789012", False)]
)
def test_a_rate_of_more_than_fifteen_digits_is_none_that_is_published(rate, is_rounding):
    exact = replace(DEAL, rate=Fraction("1.0851234567890123"))
    entry = act(10**17, 1_085_123_456_789_012_30 // 10)

    assert is_rate_rounding(entry, exact, int(10**17 * Decimal(rate)), "USD") is is_rounding


def test_a_rate_between_units_of_other_decimals_is_rounded_too():
    in_yen = replace(DEAL, offer_unit=Unit("JPY", 0, "money", "Yen"), rate=Fraction("160.12345"))
    million = act(1_000_000_00, 160_123_450)

    assert is_rate_rounding(million, in_yen, 160_120_000, "JPY")  # at 160.12
    assert is_rate_rounding(million, in_yen, 1_000_021_55, "EUR")
    assert not is_rate_rounding(million, in_yen, 160_100_000, "JPY")
    assert not is_rate_rounding(million, in_yen, 1_000_030_00, "EUR")
