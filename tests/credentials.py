"""Credentials and identifiers with what is always said of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ledger.core.partial_dates import PartialDate
from ledger.registers.network import Credential
from ledger.registers.records import Identifier


def a_figure(code: str = "CR-1", city: str = "MHD", value: str = "100", **terms: Any) -> Credential:
    """Give a figure of passengers a day, of 2013 unless it is said otherwise."""
    measured = {
        "measure": "passengers a day",
        "unit": "passengers",
        "better": "higher",
        "as_of": PartialDate("2013"),
        **terms,
    }
    return _credential(code, city, value=Decimal(value), **measured)


def a_grade(code: str = "CR-2", city: str = "MHD", grade: str = "gold", **terms: Any) -> Credential:
    """Give the grade of a corridor, of 2013 unless it is said otherwise."""
    return _credential(code, city, grade=grade, **{"as_of": PartialDate("2013"), **terms})


def _credential(code: str, city: str, **terms: Any) -> Credential:
    about = {"topic": "bus-rapid-transit", "what": "El Dorado", "source": "BRTData", **terms}
    return Credential(code=code, city=city, **about)


def an_identifier(record: str = "MHD", identifier: str = "124665", **terms: Any) -> Identifier:
    """Give the number of a city at GeoNames."""
    code = f"cities/geonames/{identifier}"
    return Identifier(code, "cities", record, "geonames", identifier, **terms)
