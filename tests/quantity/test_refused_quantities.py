"""One example of every way to be refused, and the words an officer then reads."""

from __future__ import annotations

import pytest

from ledger.core import quantity_errors as errors
from ledger.core.errors import ExitCode
from ledger.core.quantity import Unit, parse_amount, parse_quantity

EUR = Unit("EUR", 2, "money", "Euro")
USD = Unit("USD", 2, "money", "US dollar")
JPY = Unit("JPY", 0, "money", "Japanese yen")
DAY = Unit("person-day", 2, "work", "day of one person's work")
PACKAGE = Unit("package", 0, "work", "whole work package")
UNITS = {unit.code: unit for unit in (EUR, USD, JPY, DAY, PACKAGE)}

REFUSALS = [
    ("", errors.EmptyQuantity),
    (" \u200f ", errors.EmptyQuantity),
    ("EUR", errors.NotANumber),
    ("abc", errors.NotANumber),
    ("forty EUR", errors.UnknownUnit),
    (".5 EUR", errors.NotANumber),
    ("5. EUR", errors.NotANumber),
    ("1..5 EUR", errors.NotANumber),
    ("1_000 EUR", errors.NotANumber),
    ("+5 EUR", errors.NotANumber),
    ("400 000 EUR", errors.NotANumber),
    ("१२ EUR", errors.NotANumber),
    ("４０ EUR", errors.NotANumber),
    ("²5 EUR", errors.NotANumber),
    ("\u202e04 EUR", errors.NotANumber),
    ("∞ EUR", errors.NotANumber),
    ("nan", errors.NotANumber),
    ("9" * 5000 + " EUR", errors.NotANumber),
    ("1e5 EUR", errors.ExponentNotation),
    ("1E+05 EUR", errors.ExponentNotation),
    ("1.5e-3 EUR", errors.ExponentNotation),
    ("1e5", errors.ExponentNotation),
    ("1 × 10^5 EUR", errors.ExponentNotation),
    ("1,5 EUR", errors.AmbiguousNumber),
    ("1,234 EUR", errors.AmbiguousNumber),
    ("1,234M EUR", errors.AmbiguousNumber),
    ("400,000 JPY", errors.AmbiguousNumber),
    ("1.234,56 EUR", errors.AmbiguousNumber),
    ("1.234.567 EUR", errors.AmbiguousNumber),
    ("۱،۵ EUR", errors.AmbiguousNumber),
    ("12,34,567 EUR", errors.BadGrouping),
    ("1,234,56 EUR", errors.BadGrouping),
    ("0,123,456 EUR", errors.BadGrouping),
    ("1,234٬567 EUR", errors.BadGrouping),
    ("1'234'567 EUR", errors.BadGrouping),
    ("40b EUR", errors.AmbiguousMultiplier),
    ("40 B", errors.AmbiguousMultiplier),
    ("40 t EUR", errors.AmbiguousMultiplier),
    ("40mm EUR", errors.AmbiguousMultiplier),
    ("5 mln EUR", errors.UnknownMultiplier),
    ("5 lakh EUR", errors.UnknownMultiplier),
    ("-5 EUR", errors.NegativeQuantity),
    ("EUR -5", errors.NegativeQuantity),
    ("\u22125 EUR", errors.NegativeQuantity),
    ("(5) EUR", errors.NegativeQuantity),
    ("0 EUR", errors.ZeroQuantity),
    ("0.000 EUR", errors.ZeroQuantity),
    ("1.234 EUR", errors.TooManyDecimals),
    ("400.000 EUR", errors.TooManyDecimals),
    ("0.5 package", errors.TooManyDecimals),
    ("1.123456789M EUR", errors.TooManyDecimals),
    ("40000000000000000.01 EUR", errors.QuantityTooLarge),
    ("40001tn EUR", errors.QuantityTooLarge),
    ("9" * 60 + " EUR", errors.QuantityTooLarge),
    ("40", errors.MissingUnit),
    ("40M", errors.MissingUnit),
    ("40 xyz", errors.UnknownUnit),
    ("40MEUR", errors.UnknownUnit),
    ("$40M", errors.UnknownUnit),
    ("40 £", errors.UnknownUnit),
    ("40M$", errors.UnknownUnit),
    ("40 dollars", errors.UnknownUnit),
    ("€40M USD", errors.UnitGivenTwice),
    ("40 EUR M", errors.UnknownUnit),
    ("120 person days", errors.UnknownUnit),
    ("EUR 40 USD", errors.UnitGivenTwice),
    ("40 EUR USD", errors.UnitGivenTwice),
    ("EUR40M USD", errors.UnitGivenTwice),
]


@pytest.mark.parametrize(("typed", "refusal"), REFUSALS)
def test_is_refused_in_its_own_words(typed: str, refusal: type[errors.BadQuantity]) -> None:
    with pytest.raises(errors.BadQuantity) as caught:
        parse_quantity(typed, UNITS)
    assert type(caught.value) is refusal
    assert caught.value.exit_code is ExitCode.INVALID
    assert caught.value.what
    assert caught.value.why
    assert caught.value.next_step
    assert len(caught.value.what) < 200


def test_every_class_of_refusal_has_an_example() -> None:
    elsewhere = {errors.AmbiguousUnit, errors.UnitInAmount}
    assert {refusal for _, refusal in REFUSALS} | elsewhere == set(
        errors.BadQuantity.__subclasses__()
    )


@pytest.mark.parametrize(
    ("typed", "readings"),
    [("1,5 EUR", ("1.5", "15")), ("1,234 EUR", ("1.234", "1234"))],
)
def test_an_ambiguous_comma_names_both_readings(typed: str, readings: tuple[str, str]) -> None:
    with pytest.raises(errors.AmbiguousNumber) as caught:
        parse_quantity(typed, UNITS)
    assert all(reading in caught.value.what for reading in readings)


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("40 EUS", "EUR"),
        ("120 person-dya", "person-day"),
        ("12 pakage", "package"),
        ("persn-day 12", "person-day"),
    ],
)
def test_a_wrong_unit_suggests_the_nearest(typed: str, nearest: str) -> None:
    with pytest.raises(errors.UnknownUnit) as caught:
        parse_quantity(typed, UNITS)
    assert nearest in caught.value.next_step


def test_units_that_differ_only_in_capitals_need_their_exact_ones() -> None:
    units = {"Day": Unit("Day", 0, "work", "one"), "day": Unit("day", 2, "work", "other")}
    assert parse_quantity("1 Day", units).unit.decimals == 0
    assert parse_quantity("1 day", units).unit.decimals == 2
    with pytest.raises(errors.AmbiguousUnit, match="Day, day"):
        parse_quantity("1 DAY", units)


def test_a_unit_named_like_a_multiplier_is_never_supposed() -> None:
    units = {"m": Unit("m", 2, "work", "metre")}
    with pytest.raises(errors.AmbiguousUnit):
        parse_quantity("40 m", units)
    assert parse_quantity("40 thousand m", units).amount == 40_000_00
    assert parse_quantity("m 40", units).amount == 40_00


@pytest.mark.parametrize("cell", ["40 EUR", "40M EUR", "40 x"])
def test_a_cell_with_a_unit_in_it_is_refused(cell: str) -> None:
    with pytest.raises(errors.UnitInAmount):
        parse_amount(cell, EUR)


@pytest.mark.parametrize(
    ("cell", "refusal"),
    [
        ("", errors.EmptyQuantity),
        ("NA", errors.NotANumber),
        ("1e+05", errors.ExponentNotation),
        ("1,5", errors.AmbiguousNumber),
        ("-5", errors.NegativeQuantity),
        ("0", errors.ZeroQuantity),
        ("1.234", errors.TooManyDecimals),
        ("1 000", errors.NotANumber),
        ("5b", errors.AmbiguousMultiplier),
    ],
)
def test_a_cell_is_refused_by_the_same_rules(cell: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        parse_amount(cell, EUR)


def test_a_message_never_passes_on_characters_that_act_on_the_terminal() -> None:
    with pytest.raises(errors.BadQuantity) as caught:
        parse_quantity("40 \x1b[31mEUR", UNITS)
    assert "\x1b" not in caught.value.what
