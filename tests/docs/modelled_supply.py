"""A supply modelled on the World Bank's urban approvals of 2019 to 2024, by country and sector.

The Bank's file says what it committed, to which country and in which sector; it offers nothing to
anybody. To try matching on real needs, this reads each country's approvals in one sector as one
offer of money, and lets the builders of a sub-region build once more what the Transit Costs
Project saw finished there in five years. Every provider it makes is labelled as modelled.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from ledger.reference.places import countries, region_chain, regions, subregion_name

YEARS = ("2019", "2024")
BUILT = ("2015", "2019")
"""The last five years in which the Transit Costs Project's file knows of many finished lines."""
SECTORS = {
    "Urban Transport": "transport.urban",
    "Transportation": "transport",
    "Railways": "transport.rail",
    "Rural and Inter-Urban Roads": "transport.road",
    "Ports/Waterways": "transport.water",
    "Public Administration - Transportation": "transport",
    "Housing Construction": "socialHousing",
    "Irrigation and Drainage": "naturalResources",
    "Renewable Energy Solar": "energy.solar",
    "Other Energy and Extractives": "energy",
    "Public Administration - Energy and Extractives": "energy",
    "Public Administration - Health": "health",
    "Social Protection": "governance",
    "Tourism": "cultureSportsAndRecreation",
    "Banking Institutions": "economy",
    "Capital Markets": "economy",
    "Industry, Trade and Services": "economy",
    "Public Administration - Industry, Trade and Services": "economy",
    "Public Administration": "governance",
    "Other Public Administration": "governance",
    "Sub-National Government": "",
}
"""OC4IDS sectors of the Bank's first sector; water and waste are found by their names.

What goes to sub-national government is for any work of a city.
"""
INSTRUMENTS = {"IBRD": "loan", "IDA": "concessional-loan", "Grants": "grant"}
NAMES = {
    "Republic of Turkiye": "TR",
    "Republic of Cote d'Ivoire": "CI",
    "Lao People's Democratic Republic": "LA",
    "Somali Democratic Republic": "SO",
    "West Bank and Gaza": "PS",
    "Macedonia, Republic of North": "MK",
    "Democratic Socialist Republic of Sri Lan": "LK",
    "The Independent State of Papua New Guine": "PG",
    "Democratic Republic of the Congo": "CD",
    "Republic of Niger": "NE",
    "Republic of Guinea-Bissau": "GW",
    "Republic of Moldova": "MD",
    "Republic of Guinea": "GN",
    "Federal Republic of Nigeria": "NG",
}
OFFER_COLUMNS = (
    *("code", "provider", "factor", "topics", "quantity", "unit", "declared_on"),
    *("sectors", "countries", "regions", "instruments", "min_ticket", "max_ticket", "note"),
)
MODELLED = "Modelled on World Bank approvals 2019-2024 (Projects API, CC BY 4.0); no real offer."


class Approval(NamedTuple):
    """One approval: the country it went to, the sector, US dollars, and by what."""

    country: str
    sector: str
    dollars: int
    instrument: str


def approvals(path: Path) -> Iterator[Approval]:
    """Read the approvals of the years that are modelled; those without a country are left out."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            country = _country(row["countryname"])
            if not YEARS[0] <= row["boardapprovaldate"][:4] <= YEARS[1] or country is None:
                continue
            dollars = int(Decimal(row["curr_total_commitment"] or 0)) + int(
                Decimal(row["grantamt"] or 0)
            )
            if dollars:
                kind = INSTRUMENTS.get(row["projectfinancialtype"], "loan")
                yield Approval(country, _sector(row["sector1"]), dollars, kind)


def write_supply(worldbank: Path, transit: Path, folder: Path) -> None:
    """Write `providers.csv` and `offers.csv`, canonical tables, into a folder."""
    offers = [*_money(approvals(worldbank)), *_builders(transit)]
    providers = {offer["provider"]: offer for offer in offers}
    with (folder / "providers.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("code", "name", "kind"))
        for code in sorted(providers):
            kind = "bank" if code.startswith("WB") else "firm"
            place = regions().get(code.removeprefix("BUILD-"))
            name = f"Builders of {place.name}" if place else "World Bank"
            out.writerow((code, f"{name} (modelled)", kind))
    with (folder / "offers.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, OFFER_COLUMNS, restval="")
        table.writeheader()
        table.writerows(offers)


def _money(found: Iterable[Approval]) -> Iterator[dict[str, str]]:
    groups: dict[tuple[str, str], list[Approval]] = defaultdict(list)
    for one in found:
        groups[one.country, one.sector].append(one)
    for (country, sector), some in sorted(groups.items()):
        dollars = [one.dollars for one in some]
        yield {
            "code": f"WB-{country}-{sector or 'CITIES'}".replace(".", "-").upper(),
            "provider": "WB-MODELLED",
            "factor": "money",
            "quantity": str(sum(dollars)),
            "unit": "USD",
            "declared_on": "2024-12-31",
            "sectors": sector,
            "countries": country,
            "instruments": ";".join(sorted({one.instrument for one in some})),
            "min_ticket": str(min(dollars)) if len(dollars) > 1 else "",
            "note": f"{len(some)} approvals. {MODELLED}",
        }


def _builders(transit: Path) -> Iterator[dict[str, str]]:
    """Give each sub-region the kilometres that were finished there in the years looked at."""
    lengths: dict[str, Decimal] = defaultdict(Decimal)
    for country, length in _finished(transit):
        lengths[_subregion(country)] += length
    for region, length in sorted(lengths.items()):
        yield {
            "code": f"BUILD-{region}",
            "provider": f"BUILD-{region}",
            "factor": "implementation",
            "quantity": str(length.quantize(Decimal("0.001"))),
            "unit": "km",
            "declared_on": "2024-12-31",
            "sectors": "transport",
            "regions": region,
            "note": "Urban rail finished there in 2015 to 2019 by the Transit Costs Project; "
            "modelled, no real offer.",
        }


def _finished(transit: Path) -> Iterator[tuple[str, Decimal]]:
    with transit.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["city"] != "NA" and BUILT[0] <= row["end_year"] <= BUILT[1]:
                yield {"UK": "GB"}.get(row["country"], row["country"]), Decimal(row["length"])


def _sector(name: str) -> str:
    if any(word in name for word in ("Water", "Sanitation", "Waste")):
        return "waterAndWaste"
    return SECTORS[name]


def _country(name: str) -> str | None:
    if name in NAMES:
        return NAMES[name]
    fits = [one for one in countries().values() if one.name.split(" (")[0] in name]
    return max(fits, key=lambda one: len(one.name)).alpha2 if fits else None


def _subregion(country: str) -> str:
    """Give the code of the M49 sub-region that gap reports name."""
    wanted = subregion_name(country)
    return next(code for code in region_chain(country) if regions()[code].name == wanted)


if __name__ == "__main__":
    write_supply(*map(Path, sys.argv[1:4]))
