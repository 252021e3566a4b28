"""One language of filters for every listing: signs, units, hierarchies and what is not given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cli.framework.filters import row_selection
from ledger.core.errors import InvalidInput
from ledger.core.filters import OperatorRefused, UnitsDiffer, UnknownColumn, UnreadableFilter
from ledger.reports.table import Column

COLUMNS = [
    Column("code", kind="code"),
    Column("sector", kind="code"),
    Column("regions", kind="code"),
    Column("topics"),
    Column("available", kind="amount"),
    Column("offer_held", kind="amount", measured_in="offer_unit"),
    Column("weight", kind="number"),
    Column("valid_until", kind="date"),
    Column("recorded_at", kind="date"),
    Column("unit", kind="code"),
    Column("withdrawn"),
    Column("status", words={"settled": "resolved"}),
]
ROWS: list[dict[str, Any]] = [
    {
        "code": "A",
        "sector": "transport.urban",
        "regions": ("034",),
        "topics": ("metro", "BRT"),
        "available": "60000000.00",
        "unit": "EUR",
        "offer_held": "5",
        "offer_unit": "JPY",
        "weight": 3,
        "valid_until": date(2028, 1, 1),
        "recorded_at": datetime(2026, 11, 23, 23, 59, tzinfo=UTC),
        "withdrawn": False,
        "status": "settled",
    },
    {
        "code": "B",
        "sector": "transport",
        "regions": ("142", "150"),
        "topics": (),
        "available": "0.50",
        "unit": "person-day",
        "offer_held": None,
        "offer_unit": "EUR",
        "weight": Decimal("2.5"),
        "valid_until": "2027-06-30",
        "recorded_at": "2026-11-24 08:00:00",
        "withdrawn": True,
        "status": "open",
    },
    {
        "code": "C",
        "sector": "health",
        "regions": None,
        "topics": None,
        "available": None,
        "unit": "EUR",
        "offer_held": "",
        "offer_unit": None,
        "weight": None,
        "valid_until": None,
        "recorded_at": "",
        "withdrawn": False,
        "status": None,
    },
]


def kept(*where: str) -> str:
    return " ".join(row["code"] for row in row_selection(COLUMNS, where).keep(ROWS))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("code=a", "A"),
        ("code!=a", "B C"),
        (" Code = a ", "A"),
        ("sector=transport", "A B"),
        ("sector=transport.urban", "A"),
        ("sector!=transport", "C"),
        ("sector=trans", ""),
        ("regions=Asia", "A B"),
        ("regions=142", "A B"),
        ("regions=Southern Asia", "A"),
        ("regions=europe", "B"),
        ("regions=world", "A B"),
        ("regions=", "C"),
        ("topics=brt", "A"),
        ("topics=metro;BRT", "A"),
        ("topics!=metro", "B C"),
        ("topics=", "B C"),
        ("topics!=", "A"),
        ("available>=1M EUR", "A"),
        ("code=a,c", "A C"),
        ("code=a;c", "A C"),
        ("code!=a,c", "B"),
        ("topics=metro,tram", "A"),
        ("topics=metro;tram", "A"),
        ("regions=Europe, Southern Asia", "A B"),
        ("weight=2.5,3", "A B"),
        ("weight<3", "B"),
        ("weight>2.5", "A"),
        ("valid_until<2028-01-01", "B"),
        ("valid_until>2027-06-30", "A"),
        ("available>0", "A B"),
        ("available=60000000.00 EUR", "A"),
        ("available>=0 EUR", "A"),
        ("available<=1 person-day", "B"),
        ("available!=60M EUR", "B C"),
        ("available=", "C"),
        ("offer_held>=5 jpy", "A"),
        ("offer-held>=5 EUR", ""),
        ("weight>=2.5", "A B"),
        ("weight<=2.5", "B"),
        ("weight=3", "A"),
        ("valid_until>=2027-06-30", "A B"),
        ("valid until<=2027-06-30", "B"),
        ("valid_until=", "C"),
        ("recorded_at=2026-11-23", "A"),
        ("recorded_at>=2026-11-24", "B"),
        ("withdrawn=yes", "B"),
        ("status=resolved", "A"),
        ("status=settled", "A"),
        ("status!=resolved", "B C"),
    ],
)
def test_one_filter(text: str, codes: str) -> None:
    assert kept(text) == codes


def test_values_of_one_column_admit_any_and_columns_must_all_hold() -> None:
    assert kept("code=A", "code=B", "sector=transport") == "A B"
    assert kept("code=A", "code=B", "weight>=3") == "A"
    assert kept("weight>=2", "weight<=2.9") == "B"


@pytest.mark.parametrize(
    "text",
    ["available>=much", "weight>=1 EUR", "valid_until=2027", "weight=1,x"],
)
def test_what_a_column_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFilter):
        kept(text)


def test_an_unknown_column_names_the_nearest() -> None:
    with pytest.raises(UnknownColumn, match="There is no column valid untl") as refusal:
        kept("valid untl=2027-01-01")
    assert "valid_until" in refusal.value.next_step


@pytest.mark.parametrize("text", ["code>=A", "code<A", "weight>=", "code==A", "weight<>3"])
def test_an_operator_that_a_column_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(OperatorRefused):
        kept(text)


@pytest.mark.parametrize("text", ["available>=1M", "available=60M", "available<=1"])
def test_a_figure_without_a_unit_is_refused_across_units(text: str) -> None:
    with pytest.raises(UnitsDiffer, match="EUR, person-day"):
        kept(text)
    assert kept(text, "unit=EUR" if "M" in text else "unit=person-day") == (
        "A" if "M" in text else "B"
    )


def test_one_comma_before_three_digits_may_be_one_figure_or_two() -> None:
    with pytest.raises(InvalidInput, match="two ways"):
        kept("weight=1,000")
    assert kept("available=60,000,000 EUR") == "A"


def test_a_value_with_a_comma_is_one_value_too() -> None:
    rows = [{"title": "Metro, line 2"}, {"title": "Metro"}, {"title": "Tram"}]
    selection = row_selection([Column("title")], ["title=Metro, line 2"])
    assert [row["title"] for row in selection.keep(rows)] == ["Metro, line 2", "Metro"]
    assert [*selection.notes()] == []
