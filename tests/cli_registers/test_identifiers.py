"""What records are called elsewhere: recorded, imported, exported and used in standards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from beginnings import beginning
from officer import Officer


def furnish_named(officer: Officer) -> None:
    """Give an officer of a project that has identifiers elsewhere."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("project add Line --city MHD --sector transport --code P-1")
    officer.says("identifier add projects p-1 iati XM-DAC-928-77")
    officer.says("identifier add cities MHD geonames 124665")


named_once, ledger_url, named = beginning("named", furnish_named)


def test_an_identifier_is_one_of_a_table_and_a_scheme(named: Officer) -> None:
    shown = named.asks("identifier show projects/iati/XM-DAC-928-77")
    assert (shown["table"], shown["record"], shown["scheme"]) == ("projects", "P-1", "iati")
    again = "identifier add projects P-1 iati XM-DAC-928-77"
    assert named.refused(again, 4, "already") == "already-there"
    assert named.refused("identifier add cities QOM geonames 1", 5, "QOM") == "unknown-code"
    assert named.refused("identifier add meetings M-1 iati 1", 3, "table") == "bad-terms"
    assert named.refused("identifier add cities MHD geonames '1 2'", 3, "space") == "bad-terms"
    assert named.tries("check").code == 0


def test_tables_have_the_code_of_the_record(named: Officer, tmp_path: Path) -> None:
    named.says(f"export {tmp_path / 'out'}")
    table = (tmp_path / "out" / "identifiers.csv").read_text().splitlines()
    assert table[0] == "table,code,scheme,id,withdrawn"
    assert table[1] == "cities,MHD,geonames,124665,no"
    assert named.asks(f"import {tmp_path / 'out'} --yes")["counts"]["registers"] == 0
    file = tmp_path / "identifiers.csv"
    file.write_text("table,code,scheme,id\nprojects,P-1,oc4ids,oc4ids-bu3kcz-1\n")
    named.says(f"import {file} --yes")
    assert named.asks("identifier show projects/oc4ids/oc4ids-bu3kcz-1")["record"] == "P-1"
    file.write_text("table,code,scheme,id\nprojects,P-9,oc4ids,oc4ids-bu3kcz-2\n")
    told = named.tries(f"import {file} --yes")
    assert (told.code, "P-9" in told.err) == (3, True), told
    file.write_text("table,record,scheme,id\nprojects,P-1,oc4ids,2\n")
    told = named.tries(f"import {file} --yes")
    assert (told.code, "no column 'record'" in told.err) == (3, True), told
    book = tmp_path / "book.xlsx"
    named.says(f"export {book}")
    assert named.asks(f"import {book} --yes")["counts"]["registers"] == 0


def test_exports_in_standards_use_them(named: Officer, tmp_path: Path) -> None:
    told = named.tries(f"export {tmp_path / 'a.xml'} --format iati")
    assert "<iati-identifier>XM-DAC-928-77<" in (tmp_path / "a.xml").read_text()
    assert "were made" not in told.err
    named.says("identifier add projects P-1 oc4ids oc4ids-bu3kcz-9")
    named.says(f"export {tmp_path / 'd.xml'} --format iati")
    told = (tmp_path / "d.xml").read_text()
    assert '<other-identifier ref="P-1" type="A1"' in told
    assert '<other-identifier ref="oc4ids-bu3kcz-9" type="A9">' in told
    named.says("project edit P-1 --code LINE-1")
    named.says(f"export {tmp_path / 'b.json'} --format oc4ids")
    [project] = json.loads((tmp_path / "b.json").read_text())["projects"]
    assert project["id"] == "oc4ids-bu3kcz-9"
    named.says("identifier withdraw projects/oc4ids/oc4ids-bu3kcz-9")
    named.says(f"export {tmp_path / 'c.json'} --format oc4ids")
    [project] = json.loads((tmp_path / "c.json").read_text())["projects"]
    assert project["id"] == "oc4ids-000000-LINE-1"


def test_a_record_is_not_undone_before_its_identifiers(named: Officer) -> None:
    key = named.asks("project add Port --city MHD --sector transport --code P-2")["key"]
    named.says("identifier add projects P-2 iati XM-2")
    told = named.tries(f"undo {key} --reason wrong --yes")
    assert (told.code, "identifier projects/iati/XM-2" in told.err) == (4, True), told
    assert named.asks("project show P-2")["code"] == "P-2"
    named.says("undo --reason wrong --yes")
    named.says(f"undo {key} --reason wrong --yes")
    assert named.refused("identifier show projects/iati/XM-2", 5, "XM-2") == "unknown-code"
    assert named.tries("check").code == 0


@pytest.mark.only_on("sqlite")
def test_an_import_is_undone_with_the_identifiers_that_it_gave(
    named: Officer, tmp_path: Path
) -> None:
    (tmp_path / "cities.csv").write_text("code,name,country\nQOM,Qom,IR\n")
    (tmp_path / "identifiers.csv").write_text("table,code,scheme,id\ncities,QOM,geonames,119208\n")
    named.says(f"import {tmp_path} --yes")
    named.says("undo --reason 'the wrong folder' --yes")
    assert named.refused("city show QOM", 5, "QOM") == "unknown-code"
    named.says("undo --reason 'the right one' --yes")
    assert named.asks("identifier show cities/geonames/119208")["record"] == "QOM"
    assert named.tries("check").code == 0


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    "line", ["identifier add cities QOM geonames 119208", "note add city:QOM 'First call'"]
)
def test_nothing_is_brought_back_whose_record_is_in_error(named: Officer, line: str) -> None:
    city = named.asks("city add Qom --code QOM --country IR")["key"]
    named.says(line)
    undone = named.asks("undo --reason wrong --yes")["key"]
    named.says(f"undo {city} --reason wrong --yes")
    assert named.refused(f"undo {undone} --reason wrong --yes", 4, "city QOM") == "cannot-undo"
    assert named.tries("check").code == 0


ACTIVITY = """<iati-activities version="2.03"><iati-activity default-currency="EUR">
<iati-identifier>XM-9-1</iati-identifier><title><narrative>Bridge</narrative></title>
<activity-status code="2"/><recipient-country code="IR"/><sector code="21020"/>
<transaction><transaction-type code="2"/><transaction-date iso-date="2026-01-05"/>
<value value-date="2026-01-05">100</value>
<provider-org ref="XM-DAC-9"><narrative>Nine</narrative></provider-org></transaction>
<transaction><transaction-type code="3"/><transaction-date iso-date="2026-01-06"/>
<value value-date="2026-01-06">0</value>
<provider-org ref="XM-DAC-8"><narrative>Eight</narrative></provider-org></transaction>
</iati-activity></iati-activities>
"""
PACKAGE = {
    "projects": [
        {
            "id": "oc4ids-bu3kcz-7",
            "title": "Road",
            "locations": [{"address": {"locality": "Qom", "countryName": "Iran"}}],
            "budget": {
                "amount": {"amount": 100, "currency": "EUR"},
                "requestDate": "2026-01-02",
                "approvalDate": "2026-01-03",
                "budgetBreakdown": [
                    {"id": str(at), "amount": {"amount": given, "currency": "EUR"},
                     "sourceParty": {"id": f"GB-LAE-{at}", "name": f"Party {at}"}}
                    for at, given in enumerate((40, 20, 0))
                ],
            },
        }
    ]
}  # fmt: skip
GRANTS = {
    "grants": [
        {
            "id": f"360G-x-{at}",
            "title": "Play street",
            "currency": "GBP",
            "amountAwarded": 4000,
            "awardDate": day,
            "fundingOrganization": [{"id": f"GB-CHC-{at}", "name": "A Trust"}],
        }
        for at, day in enumerate(("2024-03-01", "2099-03-01"))
    ]
}
GEONAMES = "geonameid,name,countrycode,population\n112931,Tehran,IR,7153309\n,Qom,IR,1000\n"


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("rule", "file", "content", "expected"),
    [
        (
            *("iati-2", "a.xml", ACTIVITY),
            {("projects", "XM-9-1", "iati", "XM-9-1"), ("providers", "NINE", "org-id", "XM-DAC-9")},
        ),
        (
            *("oc4ids", "a.json", json.dumps(PACKAGE)),
            {
                ("projects", "OC4IDS-BU3KCZ-7", "oc4ids", "oc4ids-bu3kcz-7"),
                ("providers", "GB-LAE-0", "org-id", "GB-LAE-0"),
                ("providers", "GB-LAE-1", "org-id", "GB-LAE-1"),
            },
        ),
        (
            *("360giving", "grants.json", json.dumps(GRANTS)),
            {
                ("deals", "360G-X-0-GB-CHC-0-GRANT", "360giving", "360G-x-0"),
                ("providers", "GB-CHC-0", "org-id", "GB-CHC-0"),
            },
        ),
        (
            *("geonames-cities", "cities.csv", GEONAMES),
            {("cities", "IR-TEHRAN", "geonames", "112931")},
        ),
    ],
)
def test_rules_record_what_their_source_calls_records(
    officer: Officer,
    tmp_path: Path,
    rule: str,
    file: str,
    content: str,
    expected: set[tuple[str, ...]],
) -> None:
    path = tmp_path / file
    path.write_text(content)
    officer.says(f"import {path} --rules {rule} --yes")
    rows = officer.asks("identifier list")["rows"]
    assert {(one["table"], one["record"], one["scheme"], one["id"]) for one in rows} == expected
    again = officer.asks(f"import {path} --rules {rule} --yes")["counts"]
    assert (again["entries"], again["registers"]) == (0, 0)


@pytest.mark.only_on("sqlite")
def test_an_import_names_a_record_by_a_former_code(named: Officer, tmp_path: Path) -> None:
    named.says("project edit P-1 --code LINE-1")
    file = tmp_path / "identifiers.csv"
    file.write_text("table,code,scheme,id\nprojects,p-1,oc4ids,oc4ids-bu3kcz-1\n")
    named.says(f"import {file} --yes")
    assert named.asks("identifier show projects/oc4ids/oc4ids-bu3kcz-1")["record"] == "LINE-1"
