"""Grants in the 360Giving standard: each deal that is a grant is one."""

from __future__ import annotations

from collections import Counter
from typing import Final

from ledger.interchange.mapping.codes import slug
from ledger.interchange.standards.iati import ORGANISATION
from ledger.interchange.standards.publication import (
    Identifiers,
    Publication,
    PublishedDeal,
    PublishedProject,
    Written,
    exact_amount,
    exact_json,
    filled,
    written,
)

VERSION: Final = "1.1"
GRANT: Final = "360giving"
"""The scheme of the identifiers of grants."""

_INSTRUMENT: Final = "grant"


def grants_file(publication: Publication) -> Written:
    """Write a package of grants."""
    left_out: Counter[str] = Counter()
    grants: list[dict[str, object]] = []
    for one in publication.projects:
        left_out["projects: the sector and the status"] += 1
        left_out["needs: what they require beyond grants"] += sum(
            bool(need.required) for need in one.needs
        )
        for deal in one.deals:
            if deal.instrument != _INSTRUMENT:
                left_out["deals that are no grants, or do not say so"] += 1
            elif deal.committed:
                left_out["deals: the days of deliveries, for 360Giving states their sum"] += bool(
                    deal.delivered
                )
                left_out["deals: the days of further commitments and releases"] += (
                    sum(bool(flow.committed) for flow in deal.flows) > 1
                )
                grants.append(_grant(one, deal, publication))
    publisher = publication.identifiers.publisher
    package = {
        "version": VERSION,
        "issued": publication.day.isoformat(),
        "publisher": {"name": publisher, "identifier": publisher},
        "grants": grants,
    }
    return written(publication, exact_json(package), {"grants": len(grants)}, left_out)


def _grant(
    one: PublishedProject, deal: PublishedDeal, publication: Publication
) -> dict[str, object]:
    project, city, identifiers = one.project, one.city, publication.identifiers
    dates = {
        "startDate": project.starts_on and project.starts_on.isoformat(),
        "endDate": project.ends_on and project.ends_on.isoformat(),
    }
    receiver = {
        "id": _receiver(one, identifiers),
        "name": one.receiver,
        "addressLocality": city.name,
        "addressCountry": one.country,
    }
    provider = deal.provider
    funder = {
        "id": identifiers.of("providers", provider.code, ORGANISATION),
        "name": provider.name,
    }
    return filled(
        {
            "id": identifiers.of("deals", deal.code, GRANT),
            "title": project.title,
            "description": project.description or project.title,
            "currency": deal.unit.code,
            "amountAwarded": exact_amount(deal.committed, deal.unit),
            "amountDisbursed": exact_amount(deal.delivered, deal.unit) if deal.delivered else None,
            "awardDate": deal.first_committed.isoformat(),
            "plannedDates": [filled({**dates})] if any(dates.values()) else [],
            "recipientOrganization": [receiver],
            "beneficiaryLocation": [_location(one)],
            "fundingOrganization": [funder],
        }
    )


def _receiver(one: PublishedProject, identifiers: Identifiers) -> str:
    """Give the identifier of who receives: the city has one of its own, a recipient its name's."""
    if one.project.recipient is None:
        return identifiers.of("cities", one.city.code, ORGANISATION)
    return identifiers.of("recipients", slug(one.project.recipient), ORGANISATION)


def _location(one: PublishedProject) -> dict[str, object]:
    latitude, longitude = one.place or (None, None)
    return filled(
        {
            "name": one.city.name,
            "countryCode": one.city.country,
            "latitude": latitude,
            "longitude": longitude,
        }
    )
