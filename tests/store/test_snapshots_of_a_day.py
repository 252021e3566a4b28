"""What a snapshot of a past day holds: only what was declared, or begun, by the end of it."""

from __future__ import annotations

import json
from datetime import date

import pytest
from world import World

from cli.main import main
from ledger.core.factors import Stage
from ledger.store.journal.balances import Times

DECLARED = date(2026, 1, 10)
INTRODUCED = date(2026, 3, 1)


@pytest.fixture
def dealing(world: World) -> World:
    world.need("10M EUR", code="N-0001", declared_on=DECLARED)
    world.offer("10M EUR", code="O-0001", declared_on=DECLARED)
    world.introduce("4M EUR", until=date(2026, 12, 31), on=INTRODUCED)
    return world


def deals(world: World, day: date) -> dict[str, int]:
    with world.ledger.reader(Times(as_of=day)) as reader:
        snapshot = reader.snapshot("deal")
    assert snapshot.records("deal").keys() == snapshot.deals.keys()
    return {code: one.need[Stage.HELD] for code, one in snapshot.deals.items()}


def test_a_deal_is_there_from_the_day_of_its_first_act(dealing: World) -> None:
    assert deals(dealing, date(2026, 2, 28)) == {}
    assert deals(dealing, INTRODUCED) == {"D-0001": 4_000_000_00}


@pytest.mark.parametrize("day", ["1900-01-01", "2026-01-09", "2026-02-28", "9999-12-31"])
@pytest.mark.parametrize("line", ["deal list", "status", "gaps", "project list", "offer list"])
def test_every_report_can_be_had_of_any_day(dealing: World, capsys, line: str, day: str) -> None:
    assert main([*line.split(), "--as-of", day, "--db", dealing.url, "--json"]) == 0
    json.loads(capsys.readouterr().out)


def test_a_deal_of_later_is_not_found(dealing: World, capsys) -> None:
    assert main(["deal", "show", "D-0001", "--as-of", "2026-01-09", "--db", dealing.url]) == 5
    assert "not in the ledger at that time" in capsys.readouterr().err
