"""A ledger with records recorded in error is backed up, restored and copied, and stays in order."""

from __future__ import annotations

from pathlib import Path

import pytest
from copying import leaves
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished
from world import World

SLIP = "--reason 'a slip'"
UNDO = f"undo --yes {SLIP}"
UNDONE = (
    "city add Tabriz --country IR --code TBZ",
    "provider add 'A Donor' --kind donor --code DONOR",
    "project add Tram --city MHD --sector transport.urban --code TRAM",
    "need add PRJ-0001 money '70 EUR' --code EXTRA",
    "offer add BANK money '70 EUR' --code SPARE",
    "rates add EUR USD 1.2 --on 2026-11-20",
    "deal introduce O-0001 N-0001 '5 EUR' --until 2027-01-31",
)
AGAIN = (
    "city add Tabriz --country TR --code tbz",
    "provider add 'A Bank' --kind bank --code DONOR",
    "project add Bus --city TBZ --sector transport.urban --code TRAM",
    "need add PRJ-0001 expertise '7 person-day' --code EXTRA",
    "offer add BANK money '70 USD' --code SPARE",
    "rates add EUR USD 1.1 --on 2026-11-20",
    "deal introduce O-0001 N-0001 '3 EUR' --until 2027-01-31",
)
TABLES = {
    "cities": "code,name,country\nQOM,Qom,IR\n",
    "aliases": "table,code,alias\ncities,QOM,QUM\n",
    "projects": "code,title,city,sector\nRAIL,Rail,QOM,transport.urban\n",
    "needs": "project,factor,quantity,unit,code\nRAIL,money,100,EUR,R-1\n",
}
"""A city with a former code, a project and a need of it."""


def mistake(officer: Officer, folder: Path) -> None:
    """Undo one record of each kind and an import, and repeat them."""
    officer.world.need("1000 EUR")
    officer.world.offer("1000 EUR")
    for line in UNDONE:
        officer.says(line)
        officer.says(UNDO)
    for _ in range(2):
        # The second undo restores what the first one hid; the third hides it again.
        officer.says(AGAIN[3].replace("EXTRA", "TWICE"))
        for _ in range(3):
            officer.says(UNDO)
    for line in AGAIN:
        officer.says(line)
    for name, table in TABLES.items():
        (folder / f"{name}.csv").write_text(table, encoding="utf-8")
    for _ in range(2):
        officer.says(f"import {folder} --yes")
        officer.says(UNDO)
    officer.says("city add Qom --country IR --code QOM")
    officer.says("city add Kum --country IR --code QUM")
    officer.says("city edit QUM --code KUM")
    officer.says("audit seal")


@pytest.fixture(scope="session")
def mistaken_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    tables, settings = (tmp_path_factory.mktemp(name) for name in ("tables", "settings"))
    return furnished(run_ledgers, lambda officer: mistake(officer, tables), settings)


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "mistaken")


@pytest.fixture
def mistaken(officer: Officer) -> Officer:
    """Give an officer who undid one record of each kind and an import, and repeated them."""
    return officer


def in_order(officer: Officer, target: str) -> None:
    """Hold what arrived to the source, to every check, and to its codes when it is used on."""
    assert leaves(target) == leaves(officer.world.url)
    there = Officer(World(target), officer._capsys)
    there.says("check")
    for line in UNDONE[1:5]:
        assert there.refused(line, 4, line.split()[-1]) == "already-there"
    there.says("need edit EXTRA --quantity '8 person-day'")
    there.says("need add PRJ-0001 money '1 EUR' --code LATER")
    there.says(UNDO)
    there.says("need add PRJ-0001 money '2 EUR' --code LATER")
    there.says("check")
    there.world.ledger.engine.dispose()


def test_records_in_error_are_copied(mistaken: Officer, elsewhere: Ledgers) -> None:
    mistaken.says("check")
    mistaken.says(f"db copy --to {(target := elsewhere.empty())}")
    in_order(mistaken, target)


def test_records_in_error_are_restored(
    mistaken: Officer, elsewhere: Ledgers, tmp_path: Path
) -> None:
    mistaken.says(f"db backup {(file := tmp_path / 'ledger.backup')}")
    target = elsewhere.empty()
    mistaken.says(f"db restore {file} --db {target}")
    in_order(mistaken, target)
