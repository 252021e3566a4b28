"""What the ledger writes can be typed back, and means the same."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.errors import LedgerError
from ledger.core.quantity import (
    MAX_AMOUNT,
    MULTIPLIERS,
    Quantity,
    Unit,
    format_amount,
    format_quantity,
    parse_amount,
    parse_quantity,
    short_quantity,
)

UNITS = {
    unit.code: unit
    for unit in (
        Unit("JPY", 0, "money", "Japanese yen"),
        Unit("EUR", 2, "money", "Euro"),
        Unit("KWD", 3, "money", "Kuwaiti dinar"),
        Unit("CLF", 4, "money", "Unidad de fomento"),
        Unit("person-day", 2, "work", "day of one person's work"),
    )
}
units = st.sampled_from(list(UNITS.values()))
amounts = st.integers(1, MAX_AMOUNT)

PERSIAN = str.maketrans("0123456789.,", "۰۱۲۳۴۵۶۷۸۹٫٬")
ARABIC = str.maketrans("0123456789.,", "٠١٢٣٤٥٦٧٨٩٫٬")


@given(amounts, units)
def test_what_machines_read_comes_back(amount: int, unit: Unit) -> None:
    assert parse_amount(format_amount(amount, unit.decimals), unit) == amount


@given(amounts, units)
def test_what_people_read_comes_back(amount: int, unit: Unit) -> None:
    assert parse_quantity(format_quantity(amount, unit), UNITS) == Quantity(amount, unit)


@given(amounts, units, st.sampled_from([PERSIAN, ARABIC]))
def test_persian_and_arabic_digits_come_back(
    amount: int, unit: Unit, script: dict[int, int]
) -> None:
    number, _, code = format_quantity(amount, unit).partition(" ")
    assert parse_quantity(f"{number.translate(script)} {code}", UNITS).amount == amount


@given(amounts, units, st.sampled_from(["\u00a0", "\u2009", "\u202f"]))
def test_spaces_that_do_not_break_may_group_digits(amount: int, unit: Unit, space: str) -> None:
    number, _, code = format_quantity(amount, unit).partition(" ")
    assert parse_quantity(f"{number.replace(',', space)} {code}", UNITS).amount == amount


@given(amounts, units)
def test_the_short_form_is_exact_unless_it_says_about(amount: int, unit: Unit) -> None:
    short = short_quantity(amount, unit)
    if not short.startswith("≈ "):
        assert parse_quantity(short, UNITS) == Quantity(amount, unit)
        return
    about = parse_quantity(short[2:], UNITS).amount if unit.decimals else None
    if about is not None:
        assert about != amount
        assert abs(Fraction(about, amount) - 1) <= Fraction(5, 1000)


@given(st.integers(1, 10**9), st.sampled_from(sorted(MULTIPLIERS)), units)
def test_a_multiplier_is_a_power_of_ten(count: int, word: str, unit: Unit) -> None:
    value = count * 10 ** (unit.decimals + MULTIPLIERS[word])
    if value <= MAX_AMOUNT:
        assert parse_quantity(f"{count} {word.upper()} {unit.code}", UNITS).amount == value


@given(st.text(alphabet="0123456789.,٫٬۱٣-+eEkMbn _€\u00a0\u2009EURperson'()", max_size=24))
def test_whatever_is_typed_is_understood_or_refused_in_words(typed: str) -> None:
    try:
        quantity = parse_quantity(typed, UNITS, default_unit=UNITS["EUR"])
    except LedgerError as refusal:
        words = (refusal.what, refusal.why, refusal.next_step)
        assert all(words)
    else:
        assert 0 < quantity.amount <= MAX_AMOUNT


@pytest.mark.parametrize(
    ("amount", "code", "machine", "people", "short"),
    [
        (400_000_000_00, "EUR", "400000000.00", "400,000,000.00 EUR", "400M EUR"),
        (1_234_567_890_00, "EUR", "1234567890.00", "1,234,567,890.00 EUR", "≈ 1.23bn EUR"),
        (1_500_000_00, "EUR", "1500000.00", "1,500,000.00 EUR", "1.5M EUR"),
        (999_999_99, "EUR", "999999.99", "999,999.99 EUR", "≈ 1M EUR"),
        (995_000_00, "EUR", "995000.00", "995,000.00 EUR", "995k EUR"),
        (999_99, "EUR", "999.99", "999.99 EUR", "999.99 EUR"),
        (1, "CLF", "0.0001", "0.0001 CLF", "0.0001 CLF"),
        (120_00, "person-day", "120.00", "120.00 person-day", "120 person-day"),
        (400_000, "JPY", "400000", "400000 JPY", "400k JPY"),
        (1_400_000, "JPY", "1400000", "1,400,000 JPY", "1.4M JPY"),
        (0, "EUR", "0.00", "0.00 EUR", "0 EUR"),
        (-50, "EUR", "-0.50", "-0.50 EUR", "-0.5 EUR"),
        (-1_234_567_00, "EUR", "-1234567.00", "-1,234,567.00 EUR", "≈ -1.23M EUR"),
        (10**17, "EUR", "1000000000000000.00", "1,000,000,000,000,000.00 EUR", "1000tn EUR"),
        (
            4 * 10**18,
            "EUR",
            "40000000000000000.00",
            "40,000,000,000,000,000.00 EUR",
            "40000tn EUR",
        ),
    ],
)
def test_how_amounts_are_written(
    amount: int, code: str, machine: str, people: str, short: str
) -> None:
    unit = UNITS[code]
    assert format_amount(amount, unit.decimals) == machine
    assert format_quantity(amount, unit) == people
    assert short_quantity(amount, unit) == short
