"""Published lists are imported by their rules through the command line, and asked back."""

from __future__ import annotations

from pathlib import Path

import pytest
from officer import Officer

from ledger.interchange.mapping.loading import load_rule
from ledger.interchange.planning.plan import read_incoming
from ledger.usecases.interchange.import_tables import LedgerMovedOn, import_tables, read_known

SYSTEMS = """\
COUNTRY,CITY,DAILY_DEMAND_PASSENGERS_PER_DAY,PEAK_LOAD_PASSENGERS_PER_HOUR_PER_DIRECTION,\
SYSTEM_LENGTH_KM
Brazil,Sao Paulo,3194000,28024,129.8
Turkey,Istanbul,750000,NA,52
"""
YEARS = """\
COUNTRY,CITY,DAILY_DEMAND_PASSENGERS_PER_DAY,PEAK_LOAD_PASSENGERS_PER_HOUR_PER_DIRECTION,\
SYSTEM_LENGTH_KM
Brazil,Sao Paulo,2014,2013,
Turkey,Istanbul,2011,NA,2012
"""
TWINS = """\
city1,country1,city2,country2
Mashhad,Iran,Karachi,Pakistan
Karachi,Pakistan,Mashhad,Iran
Lahore,Pakistan,Mashhad,Iran
Qom,Iran,,
"""


@pytest.fixture
def systems(tmp_path: Path) -> Path:
    (tmp_path / "brt_systems_year.csv").write_text(YEARS, "utf-8")
    path = tmp_path / "brt_systems.csv"
    path.write_text(SYSTEMS, "utf-8")
    return path


def test_systems_become_credentials_of_cities_that_are_there_or_made(
    cities: Officer, systems: Path
) -> None:
    line = f"import {systems} --rules brt-credentials --yes"
    with cities.world.unchanged():
        assert "5 new" not in cities.says(f"{line} --dry-run --quiet")
    said = cities.tries(line)
    assert "6 new" in said.out, said
    assert "cities that the ledger does not have, made new: 1" in said.err
    assert "COUNTRY Turkey read as TR: 1" in said.err
    made = cities.asks("city show TR-ISTANBUL")
    assert (made["member"], made["office"]) == (False, "asia")
    shown = cities.asks("credential show BRT-BR-SAO-PAULO-PASSENGERS")
    assert (shown["city"], shown["value"], shown["as_of"]) == ("SAO", "3194000", "2014")
    assert cities.asks("credential show BRT-BR-SAO-PAULO-KM")["as_of"] is None
    assert "has all rows already" in cities.says(line)
    rows = {row["city"]: row for row in cities.asks("exchange standing bus-rapid-transit")["rows"]}
    assert "1 of 3 by passengers a day (2014)" in rows["SAO"]["ranks"]
    answer = cities.asks(f"{line} --key again")
    assert answer["reports"][0]["left_out"] == answer["reports"][0]["repeated"] == []


def test_twin_towns_become_partnerships(cities: Officer, tmp_path: Path) -> None:
    path = tmp_path / "twin_cities.csv"
    path.write_text(TWINS, "utf-8")
    answer = cities.asks(f"import {path} --rules twin-towns --yes")
    assert answer["counts"]["tables"]["partnerships"]["new"] == 2
    (report,) = answer["reports"]
    assert (report["rows"], report["used"]) == (4, 2)
    assert [one["line"] for one in report["repeated"]] == [3]
    assert [one["reason"] for one in report["left_out"]] == ["a city without a country"]
    assert {row["with_city"] for row in cities.asks("partnership list")["rows"]} == {
        "MHD",
        "PK-LAHORE",
    }


@pytest.mark.only_on("sqlite")
def test_words_are_looked_up_again_where_the_cities_changed_meanwhile(
    cities: Officer, systems: Path
) -> None:
    ledger, rule = cities.world.ledger, load_rule("brt-credentials")
    incoming = read_incoming([systems], rule=rule, known=read_known(ledger, rule))
    cities.says("city add Istanbul --code IST --country TR")
    with pytest.raises(LedgerMovedOn):
        cities.world.do(lambda uow: import_tables(uow, incoming, lambda _: None))


def test_an_undo_that_makes_one_evidence_of_two_is_refused(cities: Officer) -> None:
    cities.says("credential edit CR-S --as-of 2014 --key k-1")
    cities.says(
        "credential add SAO bus-rapid-transit again --measure 'passengers a day' --value 1 "
        "--unit passengers --better higher --as-of 2013 --source S"
    )
    line = "undo k-1 --reason slip --yes"
    assert cities.refused(line, 4, "CR-0001") == "already-credentialed"
    cities.says("credential edit CR-0001 --as-of 2012")
    cities.says(line)
    assert cities.asks("credential show CR-S")["as_of"] == "2013"
