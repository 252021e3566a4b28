"""`[row] identifier`: a row whose identifier the ledger has is of that record, in every order."""

from __future__ import annotations

from pathlib import Path

import pytest
from officer import Officer

from ledger.interchange.mapping.loading import shipped_rules

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

HEADER = "geonameid,name,countrycode,population\n"
FIRST = ["1,Suzhou,CN,5000000\n", "2,Suzhou,CN,700000\n", "3,Qom,IR,1000\n"]
NEW = ["8,Suzhou,CN,300\n", "9,Suzhou,CN,200\n"]
LINE = "--rules geonames-cities --yes"


def imported(officer: Officer, path: Path, rows: list[str]) -> str:
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return officer.tries(f"import {path} {LINE}").err


def codes(officer: Officer) -> dict[str, str]:
    """Give the code of each city by its number at GeoNames."""
    return {row["id"]: row["record"] for row in officer.asks("identifier list")["rows"]}


def test_cities_of_one_name_keep_their_codes_in_another_order(
    officer: Officer, tmp_path: Path
) -> None:
    path = tmp_path / "cities.csv"
    imported(officer, path, FIRST)
    first = codes(officer)
    assert first == {"1": "CN-SUZHOU", "2": "CN-SUZHOU-2", "3": "IR-QOM"}

    said = imported(officer, path, [*NEW, *reversed(FIRST)])

    assert "cities: 2 new, 0 changed, 3 unchanged" in said
    assert "line 2 has the identity of another record: kept as CN-SUZHOU-3" in said
    assert codes(officer) == {**first, "8": "CN-SUZHOU-3", "9": "CN-SUZHOU-4"}
    again = officer.tries(f"import {path} {LINE}")
    assert "Nothing to import" in again.out + again.err


def test_a_city_is_known_by_its_identifier_whatever_its_code(
    officer: Officer, tmp_path: Path
) -> None:
    officer.says("city add Qom --code QOM --country IR --member-since 1990")
    officer.says("identifier add cities QOM geonames 3")

    said = imported(officer, tmp_path / "cities.csv", FIRST)

    assert "cities: 2 new, 1 changed, 0 unchanged" in said
    city = officer.asks("city show QOM")
    assert (city["population"], city["member"]) == (1000, True)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('table = "cities"\nidentifier', "identifier", "goes with the `table`"),
        ('repeats = "number"\n', "", "goes with `repeats` = 'number'"),
        ('table = "cities"\nidentifier', 'table = "citis"\nidentifier', "Did you mean cities?"),
    ],
)
def test_a_rule_that_cannot_tell_rows_by_identifiers_is_refused(
    officer: Officer, tmp_path: Path, before: str, after: str, said: str
) -> None:
    rule, path = tmp_path / "rule.toml", tmp_path / "cities.csv"
    text = shipped_rules()["geonames-cities"]
    assert before in text
    rule.write_text(text.replace(before, after, 1), encoding="utf-8")
    path.write_text(HEADER, encoding="utf-8")
    refused = officer.tries(f"import {path} --rules {rule}")
    assert refused.code == 3
    assert said in refused.err


def test_a_row_left_out_is_told_of_the_record_that_has_its_identifier(
    officer: Officer, tmp_path: Path
) -> None:
    path = tmp_path / "cities.csv"
    imported(officer, path, FIRST)

    said = imported(officer, path, [NEW[0], "2,,CN,1\n"])

    assert "left out, no name: 1" in said
    (left_out,) = officer.asks("history CN-SUZHOU-2")["left_out"]
    assert (left_out["line"], left_out["reason"]) == (3, "no name")
    assert officer.asks("history CN-SUZHOU")["left_out"] == []
