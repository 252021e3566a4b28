"""Offices of the fund, member cities, and the providers that hold a factor."""

from __future__ import annotations

from dataclasses import dataclass

PROVIDER_KINDS = ("fund", "bank", "donor", "firm", "institute", "association", "city")


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A fund office, the city that hosts it, and the UN M49 regions whose cities it looks after."""

    code: str
    name: str
    host: str | None = None
    regions: tuple[str, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A member city. `country` is ISO 3166 alpha-2; `member_since` an ISO 8601 year or date."""

    code: str
    name: str
    country: str
    office: str
    name_local: str | None = None
    member_since: str | None = None
    population: int | None = None
    geonames_id: int | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An organisation that holds a factor. A member city can be one, named by `city`."""

    code: str
    name: str
    kind: str
    country: str | None = None
    city: str | None = None
    sample: bool = False
    withdrawn: bool = False
