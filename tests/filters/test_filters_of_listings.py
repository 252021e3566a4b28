"""One language of filters for every listing: signs, units, hierarchies and what is not given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cli.framework.filters import row_matcher
from cli.framework.usage_errors import UnknownColumn
from ledger.core.filters import UnreadableFilter
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
    matches = row_matcher(COLUMNS, where)
    return " ".join(row["code"] for row in ROWS if matches(row))


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
        ("available>=1M", "A"),
        ("available=60M", "A"),
        ("available=60000000.00 EUR", "A"),
        ("available>=0 EUR", "A"),
        ("available<=1", "B"),
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
    "text", ["code>=A", "available>=much", "weight>=1 EUR", "valid_until=2027", "weight>="]
)
def test_what_a_column_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFilter):
        kept(text)


def test_an_unknown_column_names_the_nearest() -> None:
    with pytest.raises(UnknownColumn, match="There is no column valid untl") as refusal:
        kept("valid untl=2027-01-01")
    assert "valid_until" in refusal.value.next_step
