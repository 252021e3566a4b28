"""What an officer may type, and exactly what the ledger understands by it."""

from __future__ import annotations

import pytest

from ledger.core.quantity import Quantity, Unit, parse_amount, parse_quantity

EUR = Unit("EUR", 2, "money", "Euro")
IRR = Unit("IRR", 2, "money", "Iranian rial")
JPY = Unit("JPY", 0, "money", "Japanese yen")
KWD = Unit("KWD", 3, "money", "Kuwaiti dinar")
CLF = Unit("CLF", 4, "money", "Unidad de fomento")
DAY = Unit("person-day", 2, "work", "day of one person's work")
KM = Unit("km", 3, "work", "kilometre")
PACKAGE = Unit("package", 0, "work", "whole work package")
SQUARE = Unit("m2", 2, "work", "square metre")
UNITS = {unit.code: unit for unit in (EUR, IRR, JPY, KWD, CLF, DAY, KM, PACKAGE, SQUARE)}


@pytest.mark.parametrize(
    ("typed", "amount", "unit"),
    [
        ("40M EUR", 40_000_000_00, EUR),
        ("40m EUR", 40_000_000_00, EUR),
        ("40 M EUR", 40_000_000_00, EUR),
        ("40 million EUR", 40_000_000_00, EUR),
        ("40 mn eur", 40_000_000_00, EUR),
        ("EUR 40M", 40_000_000_00, EUR),
        ("EUR40M", 40_000_000_00, EUR),
        ("EUR 40 EUR", 40_00, EUR),
        ("1.5bn IRR", 1_500_000_000_00, IRR),
        ("2 tn IRR", 2_000_000_000_000_00, IRR),
        ("12 thousand EUR", 12_000_00, EUR),
        ("1.234567k KWD", 1_234_567, KWD),
        ("1.5k JPY", 1500, JPY),
        ("0.0001 CLF", 1, CLF),
        ("0.01 EUR", 1, EUR),
        ("  40 EUR  ", 40_00, EUR),
        ("40\u00a0EUR", 40_00, EUR),
        ("EUR\u00a040", 40_00, EUR),
        ("400,000,000.00 EUR", 400_000_000_00, EUR),
        ("1,234.50 EUR", 1_234_50, EUR),
        ("1,234,567 JPY", 1_234_567, JPY),
        ("1\u00a0234\u00a0567 EUR", 1_234_567_00, EUR),
        ("1\u202f234.50 EUR", 1_234_50, EUR),
        ("1\u2009234 EUR", 1_234_00, EUR),
        ("120 person-day", 120_00, DAY),
        ("120 Person-Day", 120_00, DAY),
        ("120 person-days", 120_00, DAY),
        ("7.9 km", 7_900, KM),
        ("1.234 km", 1_234, KM),
        ("3 package", 3, PACKAGE),
        ("m2 120", 120_00, SQUARE),
        ("120m2", 120_00, SQUARE),
        ("۴۰M EUR", 40_000_000_00, EUR),
        ("۱٬۲۳۴٫۵۰ EUR", 1_234_50, EUR),
        ("٤٠ IRR", 40_00, IRR),
        ("€40M", 40_000_000_00, EUR),
        ("€ 40M", 40_000_000_00, EUR),
        ("40M€", 40_000_000_00, EUR),
        ("40 M €", 40_000_000_00, EUR),
        ("40€", 40_00, EUR),
        ("€40M EUR", 40_000_000_00, EUR),
        ("5 euros", 5_00, EUR),
        ("120 million rial", 120_000_000_00, IRR),
        ("120 million rials", 120_000_000_00, IRR),
        ("۱۲۰ میلیون ریال", 120_000_000_00, IRR),
        ("۱۲۰ ميليون ريال", 120_000_000_00, IRR),
        ("۴۰ میلیارد یورو", 40_000_000_000_00, EUR),
        ("1500 yen", 1500, JPY),
        ("\u200f۱٬۲۳۴\u200f EUR", 1_234_00, EUR),
        ("40000000000000000 EUR", 4 * 10**18, EUR),
    ],
)
def test_what_people_write_is_understood_exactly(typed: str, amount: int, unit: Unit) -> None:
    assert parse_quantity(typed, UNITS) == Quantity(amount, unit)


def test_the_needs_own_unit_stands_in_where_none_is_typed() -> None:
    assert parse_quantity("40M", UNITS, default_unit=EUR) == Quantity(40_000_000_00, EUR)


def test_a_typed_unit_wins_over_the_one_that_would_stand_in() -> None:
    assert parse_quantity("40 JPY", UNITS, default_unit=EUR).unit == JPY


@pytest.mark.parametrize(
    ("cell", "unit", "amount"),
    [
        ("1234.50", EUR, 1_234_50),
        (" 1234.5 ", EUR, 1_234_50),
        ("1,234,567.00", EUR, 1_234_567_00),
        ("40M", EUR, 40_000_000_00),
        ("۱۲۰", DAY, 120_00),
        ("3", PACKAGE, 3),
    ],
)
def test_a_cell_is_read_by_the_same_grammar(cell: str, unit: Unit, amount: int) -> None:
    assert parse_amount(cell, unit) == amount
