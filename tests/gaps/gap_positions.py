"""Needs of a metro in Mashhad and a bus line in Lahore, and where they stand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from ledger.core.factors import Factor, Side, Stage
from ledger.core.quantity import Unit
from ledger.eligibility.rules import NeedFacts
from ledger.gaps.rows import BaseCurrency, GapRow, gap_row
from ledger.journal.balance import Balance
from ledger.rates.rates import Rate, RateBook, rate_finder
from ledger.registers.records import City, Need, Project

DAY = date(2026, 11, 23)
EUR = Unit("EUR", 2, "money", "Euro")
USD = Unit("USD", 2, "money", "US dollar")
JPY = Unit("JPY", 0, "money", "Yen")
IRR = Unit("IRR", 2, "money", "Iranian rial")
PERSON_DAY = Unit("person-day", 2, "work", "person-day")
RATES = RateBook(
    [
        Rate(date(2026, 11, 20), "EUR", "USD", Decimal("1.085")),
        Rate(date(2026, 11, 19), "EUR", "JPY", Decimal(160)),
    ]
)
CITIES = {
    "MHD": City(code="MHD", name="Mashhad", country="IR", office="asia"),
    "LHE": City(code="LHE", name="Lahore", country="PK", office="asia"),
}


def in_euro() -> BaseCurrency:
    return BaseCurrency(EUR, rate_finder(RATES, DAY))


def balance(unit: Unit = EUR, **stages: int) -> Balance:
    return Balance(Side.NEED, "N-0001", unit, {Stage(name): n for name, n in stages.items()})


def position(
    need: str = "N-0001",
    *,
    project: str = "PRJ-0001",
    city: str = "MHD",
    unit: Unit = EUR,
    factor: Factor = Factor.MONEY,
    sector: str = "transport.urban",
    status: str = "preparation",
    topic: str | None = None,
    needed_by: date | None = None,
    **stages: int,
) -> NeedFacts:
    return NeedFacts(
        need=Need(
            code=need,
            project=project,
            factor=factor,
            unit=unit.code,
            declared_on=date(2026, 1, 1),
            topic=topic,
            needed_by=needed_by,
        ),
        project=Project(code=project, title="Metro", city=city, sector=sector, status=status),
        city=CITIES[city],
        balance=balance(unit, **stages),
        region_chain=(),
    )


def row(need: str = "N-0001", **terms: Any) -> GapRow:
    return gap_row(position(need, **terms), in_euro())


_PART = st.one_of(st.integers(0, 100), st.integers(0, 4 * 10**18))


@st.composite
def _rows(draw: st.DrawFn, code: str) -> GapRow:
    names = ("open", "held", "committed", "delivered", "withdrawn")
    factor, unit = draw(
        st.sampled_from(
            [
                (Factor.MONEY, EUR),
                (Factor.MONEY, USD),
                (Factor.MONEY, IRR),
                (Factor.EXPERTISE, PERSON_DAY),
                (Factor.IMPLEMENTATION, PERSON_DAY),
            ]
        )
    )
    known = draw(st.booleans()) or draw(st.booleans())
    return row(
        code,
        project=draw(st.sampled_from(["PRJ-0001", "PRJ-0002"])),
        city=draw(st.sampled_from(list(CITIES))),
        factor=factor,
        unit=unit,
        topic=draw(st.sampled_from([None, "metro", "brt"])),
        needed_by=draw(st.none() | st.dates()),
        **({name: draw(_PART) for name in names} if known else {}),
    )


@st.composite
def many_rows(draw: st.DrawFn) -> list[GapRow]:
    """Draw rows of several units, some of unknown amount, some without a rate."""
    return [draw(_rows(f"N-{number}")) for number in range(draw(st.integers(0, 8)))]
