"""What a limit is about: the offers and projects that its filters take, and its groups.

`offers` and `projects` are filters of the one language of filters, several of them joined by
`and`: `provider=BANK and factor=money`. Codes answer to themselves and to what contains them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

from ledger.core.filters import Cell, Filter, FilterKind, Selection, read_filter
from ledger.reference.filter_columns import filter_column, no_names
from ledger.reference.places import find_country
from ledger.registers.records import City, Limit, Offer, Project, Provider


class OfferSide(NamedTuple):
    """An offer with its provider, and the country of that: its own, else that of its city."""

    offer: Offer
    provider: Provider
    country: str | None


class ProjectSide(NamedTuple):
    """A project with its city."""

    project: Project
    city: City


class Parties(NamedTuple):
    """An offer with its provider, and a project with its city: the two sides of a pair."""

    offer: Offer
    provider: Provider
    country: str | None
    """The country of the provider: its own, else that of its city."""
    project: Project
    city: City


_OFFER_TEXTS: Final = (
    *("offer", "code", "provider", "provider_name", "kind", "country", "factor", "unit"),
    *("topics", "sectors", "countries", "regions", "cities", "instruments", "condition"),
)
_PROJECT_TEXTS: Final = (
    *("project", "code", "title", "city", "city_name", "country", "region", "office"),
    *("sector", "status"),
)
_FIGURES: Final = {"offers": ("rate",), "projects": ("weight",)}
_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "offers": _OFFER_TEXTS,
    "projects": _PROJECT_TEXTS,
}
_COLUMNS: Final = {
    side: {
        **{name: filter_column(name, FilterKind.TEXT, no_names) for name in texts},
        **{name: filter_column(name, FilterKind.FIGURE, no_names) for name in _FIGURES[side]},
    }
    for side, texts in _TEXTS.items()
}
_AND: Final = re.compile(r"\s+and\s+(?=[\w-][\w -]*\s*(?:!=|>=|<=|=|<|>))", re.IGNORECASE)
"""Joins two filters: what follows it begins as a filter does."""


def read_scope(side: str, text: str | None) -> list[Filter]:
    """Read the filters of one side, `offers` or `projects`; none where nothing is given.

    Raises `UnknownColumn`, `OperatorRefused` and `UnreadableFilter`.
    """
    if not (text or "").strip():
        return []
    return [read_filter(part, _COLUMNS[side]) for part in _AND.split(str(text).strip())]


class Scope:
    """Which pairs a limit is about."""

    def __init__(self, limit: Limit) -> None:
        """Read the filters of a limit."""
        self._offers = Selection(read_scope("offers", limit.offers), _offer_cell)
        self._projects = Selection(read_scope("projects", limit.projects), _project_cell)

    def covers(self, parties: Parties) -> bool:
        """Say whether a pair is one of those that the limit is about."""
        offer, provider, country, project, city = parties
        return self.takes_offer(offer, provider, country) and self.takes_project(project, city)

    def takes_offer(self, offer: Offer, provider: Provider, country: str | None) -> bool:
        """Say whether an offer is one of those that the limit is about."""
        return self._offers.meets(OfferSide(offer, provider, country))

    def takes_project(self, project: Project, city: City) -> bool:
        """Say whether a project is one of those that the limit is about."""
        return self._projects.meets(ProjectSide(project, city))


@lru_cache(maxsize=256)
def scope_of(limit: Limit) -> Scope:
    """Return the scope of a limit, read once."""
    return Scope(limit)


def _offer_cell(side: OfferSide, condition: Filter) -> tuple[Cell, str]:
    offer, provider = side.offer, side.provider
    cells: Mapping[str, Cell] = {
        "offer": offer.code,
        "provider_name": provider.name,
        "kind": provider.kind,
        "country": side.country,
        "rate": None if offer.rate is None else Fraction(offer.rate),
    }
    name = condition.column
    return cells[name] if name in cells else getattr(offer, name), offer.unit


def _project_cell(side: ProjectSide, condition: Filter) -> tuple[Cell, str]:
    project, city = side
    cells: Mapping[str, Cell] = {
        "project": project.code,
        "city_name": city.name,
        "country": city.country,
        "region": find_country(city.country).region,
        "office": city.office,
        "weight": Fraction(project.weight),
    }
    name = condition.column
    return cells[name] if name in cells else getattr(project, name), ""


PER: Final = ("provider", "country", "sector", "year", "project", "offer")
"""What a limit can hold for each of by itself."""


def group_of(limit: Limit, parties: Parties, day: date) -> str:
    """Return the group of a pair under a limit, by what it holds for; empty where it is one."""
    groups = {
        "provider": parties.provider.code,
        "country": parties.city.country,
        "sector": parties.project.sector,
        "year": str(day.year),
        "project": parties.project.code,
        "offer": parties.offer.code,
    }
    if limit.measure == "share":
        return f"{groups[limit.per] if limit.per else ''};{parties.project.code}"
    return groups[limit.per] if limit.per else ""


def in_force(limit: Limit, day: date) -> bool:
    """Say whether a limit holds on a day: its first and last day are days on which it does."""
    return (limit.from_ is None or limit.from_ <= day) and (
        limit.until is None or day <= limit.until
    )
