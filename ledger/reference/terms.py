"""Sectors and statuses of projects, instruments of finance, and roles of seats."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import NamedTuple, TypeVar

from ledger.reference.errors import (
    UnknownInstrument,
    UnknownReference,
    UnknownSeatRole,
    UnknownSector,
    UnknownStatus,
)
from ledger.reference.units import read_table


class Sector(NamedTuple):
    """An OC4IDS project sector and the five-digit OECD DAC purpose code nearest to it."""

    code: str
    title: str
    dac: str | None


class ProjectStatus(NamedTuple):
    """A stage of a project's life, by OC4IDS."""

    code: str
    title: str


class Instrument(NamedTuple):
    """A form of finance; `iati_finance_type` is None if IATI has none, and `note` says why."""

    code: str
    name: str
    iati_finance_type: str | None
    note: str = ""


class Step(StrEnum):
    """How far a seat takes a city: to be there, to count, or to decide."""

    PRESENT = "present"
    EFFECTIVE = "effective"
    DECIDING = "deciding"
    NONE = "none"


class SeatRole(NamedTuple):
    """What a city can be in a body, and the step that this is."""

    code: str
    name: str
    step: Step


_Term = TypeVar("_Term", Sector, ProjectStatus, Instrument, SeatRole)


@cache
def sectors() -> dict[str, Sector]:
    """Return all sectors by code."""
    return {
        row["code"]: Sector(row["code"], row["title"], row["dac"] or None)
        for row in read_table("sectors")
    }


@cache
def sector_and_above(code: str) -> tuple[str, ...]:
    """Return a sector's code and every wider one, narrowest first: (transport.urban, transport).

    It uses the code alone: the part before a point is the wider sector.
    """
    parts = code.split(".")
    return tuple(".".join(parts[:length]) for length in range(len(parts), 0, -1))


def find_sector(text: str) -> Sector:
    """Find a sector by its code in any case; raises UnknownSector."""
    return _find(text, _sectors_in_any_case(), UnknownSector)


@cache
def project_statuses() -> dict[str, ProjectStatus]:
    """Return all project statuses by code, in the order of a project's life."""
    return {row["code"]: ProjectStatus(**row) for row in read_table("project_statuses")}


def find_status(text: str) -> ProjectStatus:
    """Find a project status by its code in any case; raises UnknownStatus."""
    return _find(text, project_statuses(), UnknownStatus)


@cache
def instruments() -> dict[str, Instrument]:
    """Return all instruments by code."""
    return {
        row["code"]: Instrument(
            row["code"], row["name"], row["iati_finance_type"] or None, row["note"]
        )
        for row in read_table("instruments")
    }


def find_instrument(text: str) -> Instrument:
    """Find an instrument by its code in any case; raises UnknownInstrument."""
    return _find(text, instruments(), UnknownInstrument)


@cache
def seat_roles() -> dict[str, SeatRole]:
    """Return all roles of seats by code."""
    return {
        row["code"]: SeatRole(row["code"], row["name"], Step(row["step"]))
        for row in read_table("seat_roles")
    }


def find_seat_role(text: str) -> SeatRole:
    """Find a role of seats by its code in any case; raises UnknownSeatRole."""
    return _find(text, seat_roles(), UnknownSeatRole)


@cache
def _sectors_in_any_case() -> dict[str, Sector]:
    return {code.casefold(): sector for code, sector in sectors().items()}


def _find(text: str, table: Mapping[str, _Term], refusal: type[UnknownReference]) -> _Term:
    term = table.get(text.strip().casefold())
    if term is None:
        raise refusal.of(text, {one[0]: one[1] for one in table.values()})
    return term
