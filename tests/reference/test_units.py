"""Units a new ledger starts with."""

from __future__ import annotations

import pytest
from offences import assert_none

from ledger.core.quantity import parse_quantity
from ledger.reference.units import ended_currencies, iso4217_units, shipped_units, work_units


@pytest.mark.parametrize(
    ("code", "decimals"),
    [
        ("EUR", 2),
        ("IRR", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("XOF", 0),
        ("CLP", 0),
        ("ISK", 0),
        ("KWD", 3),
        ("IQD", 3),
        ("TND", 3),
        ("CLF", 4),
        ("UYW", 4),
        ("MGA", 2),
        ("HUF", 2),
    ],
)
def test_currencies_have_the_decimals_of_iso_4217(code: str, decimals: int) -> None:
    assert iso4217_units()[code].decimals == decimals


def test_units_of_work_have_the_decimals_the_tables_promise() -> None:
    assert {code: unit.decimals for code, unit in work_units().items()} == {
        "person-day": 2,
        "person-month": 2,
        "km": 3,
        "package": 0,
        "station": 0,
        "vehicle": 0,
    }


def test_ended_currencies_are_there_and_marked() -> None:
    assert {"BGN", "HRK"} <= set(ended_currencies()) <= set(iso4217_units())
    assert "EUR" not in ended_currencies()


def test_codes_are_three_capitals_and_listed_once() -> None:
    assert len(iso4217_units()) == 168
    assert all(len(code) == 3 and code.isupper() and code.isascii() for code in iso4217_units())


def test_every_shipped_unit_can_be_typed_in_any_case() -> None:
    units = shipped_units()

    assert_none(
        typed
        for code, unit in units.items()
        for typed in (f"7 {code.lower()}", f"{code.upper()} 7k")
        if parse_quantity(typed, units).unit != unit
    )
