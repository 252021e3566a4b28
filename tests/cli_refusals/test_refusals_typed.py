"""Refusals met at the command line: each with its exit code, and the ledger as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from world import World

from cli.main import main


@pytest.fixture
def metro(world: World) -> World:
    """Have one deal, committed at once: nothing is held."""
    world.need("1000 EUR")
    world.offer("500 EUR")
    world.introduce("300 EUR", directly=True)
    return world


def refused(world: World, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, int]:
    """Run a command that must be refused; give the refusal's code and the exit code."""
    before = world.rows()
    capsys.readouterr()
    exit_code = main([*words, "--db", world.url, "--json"])
    told = capsys.readouterr().err.splitlines()[-1]
    error = json.loads(told[told.index("{") :])  # a question has no line of its own
    assert error["what"]
    assert error["why"]
    assert error["next"]
    assert world.rows() == before
    return error["code"], exit_code


def test_a_hold_without_a_last_day(metro, capsys):
    words = ("deal", "introduce", "O-0001", "N-0001", "1 EUR")
    assert refused(metro, capsys, *words) == ("until-missing", 2)


def test_a_hold_that_is_no_hold(metro, capsys):
    words = ("deal", "introduce", "O-0001", "N-0001", "1 EUR", "--commit", "--until", "today")
    assert refused(metro, capsys, *words) == ("bad-usage", 2)


def test_prolonging_what_is_not_held(metro, capsys):
    words = ("deal", "edit", "D-0001", "--until", "2099-01-01")
    assert refused(metro, capsys, *words) == ("nothing-held", 4)


def test_an_answer_into_a_folder(metro, capsys, tmp_path):
    words = ("gaps", "--output", str(tmp_path))
    assert refused(metro, capsys, *words) == ("output-is-directory", 74)


def test_words_that_are_no_text(metro, capsys):
    assert refused(metro, capsys, "need", "show", "N-\udcff") == ("not-text", 3)


def test_a_no_at_the_question_of_an_import(metro, capsys, tmp_path, monkeypatch):
    cities = tmp_path / "cities.csv"
    cities.write_text("code,name,country\nIFN,Isfahan,IR\n")
    answer = tmp_path / "answer"
    answer.write_text("no\n")
    monkeypatch.setattr("cli.framework.terminal.is_terminal", lambda _stream: True)
    with answer.open() as typed:
        monkeypatch.setattr("sys.stdin", typed)
        assert refused(metro, capsys, "import", str(cities)) == ("not-confirmed", 130)


def test_a_need_that_several_offers_serve_cannot_be_made_indivisible_by_a_file(
    metro, capsys, tmp_path
):
    metro.offer("500 EUR", code="O-0002")
    metro.introduce("100 EUR", offer="O-0002", directly=True)
    needs = tmp_path / "needs.csv"
    needs.write_text(
        "code,project,factor,quantity,unit,divisible\nN-0001,PRJ-0001,money,1000.00,EUR,no\n"
    )
    words = ("import", str(needs), "--yes")
    assert refused(metro, capsys, *words) == ("import-refused", 3)


def test_a_deal_asked_for_as_of_before_it_was_recorded(metro, capsys):
    words = ("deal", "show", "D-0001", "--known-at", "2020-01-01T00:00Z")
    assert refused(metro, capsys, *words) == ("not-there-then", 5)


def test_the_file_is_still_a_ledger(metro: World, tmp_path: Path) -> None:
    assert main(["check", "--db", metro.url]) == 0
