"""The shipped rules on the real files: every row in the ledger or said, and who leads."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from importing import EMPTY, TODAY, carried_out

from ledger.exchanges.standing import Evidence, standings_in
from ledger.interchange.mapping.loading import load_rule
from ledger.interchange.planning.plan import plan_incoming, read_incoming
from ledger.interchange.planning.steps import Add, Holdings, Same
from ledger.interchange.reader import Incoming

FOLDER = Path(__file__).parents[2].resolve().parent / "shared/data/network"
SYSTEMS, STANDARD = FOLDER / "brt_systems.csv", FOLDER / "itdp_brt_standard.csv"
TOPIC = "bus-rapid-transit"
pytestmark = pytest.mark.skipif(
    not STANDARD.is_file(), reason="the real data of ../shared/data is not here"
)


def read(name: str, file: Path, holdings: Holdings = EMPTY) -> Incoming:
    known = {"cities": [*holdings.of("cities").values()]}
    return read_incoming([file], rule=load_rule(name), known=known)


@pytest.fixture(scope="module")
def systems() -> Incoming:
    return read("brt-credentials", SYSTEMS)


@pytest.fixture(scope="module")
def ledger(systems: Incoming) -> Holdings:
    first = carried_out(plan_incoming(systems, EMPTY, TODAY))
    return carried_out(plan_incoming(read("brt-standard", STANDARD, first), first, TODAY), first)


def test_every_system_is_a_city_with_its_figures(systems: Incoming) -> None:
    (report,) = systems.reports
    assert (report.rows, report.used, report.refused, len(report.left_out)) == (203, 203, 0, 0)
    assert "brt_systems_year.csv: 203 rows, 203 used" in [*report.lines()]
    with SYSTEMS.open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    wanted = (
        "DAILY_DEMAND_PASSENGERS_PER_DAY",
        "PEAK_LOAD_PASSENGERS_PER_HOUR_PER_DIRECTION",
        "SYSTEM_LENGTH_KM",
    )
    figures = sum(row[column] not in {"", "NA"} for row in rows for column in wanted)
    assert sum(len(one.rows) for one in systems.tables if one.table == "credentials") == figures


def test_every_corridor_is_graded_left_out_or_repeated(ledger: Holdings) -> None:
    (report,) = read("brt-standard", STANDARD).reports
    counts = (report.rows, report.used, len(report.left_out), len(report.once), report.refused)
    assert counts == (102, 96, 3, 3, 0)
    grades = [one.grade for one in ledger.of("credentials").values() if one.grade is not None]
    assert (len(grades), grades.count("Gold")) == (96, 14)


def test_who_leads_depends_on_the_question(ledger: Holdings) -> None:
    codes = {city.name: code for code, city in ledger.of("cities").items()}
    standings = standings_in(TOPIC, TODAY, Evidence([], ledger.of("credentials").values(), []))
    first = standings[codes["São Paulo"]]
    assert "1 of 174 by passengers a day (2013)" in map(str, first.ranks)
    assert not any(one.grade for one in first.credentials)
    golds = [one for one in standings[codes["Bogotá"]].credentials if one.grade == "Gold"]
    assert len(golds) == 5


def test_importing_twice_changes_nothing(ledger: Holdings) -> None:
    for name, file in (("brt-credentials", SYSTEMS), ("brt-standard", STANDARD)):
        plan = plan_incoming(read(name, file, ledger), ledger, TODAY)
        assert not plan.problems
        assert {type(step) for step in plan.steps} == {Same}


def test_a_city_of_the_ledger_keeps_its_code(systems: Incoming) -> None:
    plan = plan_incoming(systems, EMPTY, TODAY)
    made = {step.record.code for step in plan.steps if isinstance(step, Add)}
    assert "BR-SAO-PAULO" in made
