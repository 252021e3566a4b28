"""Single offices, cities and providers, with their records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_record
from cli.framework.register_commands import Listing, withdrawn
from cli.views.approach import approach_rows, under_needs, under_provider
from cli.views.balance import deal_section, deals_of
from cli.views.columns import columns
from cli.views.project import LIST_COLUMNS, list_rows
from cli.views.register import offer_row, register_row
from ledger.registers.table import CITY, OFFICE, PROVIDER
from ledger.reports.table import Column, table_chunks

if TYPE_CHECKING:
    from ledger.registers.records import City
    from ledger.store.session.snapshot import Reader, Snapshot

_OFFICE = columns("code name host regions_said state_said", code="Office", host="Hosted by")
_CITY = columns(
    "code former_codes name name_local country_said office member_since population_said "
    "geonames_id state_said",
    code="City",
    geonames_id="GeoNames",
)
_PROVIDER = columns(
    "code former_codes name kind country_said city sample_said state_said",
    code="Provider",
    city="City",
)
_OFFICE_LIST = columns(
    "code name host regions cities (others)",
    code="Office",
    host="Hosted by",
    regions="Regions (UN M49)",
)
_CITY_LIST = columns("code name name_local country_name office member member_since", code="City")
_CITY_NARROW = [column for column in _CITY_LIST if column.key != "name_local"]
_PROVIDER_LIST = columns(
    "code name kind country_name city offers sample", code="Provider", city="Member city"
)
_OFFICE_CITIES = columns("code name country", code="City")
_OFFERS = columns(
    "code factor available quantity unit valid_until", code="Offer", quantity="Offered"
)
_CITY_PROJECTS = [one for one in LIST_COLUMNS if one.key not in {"city", "city_name", "weight"}]


def list_offices(snapshot: Snapshot) -> Listing:
    """List the offices, with how many members and other cities each looks after."""
    in_use = [one for one in snapshot.records("city").values() if not one.withdrawn]
    members = Counter(one.office for one in in_use if snapshot.is_member(one))
    every = Counter(one.office for one in in_use)
    rows = [
        {
            **register_row(snapshot, OFFICE, one),
            "cities": members[one.code],
            "others": every[one.code] - members[one.code],
        }
        for one in snapshot.records("office").values()
    ]
    return Listing(rows, _OFFICE_LIST, more=["cities", "others"], hides=withdrawn)


def city_row(snapshot: Snapshot, city: City) -> dict[str, Any]:
    """Return the row of a city; whether it is a member, and since when, is said for the day."""
    return {
        **register_row(snapshot, CITY, city),
        "member": snapshot.is_member(city),
        "member_since": snapshot.memberships.since.get(city.code, city.member_since),
    }


def list_cities(snapshot: Snapshot) -> Listing:
    """List the member cities."""
    rows = [city_row(snapshot, one) for one in snapshot.records("city").values()]
    return Listing(rows, _CITY_LIST, narrow=_CITY_NARROW, hides=withdrawn)


def list_providers(snapshot: Snapshot) -> Listing:
    """List the providers, with how many offers each has made."""
    of = Counter(offer.provider for offer in snapshot.records("offer").values())
    rows = [
        {**register_row(snapshot, PROVIDER, one), "offers": of[one.code]}
        for one in snapshot.records("provider").values()
    ]
    return Listing(rows, _PROVIDER_LIST, more=["offers"], hides=withdrawn)


def emit_office(call: Call, reader: Reader, code: str) -> None:
    """Write one office with the cities it looks after."""
    from ledger.reference.places import regions  # noqa: PLC0415 - only here

    snapshot = reader.around("office", code)
    record = snapshot.records("office")[code]
    cities = [
        register_row(snapshot, CITY, one)
        for one in snapshot.records("city").values()
        if one.office == code
    ]
    named = [
        f"{regions()[one].name} ({one})" if one in regions() else one for one in record.regions
    ]
    document = {
        "schema": "cityfund.office/1",
        **register_row(snapshot, OFFICE, record),
        "cities": cities,
    }
    row = {**document, "regions_said": ", ".join(named), "state_said": _state(record)}
    below = _section("Cities", cities, _OFFICE_CITIES)
    emit_record(row, _OFFICE, call.read, document=document, below=below)


def emit_city(call: Call, reader: Reader, code: str) -> None:
    """Write one city with its projects, what it offers itself, and the deals of its needs."""
    snapshot = reader.around("city", code)
    record = snapshot.records("city")[code]
    projects = [row for row in list_rows(snapshot) if row["city"] == code]
    offers = _offers(
        snapshot, (p.code for p in snapshot.records("provider").values() if p.city == code)
    )
    its = {row["code"] for row in projects}
    needs = snapshot.need_facts
    deals = [one for one in snapshot.deals.values() if needs[one.deal.need].project.code in its]
    approaches = approach_rows(snapshot, snapshot.records("approach").values())
    asked = [row for row in approaches if row["city"] == code]
    own = {one.code for one in snapshot.records("provider").values() if one.city == code}
    asked_itself = [row for row in approaches if row["provider"] in own]
    document = {
        "schema": "cityfund.city/1",
        **register_row(snapshot, CITY, record),
        "former_codes": reader.former_codes("city", code),
        "projects": projects,
        "offers": offers,
        "deals": deals_of(snapshot, deals),
        "approaches": asked,
        "asked_as_provider": asked_itself,
    }
    row = {**document, **_texts(document), "state_said": _state(record)}
    below = [
        *_section("Projects", projects, _CITY_PROJECTS),
        *_section("Offers of the city", offers, _OFFERS),
        *deal_section(snapshot, deals),
        *under_needs(asked),
        *under_provider(asked_itself),
    ]
    emit_record(row, _CITY, call.read, document=document, below=below)


def emit_provider(call: Call, reader: Reader, code: str) -> None:
    """Write one provider with its offers and their deals."""
    snapshot = reader.around("provider", code)
    record = snapshot.records("provider")[code]
    offers = _offers(snapshot, [code])
    its = {row["code"] for row in offers}
    deals = [one for one in snapshot.deals.values() if one.deal.offer in its]
    asked = approach_rows(snapshot, snapshot.records("approach").values())
    document = {
        "schema": "cityfund.provider/1",
        **register_row(snapshot, PROVIDER, record),
        "former_codes": reader.former_codes("provider", code),
        "offers": offers,
        "deals": deals_of(snapshot, deals),
        "approaches": asked,
    }
    row = {**document, **_texts(document), "state_said": _state(record)}
    below = [
        *_section("Offers", offers, _OFFERS),
        *deal_section(snapshot, deals),
        *under_provider(asked),
    ]
    emit_record(row, _PROVIDER, call.read, document=document, below=below)


def _offers(snapshot: Snapshot, providers: Iterable[str]) -> list[dict[str, Any]]:
    wanted = set(providers)
    return [
        offer_row(snapshot, code)
        for code, one in snapshot.records("offer").items()
        if one.provider in wanted
    ]


def _texts(document: dict[str, Any]) -> dict[str, Any]:
    country, population = document["country"], document.get("population")
    return {
        "country_said": f"{document['country_name']} ({country})" if country else None,
        "population_said": f"{population:,}" if population is not None else None,
        "sample_said": "yes" if document.get("sample") else None,
    }


def _state(record: Any) -> str | None:
    return "withdrawn: takes no new records" if record.withdrawn else None


def _section(
    title: str, rows: Sequence[dict[str, Any]], columns: Sequence[Column]
) -> Iterator[str]:
    if rows:
        yield ""
        yield title.upper()
        yield from (f"  {line.rstrip()}" for line in table_chunks(rows, columns))
