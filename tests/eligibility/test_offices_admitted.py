"""The offices with a city that the geography of an offer admits."""

from __future__ import annotations

from typing import Any

import pytest
from eligibility_worlds import an_offer

from ledger.eligibility.offices import OfficesAdmitted
from ledger.registers.records import City


def a_city(code: str, country: str, office: str, *, withdrawn: bool = False) -> City:
    return City(code=code, name=code.title(), country=country, office=office, withdrawn=withdrawn)


CITIES = [
    a_city("MHD", "IR", "tehran"),
    a_city("LHE", "PK", "asia"),
    a_city("KHI", "PK", "asia"),
    a_city("PAR", "FR", "europe"),
    a_city("SAO", "BR", "america", withdrawn=True),
]


@pytest.mark.parametrize(
    ("geography", "offices"),
    [
        ({}, ["asia", "europe", "tehran"]),
        ({"countries": ("PK", "IR")}, ["asia", "tehran"]),
        ({"regions": ("034",)}, ["asia", "tehran"]),  # Southern Asia
        ({"cities": ("KHI", "PAR")}, ["asia", "europe"]),
        ({"regions": ("034",), "excluded_countries": ("PK",)}, ["tehran"]),
        ({"excluded_countries": ("IR", "PK")}, ["europe"]),
        ({"countries": ("BR",)}, []),  # its only city is out of use
    ],
)
def test_an_office_is_admitted_for_any_of_its_cities(
    geography: dict[str, Any], offices: list[str]
) -> None:
    assert OfficesAdmitted(CITIES)(an_offer(**geography)) == offices


def test_offers_of_one_geography_are_answered_alike_and_others_apart() -> None:
    offers = [an_offer(code, countries=(of,)) for code, of in (("O-1", "PK"), ("O-2", "FR"))]
    again = an_offer("O-3", countries=("PK",), topics=("brt",))
    admitted = OfficesAdmitted(CITIES)
    assert [admitted(one) for one in (*offers, again)] == [["asia"], ["europe"], ["asia"]]
