"""The shipped units: ISO 4217 currencies at official decimals, and units of work.

Also the currencies that the euro replaced, at the conversion rates fixed by the Council.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ledger.core.quantity import Unit

_DATA = Path(__file__).parent / "data"


def read_table(name: str) -> list[dict[str, str]]:
    """Read one reference table as rows by column name; an empty cell is an empty string."""
    with (_DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def iso4217_units() -> dict[str, Unit]:
    """Return all currencies by code: the active ones of ISO 4217, and ended ones still in data."""
    return {
        row["code"]: Unit(row["code"], int(row["decimals"]), "money", row["name"])
        for row in read_table("currencies")
    }


@cache
def ended_currencies() -> dict[str, date]:
    """Return the last day of each listed currency that ISO 4217 has withdrawn."""
    return {
        row["code"]: date.fromisoformat(row["ended"])
        for row in read_table("currencies")
        if row["ended"]
    }


@cache
def work_units() -> dict[str, Unit]:
    """Return the shipped units of work by code."""
    return {
        row["code"]: Unit(row["code"], int(row["decimals"]), "work", row["name"])
        for row in read_table("work_units")
    }


@cache
def shipped_units() -> dict[str, Unit]:
    """Return every unit of a new ledger, by code."""
    return {**iso4217_units(), **work_units()}


class EuroRate(NamedTuple):
    """One euro is `rate` of a currency, for good, from the day of its changeover on."""

    day: date
    rate: Decimal
    source: str


@cache
def euro_rates() -> dict[str, EuroRate]:
    """Return the fixed conversion rates by the code of the currency."""
    return {
        row["code"]: EuroRate(
            date.fromisoformat(row["from"]),
            Decimal(row["rate"]),
            f"Council Regulation {row['source']}",
        )
        for row in read_table("euro_rates")
    }
