"""Each office's own view: the rows of its cities in every list that has any."""

from __future__ import annotations

import pytest
from beginnings import beginning
from officer import Officer


def furnish_offices(officer: Officer) -> None:
    """Record a city, a project, a need and a seat of each of two offices."""
    officer.says("body add Metropolis --code METROPOLIS --kind association")
    officer.says("provider add Bank --code BANK --kind bank")
    for city, country in (("MHD", "IR"), ("PAR", "FR")):
        officer.says(f"city add {city} --code {city} --country {country}")
        officer.says(f"project add {city} --code P-{city} --city {city} --sector energy --new")
        officer.says(f"need add P-{city} money '5 EUR' --code N-{city}")
        officer.says(f"seat add {city} METROPOLIS --from 1993 --code S-{city}")
    officer.says("offer add BANK money '5 EUR' --countries FR --code O-FR")
    officer.says("offer add BANK money '5 EUR' --code O-ANY")
    for city in ("MHD", "PAR"):
        officer.says(f"approach add N-{city} BANK")


offices_once, ledger_url, offices = beginning("offices", furnish_offices)


LISTS = {
    "city list": "MHD",
    "project list": "P-MHD",
    "need list": "N-MHD",
    "gaps": "N-MHD",
    "seat list": "S-MHD",
    "report seats": "S-MHD",
    "offer list": "O-ANY",
    "approach list": "AP-0001",
    "report pipeline --list": "AP-0001",
}


def test_a_list_keeps_the_rows_of_one_office(offices: Officer) -> None:
    for line, code in LISTS.items():
        rows = offices.asks(f"{line} --office asia")["rows"]
        assert [next(iter(row.values())) for row in rows] == [code], line


def test_the_setting_does_the_same_where_it_can_be_honoured(
    offices: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITYFUND_OFFICE", "hq")
    assert [row["code"] for row in offices.asks("city list")["rows"]] == ["PAR"]
    for line in ("city list --office asia", "city list --where office=asia"):
        assert [row["code"] for row in offices.asks(line)["rows"]] == ["MHD"], line
    assert offices.refused("unit list --office hq", 2, "never ignored") == "no-office-view"


WITHOUT_OFFICES = (
    *("provider list", "unit list", "note list", "topic list", "body list", "office list"),
    *("identifier list", "restriction list", "limit list", "match list", "approval list"),
    *("journal list", "contact list", "owner list", "reminder list", "rates show"),
    *("settings list", "report providers", "report restrictions"),
    "query 'SELECT city, office FROM v_city'",
)
"""Lists without a column that says an office."""


@pytest.mark.parametrize("line", WITHOUT_OFFICES)
def test_lists_without_an_office_are_whole_under_the_setting(
    offices: Officer, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    for said in (
        "note add MHD 'Asked twice'",
        "owner add MHD sara",
        "contact add MHD Reza --role mayor",
        "identifier add projects P-MHD iati X-1",
    ):
        offices.says(said)
    without = offices.asks(line)["rows"]
    monkeypatch.setenv("CITYFUND_OFFICE", "hq")
    assert offices.asks(line)["rows"] == without
    assert "office=hq" not in offices.says(f"{line} --format html")
    assert "office=hq" in offices.says("city list --format html")


def test_the_pipeline_and_the_acts_of_approaches_hold_for_an_office(
    offices: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITYFUND_OFFICE", "hq")
    sent = next(row for row in offices.asks("report pipeline")["rows"] if row["stage"] == "sent")
    assert sent["approaches"] == 1
    assert [row["code"] for row in offices.asks("approach list")["rows"]] == ["AP-0002"]
    assert offices.asks("approach show AP-0001")["need"] == "N-MHD"
    assert offices.asks("approach suggest N-PAR")["rows"][0]["office"] == "hq"
    offices.says("approach letter AP-0001")


@pytest.mark.parametrize(
    "line",
    [
        "history N-MHD",
        "need history N-MHD",
        "need candidates N-MHD",
        "offer candidates O-ANY",
        "codes sectors",
        "audit seals",
    ],
)
def test_the_setting_does_not_limit_what_is_of_one_record_or_of_no_office(
    offices: Officer, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    without = offices.asks(line)["rows"]
    monkeypatch.setenv("CITYFUND_OFFICE", "hq")
    assert offices.asks(line)["rows"] == without
    assert without or line == "audit seals"
    if "candidates" not in line:
        assert offices.refused(f"{line} --office asia", 2) == "no-office-view"
