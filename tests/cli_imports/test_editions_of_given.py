"""Editions of a file that says who gave what to a need: offers follow their deals."""

from __future__ import annotations

from pathlib import Path

import pytest
from officer import Officer

HEADER = "need,asked,since,provider,amount,day,ref\n"
RULE = """
[about]
name = "given"
title = "What was given"
source = "The fund"
licence = "open"
[source]
names = ["given*.csv"]
[deals]
over = "raise"
edition = "restate"
[[output]]
table = "needs"
[output.columns]
code = { column = "need" }
project = "PRJ-0001"
factor = "money"
quantity = { column = "asked" }
unit = "EUR"
declared_on = { column = "since" }
[[output]]
table = "given"
[output.columns]
need = { column = "need" }
provider = { column = "provider" }
committed = { column = "amount" }
date = { column = "day" }
reference = { column = "ref" }
"""
FIRST = (
    "N-1,1000,2026-01-10,BANK,100,2026-01-20,1",
    "N-1,1000,2026-01-10,BANK,200,2026-02-20,2",
    "N-1,1000,2026-01-10,AID,300,2026-02-21,3",
)


class Given:
    """A file of what was given, and the rule that reads it."""

    def __init__(self, officer: Officer, folder: Path) -> None:
        self.officer = officer
        self._folder = folder
        (folder / "rule.toml").write_text(RULE, encoding="utf-8")

    def imports(self, *rows: str) -> str:
        """Import rows, then the same again, which does nothing; give the first answer."""
        file = self._folder / "given.csv"
        file.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        line = f"import {file} --rules {self._folder / 'rule.toml'} --yes"
        done = self.officer.tries(line)
        assert done.code == 0, done
        assert "Nothing to import" in self.officer.says(line)
        return done.out + done.err

    def offer(self, day: str, code: str = "N-1-BANK") -> str:
        shown = self.officer.asks(f"offer show {code} --as-of {day}")
        return str(shown["quantity"]).partition(" ")[0]

    def committed(self) -> dict[str, str]:
        rows = self.officer.asks("deal list")["rows"]
        return {one["deal"]: one["committed"] for one in rows}


@pytest.fixture
def given(officer: Officer, tmp_path: Path) -> Given:
    officer.world.project()
    one = Given(officer, tmp_path)
    one.imports(*FIRST)
    return one


def test_an_offer_is_raised_and_lowered_with_its_deal(given: Given) -> None:
    given.imports(FIRST[0].replace(",100,", ",150,"), *FIRST[1:])
    assert given.offer("2026-11-23") == "350.00"

    given.imports(FIRST[0].replace(",100,", ",50,"), *FIRST[1:])

    assert given.offer("2026-11-23") == "250.00"
    assert given.committed() == {"N-1-BANK": "250.00", "N-1-AID": "300.00"}


def test_an_act_of_a_day_before_the_edition_finds_its_offer_raised(given: Given) -> None:
    said = given.imports(*FIRST, "N-1,1000,2026-01-10,BANK,70,2026-03-01,4")

    assert "N-1-BANK: quantity given by its deals, from 2026-03-01 on" in said
    assert [given.offer(day) for day in ("2026-02-25", "2026-03-02")] == ["300.00", "370.00"]


def test_an_offer_keeps_what_acts_need_that_the_file_no_longer_has(given: Given) -> None:
    said = given.imports(FIRST[0], FIRST[2])

    assert "deals N-1-BANK committed 200.00 EUR on 2026-02-20" in said
    assert "offer N-1-BANK stays at 300.00 EUR" in said
    assert given.committed()["N-1-BANK"] == "300.00"


def test_dates_that_move_take_the_declarations_along(given: Given) -> None:
    moved = [row.replace("2026-01-10", "2025-12-01") for row in FIRST]
    moved[0] = moved[0].replace("2026-01-20", "2025-12-15")

    said = given.imports(*moved)

    assert "N-1: declared_on 2026-01-10 → 2025-12-01" in said
    assert "N-1-BANK: declared_on 2026-01-20 → 2025-12-15" in said
    assert "given above required" not in said
    assert given.offer("2025-12-20") == "300.00"
    later = given.imports(*FIRST)
    assert "N-1: declared_on stays 2025-12-01; the file says 2026-01-10 now" in later
    assert all(one["ok"] for one in given.officer.asks("check")["checks"])


def test_a_need_does_not_fall_below_what_is_placed(given: Given, tmp_path: Path) -> None:
    rule = tmp_path / "rule.toml"
    rule.write_text(RULE.replace('over = "raise"\n', ""), encoding="utf-8")
    file = tmp_path / "given.csv"
    file.write_text(HEADER + "".join(f"{row.replace(',1000,', ',500,')}\n" for row in FIRST))

    refused = given.officer.tries(f"import {file} --rules {rule} --yes")

    assert refused.code == 3
    assert "given.csv:2: Need N-1 cannot go below 600.00 EUR" in refused.err
