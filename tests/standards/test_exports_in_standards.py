"""Exports in the standards of others: each is valid by its own schema or checker."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import jsonschema
import pytest
from libcoveoc4ids.api import oc4ids_json_output
from libcoveoc4ids.config import LibCoveOC4IDSConfig
from lxml import etree
from officer import Officer
from publishing import DATA, present_edition_of_oc4ids, read_json, served

from ledger.interchange.standards.publication import Identifiers
from ledger.store.journal.balances import Times
from ledger.usecases.interchange.publish import NothingToPublish, publish

one_engine = pytest.mark.only_on("sqlite")


def exported(officer: Officer, folder: Path, standard: str, *more: str) -> Path:
    """Export in a standard, and give the file."""
    officer.says(f"export {folder} --format {standard}", *more)
    [file] = folder.iterdir()
    return file


def test_activities_are_valid_by_the_schema_of_iati(fund: Officer, tmp_path: Path) -> None:
    tree = etree.parse(exported(fund, tmp_path / "out", "iati"))
    schema = etree.XMLSchema(file=str(DATA / "iati" / "iati-activities-schema.xsd"))
    schema.assertValid(tree)
    assert tree.getroot().get("version") == "2.03"
    told = [
        (
            one.getparent().findtext("iati-identifier"),
            one.find("transaction-type").get("code"),
            one.find("transaction-date").get("iso-date"),
            one.find("value").get("currency"),
            one.findtext("value"),
            one.findtext("provider-org/narrative"),
        )
        for one in tree.iter("transaction")
    ]
    monorail, housing = "XI-CITYFUND-PRJ-1", "XI-CITYFUND-PRJ-2"
    assert told == [
        (monorail, "2", "2026-03-02", "EUR", "600000.25", "Green Fund"),
        (monorail, "3", "2026-04-02", "EUR", "250000.00", "Green Fund"),
        (monorail, "3", "2026-05-02", "EUR", "-50000.00", "Green Fund"),
        (monorail, "2", "2026-05-03", "EUR", "-100000.00", "Green Fund"),
        (monorail, "2", "2026-03-05", "JPY", "700", "Bank of Cities"),
        (housing, "2", "2026-03-06", "USD", "3000.00", "Bank of Cities"),
        (housing, "3", "2026-06-06", "USD", "3000.00", "Bank of Cities"),
    ]
    assert [one.get("code") for one in tree.iter("finance-type")] == [
        *["110"] * 4,
        "421",
        *["110"] * 2,
    ]
    assert [one.text for one in tree.iter("pos")] == ["31.558 74.35071"]
    receivers = [one.findtext("receiver-org/narrative") for one in tree.iter("transaction")]
    assert receivers == [*["Mashhad"] * 5, *["Lahore Development Authority"] * 2]
    assert tree.findtext("iati-activity/title/narrative") == "Monorail <A & B>"


_DATES = jsonschema.FormatChecker(formats=())


@_DATES.checks("date-time", raises=ValueError)
def _has_a_time(text: object) -> bool:
    return "T" in str(text) and bool(datetime.fromisoformat(str(text)))


def checked_by_oc4ids(file: Path, folder: Path) -> dict[str, Any]:
    """Check a package with the checker of OC4IDS, its schema and lists served from here."""
    edition = Path(mkdtemp(dir=folder))
    with served(present_edition_of_oc4ids(edition)) as address:
        config = LibCoveOC4IDSConfig(
            {
                "schema_host": address,
                "schema_version_choices": {"0.9.5": ("0.9.5", address)},
                "schema_codelists": {"0.9": f"{address}codelists/"},
            }
        )
        found: dict[str, Any] = oc4ids_json_output(
            str(folder), str(file), lib_cove_oc4ids_config=config
        )
    return found


@one_engine
def test_a_package_passes_the_checker_of_oc4ids(fund: Officer, tmp_path: Path) -> None:
    file = exported(fund, tmp_path / "out", "oc4ids")
    found = checked_by_oc4ids(file, tmp_path)
    for part in (
        "validation_errors",
        "additional_fields",
        "additional_checks",
        "conformance_checks",
        "additional_closed_codelist_values",
        "additional_open_codelist_values",
    ):
        assert not found[part], (part, found[part])
    spoiled = read_json(file)
    spoiled["projects"][0] |= {"id": "PRJ-1", "status": "begun", "title": 5}
    file.write_text(json.dumps(spoiled))
    found = checked_by_oc4ids(file, tmp_path)
    assert "title" in str(found["validation_errors"])
    assert "begun" in str(found["additional_closed_codelist_values"])
    assert found["conformance_checks"][0]["check_id"] == "invalid-project-ids"


@one_engine
def test_a_budget_is_what_a_project_requires(fund: Officer, tmp_path: Path) -> None:
    monorail, housing = read_json(exported(fund, tmp_path / "out", "oc4ids"))["projects"]
    assert monorail["id"] == "oc4ids-000000-PRJ-1"
    assert monorail["sector"] == ["transport", "transport.urban"]
    assert monorail["budget"]["amount"] == {"amount": 1000000.5, "currency": "EUR"}
    assert monorail["budget"]["requestDate"] == "2026-01-10T00:00:00Z"
    assert [
        (one["id"], one["amount"], one["sourceParty"]["name"])
        for one in monorail["budget"]["budgetBreakdown"]
    ] == [
        ("D-0001", {"amount": 500000.25, "currency": "EUR"}, "Green Fund"),
        ("D-0002", {"amount": 700, "currency": "JPY"}, "Bank of Cities"),
    ]
    assert housing["status"] == "preparation"
    assert housing["publicAuthority"] == {"name": "Lahore Development Authority"}
    assert housing["locations"] == [
        {
            "id": "LHE",
            "geometry": {"type": "Point", "coordinates": [31.558, 74.35071]},
            "address": {"locality": "Lahore", "countryName": "Pakistan"},
        }
    ]
    assert {"id": "XI-CITYFUND-BC", "name": "Bank of Cities", "roles": ["funder"]} in housing[
        "parties"
    ]


@one_engine
def test_packages_of_oc4ids_have_the_identifiers_of_the_ledger(
    fund: Officer, tmp_path: Path
) -> None:
    for line in (
        "projects PRJ-1 oc4ids oc4ids-bu3kcz-77",
        "projects PRJ-1 iati XM-DAC-928-77",
        "providers GF org-id XM-DAC-41122",
        "providers GF lei 5299000J2N45DDNE4Y28",
        "providers BC org-id not_an_org_id",
    ):
        fund.says(f"identifier add {line}")
    file = exported(fund, tmp_path / "out", "oc4ids")
    found = checked_by_oc4ids(file, tmp_path)
    for part in ("validation_errors", "additional_fields", "conformance_checks"):
        assert not found[part], (part, found[part])
    monorail, housing = read_json(file)["projects"]
    assert (monorail["id"], housing["id"]) == ("oc4ids-bu3kcz-77", "oc4ids-000000-PRJ-2")
    assert monorail["parties"] == [
        {
            "id": "XM-DAC-41122",
            "name": "Green Fund",
            "identifier": {"scheme": "XM-DAC", "id": "41122"},
            "additionalIdentifiers": [{"scheme": "lei", "id": "5299000J2N45DDNE4Y28"}],
            "roles": ["funder"],
        },
        {"id": "not_an_org_id", "name": "Bank of Cities", "roles": ["funder"]},
    ]
    sources = [one["sourceParty"]["id"] for one in monorail["budget"]["budgetBreakdown"]]
    assert sources == ["XM-DAC-41122", "not_an_org_id"]


def require_valid_grants(package: dict[str, Any]) -> None:
    """Expect a package to be valid by the schema of 360Giving."""
    schemas = DATA / "360giving"
    whole = read_json(schemas / "360-giving-package-schema.json")
    grant = read_json(schemas / "360-giving-schema.json")
    whole["properties"]["grants"]["items"] = {"$ref": "#/definitions/grant"}
    whole["definitions"] = {**grant.pop("definitions"), "grant": grant}
    jsonschema.Draft4Validator.check_schema(whole)
    jsonschema.Draft4Validator(whole, format_checker=_DATES).validate(package)


@one_engine
def test_grants_have_the_identifiers_of_the_ledger(fund: Officer, tmp_path: Path) -> None:
    for line in (
        "deals D-0001 360giving 360G-Green-1",
        "providers GF org-id GB-CHC-1164883",
        "cities MHD org-id IR-MUN-12",
        "cities LHE org-id PK-MUN-3",
    ):
        fund.says(f"identifier add {line}")
    told = fund.tries(f"export {tmp_path / 'grants.json'} --format 360giving")
    package = read_json(tmp_path / "grants.json")
    require_valid_grants(package)
    first, second = package["grants"]
    assert [first["id"], second["id"]] == ["360G-Green-1", "XI-CITYFUND-D-0003"]
    assert first["fundingOrganization"] == [{"id": "GB-CHC-1164883", "name": "Green Fund"}]
    assert first["recipientOrganization"][0]["id"] == "IR-MUN-12"
    # The recipient of this one is not the city, whose identifier is not its own.
    assert second["recipientOrganization"][0]["id"] == "XI-CITYFUND-LAHORE-DEVELOPMENT-AUTHORITY"
    assert "3 identifiers were made" in told.err
    fund.says("identifier withdraw deals/360giving/360G-Green-1")
    told = fund.tries(f"export {tmp_path / 'again.json'} --format 360giving")
    assert read_json(tmp_path / "again.json")["grants"][0]["id"] == "XI-CITYFUND-D-0001"
    assert "4 identifiers were made" in told.err


@one_engine
def test_grants_are_valid_by_the_schema_of_360giving(fund: Officer, tmp_path: Path) -> None:
    package = read_json(exported(fund, tmp_path / "out", "360giving"))
    require_valid_grants(package)
    first, second = package["grants"]
    assert first | {"plannedDates": 0, "recipientOrganization": 0} == {
        "id": "XI-CITYFUND-D-0001",
        "title": "Monorail <A & B>",
        "description": "A line of 12 km",
        "currency": "EUR",
        "amountAwarded": 500000.25,
        "amountDisbursed": 200000,
        "awardDate": "2026-03-02",
        "plannedDates": 0,
        "recipientOrganization": 0,
        "beneficiaryLocation": [{"name": "Mashhad", "countryCode": "IR"}],
        "fundingOrganization": [{"id": "XI-CITYFUND-GF", "name": "Green Fund"}],
    }
    assert second["beneficiaryLocation"] == [
        {"name": "Lahore", "countryCode": "PK", "latitude": "31.558", "longitude": "74.35071"}
    ]
    assert second["recipientOrganization"] == [
        {
            "id": "XI-CITYFUND-LAHORE-DEVELOPMENT-AUTHORITY",
            "name": "Lahore Development Authority",
            "addressLocality": "Lahore",
            "addressCountry": "Pakistan",
        }
    ]


@one_engine
def test_flows_have_the_columns_of_fts_in_dollars(fund: Officer, tmp_path: Path) -> None:
    file = exported(fund, tmp_path / "out", "fts")
    with file.open(newline="") as text:
        rows = [*csv.DictReader(text)]
    assert len(rows[0]) == 37
    assert [
        (one["status"], one["amountUSD"], one["originalAmount"], one["exchangeRate"])
        for one in rows
    ] == [
        ("commitment", "375000.31", "300000.25", "0.8"),
        ("paid", "250000.00", "200000.00", "0.8"),
        ("paid", "3000.00", "", ""),
    ]
    assert (rows[0]["destLocations"], rows[0]["date"]) == ("IRN", date(2026, 3, 2).isoformat())
    assert Decimal(rows[0]["originalAmount"]) / Decimal("0.8") == Decimal("375000.3125")


@one_engine
def test_what_is_not_told_and_what_was_made_is_said(fund: Officer, tmp_path: Path) -> None:
    told = fund.tries(f"export {tmp_path / 'a.xml'} --format iati")
    assert told.code == 0
    assert told.out == f"{tmp_path / 'a.xml'}: 2 activities, 7 transactions\n"
    for line in (
        "2 identifiers were made, for the ledger has none: XI-CITYFUND-PRJ-1, XI-CITYFUND-PRJ-2",
        "Not in the file: needs for expertise or implementation (1)",
        "Not in the file: needs with amounts that are only held (1)",
        "Not in the file: statuses that IATI tells less of (1)",
    ):
        assert line in told.err
    told = fund.tries(f"export {tmp_path / 'b'} --format oc4ids")
    assert "Not in the file: needs in a second currency: what they require (1)" in told.err
    told = fund.tries(f"export {tmp_path / 'c'} --format 360giving")
    assert "Not in the file: deals that are no grants, or do not say so (1)" in told.err
    told = fund.tries(f"export {tmp_path / 'd'} --format fts")
    assert "Not in the file: flows in a currency without a rate to USD on their day (1)" in told.err


def refused(officer: Officer, line: str, code: int, *words: str) -> None:
    """Expect a refusal: exports in a standard have no answer in JSON."""
    told = officer.tries(line)
    assert (told.code, told.out) == (code, ""), told
    for word in words:
        assert word in told.err


@one_engine
def test_the_publisher_is_a_setting(
    fund: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITYFUND_PUBLISHER", "XM-DAC-928")
    monkeypatch.setenv("CITYFUND_OC4IDS_PREFIX", "oc4ids-bu3kcz")
    [monorail, _] = read_json(exported(fund, tmp_path / "out", "oc4ids"))["projects"]
    assert monorail["id"] == "oc4ids-bu3kcz-PRJ-1"
    assert monorail["parties"][0]["id"] == "XM-DAC-928-GF"
    monkeypatch.setenv("CITYFUND_OC4IDS_PREFIX", "OC4IDS 1")
    again = f"export {tmp_path / 'again'} --format oc4ids"
    refused(fund, again, 3, "oc4ids- and six letters")
    monkeypatch.delenv("CITYFUND_OC4IDS_PREFIX")
    monkeypatch.delenv("CITYFUND_PUBLISHER")
    config = tmp_path / "config" / "cityfund" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('publisher = "XM-1"\noc4ids-prefix = "oc4ids-abc123"\n')
    [monorail, _] = read_json(exported(fund, tmp_path / "from_file", "oc4ids"))["projects"]
    assert (monorail["id"], monorail["parties"][0]["id"]) == ("oc4ids-abc123-PRJ-1", "XM-1-GF")


@one_engine
def test_a_day_before_tells_what_was_so_then(fund: Officer, tmp_path: Path) -> None:
    file = exported(fund, tmp_path / "out", "iati", "--as-of", "2026-04-30")
    values = [one.text for one in etree.parse(file).iter("value")]
    assert values == ["600000.25", "250000.00", "700", "3000.00"]


@one_engine
def test_bad_exports_are_refused(fund: Officer, tmp_path: Path) -> None:
    before = f"export {tmp_path / 'out'} --as-of 2026-01-31 --format"
    refused(fund, f"{before} 360giving", 4, "There are no grants to write", "at least one")
    then = Times(as_of=date(2026, 1, 31))
    with fund.world.ledger.reader(then) as reader, pytest.raises(NothingToPublish):
        publish(reader, tmp_path / "out", "360giving", Identifiers("XI-1", "oc4ids-000000"))
    refused(fund, f"{before} iati --table needs", 2, "--table")
    refused(fund, f"{before} popolo --manifest", 2, "--manifest")
    assert not (tmp_path / "out").exists()
    taken = tmp_path / "taken.json"
    taken.write_text("{}")
    refused(fund, f"export {taken} --format oc4ids", 74, "Name a new file")
    assert taken.read_text() == "{}"


@one_engine
def test_texts_cannot_break_a_file(fund: Officer, tmp_path: Path) -> None:
    for title in ("=1+1", "]]>&lt;", '"\\u0000"1"', "\ufffe end", "مشهد", "a\\u00001.5"):
        fund.says("project edit PRJ-1 --title", title)
        xml = etree.parse(exported(fund, tmp_path / f"x{len(title)}{ord(title[0])}", "iati"))
        told = xml.findtext("iati-activity/title/narrative")
        assert told == title.replace("\ufffe", "\ufffd")
        [project, _] = read_json(
            exported(fund, tmp_path / f"j{len(title)}{ord(title[0])}", "oc4ids")
        )["projects"]
        assert project["title"] == title
