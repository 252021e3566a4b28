"""What a request added is recorded in error once it is undone: hidden, uncounted, its code free."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from beginnings import beginning
from ledgers import Ledgers
from officer import Officer
from world import NOON, World

from ledger.usecases.check import run_checks

UNDO = "undo --yes --reason slip"
REGISTERS = ("city", "provider", "project", "need", "offer")


def failures(world: World) -> list[str]:
    return [told for result in run_checks(world.ledger) for told in result.failures]


def codes(officer: Officer, noun: str) -> list[str]:
    rows = officer.asks(f"{noun} list --all" if noun in REGISTERS else f"{noun} list")["rows"]
    return [row.get("code") or row[noun] for row in rows]


def furnish_metro(officer: Officer) -> None:
    officer.world.need("1000 EUR")
    officer.world.offer("1000 EUR")


metro_once, ledger_url = beginning("metro", furnish_metro)[:2]


@pytest.fixture
def metro(officer: Officer) -> World:
    """A need and an offer of one currency, without a deal."""
    return officer.world


ADDED = {
    "city": "city add Tabriz --country IR --code TBZ",
    "provider": "provider add 'A Donor' --kind donor --code DONOR",
    "project": "project add Tram --city MHD --sector transport.urban --code TRAM",
    "need": "need add PRJ-0001 money '70 EUR' --code EXTRA",
    "offer": "offer add BANK money '70 EUR' --code SPARE",
}
AGAIN = {
    "city": "city add Tabriz --country TR --code tbz",
    "provider": "provider add 'A Donor' --kind bank --code DONOR",
    "project": "project add Bus --city MHD --sector transport.urban --code TRAM",
    "need": "need add PRJ-0001 expertise '7 person-day' --code EXTRA",
    "offer": "offer add BANK money '70 USD' --code SPARE",
}


@pytest.mark.parametrize("noun", REGISTERS)
def test_an_added_record_is_hidden_and_its_code_is_free_again(metro, officer, noun):
    before = codes(officer, noun)
    officer.says(ADDED[noun])
    (code,) = set(codes(officer, noun)) - set(before)
    receipt = officer.asks(UNDO)

    assert receipt["undone"]["lines"][-1] == {
        "kind": noun,
        "code": code,
        "did": "added",
        "becomes": "marked as recorded in error",
    }
    assert codes(officer, noun) == before
    assert officer.refused(f"{noun} show {code}", 5, "recorded in error") == "unknown-code"
    assert failures(metro) == []

    officer.says(AGAIN[noun])
    assert len(codes(officer, noun)) == len(before) + 1
    told = [row["changes"] for row in officer.asks(f"history {noun}:{code}")["rows"]]
    assert [{"field": "in_error", "from": False, "to": True}] in told
    metro.seal()
    assert failures(metro) == []


def test_what_was_known_before_an_undo_stays_known_then(metro, officer):
    officer.says(ADDED["need"])
    then = (NOON + timedelta(minutes=5)).isoformat()
    with time_machine.travel(NOON + timedelta(minutes=10), tick=True):
        officer.says(UNDO)
        officer.says(AGAIN["need"])
    with time_machine.travel(NOON + timedelta(minutes=20), tick=True):
        shown = officer.asks(f"need show EXTRA --known-at {then}")
        assert (shown["factor"], shown["unit"]) == ("money", "EUR")
        assert officer.asks("need show EXTRA")["factor"] == "expertise"
        gaps = officer.asks(f"gaps --known-at {then}")["rows"]
        assert sorted(row["need"] for row in gaps) == ["EXTRA", "N-0001"]
        listed = officer.asks(f"journal list --need EXTRA --known-at {then}")["rows"]
        assert [row["unit"] for row in listed] == ["EUR"]


def test_no_empty_deal_is_left_where_an_introduction_is_undone(metro, officer):
    officer.says("deal introduce O-0001 N-0001 '500 EUR' --until 2027-01-31")
    officer.says(UNDO)

    assert codes(officer, "deal") == []
    assert metro.stages("need", "N-0001") == {"open": 100000}
    assert officer.refused("deal show D-0001", 5, "recorded in error") == "unknown-code"
    assert officer.refused("deal commit D-0001 '1 EUR'", 5) == "unknown-code"
    assert officer.asks("status")["counts"]["deals"]["total"] == 0
    reversal = metro.entries()[-1].number
    refused = officer.refused(f"journal reverse {reversal} --reason back", 4, "in error")
    assert refused == "cannot-reverse"
    officer.says("deal introduce O-0001 N-0001 '300 EUR' --until 2027-01-31")
    assert codes(officer, "deal") == ["D-0002"]
    assert failures(metro) == []


def test_undoing_the_undo_of_an_addition_restores_it_while_its_code_is_free(metro, officer):
    officer.says(ADDED["need"])
    officer.says(f"{UNDO} --key first")
    officer.says(UNDO)

    assert metro.stages("need", "EXTRA") == {"open": 7000}
    officer.says(f"{UNDO} --key second")
    officer.says(AGAIN["need"])
    refused = officer.refused(f"undo second {UNDO[5:]}", 4, "need EXTRA", "another need")
    assert refused == "cannot-undo"
    officer.says(UNDO)
    officer.says(f"undo second {UNDO[5:]}")
    assert metro.stages("need", "EXTRA") == {"open": 7000}
    assert failures(metro) == []


RESTING = {
    "project": ("need add TRAM money '5 EUR' --code ITS", "need ITS"),
    "need": ("deal introduce O-0001 EXTRA '5 EUR' --until 2027-01-31", "deal D-0001"),
    "offer": ("deal introduce SPARE N-0001 '5 EUR' --until 2027-01-31", "deal D-0001"),
    "city": ("offer add BANK money '5 EUR' --cities TBZ --code FOR", "offer FOR"),
    "provider": ("offer add DONOR money '5 EUR' --code OF", "offer OF"),
}


@pytest.mark.parametrize("noun", REGISTERS)
def test_what_a_later_record_rests_on_is_not_undone_before_that_is(metro, officer, noun):
    line, later = RESTING[noun]
    officer.says(f"{ADDED[noun]} --key first")
    officer.says(f"{line} --key then")
    # Of a need or an offer with a deal, the quantity is missed first.
    words = [] if noun in {"need", "offer"} else [later, noun]
    refused = officer.refused(f"undo first {UNDO[5:]}", 4, *words)
    assert refused in {"cannot-undo", "cannot-reverse"}

    officer.says(f"undo then {UNDO[5:]}")
    officer.says(f"undo first {UNDO[5:]}")
    assert failures(metro) == []


BROUGHT_BACK = {
    "an offer for a city": ("offer add BANK money '5 EUR' --cities TBZ --code FOR", None),
    "a mandate": ("offer edit O-0001 --cities TBZ", "offer edit O-0001 --cities ''"),
    "a provider's city": ("provider edit BANK --city TBZ", "provider edit BANK --city ''"),
    "a project's city": (
        "project edit PRJ-0001 --city TBZ",
        "project edit PRJ-0001 --city MHD",
    ),
}


@pytest.mark.parametrize("name", BROUGHT_BACK)
def test_nothing_is_brought_back_that_names_a_record_in_error(metro, officer, name):
    there, gone = BROUGHT_BACK[name]
    officer.says(f"{ADDED['city']} --key city")
    officer.says(f"{there} --key there")
    officer.says(f"{gone or f'undo there {UNDO[5:]}'} --key gone")
    officer.says(f"undo city {UNDO[5:]}")

    answer = officer.tries(f"undo gone {UNDO[5:]}")
    assert answer.code in {4, 5}, answer
    assert "TBZ" in answer.err
    assert "recorded in error" in answer.err
    assert failures(metro) == []


def test_what_was_said_of_a_quantity_since_is_named(metro, officer):
    officer.says("need add PRJ-0001 money '? EUR' --code EXTRA --key first")
    officer.says("need edit EXTRA --quantity '10 EUR'")
    last = metro.entries()[-1].number
    refused = officer.refused(f"undo first {UNDO[5:]}", 4, f"entry {last}", "need EXTRA")
    assert refused == "cannot-undo"


def test_a_rate_that_is_undone_is_used_no_more(metro, officer):
    officer.says("rates add EUR USD 1.1 --on 2026-11-20 --key first")
    officer.says("rates add EUR USD 1.2 --on 2026-11-20 --reason better")
    assert officer.refused(f"undo first {UNDO[5:]}", 4, "EUR/USD") == "cannot-undo"
    officer.says(UNDO)
    assert rate_of(officer) == "1.1"
    officer.says(f"{UNDO} --key back")
    assert rate_of(officer) == "1.2"
    officer.says(UNDO)
    officer.says("rates add EUR CHF 0.9 --on 2026-11-20")
    officer.says(UNDO)
    assert rate_of(officer, "CHF") is None
    assert failures(metro) == []


def rate_of(officer: Officer, quote: str = "USD") -> Any:
    return officer.asks(f"rates show EUR {quote}")["rows"][0]["rate"]


CITIES = "code,name,country\nTBZ,Tabriz,IR\nQOM,Qom,IR\n"
PROJECTS = "code,title,city,sector\nTRAM,Tram,TBZ,transport.urban\n"
NEEDS = "project,factor,quantity,unit,code\nTRAM,money,100,EUR,T-1\nTRAM,money,,EUR,T-2\n"


def test_a_whole_import_is_undone_and_can_be_imported_again(metro, officer, tmp_path):
    for name, text in (("cities", CITIES), ("projects", PROJECTS), ("needs", NEEDS)):
        (tmp_path / f"{name}.csv").write_text(text)
    line = f"import {tmp_path} --yes"
    officer.says(line)
    assert codes(officer, "need") == ["N-0001", "T-1", "T-2"]
    officer.says(UNDO)
    assert codes(officer, "need") == ["N-0001"]
    assert codes(officer, "city") == ["MHD"]

    officer.says(line)
    assert codes(officer, "need") == ["N-0001", "T-1", "T-2"]
    assert metro.stages("need", "T-1") == {"open": 10000}
    assert failures(metro) == []


ALIASES = "table,code,alias\ncities,TBZ,TAB\nprojects,TRAM,LINE-1\n"


@pytest.fixture
def undone(metro: World, officer: Officer, tmp_path: Path) -> str:
    """Undo an import of records with former codes; give the line that imports it."""
    tables = {"cities": CITIES, "projects": PROJECTS, "needs": NEEDS, "aliases": ALIASES}
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text)
    line = f"import {tmp_path} --yes"
    officer.says(line)
    officer.says(f"{UNDO} --key undone")
    assert failures(metro) == []
    return line


def test_records_with_former_codes_are_imported_again_once_they_were_undone(
    metro: World, officer: Officer, undone: str
) -> None:
    for _ in range(2):
        officer.says(undone)
        assert officer.asks("city show TAB")["code"] == "TBZ"
        assert officer.asks("project show line-1")["former_codes"] == ["LINE-1"]
        metro.seal()
        assert failures(metro) == []
        officer.says(UNDO)
    assert officer.refused("city show TAB", 5, "recorded in error") == "unknown-code"
    assert codes(officer, "city") == ["MHD"]


def test_an_import_with_a_unit_is_undone_and_the_unit_stays(
    metro: World, officer: Officer, tmp_path: Path
) -> None:
    (tmp_path / "units.csv").write_text("code,decimals,name\ntree,0,A tree\n")
    (tmp_path / "needs.csv").write_text(
        "project,factor,quantity,unit,code\nPRJ-0001,implementation,100,tree,T-1\n"
    )
    line = f"import {tmp_path} --yes"
    officer.says(line)
    receipt = officer.asks(UNDO)
    assert receipt["undone"]["lines"][-1] == {
        "kind": "unit",
        "code": "tree",
        "did": "added",
        "becomes": "stays: a unit that nothing is counted in does no harm",
    }
    assert codes(officer, "need") == ["N-0001"]
    officer.says(line)
    assert metro.stages("need", "T-1") == {"open": 100}
    assert failures(metro) == []


def test_a_former_code_of_an_undone_record_is_free(
    metro: World, officer: Officer, undone: str
) -> None:
    del undone
    officer.says("city add Tabriz --country IR --code TAB")
    officer.says("project add Bus --city TAB --sector transport.urban --code LINE-1")
    assert officer.asks("city show TAB")["former_codes"] == []
    assert officer.refused("city show TBZ", 5, "recorded in error") == "unknown-code"
    refused = officer.refused(f"undo undone {UNDO[5:]}", 4, "TAB", "another city")
    assert refused == "cannot-undo"
    metro.seal()
    assert failures(metro) == []


def test_a_record_takes_no_code_of_an_undone_one_instead_of_its_own(
    officer: Officer, undone: str
) -> None:
    del undone
    for code in ("TBZ", "TAB"):
        refused = officer.refused(f"city edit MHD --code {code}", 4, code, "Choose another code")
        assert refused == "already-there"


def test_an_undone_record_is_in_no_export_and_in_every_copy(
    metro: World, officer: Officer, ledgers: Ledgers, tmp_path: Path
) -> None:
    officer.says(ADDED["need"])
    officer.says(UNDO)
    officer.says("deal introduce O-0001 N-0001 '500 EUR' --until 2027-01-31")
    officer.says(UNDO)
    officer.says(AGAIN["need"])
    officer.says(f"export {tmp_path / 'out'}")
    assert "EXTRA,PRJ-0001,A bus line,expertise" in (tmp_path / "out/needs.csv").read_text()
    assert (tmp_path / "out/deals.csv").read_text().count("\n") == 1

    other = World(ledgers.new())
    Officer(other, officer._capsys).says(f"import {tmp_path / 'out'} --yes")
    assert other.stages("need", "EXTRA") == {"open": 700}
    assert failures(other) == []

    copied = ledgers.empty()
    officer.says(f"db copy --to {copied}")
    assert failures(World(copied)) == []
    assert Officer(World(copied), officer._capsys).refused("deal show D-0001", 5)


def test_a_proposal_of_what_was_undone_can_be_seen_and_not_taken_up(metro, officer):
    officer.says(f"{ADDED['need']} --key first")
    officer.says("match --save")
    officer.says(f"undo first {UNDO[5:]}")
    shown = officer.asks("match show")

    (gone,) = [row for row in shown["lines"] if row["state"] == "unfit"]
    assert gone["need"] == "EXTRA (in error)"
    assert "recorded in error" in gone["why"]
    assert officer.refused("match accept --until 2027-01-31", 4, "EXTRA") == "no-longer-fits"
    officer.says("match accept --until 2027-01-31 --fitting")
    assert failures(metro) == []
