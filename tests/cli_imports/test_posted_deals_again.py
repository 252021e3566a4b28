"""Rows of deals that are posted already: repeated they are the same, changed they are refused."""

from __future__ import annotations

import json

import pytest
from world import World

from cli.main import main

HEADER = "code,offer,need,act,quantity,unit,effective_on,held_until,due_on,note\n"
FIRST = "D-7,O-0001,N-0001,introduced,100.00,EUR,2026-03-01,2027-01-31,,\n"


@pytest.fixture
def posted(world: World, tmp_path) -> World:
    world.need("1000 EUR")
    world.offer("500 EUR")
    assert imported(world, tmp_path, FIRST) == 0
    return world


def imported(world: World, tmp_path, *rows: str) -> int:
    deals = tmp_path / "deals.csv"
    deals.write_text(HEADER + "".join(rows))
    return main(["import", str(deals), "--yes", "--json", "--db", world.url])


def fault(capsys) -> dict[str, str]:
    [only] = json.loads(capsys.readouterr().err.splitlines()[-1])["problems"]
    return only


@pytest.mark.parametrize(
    ("row", "column", "option"),
    [
        (FIRST.replace("2027-01-31", "2027-02-28"), "held_until", "--until"),
        (FIRST.replace(",,\n", ",2027-05-01,\n"), "due_on", "--due"),
        (FIRST.replace(",,\n", ",,urgent\n"), "note", "--note"),
    ],
)
def test_another_term_is_refused_and_the_act_to_use_is_named(
    posted, tmp_path, capsys, row, column, option
):
    capsys.readouterr()
    assert imported(posted, tmp_path, row) == 3
    problem = fault(capsys)
    assert (problem["code"], problem["column"]) == ("changed-act", column)
    assert f"cityfund deal edit D-7 {option}" in problem["next"]


def test_the_first_file_is_still_the_same_after_the_hold_was_prolonged(posted, tmp_path, capsys):
    assert main(["deal", "edit", "D-7", "--until", "2027-02-28", "--db", posted.url]) == 0
    capsys.readouterr()
    assert imported(posted, tmp_path, FIRST) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["tables"]["deals"]["same"] == 1


def test_a_later_row_sets_when_delivery_is_due(posted, tmp_path, capsys):
    signed = "D-7,O-0001,N-0001,committed,100.00,EUR,2026-04-01,,2026-12-31,signed in Paris\n"
    assert imported(posted, tmp_path, FIRST, signed) == 0
    assert imported(posted, tmp_path, FIRST, signed) == 0
    capsys.readouterr()
    assert main(["deal", "show", "D-7", "--json", "--db", posted.url]) == 0
    deal = json.loads(capsys.readouterr().out)
    assert (deal["due_on"], deal["note"]) == ("2026-12-31", "signed in Paris")
