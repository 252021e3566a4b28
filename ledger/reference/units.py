"""The units the ledger ships: ISO 4217 currencies at official decimals, and units of work."""

from __future__ import annotations

from datetime import date
from functools import cache

from ledger.quantity import Unit
from ledger.reference.tables import read_table


@cache
def iso4217_units() -> dict[str, Unit]:
    """Give all currencies by code: the active ones of ISO 4217, and ended ones still in data."""
    return {
        row["code"]: Unit(row["code"], int(row["decimals"]), "money", row["name"])
        for row in read_table("currencies")
    }


@cache
def ended_currencies() -> dict[str, date]:
    """Give the last day of each listed currency that ISO 4217 has withdrawn."""
    return {
        row["code"]: date.fromisoformat(row["ended"])
        for row in read_table("currencies")
        if row["ended"]
    }


@cache
def work_units() -> dict[str, Unit]:
    """Give the shipped units of work by code."""
    return {
        row["code"]: Unit(row["code"], int(row["decimals"]), "work", row["name"])
        for row in read_table("work_units")
    }


@cache
def shipped_units() -> dict[str, Unit]:
    """Give every unit a new ledger starts with, by code."""
    return {**iso4217_units(), **work_units()}
