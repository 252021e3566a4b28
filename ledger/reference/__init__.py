"""Reference tables: units, places, sectors, statuses, instruments and the fund's offices.

The tables are CSV files in `data/`; SOURCES.md names their sources. Each is read once, on first
use.
"""

from __future__ import annotations

from ledger.reference.errors import (
    NoOfficeForCountry,
    UnknownCountry,
    UnknownInstrument,
    UnknownReference,
    UnknownRegion,
    UnknownSector,
    UnknownStatus,
)
from ledger.reference.places import (
    Country,
    Region,
    countries,
    default_offices,
    find_country,
    find_region,
    office_for_country,
    region_and_above,
    region_chain,
    regions,
    subregion_name,
)
from ledger.reference.terms import (
    Instrument,
    ProjectStatus,
    Sector,
    find_instrument,
    find_sector,
    find_status,
    instruments,
    project_statuses,
    sector_and_above,
    sectors,
)
from ledger.reference.units import ended_currencies, iso4217_units, shipped_units, work_units

__all__ = [
    "Country",
    "Instrument",
    "NoOfficeForCountry",
    "ProjectStatus",
    "Region",
    "Sector",
    "UnknownCountry",
    "UnknownInstrument",
    "UnknownReference",
    "UnknownRegion",
    "UnknownSector",
    "UnknownStatus",
    "countries",
    "default_offices",
    "ended_currencies",
    "find_country",
    "find_instrument",
    "find_region",
    "find_sector",
    "find_status",
    "instruments",
    "iso4217_units",
    "office_for_country",
    "project_statuses",
    "region_and_above",
    "region_chain",
    "regions",
    "sector_and_above",
    "sectors",
    "shipped_units",
    "subregion_name",
    "work_units",
]
