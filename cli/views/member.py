"""Single offices, cities and providers, with their records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_record, section
from cli.framework.register_commands import Listing, withdrawn
from cli.views.approach import approach_rows, under_needs, under_provider
from cli.views.balance import deal_section, deals_of
from cli.views.columns import columns
from cli.views.engagement import ATTENDANCE_OF_A_CITY, OF_A_CITY, attendance_rows
from cli.views.exchange import credential_text
from cli.views.known_of import known_document, known_lines, read_known
from cli.views.meeting import MOTIONS, motion_rows
from cli.views.member_list import city_row
from cli.views.project import LIST_COLUMNS, list_rows
from cli.views.register import offer_row, register_row
from cli.views.seat import (
    host_of,
    hosts,
    lost,
    plain_rows,
    report_row,
    rows_of,
    under_city,
    under_place,
)
from ledger.core.quantity import format_amount
from ledger.exchanges.rankings import in_force
from ledger.registers.network import CREDENTIAL
from ledger.registers.records import ACTIVE_STATUSES
from ledger.registers.table import OFFICE, PROVIDER

if TYPE_CHECKING:
    from ledger.eligibility.rules import NeedFacts
    from ledger.journal.balance import DealBalance
    from ledger.registers.records import City
    from ledger.store.session.snapshot import Reader, Snapshot

_OFFICE = columns(
    "code name host_said regions_said opened_on closed_on cities_said projects_said state_said",
    code="Office",
    host_said="Hosted by",
    opened_on="Opened",
    closed_on="Closed",
)
_CITY = columns(
    "code former_codes name name_local country_said office_said membership population_said "
    "geonames_id latitude longitude state_said",
    code="City",
    geonames_id="GeoNames",
)
_PROVIDER = columns(
    "code former_codes name kind country_said city sample_said state_said",
    code="Provider",
    city="City",
)
_OFFICE_LIST = columns(
    "code name host_said regions:2 cities others:1",
    code="Office",
    host_said="Hosted by",
    others="Not members",
    regions="Regions (UN M49)",
)
_OFFICE_CITIES = columns("code name country member", code="City")
_OFFERS = columns(
    "code factor available quantity unit valid_until", code="Offer", quantity="Offered"
)
_OFFICE_PROJECTS = [one for one in LIST_COLUMNS if one.key not in {"city", "weight"}]
_OFFICE_GAPS = columns("factor unit gap needs not_counted")
_CREDENTIALS = columns("code topic evidence until source", code="Credential")
_CITY_PROJECTS = [one for one in LIST_COLUMNS if one.key not in {"city", "city_name", "weight"}]


def list_offices(snapshot: Snapshot) -> Listing:
    """List the offices, with how many members and other cities each looks after."""
    in_use = [one for one in snapshot.records("city").values() if not one.withdrawn]
    members = Counter(one.office for one in in_use if snapshot.is_member(one))
    every = Counter(one.office for one in in_use)
    seats = plain_rows(snapshot)
    rows = [
        {
            **register_row(snapshot, OFFICE, one),
            **host_of(seats, one),
            "cities": members[one.code],
            "others": every[one.code] - members[one.code],
        }
        for one in snapshot.records("office").values()
    ]
    return Listing(rows, _OFFICE_LIST, more=["host_typed", "cities", "others"], hides=withdrawn)


def emit_office(call: Call, reader: Reader, code: str) -> None:
    """Write one office: its hosts, its cities, and their projects, gaps, approaches and deals."""
    from ledger.reference.places import regions  # noqa: PLC0415 - only here

    snapshot = reader.around("office", code)
    record = snapshot.records("office")[code]
    cities = [
        city_row(snapshot, one) for one in snapshot.records("city").values() if one.office == code
    ]
    its = {row["code"] for row in cities}
    projects = [row for row in list_rows(snapshot) if row["city"] in its]
    needs = [one for one in snapshot.need_facts.values() if one.city.code in its]
    deals = _deals_of(snapshot, needs)
    asked = [
        row
        for row in approach_rows(snapshot, snapshot.records("approach").values())
        if row["city"] in its
    ]
    seats = [row for row in rows_of(reader, snapshot) if row.held.seat.office == code]
    named = [
        f"{regions()[one].name} ({one})" if one in regions() else one for one in record.regions
    ]
    host = host_of(seats, record)
    host_said = host.pop("host_said")
    document = {
        "schema": "cityfund.office/1",
        **register_row(snapshot, OFFICE, record),
        **host,
        "hosts": [report_row(row) for row in hosts(seats, code)],
        "candidates": [report_row(row) for row in lost(seats)],
        "cities": cities,
        "projects": projects,
        "complete": sum(row["complete"] for row in projects),
        "gaps": _gaps(needs),
        "approaches": asked,
        "deals": deals_of(snapshot, deals),
    }
    row = {
        **document,
        "host_said": host_said,
        "regions_said": ", ".join(named),
        "cities_said": _cities_text(cities),
        "projects_said": f"{len(projects)}, {document['complete']} complete" if projects else None,
        "state_said": _state(record),
    }
    below = [
        *under_place(hosts(seats, code), "Hosts"),
        *under_place(lost(seats), "Candidates that lost"),
        *section("Cities", cities, _OFFICE_CITIES),
        *section("Projects", projects, _OFFICE_PROJECTS),
        *section("Gaps by factor", document["gaps"], _OFFICE_GAPS),
        *under_needs(asked),
        *deal_section(snapshot, deals),
    ]
    emit_record(row, _OFFICE, call.read, document=document, below=below)


def _cities_text(cities: Sequence[dict[str, Any]]) -> str | None:
    """Count the members of an office in use, and apart from them its other cities."""
    in_use = [row for row in cities if not row["withdrawn"]]
    members = sum(row["member"] for row in in_use)
    others = (
        f"; not counted: {len(in_use) - members} without membership"
        if members < len(in_use)
        else ""
    )
    return f"{members}{others}" if in_use else None


def _deals_of(snapshot: Snapshot, needs: Iterable[NeedFacts]) -> list[DealBalance]:
    codes = {facts.need.code for facts in needs}
    return [one for one in snapshot.deals.values() if one.deal.need in codes]


def _gaps(needs: Iterable[NeedFacts]) -> list[dict[str, Any]]:
    """Add up the gaps of needs whose projects take new deals, by factor and unit."""
    sums: dict[tuple[str, str], dict[str, int]] = {}
    decimals: dict[str, int] = {}
    for facts in needs:
        if facts.project.status not in ACTIVE_STATUSES:
            continue
        unit, balance = facts.balance.unit, facts.balance
        decimals[unit.code] = unit.decimals
        own = sums.setdefault((facts.need.factor.value, unit.code), Counter())
        own["gap"] += balance.gap if balance.quantified else 0
        own["needs"] += 1
        own["not_counted"] += not balance.quantified
    return [
        {
            "factor": factor,
            "unit": unit,
            "gap": format_amount(own["gap"], decimals[unit]),
            "needs": own["needs"],
            "not_counted": own["not_counted"],
        }
        for (factor, unit), own in sorted(sums.items())
    ]


def emit_city(call: Call, reader: Reader, code: str) -> None:
    """Write one city: membership, ties, engagement, projects, offers, credentials, deals."""
    from cli.views.partnership import tie_section, ties_of  # noqa: PLC0415 - only here
    from ledger.usecases.meetings.engagement import city_engagement  # noqa: PLC0415 - the store

    snapshot = reader.around("city", code)
    record = snapshot.records("city")[code]
    projects = [row for row in list_rows(snapshot) if row["city"] == code]
    offers = _offers(
        snapshot, (p.code for p in snapshot.records("provider").values() if p.city == code)
    )
    credentials = [*_credentials(snapshot, code)]
    its = {row["code"] for row in projects}
    needs = snapshot.need_facts
    deals = [one for one in snapshot.deals.values() if needs[one.deal.need].project.code in its]
    approaches = approach_rows(snapshot, snapshot.records("approach").values())
    asked = [row for row in approaches if row["city"] == code]
    seats = [row for row in rows_of(reader, snapshot) if row.held.seat.city == code]
    own = {one.code for one in snapshot.records("provider").values() if one.city == code}
    asked_itself = [row for row in approaches if row["provider"] in own]
    ties = ties_of(reader, code)
    known = read_known(reader, "city", code)
    engagement = city_engagement(reader, snapshot, code)
    attendance = attendance_rows(snapshot, code)
    motions = motion_rows(
        snapshot, (one for one in snapshot.records("motion").values() if one.by == code)
    )
    document = {
        "schema": "cityfund.city/1",
        **city_row(snapshot, record),
        "former_codes": reader.former_codes("city", code),
        "seats": [report_row(row) for row in seats],
        "projects": projects,
        "offers": offers,
        "credentials": credentials,
        "deals": deals_of(snapshot, deals),
        "engagement": engagement,
        "attendance": attendance,
        "motions": motions,
        "approaches": asked,
        "asked_as_provider": asked_itself,
        "partnerships": ties,
        **known_document(known),
    }
    row = {
        **document,
        **_texts(document),
        "office_said": f"{record.office}{'' if record.office_given else ' (by its country)'}",
        "membership": _membership(snapshot, record),
        "state_said": _state(record),
    }
    below = [
        *under_city(seats),
        *tie_section(ties),
        *section("Engagement", engagement, OF_A_CITY),
        *section("Meetings", attendance, ATTENDANCE_OF_A_CITY),
        *section("Motions", motions, MOTIONS),
        *section("Projects", projects, _CITY_PROJECTS),
        *section("Offers of the city", offers, _OFFERS),
        *section("Credentials", credentials, _CREDENTIALS),
        *deal_section(snapshot, deals),
        *under_needs(asked),
        *under_provider(asked_itself),
        *known_lines(known),
    ]
    emit_record(row, _CITY, call.read, document=document, below=below)


def _membership(snapshot: Snapshot, city: City) -> str:
    """Say whether a city is a member on the day, and since when as far as it is known."""
    since = snapshot.memberships.since_of(city)
    begun = f" since {since}" if since else ""
    if snapshot.is_member(city):
        return f"member{begun}"
    return f"not in force; member{begun}" if city.member else "no member"


def emit_provider(call: Call, reader: Reader, code: str) -> None:
    """Write one provider with its offers and their deals."""
    snapshot = reader.around("provider", code)
    record = snapshot.records("provider")[code]
    offers = _offers(snapshot, [code])
    its = {row["code"] for row in offers}
    deals = [one for one in snapshot.deals.values() if one.deal.offer in its]
    asked = approach_rows(snapshot, snapshot.records("approach").values())
    known = read_known(reader, "provider", code, {"city": record.city})
    document = {
        "schema": "cityfund.provider/1",
        **register_row(snapshot, PROVIDER, record),
        "former_codes": reader.former_codes("provider", code),
        "offers": offers,
        "deals": deals_of(snapshot, deals),
        "approaches": asked,
        **known_document(known),
    }
    row = {**document, **_texts(document), "state_said": _state(record)}
    below = [
        *section("Offers", offers, _OFFERS),
        *deal_section(snapshot, deals),
        *under_provider(asked),
        *known_lines(known),
    ]
    emit_record(row, _PROVIDER, call.read, document=document, below=below)


def _offers(snapshot: Snapshot, providers: Iterable[str]) -> list[dict[str, Any]]:
    wanted = set(providers)
    return [
        offer_row(snapshot, code)
        for code, one in snapshot.records("offer").items()
        if one.provider in wanted
    ]


def _credentials(snapshot: Snapshot, city: str) -> Iterator[dict[str, Any]]:
    """Return the rows of the credentials of a city, each with its evidence in a line."""
    for one in snapshot.records("credential").values():
        if one.city == city:
            yield {
                **register_row(snapshot, CREDENTIAL, one),
                "evidence": credential_text(one),
                "in_force": in_force(one, snapshot.day),
            }


def _texts(document: dict[str, Any]) -> dict[str, Any]:
    country, population = document["country"], document.get("population")
    return {
        "country_said": f"{document['country_name']} ({country})" if country else None,
        "population_said": f"{population:,}" if population is not None else None,
        "sample_said": "yes" if document.get("sample") else None,
    }


def _state(record: Any) -> str | None:
    return "withdrawn: takes no new records" if record.withdrawn else None
