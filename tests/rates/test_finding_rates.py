"""Which rate a deal or a report takes: direct, else inverse, else through the euro."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rates.rates import Rate, RateBook, find_rate, rate_finder, trace_rate

JAN, FEB, MAR = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


def quote(day: date, base: str, other: str, rate: str) -> Rate:
    return Rate(day, base, other, Decimal(rate), "ECB")


BOOK = RateBook(
    [
        quote(JAN, "EUR", "USD", "1.05"),
        quote(FEB, "EUR", "USD", "1.085"),
        quote(JAN, "EUR", "JPY", "160"),
        quote(JAN, "GBP", "USD", "1.30"),
        quote(date(2025, 12, 31), "EUR", "BGN", "1.9558"),
    ]
)


def test_one_unit_is_itself() -> None:
    assert find_rate(BOOK, "IRR", "IRR", MAR) == (Decimal(1), MAR, "same")


def test_the_latest_direct_quote_on_or_before_the_day() -> None:
    assert find_rate(BOOK, "EUR", "USD", FEB) == (Decimal("1.085"), FEB, "direct")
    assert find_rate(BOOK, "EUR", "USD", date(2026, 2, 27)) == (Decimal("1.05"), JAN, "direct")
    assert find_rate(BOOK, "EUR", "USD", date(2026, 1, 30)) is None


def test_an_old_direct_quote_goes_before_a_fresh_inverse_one() -> None:
    book = RateBook([quote(JAN, "EUR", "USD", "1.05"), quote(FEB, "USD", "EUR", "0.9")])
    assert find_rate(book, "EUR", "USD", MAR) == (Decimal("1.05"), JAN, "direct")


def test_the_inverse_is_rounded_half_even_to_twelve_places() -> None:
    found = find_rate(BOOK, "USD", "EUR", MAR)
    assert found == (Decimal("0.921658986175"), FEB, "inverse")


def test_through_the_euro_it_is_as_old_as_its_older_quote() -> None:
    found = find_rate(BOOK, "USD", "JPY", MAR)
    assert found == (Decimal("147.465437788018"), JAN, "through EUR")


def test_a_rate_tells_the_quotes_it_rests_on() -> None:
    through = trace_rate(BOOK, "USD", "JPY", MAR)
    assert through is not None
    assert through.conversion == find_rate(BOOK, "USD", "JPY", MAR)
    assert [(one.quote, one.day) for one in through.quotes] == [("USD", FEB), ("JPY", JAN)]
    inverse = trace_rate(BOOK, "USD", "GBP", MAR)
    assert inverse is not None
    assert inverse.quotes == (quote(JAN, "GBP", "USD", "1.30"),)
    assert trace_rate(BOOK, "GBP", "JPY", MAR) is None


def test_no_road_is_no_rate() -> None:
    assert find_rate(BOOK, "EUR", "IRR", MAR) is None
    assert find_rate(BOOK, "GBP", "JPY", MAR) is None


def test_an_ended_currency_keeps_its_last_rate() -> None:
    found = find_rate(BOOK, "BGN", "EUR", date(2030, 1, 1))
    assert found == (Decimal("0.511299723898"), date(2025, 12, 31), "inverse")


def test_a_rate_that_would_round_to_nothing_is_none() -> None:
    book = RateBook([quote(JAN, "EUR", "ZZZ", "3000000000000")])
    assert find_rate(book, "ZZZ", "EUR", MAR) is None


def test_of_two_quotes_for_one_day_the_later_given_counts() -> None:
    book = RateBook([quote(JAN, "EUR", "USD", "1.05"), quote(JAN, "EUR", "USD", "1.06")])
    assert find_rate(book, "EUR", "USD", JAN) == (Decimal("1.06"), JAN, "direct")


def test_a_rate_is_written_without_trailing_zeros() -> None:
    book = RateBook([quote(JAN, "EUR", "USD", "1.0850"), quote(JAN, "EUR", "JPY", "160.00")])
    assert str(rate_finder(book, JAN)("EUR", "USD")[0]) == "1.085"  # type: ignore[index]
    assert str(rate_finder(book, JAN)("EUR", "JPY")[0]) == "160"  # type: ignore[index]


def test_a_narrow_decimal_context_changes_nothing() -> None:
    with localcontext(prec=3):
        found = find_rate(BOOK, "USD", "JPY", MAR)
    assert found is not None
    assert found.rate == Decimal("147.465437788018")


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity"])
def test_a_quote_of_nothing_cannot_be_made(rate: str) -> None:
    with pytest.raises(AssertionError):
        quote(JAN, "EUR", "USD", rate)


@given(
    st.decimals("0.000001", 10**6, places=6),
    st.decimals("0.000001", 10**6, places=6),
)
def test_through_the_euro_is_within_half_a_place_of_exact(first: Decimal, second: Decimal) -> None:
    book = RateBook([Rate(JAN, "EUR", "AAA", first), Rate(JAN, "EUR", "BBB", second)])
    exact = Fraction(second) / Fraction(first)
    found = find_rate(book, "AAA", "BBB", FEB)
    if found is None:
        assert exact * 10**12 * 2 <= 1
    else:
        assert abs(Fraction(found.rate) - exact) * 10**12 * 2 <= 1
