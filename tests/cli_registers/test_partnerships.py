"""Partnerships and undertakings through the command line: what is kept, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from beginnings import beginning
from officer import Officer

TWINNING = "partnership add MHD LHE --kind twinning"


def furnish_ties(officer: Officer) -> None:
    """Record three cities."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("city add Lahore --code LHE --country PK")
    officer.says("city add Isfahan --code IFN --country IR")


ties_once, ledger_url, ties = beginning("ties", furnish_ties)


def shown(officer: Officer, code: str, kind: str = "partnership") -> dict[str, Any]:
    return officer.asks(f"{kind} show {code}")


def test_a_tie_told_from_either_side_is_one(ties: Officer) -> None:
    told = ties.asks(f"{TWINNING} --signed 2006 --topics 'brt, water' --aim schools")
    assert told["recorded"]["city"] == "LHE"
    assert told["recorded"]["with_city"] == "MHD"
    row = shown(ties, "PA-0001")
    assert (row["city_name"], row["with_city_name"]) == ("Lahore", "Mashhad")
    assert (row["signed"], row["topics"], row["aim"]) == ("2006", ["brt", "water"], "schools")
    line = "partnership add LHE MHD --kind twinning --signed 2010"
    assert ties.refused(line, 4, "PA-0001", "LHE", "2006") == "already-there"
    ties.says("partnership add LHE MHD --kind memorandum --signed 2010")


@pytest.mark.parametrize(
    "cities",
    [
        "--city LHE --city MHD",
        "--city MHD,LHE",
        "--city LHE --with-city MHD",
        "MHD --city LHE",
        "MHD --with-city LHE",
    ],
)
def test_a_script_names_the_cities_with_options(ties: Officer, cities: str) -> None:
    told = ties.asks(f"partnership add {cities} --kind twinning")["recorded"]
    assert (told["city"], told["with_city"]) == ("LHE", "MHD")


@pytest.mark.parametrize(
    ("cities", "refusal"),
    [
        ("", "missing-parameter"),
        ("--city MHD", "missing-parameter"),
        ("MHD", "missing-parameter"),
        ("MHD LHE --city IFN", "bad-usage"),
    ],
)
def test_a_tie_of_more_or_fewer_than_two_cities_is_refused(
    ties: Officer, cities: str, refusal: str
) -> None:
    assert ties.refused(f"partnership add {cities} --kind twinning", 2) == refusal


def test_a_tie_signed_twice_is_two_when_the_first_had_ended(ties: Officer) -> None:
    ties.says(f"{TWINNING} --signed 1993 --ended 2003")
    assert ties.refused(f"{TWINNING} --signed 2002", 4, "PA-0001") == "already-there"
    ties.says(f"{TWINNING} --signed 2003")  # the first may have ended before
    assert ties.refused("partnership edit PA-0001 --ended 2004-02", 4) == "already-there"
    assert ties.refused("partnership edit PA-0001 --ended ''", 4, "PA-0002") == "already-there"


@pytest.mark.parametrize(
    ("line", "code", "refusal"),
    [
        ("partnership add MHD mhd --kind twinning", 3, "same-city"),
        ("partnership add MHD LHE --kind friendship", 3, "bad-terms"),
        ("partnership add MHD NYC --kind twinning", 5, "unknown-code"),
        ("partnership add MHD asia --kind twinning", 4, "broker-not-bank"),
        ("partnership add MHD 'The Fund' --kind twinning", 4, "broker-not-bank"),
        (f"{TWINNING} --signed 2027", 3, "future-date"),
        (f"{TWINNING} --signed 2006 --ended 2005", 3, "out-of-order"),
        (f"{TWINNING} --signed soon", 3, "bad-terms"),
        ("city add 'City Fund' --country FR", 4, "broker-not-bank"),
        ("city add 'Asian office' --country IR", 4, "broker-not-bank"),
        ("undertaking add PA-0009 'a library' --by MHD", 5, "unknown-code"),
    ],
)
def test_what_is_no_partnership_is_refused(
    ties: Officer, line: str, code: int, refusal: str
) -> None:
    assert ties.refused(line, code) == refusal


def test_a_city_and_a_kind_never_change(ties: Officer) -> None:
    ties.says(TWINNING)
    for term in ("--city IFN", "--with-city IFN", "--kind memorandum"):
        assert ties.refused(f"partnership edit PA-0001 {term}", 4) == "fixed-term"


def test_a_tie_ends_on_a_day_or_in_a_year(ties: Officer) -> None:
    ties.says(f"{TWINNING} --signed 2006")
    ended = ties.asks("partnership end PA-0001 --on 2026-11-20")
    assert ended["changes"]["ended"] == [None, "2026-11-20"]
    assert ended["notes"] == []
    assert ties.asks("partnership end PA-0001 --until 2020")["changes"]["ended"][1] == "2020"
    assert ties.refused("partnership end PA-0001 --ended 2005", 3, "before") == "out-of-order"
    assert ties.refused("partnership end PA-0001 --ended 2030", 3, "future") == "future-date"


def test_what_is_undertaken_is_done_or_logged_at_once(ties: Officer) -> None:
    ties.says(TWINNING)
    ties.says("partnership undertake PA-0001 'a library' --by LHE --host MHD --due 2026-12-01")
    ties.says("partnership done UT-0001 --on 2026-11-20")
    ties.says("partnership log PA-0001 'a visit' --by MHD --payer IFN --on 2026-11-10")
    ties.says("partnership log PA-0001 'an office' --by MHD --done-on 2019-05 --lasts yes")
    rows = shown(ties, "PA-0001")["undertakings"]
    assert [(one["code"], one["done_on"], one["state"]) for one in rows] == [
        ("UT-0001", "2026-11-20", "done"),
        ("UT-0002", "2026-11-10", "done"),
        ("UT-0003", "2019-05", "lasts"),
    ]
    listed = ties.asks("undertaking list --where state=lasts")["rows"]
    assert [(one["code"], one["offices"]) for one in listed] == [("UT-0003", ["asia"])]
    assert ties.asks("undertaking list --as-of 2026-11-15 --where state=due")["rows"] != []
    assert shown(ties, "UT-0001", "undertaking")["due_on"] == "2026-12-01"
    line = "partnership undertake PA-0001 'a museum' --by IFN"
    assert ties.refused(line, 4, "IFN", "LHE or MHD") == "not-a-party"
    assert ties.refused("undertaking edit UT-0001 --by IFN", 4) == "not-a-party"
    line = "partnership done UT-0001 --done-on 2027"
    assert ties.refused(line, 3, "future") == "future-date"


def test_what_lasts_is_confirmed_by_another_version(ties: Officer) -> None:
    ties.says(TWINNING)
    ties.says("partnership log PA-0001 'an office' --by MHD --done-on 2019 --lasts yes")
    ties.says("partnership log PA-0001 'a visit' --by MHD --done-on 2019")
    ties.says("undertaking confirm UT-0001 --reason 'the mayor said so'")
    assert len(ties.asks("history undertaking:UT-0001")["rows"]) == 2
    assert ties.refused("undertaking confirm UT-0002", 4, "UT-0002") == "not-lasting"


def test_nothing_new_is_put_under_a_city_that_is_withdrawn(ties: Officer) -> None:
    ties.says(TWINNING)
    ties.says("city retire LHE")
    line = "partnership undertake PA-0001 'a library' --by MHD"
    assert ties.refused(line, 4, "LHE") == "parent-withdrawn"
    line = "partnership add IFN LHE --kind twinning"
    assert ties.refused(line, 4, "LHE") == "parent-withdrawn"
    assert shown(ties, "PA-0001")["city"] == "LHE"


def write(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_an_import_takes_a_tie_from_either_side_once(ties: Officer, tmp_path: Path) -> None:
    tie = {"code": "PA-7", "city": "mhd", "with_city": "LHE", "kind": "twinning", "signed": "2006"}
    path = write(tmp_path / "partnerships.csv", tie)
    ties.says(f"import {path} --yes")
    turned = {**tie, "city": "LHE", "with_city": "MHD"}
    assert "has all rows already" in ties.says(f"import {write(path, turned)} --yes")
    again = {**turned, "code": "PA-8"}
    refused = ties.tries(f"import {write(path, again)} --yes")
    assert refused.code == 4, refused
    assert "PA-7" in refused.err
    assert [row["code"] for row in ties.asks("partnership list")["rows"]] == ["PA-7"]


def test_an_import_refuses_what_a_command_refuses(ties: Officer, tmp_path: Path) -> None:
    ties.says(TWINNING)
    row = {"code": "UT-7", "partnership": "PA-0001", "by": "IFN", "what": "a library"}
    refused = ties.tries(f"import {write(tmp_path / 'undertakings.csv', row)} --yes")
    assert refused.code == 3, refused
    assert "IFN is no party" in refused.err
    row = {"code": "PA-7", "city": "MHD", "with_city": "MHD", "kind": "twinning"}
    refused = ties.tries(f"import {write(tmp_path / 'partnerships.csv', row)} --yes")
    assert refused.code == 3, refused
    assert "both sides" in refused.err


def test_a_setting_says_when_a_tie_sleeps(ties: Officer) -> None:
    ties.says("settings edit --sleeping-months 36")
    changed = {row["name"]: row["value"] for row in ties.asks("settings list")["rows"]}
    assert changed["sleeping_months"] == "36"
    assert ties.refused("settings edit --sleeping-months 0", 3) == "bad-count"
    assert ties.refused("settings edit --sleeping-months 36", 4) == "nothing-to-change"


def test_the_day_of_an_act_may_be_a_year_or_a_month(ties: Officer) -> None:
    ties.says(TWINNING)
    ties.says("partnership undertake PA-0001 'a visit' --by MHD")
    ties.says("partnership done UT-0001 --on 2019-05")
    ties.says("partnership log PA-0001 'a talk' --by MHD --on 2018")
    ties.says("partnership end PA-0001 --on 2021")
    rows = ties.asks("undertaking list")["rows"]
    assert [(one["code"], one["done_on"]) for one in rows] == [
        ("UT-0001", "2019-05"),
        ("UT-0002", "2018"),
    ]
    assert ties.asks("partnership show PA-0001")["ended"] == "2021"
    again = "partnership log PA-0001 'a talk' --by MHD --key K --on"
    ties.says(f"{again} 2018-01")
    assert ties.refused(f"{again} 2018-02", 4, "K") == "key-reused"
    line = "partnership log PA-0001 'a talk' --by MHD --on"
    assert ties.refused(f"{line} 2031", 3, "future") == "future-date"
    assert ties.refused(f"{line} 2019-13", 3, "month") == "bad-terms"
    assert ties.refused(f"{line} 2019 --done-on 2018", 3, "2019") == "invalid-date"
