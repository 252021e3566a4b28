"""OC4IDS project packages: what a project requires is its budget, what is given its breakdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Final

from ledger.interchange.standards.iati import ORGANISATION
from ledger.interchange.standards.publication import (
    Identifiers,
    Publication,
    PublishedDeal,
    PublishedNeed,
    PublishedProject,
    Written,
    exact_amount,
    exact_json,
    exact_number,
    filled,
    written,
)
from ledger.reference.terms import sector_and_above
from ledger.registers.records import Provider

VERSION: Final = "0.9"
PROJECT: Final = "oc4ids"
"""The scheme of the identifiers of projects."""

_FUNDER: Final = "funder"
_ORGANISATION_ID: Final = re.compile(r"(?P<scheme>[A-Z]{2,}-[A-Z0-9]{2,})-(?P<id>.+)")


def oc4ids_package(publication: Publication) -> Written:
    """Write a package of projects."""
    left_out: Counter[str] = Counter()
    publisher = publication.identifiers.publisher
    package = {
        "version": VERSION,
        "uri": f"urn:cityfund:{publisher}:{publication.day.isoformat()}",
        "publishedDate": publication.moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "publisher": {"name": publisher},
        "projects": [_project(one, publication, left_out) for one in publication.projects],
    }
    counts = {"projects": len(publication.projects)}
    return written(publication, exact_json(package), counts, left_out)


def _project(
    one: PublishedProject, publication: Publication, left_out: Counter[str]
) -> dict[str, object]:
    project, identifiers = one.project, publication.identifiers
    prefix = identifiers.oc4ids_prefix
    dates = {"startDate": _moment(project.starts_on), "endDate": _moment(project.ends_on)}
    providers = {deal.provider.code: deal.provider for deal in _given(one)}
    recipient = project.recipient
    return filled(
        {
            "id": identifiers.of("projects", project.code, PROJECT, prefix=prefix),
            "title": project.title,
            "description": project.description,
            "status": project.status,
            "period": filled({**dates}),
            "sector": [*reversed(sector_and_above(project.sector))],
            "locations": [_location(one)],
            "publicAuthority": None if recipient is None else {"name": recipient},
            "budget": _budget(one, publication, left_out),
            "parties": [_party(provider, identifiers) for provider in providers.values()],
        }
    )


def _party(provider: Provider, identifiers: Identifiers) -> dict[str, object]:
    """Write who gives, with what others call it: an org-id is a list's code and the id there."""
    stated = identifiers.find("providers", provider.code, ORGANISATION)
    parts = _ORGANISATION_ID.fullmatch(stated or "")
    others = identifiers.others("providers", provider.code, ORGANISATION)
    return filled(
        {
            "id": identifiers.of("providers", provider.code, ORGANISATION),
            "name": provider.name,
            "identifier": None if parts is None else parts.groupdict(),
            "additionalIdentifiers": [{"scheme": scheme, "id": one} for scheme, one in others],
            "roles": [_FUNDER],
        }
    )


def _location(one: PublishedProject) -> dict[str, object]:
    address = {"locality": one.city.name, "countryName": one.country}
    point = None
    if one.place is not None:
        # The standard says latitude first, otherwise than GeoJSON.
        degrees = [exact_number(text) for text in one.place]
        point = {"type": "Point", "coordinates": degrees}
    return filled({"id": one.city.code, "geometry": point, "address": address})


def _budget(
    one: PublishedProject, publication: Publication, left_out: Counter[str]
) -> dict[str, object]:
    """Write the budget in the currency of the first need, and its parts in their own."""
    stated = [need for need in one.needs if need.required]
    first = next(iter(stated), None)
    of_first = [need for need in stated if first is not None and need.unit == first.unit]
    left_out["needs in a second currency: what they require"] += len(stated) - len(of_first)
    left_out["deals: what is delivered, for OC4IDS tells of contracts"] += sum(
        bool(deal.delivered) for deal in one.deals
    )
    left_out["deals: the days of further commitments and releases"] += sum(
        sum(bool(flow.committed) for flow in deal.flows) > 1 for deal in _given(one)
    )
    left_out["deals: the instrument"] += sum(bool(deal.instrument) for deal in _given(one))
    parts = [_part(deal, publication) for deal in _given(one)]
    return filled(
        {
            "amount": _value(of_first),
            "requestDate": _moment(min((need.declared_on for need in of_first), default=None)),
            "budgetBreakdown": parts,
        }
    )


def _value(needs: list[PublishedNeed]) -> dict[str, object]:
    if not needs:
        return {}
    total = sum(need.required or 0 for need in needs)
    unit = needs[0].unit
    return {"amount": exact_amount(total, unit), "currency": unit.code}


def _given(one: PublishedProject) -> Iterator[PublishedDeal]:
    return (deal for deal in one.deals if deal.committed)


def _part(deal: PublishedDeal, publication: Publication) -> dict[str, object]:
    provider = deal.provider
    source = publication.identifiers.of("providers", provider.code, ORGANISATION)
    return {
        "id": deal.code,
        "amount": {
            "amount": exact_amount(deal.committed, deal.unit),
            "currency": deal.unit.code,
        },
        "period": {"startDate": _moment(deal.first_committed)},
        "sourceParty": {"id": source, "name": provider.name},
    }


def _moment(day: date | None) -> str | None:
    """Write a day as OC4IDS has its dates, with a time."""
    return None if day is None else f"{day.isoformat()}T00:00:00Z"
