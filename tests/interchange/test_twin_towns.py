"""The shipped rules for pairs of cities on the real files: every row a tie, or said to be none."""

from __future__ import annotations

from pathlib import Path

import pytest
from importing import EMPTY, TODAY, carried_out

from ledger.interchange.mapping.loading import load_rule
from ledger.interchange.planning.plan import plan_incoming, read_incoming
from ledger.interchange.planning.steps import Holdings, Same
from ledger.interchange.reader import Incoming

FOLDER = Path(__file__).parents[2].resolve().parent / "shared/data/network"
TOWNS, CITIES = FOLDER / "twin_cities.csv", FOLDER / "wikidata_sistercities.tsv"
pytestmark = pytest.mark.skipif(
    not TOWNS.is_file(), reason="the real data of ../shared/data is not here"
)


def read(name: str, file: Path, holdings: Holdings = EMPTY) -> Incoming:
    known = {"cities": [*holdings.of("cities").values()]}
    return read_incoming([file], rule=load_rule(name), known=known)


@pytest.fixture(scope="module")
def ledger() -> Holdings:
    first = carried_out(plan_incoming(read("twin-towns", TOWNS), EMPTY, TODAY))
    return carried_out(plan_incoming(read("sister-cities", CITIES, first), first, TODAY), first)


@pytest.mark.parametrize(
    ("name", "file", "counts"),
    [("twin-towns", TOWNS, (378, 360, 9, 9, 0)), ("sister-cities", CITIES, (328, 325, 0, 3, 0))],
)
def test_every_row_is_a_tie_left_out_or_a_repeat(
    name: str, file: Path, counts: tuple[int, ...]
) -> None:
    incoming = read(name, file)
    (report,) = incoming.reports
    left_out, once = len(report.left_out), len(report.once)
    assert (report.rows, report.used, left_out, once, report.refused) == counts
    assert not incoming.problems
    ties = [row for one in incoming.tables if one.table == "partnerships" for row in one.rows]
    assert len(ties) == report.used


def test_cities_of_both_files_are_one_and_no_members(ledger: Holdings) -> None:
    cities = ledger.of("cities").values()
    names = [(one.name, one.country) for one in cities]
    assert len(set(names)) == len(names)
    assert not any(one.member for one in cities)
    assert len(ledger.of("partnerships")) == 360 + 325 - SHARED


SHARED = 1
"""How many pairs are in both files."""


def test_isfahan_has_the_ties_that_the_list_gives_it(ledger: Holdings) -> None:
    (isfahan,) = [code for code, one in ledger.of("cities").items() if one.name == "Isfahan"]
    ties = [one for one in ledger.of("partnerships").values() if isfahan in one.cities]
    assert {one.kind for one in ties} == {"twinning"}
    assert len(ties) == ISFAHAN


ISFAHAN = 11


def test_importing_twice_changes_nothing() -> None:
    ledger = EMPTY
    for name, file in (("twin-towns", TOWNS), ("sister-cities", CITIES)):
        ledger = carried_out(plan_incoming(read(name, file, ledger), ledger, TODAY), ledger)
        plan = plan_incoming(read(name, file, ledger), ledger, TODAY)
        assert not plan.problems
        assert {type(step) for step in plan.steps} == {Same}
