"""The shipped rule `geonames-cities`: every city, and members of the ledger stay members."""

from __future__ import annotations

import csv
from pathlib import Path

from importing import EMPTY, TODAY, carried_out
from shared_files import SHARED, needs_shared_files

from ledger.interchange.mapping.loading import load_rule
from ledger.interchange.planning.plan import plan_incoming, read_incoming
from ledger.interchange.planning.steps import Holdings, Same
from ledger.interchange.reader import Incoming

FILE = SHARED / "ref/geonames_cities_300k.csv"
SMALL = "geonameid,name,countrycode,population\n112931,Tehran,IR,7153309\n2,Qom,IR,1000\n"


def read(path: Path, holdings: Holdings = EMPTY) -> Incoming:
    known = {"cities": [*holdings.of("cities").values()]}
    return read_incoming([path], rule=load_rule("geonames-cities"), known=known)


@needs_shared_files
def test_every_city_of_the_file_is_there() -> None:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    incoming = read(FILE)
    (report,) = incoming.reports
    assert (report.rows, report.used, report.refused) == (len(rows), len(rows), 0)
    ledger = carried_out(plan_incoming(incoming, EMPTY, TODAY))
    cities = ledger.of("cities").values()
    assert {city.geonames_id for city in cities} == {int(row["geonameid"]) for row in rows}
    assert sum(city.population for city in cities) == sum(int(row["population"]) for row in rows)
    assert not any(city.member for city in cities)
    again = plan_incoming(read(FILE, ledger), ledger, TODAY)
    assert {type(step) for step in again.steps} == {Same}


def test_a_member_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "cities.csv"
    path.write_text("code,name,country\nIR-TEHRAN,Tehran,IR\n", encoding="utf-8")
    ledger = carried_out(plan_incoming(read_incoming([path]), EMPTY, TODAY))
    path.write_text(SMALL, encoding="utf-8")
    after = carried_out(plan_incoming(read(path, ledger), ledger, TODAY), ledger).of("cities")
    assert (after["IR-TEHRAN"].member, after["IR-TEHRAN"].population) == (True, 7153309)
    assert not after["IR-QOM"].member
