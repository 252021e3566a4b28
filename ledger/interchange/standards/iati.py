"""IATI activity files of version 2.03: a project is an activity, what is given its transactions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Final
from xml.etree import ElementTree as ET

from ledger.interchange.standards.publication import (
    Flow,
    Identifiers,
    Publication,
    PublishedDeal,
    PublishedProject,
    Written,
    amount_text,
    written,
)
from ledger.reference.terms import instruments, sectors
from ledger.registers.records import Provider

VERSION: Final = "2.03"
ACTIVITY: Final = "iati"
"""The scheme of the identifiers of activities."""

ORGANISATION: Final = "org-id"
"""The scheme of the identifiers of organisations."""

_STATUSES: Final = {
    "identification": "1",
    "preparation": "1",
    "implementation": "2",
    "completion": "3",
    "maintenance": "4",
    "decommissioning": "4",
    "decommissioned": "4",
    "cancelled": "5",
}
_BROADER: Final = frozenset({"preparation", "maintenance", "decommissioning", "decommissioned"})
"""The statuses that IATI tells less of: it has pipeline, and closed."""

_CLOSED: Final = frozenset({"3", "4"})
_TYPES: Final = {"firm": "70", "institute": "80", "city": "11"}
"""The IATI type of an organisation by kind of provider; other kinds do not tell it."""

_WGS84: Final = "http://www.opengis.net/def/crs/EPSG/0/4326"
_FUNDING, _IMPLEMENTING = "1", "4"
_COMMITMENT, _DISBURSEMENT = "2", "3"
_DAC: Final = "1"
_POPULATED_PLACE: Final = "2"
"""In the code list of classes of locations."""
_INTERNAL, _OTHER = "A1", "A9"
"""Types of other identifiers: the publisher's own code, and any other."""

_OTHER_REPORTER: Final = "90"
_LOCAL_GOVERNMENT: Final = "11"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def iati_file(publication: Publication) -> Written:
    """Write an activity file."""
    root = ET.Element("iati-activities", version=VERSION)
    stamp = publication.moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    root.set("generated-datetime", stamp)
    left_out: Counter[str] = Counter()
    transactions = 0
    for one in publication.projects:
        activity = _activity(root, one, publication, left_out)
        activity.set("last-updated-datetime", stamp)
        transactions += len(activity.findall("transaction"))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    counts = {"activities": len(publication.projects), "transactions": transactions}
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return written(publication, f"{head}{text}\n", counts, left_out)


def _activity(
    root: ET.Element, one: PublishedProject, publication: Publication, left_out: Counter[str]
) -> ET.Element:
    project, identifiers = one.project, publication.identifiers
    activity = ET.SubElement(root, "iati-activity")
    activity.set("xml:lang", "en")
    currencies = [need.unit.code for need in one.needs]
    activity.set("default-currency", next(iter(currencies), publication.base_currency))
    identity = ET.SubElement(activity, "iati-identifier")
    identity.text = identifiers.of("projects", project.code, ACTIVITY)
    reporter = _organisation(
        activity, "reporting-org", identifiers.publisher, identifiers.publisher
    )
    reporter.set("type", _OTHER_REPORTER)
    _narrative(ET.SubElement(activity, "title"), project.title)
    description = ET.SubElement(activity, "description", type="1")
    _narrative(description, project.description or project.title)
    _participants(activity, one, identifiers)
    _other_identifiers(activity, project.code, identifiers)
    ET.SubElement(activity, "activity-status", code=_STATUSES[project.status])
    left_out["statuses that IATI tells less of"] += project.status in _BROADER
    for kind, day in _dates(one, publication, left_out):
        ET.SubElement(activity, "activity-date", {"type": kind, "iso-date": day.isoformat()})
    ET.SubElement(activity, "recipient-country", code=one.city.country, percentage="100")
    _location(activity, one)
    code = sectors()[project.sector].dac or ""
    ET.SubElement(activity, "sector", vocabulary=_DAC, code=code)
    shared = {_finance_type(deal) for deal in one.deals}
    if len(shared) == 1 and (finance := next(iter(shared))):
        ET.SubElement(activity, "default-finance-type", code=finance)
    for need in one.needs:
        left_out["needs: what they require, for IATI has budgets by year alone"] += bool(
            need.required
        )
    for deal in one.deals:
        left_out["deals: the instrument, for IATI has no type for it"] += bool(
            deal.instrument and not _finance_type(deal)
        )
        for flow in deal.flows:
            _transactions(activity, one, deal, flow, identifiers)
    return activity


def _finance_type(deal: PublishedDeal) -> str | None:
    """Give the type that IATI has for a deal's instrument."""
    return None if deal.instrument is None else instruments()[deal.instrument].iati_finance_type


def _location(activity: ET.Element, one: PublishedProject) -> None:
    location = ET.SubElement(activity, "location")
    _narrative(ET.SubElement(location, "name"), one.city.name)
    if one.place is not None:
        point = ET.SubElement(location, "point", srsName=_WGS84)
        ET.SubElement(point, "pos").text = " ".join(one.place)
    if one.city.code != one.city.country:  # else a country, which a file named in place of a city
        ET.SubElement(location, "location-class", code=_POPULATED_PLACE)


def _participants(activity: ET.Element, one: PublishedProject, identifiers: Identifiers) -> None:
    providers = {deal.provider.code: deal.provider for deal in one.deals}
    for provider in providers.values():
        funder = _provider(activity, "participating-org", provider, identifiers)
        funder.set("role", _FUNDING)
    receiver = _organisation(activity, "participating-org", one.receiver)
    receiver.set("role", _IMPLEMENTING)
    if one.project.recipient is None:
        receiver.set("type", _LOCAL_GOVERNMENT)


def _other_identifiers(activity: ET.Element, code: str, identifiers: Identifiers) -> None:
    """Write what others call the project, and its code, where another identifier stands for it."""
    if identifiers.find("projects", code, ACTIVITY) is not None:
        ET.SubElement(activity, "other-identifier", ref=_clean(code), type=_INTERNAL)
    for scheme, identifier in identifiers.others("projects", code, ACTIVITY):
        other = ET.SubElement(activity, "other-identifier", ref=_clean(identifier), type=_OTHER)
        _narrative(ET.SubElement(other, "owner-org"), scheme)


def _dates(
    one: PublishedProject, publication: Publication, left_out: Counter[str]
) -> Iterable[tuple[str, date]]:
    """Give the planned or actual start and end: IATI asks for one date at the least."""
    project = one.project
    start, end = project.starts_on, project.ends_on
    if start is None and end is None:
        left_out["projects without dates: their first day in the ledger stands as start"] += 1
        start = _first_day(one, publication)
    status = _STATUSES[project.status]
    if start is not None:
        yield ("2" if start <= publication.day and status != "1" else "1"), start
    if end is not None:
        yield ("4" if end <= publication.day and status in _CLOSED else "3"), end


def _first_day(one: PublishedProject, publication: Publication) -> date:
    return min((need.declared_on for need in one.needs), default=publication.day)


def _transactions(
    activity: ET.Element,
    one: PublishedProject,
    deal: PublishedDeal,
    flow: Flow,
    identifiers: Identifiers,
) -> None:
    """Write what one day changed; an amount below zero takes back what was told before."""
    for kind, amount in ((_COMMITMENT, flow.committed), (_DISBURSEMENT, flow.delivered)):
        if not amount:
            continue
        day = flow.day.isoformat()
        transaction = ET.SubElement(activity, "transaction", ref=_clean(deal.code))
        ET.SubElement(transaction, "transaction-type", code=kind)
        ET.SubElement(transaction, "transaction-date", {"iso-date": day})
        value = ET.SubElement(transaction, "value", currency=deal.unit.code)
        value.set("value-date", day)
        value.text = amount_text(amount, deal.unit)
        _provider(transaction, "provider-org", deal.provider, identifiers)
        _organisation(transaction, "receiver-org", one.receiver)
        finance = _finance_type(deal)
        if finance:
            ET.SubElement(transaction, "finance-type", code=finance)


def _provider(
    parent: ET.Element, tag: str, provider: Provider, identifiers: Identifiers
) -> ET.Element:
    ref = identifiers.find("providers", provider.code, ORGANISATION)
    element = _organisation(parent, tag, provider.name, ref)
    if provider.kind in _TYPES:
        element.set("type", _TYPES[provider.kind])
    return element


def _organisation(parent: ET.Element, tag: str, name: str, ref: str | None = None) -> ET.Element:
    """Write an organisation with its name; without an identifier the name alone tells it."""
    element = ET.SubElement(parent, tag)
    if ref is not None:
        element.set("ref", _clean(ref))
    _narrative(element, name)
    return element


def _narrative(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "narrative").text = _clean(text)


def _clean(text: str) -> str:
    """Leave out of a text what no XML document may hold."""
    return _NOT_XML.sub("\ufffd", text)
