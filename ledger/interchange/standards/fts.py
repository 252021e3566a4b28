"""Incoming flows in the columns of OCHA's Financial Tracking Service, in US dollars.

What is committed and not yet delivered is a commitment, what is delivered is paid.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from io import StringIO
from typing import Final

from ledger.core.quantity import Unit
from ledger.deals.deal import decimal_rate
from ledger.interchange.cells import neutral_text
from ledger.interchange.standards.publication import (
    Publication,
    PublishedDeal,
    PublishedProject,
    Written,
    amount_text,
    written,
)
from ledger.reference.places import countries

CURRENCY: Final = "USD"
RateOn = Callable[[str, date], Fraction | None]
"""How many of a currency were one US dollar on a day; None where no rate is known."""

COLUMNS: Final = (
    *("date", "budgetYear", "description", "amountUSD", "srcOrganization", "srcOrganizationTypes"),
    *("srcLocations", "srcUsageYearStart", "srcUsageYearEnd", "destPlan", "destPlanCode"),
    *("destPlanId", "destOrganization", "destOrganizationTypes", "destGlobalClusters"),
    *("destLocations", "destProject", "destProjectCode", "destEmergency", "destUsageYearStart"),
    *("destUsageYearEnd", "contributionType", "flowType", "method", "boundary", "onBoundary"),
    *("status", "firstReportedDate", "decisionDate", "keywords", "originalAmount"),
    *("originalCurrency", "exchangeRate", "id", "refCode", "createdAt", "updatedAt"),
)
_KINDS: Final = {
    "fund": "Pooled fund",
    "donor": "Government",
    "association": "NGO",
    "institute": "Inter-governmental",
    "city": "Government",
    "firm": "Private organization",
    "bank": "Development bank",
}
_NUMBERS: Final = frozenset({"amountUSD", "originalAmount", "exchangeRate"})


def fts_table(publication: Publication, dollar: Unit, rate_on: RateOn) -> Written:
    """Write one row for each deal and status."""
    out, left_out = StringIO(), Counter[str]()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    flows = 0
    for one in publication.projects:
        left_out["projects: the sector, the status and the dates"] += bool(one.deals)
        left_out["needs: what they require, for FTS states plans elsewhere"] += sum(
            bool(need.required) for need in one.needs
        )
        for deal in one.deals:
            left_out["deals: the days of all but the first commitment and delivery"] += (
                sum(bool(flow.committed) for flow in deal.flows) > 1
                or sum(bool(flow.delivered) for flow in deal.flows) > 1
            )
            left_out["deals: the instrument, for FTS has financial and in kind"] += (
                deal.instrument not in {None, "grant", "in-kind"}
            )
            for day, status, amount in _states(deal):
                rate = Fraction(1) if deal.unit.code == CURRENCY else rate_on(deal.unit.code, day)
                if rate is None:
                    left_out["flows in a currency without a rate to USD on their day"] += 1
                    continue
                row = _row(one, deal, status) | _amounts(deal.unit, dollar, amount, rate)
                row |= {"date": day.isoformat(), "decisionDate": day.isoformat()}
                writer.writerow(
                    {name: _cell(name, text) for name, text in row.items()},
                )
                flows += 1
    return written(publication, out.getvalue(), {"flows": flows}, left_out)


def _cell(name: str, text: str) -> str:
    return text if name in _NUMBERS else neutral_text(text)


def _states(deal: PublishedDeal) -> Iterator[tuple[date, str, int]]:
    waiting = deal.committed - deal.delivered
    if waiting:
        yield deal.first_committed, "commitment", waiting
    if deal.delivered:
        yield deal.first_delivered, "paid", deal.delivered


def _amounts(unit: Unit, dollar: Unit, amount: int, rate: Fraction) -> dict[str, str]:
    """Give the amount in US dollars, rounded half to even, and what it was converted from."""
    if unit.code == CURRENCY:
        return {"amountUSD": amount_text(amount, unit)}
    parts = round(Fraction(amount) * 10**dollar.decimals / (rate * 10**unit.decimals))
    return {
        "amountUSD": amount_text(parts, dollar),
        "originalAmount": amount_text(amount, unit),
        "originalCurrency": unit.code,
        "exchangeRate": f"{decimal_rate(rate):f}",
    }


def _row(one: PublishedProject, deal: PublishedDeal, status: str) -> dict[str, str]:
    project, provider = one.project, deal.provider
    return {
        "description": project.description or project.title,
        "srcOrganization": provider.name,
        "srcOrganizationTypes": _KINDS.get(provider.kind, ""),
        "srcLocations": "" if provider.country is None else countries()[provider.country].alpha3,
        "destPlan": project.title,
        "destPlanCode": project.code,
        "destOrganization": one.receiver,
        "destOrganizationTypes": "Government",
        "destLocations": countries()[one.city.country].alpha3,
        "contributionType": "in kind" if deal.instrument == "in-kind" else "financial",
        "flowType": "Standard",
        "method": "Traditional aid",
        "boundary": "incoming",
        "onBoundary": "single",
        "status": status,
        "id": deal.code if status == "commitment" else f"{deal.code}-{status}",
        "refCode": deal.code,
    }
