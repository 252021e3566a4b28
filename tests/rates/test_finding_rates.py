"""Which rate a deal or a report takes: the newer of both quotes, else through the euro; exactly."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.deals.deal import decimal_rate, recorded_rate
from ledger.rates.rates import (
    RATE_DAYS,
    OldRate,
    Rate,
    RateBook,
    find_rate,
    old_rates,
    rate_finder,
    trace_rate,
)

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
        quote(date(2025, 3, 31), "EUR", "ANG", "1.93"),
    ]
)


def test_one_unit_is_itself() -> None:
    assert find_rate(BOOK, "IRR", "IRR", MAR) == (Decimal(1), MAR, "same")


def test_the_latest_direct_quote_on_or_before_the_day() -> None:
    assert find_rate(BOOK, "EUR", "USD", FEB) == (Decimal("1.085"), FEB, "direct")
    assert find_rate(BOOK, "EUR", "USD", date(2026, 2, 27)) == (Decimal("1.05"), JAN, "direct")
    assert find_rate(BOOK, "EUR", "USD", date(2026, 1, 30)) is None


def test_of_a_direct_and_an_inverse_quote_the_newer_counts() -> None:
    book = RateBook([quote(JAN, "EUR", "USD", "1.05"), quote(FEB, "USD", "EUR", "0.9")])
    assert find_rate(book, "EUR", "USD", MAR) == (Fraction(10, 9), FEB, "inverse")
    assert find_rate(book, "USD", "EUR", MAR) == (Fraction(9, 10), FEB, "direct")
    assert find_rate(book, "EUR", "USD", JAN) == (Decimal("1.05"), JAN, "direct")


def test_of_two_quotes_of_one_day_the_direct_one_counts() -> None:
    book = RateBook([quote(JAN, "EUR", "USD", "1.05"), quote(JAN, "USD", "EUR", "0.9")])
    assert find_rate(book, "EUR", "USD", MAR) == (Decimal("1.05"), JAN, "direct")
    assert find_rate(book, "USD", "EUR", MAR) == (Decimal("0.9"), JAN, "direct")


def test_the_inverse_is_exact_and_its_decimal_has_twelve_digits() -> None:
    found = find_rate(BOOK, "USD", "EUR", MAR)
    assert found == (Fraction(200, 217), FEB, "inverse")
    assert found is not None
    assert found.decimal == Decimal("0.921658986175")


def test_a_weak_currency_converts_by_division() -> None:
    book = RateBook([quote(JAN, "EUR", "IRR", "1100000")])
    found = find_rate(book, "IRR", "EUR", MAR)
    assert found == (Fraction(1, 1_100_000), JAN, "inverse")
    assert found is not None
    assert str(found.decimal) == "9.09090909091E-7"


def test_through_the_euro_it_is_as_old_as_its_older_quote() -> None:
    found = find_rate(BOOK, "USD", "JPY", MAR)
    assert found == (Fraction(160) / Fraction("1.085"), JAN, "through EUR")


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
    found = find_rate(BOOK, "EUR", "ANG", date(2030, 1, 1))
    assert found == (Decimal("1.93"), date(2025, 3, 31), "direct")


def test_a_currency_that_joined_the_euro_converts_at_its_fixed_rate() -> None:
    joined = date(2026, 1, 1)
    assert find_rate(BOOK, "EUR", "BGN", date(2025, 12, 31)) == (
        Decimal("1.9558"),
        date(2025, 12, 31),
        "direct",
    )
    assert find_rate(BOOK, "EUR", "BGN", joined) == (Decimal("1.95583"), joined, "fixed")
    back = trace_rate(BOOK, "BGN", "EUR", MAR)
    assert back is not None
    assert back.conversion == (1 / Fraction("1.95583"), joined, "fixed")
    assert back.quotes == (
        Rate(joined, "EUR", "BGN", Decimal("1.95583"), "Council Regulation (EU) 2025/1409"),
    )


def test_a_fixed_rate_wins_over_every_quote_also_between_other_currencies() -> None:
    book = RateBook(
        [
            quote(FEB, "EUR", "BGN", "2"),
            quote(FEB, "BGN", "USD", "7"),
            quote(FEB, "EUR", "USD", "1.085"),
        ]
    )
    assert find_rate(book, "BGN", "EUR", MAR) == (
        1 / Fraction("1.95583"),
        date(2026, 1, 1),
        "fixed",
    )
    exact = Fraction("1.085") / Fraction("1.95583")
    assert find_rate(book, "BGN", "USD", MAR) == (exact, FEB, "through EUR")
    between = Fraction("7.53450") / Fraction("1.95583")
    assert find_rate(book, "BGN", "HRK", MAR) == (between, date(2023, 1, 1), "fixed")


def test_only_a_quote_can_be_old() -> None:
    direct, fixed = find_rate(BOOK, "EUR", "USD", MAR), find_rate(BOOK, "EUR", "BGN", MAR)
    assert direct is not None
    assert fixed is not None
    assert (direct.is_old(MAR, 31), direct.is_old(MAR, 30)) == (False, True)
    assert not fixed.is_old(date(2099, 1, 1), 30)


def test_a_report_names_a_rate_whose_quote_is_more_than_thirty_days_old() -> None:
    def named(today: date) -> list[OldRate]:
        return old_rates(rate_finder(BOOK, today), [("EUR", "USD")], today, RATE_DAYS)

    assert named(FEB + timedelta(days=30)) == []
    assert named(FEB + timedelta(days=31)) == [("EUR", "USD", FEB, 31)]


def test_of_two_quotes_for_one_day_the_later_given_counts() -> None:
    book = RateBook([quote(JAN, "EUR", "USD", "1.05"), quote(JAN, "EUR", "USD", "1.06")])
    assert find_rate(book, "EUR", "USD", JAN) == (Decimal("1.06"), JAN, "direct")


def test_a_rate_is_written_without_trailing_zeros() -> None:
    book = RateBook([quote(JAN, "EUR", "USD", "1.0850"), quote(JAN, "EUR", "JPY", "160.00")])
    assert str(rate_finder(book, JAN)("EUR", "USD").decimal) == "1.085"  # type: ignore[union-attr]
    assert str(rate_finder(book, JAN)("EUR", "JPY").decimal) == "160"  # type: ignore[union-attr]


def test_a_rate_of_twelve_places_is_not_rounded_whatever_stands_before_the_point() -> None:
    assert decimal_rate(Fraction("1234567.123456789012")) == Decimal("1234567.123456789012")
    assert decimal_rate(Fraction("1234567.1234567890125")) == Decimal("1234567.12346")


def test_a_narrow_decimal_context_changes_nothing() -> None:
    with localcontext(prec=3):
        found = find_rate(BOOK, "USD", "JPY", MAR)
    assert found is not None
    with localcontext(prec=3):
        assert found.decimal == Decimal("147.465437788")


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity"])
def test_a_quote_of_nothing_cannot_be_made(rate: str) -> None:
    with pytest.raises(AssertionError):
        quote(JAN, "EUR", "USD", rate)


@given(
    st.decimals("0.000001", 10**6, places=6),
    st.decimals("0.000001", 10**6, places=6),
)
def test_through_the_euro_is_exact_and_its_decimal_agrees(first: Decimal, second: Decimal) -> None:
    book = RateBook([Rate(JAN, "EUR", "AAA", first), Rate(JAN, "EUR", "BBB", second)])
    found = find_rate(book, "AAA", "BBB", FEB)
    assert found is not None
    assert found.rate == Fraction(second) / Fraction(first)
    assert abs(Fraction(found.decimal) / found.rate - 1) * 10**11 * 2 <= 1
    assert recorded_rate(found.rate) == (
        found.decimal,
        None if found.decimal == found.rate else found.rate,
    )
