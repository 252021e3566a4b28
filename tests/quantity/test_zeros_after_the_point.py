"""Zeros beyond a unit's decimals lose nothing, so they are no rounding, wherever a number is read.

Spreadsheets and data frames write whole numbers as 12.0 and 5000000.00. What would lose something,
or could be a group of thousands, stays refused.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from officer import Officer

from ledger.core.numbers import whole_numeral
from ledger.core.quantity import Unit, parse_amount
from ledger.core.quantity_errors import TooManyDecimals

JPY, EUR = Unit("JPY", 0, "money", "Yen"), Unit("EUR", 2, "money", "Euro")
STATION = Unit("station", 0, "work", "station")

NEEDS = (
    "code,project,factor,quantity,unit,declared_on\n"
    "NA,P1,implementation,12.0,station,2026-01-01\n"
    "NB,P1,money,5000000.00,JPY,2026-01-01\n"
)
CITIES = "code,name,country,population,geonames_id\nTHR,Tehran,IR,9000000.0,112931.0\n"


@pytest.mark.parametrize(
    ("cell", "unit", "amount"),
    [
        ("12.0", STATION, 12),
        ("5000000.00", JPY, 5_000_000),
        ("5000000.000", JPY, 5_000_000),
        ("1,234,567.000", EUR, 123_456_700),
        ("12.3400", EUR, 1234),
        ("0.120", EUR, 12),
        ("1.2000000000M", JPY, 1_200_000),
        ("۱۲٫۰", STATION, 12),
    ],
)
def test_zeros_that_lose_nothing_are_read(cell: str, unit: Unit, amount: int) -> None:
    assert parse_amount(cell, unit) == amount


@pytest.mark.parametrize(
    ("cell", "unit"),
    [("12.5", STATION), ("0.001", EUR), ("400.000", EUR), ("1.230", EUR), ("1.000", JPY)],
)
def test_what_loses_something_or_may_be_thousands_is_refused(cell: str, unit: Unit) -> None:
    with pytest.raises(TooManyDecimals):
        parse_amount(cell, unit)


def test_a_count_may_have_zeros_after_its_point() -> None:
    typed = ("9000000.0", "30.00", "۳۰", "7")
    assert [whole_numeral(text) for text in typed] == [9_000_000, 30, 30, 7]
    assert [whole_numeral(text) for text in ("9.000", "7.5", "1e5", "-3", "")] == [None] * 5


def test_an_import_reads_them_in_quantities_and_counts(officer: Officer, tmp_path: Path) -> None:
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("project add Metro --city MHD --sector transport.urban --code P1")
    (tmp_path / "needs.csv").write_text(NEEDS)
    (tmp_path / "cities.csv").write_text(CITIES)
    officer.says(f"import {tmp_path}/needs.csv {tmp_path}/cities.csv --yes")
    rows = officer.asks("need list")["rows"]
    assert [(row["quantity"], row["unit"]) for row in rows] == [
        ("12", "station"),
        ("5000000", "JPY"),
    ]
    city = officer.asks("city show THR")
    assert (city["population"], city["geonames_id"]) == (9_000_000, 112931)
    (tmp_path / "needs.csv").write_text(NEEDS.replace("12.0", "12.5"))
    refusal = officer.refused(f"import {tmp_path}/needs.csv --yes", 3, "1 problem")
    assert refusal == "import-refused"


def test_a_statement_line_may_have_them(officer: Officer, tmp_path: Path) -> None:
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("provider add 'Alpha Bank' --code BANK --kind bank")
    officer.says("project add Metro --city MHD --sector transport.urban --code P1")
    officer.says("need add P1 money '50000 JPY' --code N1 --on 2026-11-01")
    officer.says("offer add BANK money '50000 JPY' --code O1 --on 2026-11-01")
    officer.says("deal introduce O1 N1 '32000 JPY' --commit --on 2026-11-02")
    officer.says("deal deliver D-0001 --on 2026-11-10 --reference PAY-1")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "march.csv").write_text(
        "provider,statement,line,date,kind,deal,quantity,unit,reference\n"
        "BANK,2026-11,1,2026-11-10,delivery,D-0001,32000.00,JPY,PAY-1\n"
    )
    night = officer.asks(f"reconcile --only statements --inbox {inbox}")
    figures = night["steps"][0]["figures"]
    assert (figures["lines"], figures["confirmed"], night["findings"]) == (1, 1, [])
