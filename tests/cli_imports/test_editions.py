"""The next edition of a file: what it posts is what the source now says less what it said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from officer import Officer

HEADER = "id,offer,need,act,amount,day,ref\n"
RULE = """
[about]
name = "fund-flows"
title = "Flows of a fund"
source = "The fund"
licence = "open"
[file]
names = ["flows*.csv"]
[row]
template = "{id}"
repeats = "number"
[deals]
edition = "restate"
gone = "keep"
[[output]]
table = "deals"
[output.columns]
code = { column = "id" }
offer = { column = "offer" }
need = { column = "need" }
act = { column = "act" }
quantity = { column = "amount" }
unit = { constant = "EUR" }
effective_on = { column = "day" }
reference = { column = "ref" }
"""
FIRST = (
    "A,O-0001,N-0001,committed,100,2026-01-10,",
    "B,O-0001,N-0001,committed,200,2026-01-11,",
    "B,O-0001,N-0001,delivered,150,2026-02-11,PAY-1",
    "C,O-0001,N-0001,committed,300,2026-01-12,",
    "D,O-0001,N-0001,committed,400,2026-01-13,",
    "E,O-0001,N-0001,committed,500,2026-01-14,",
)


@pytest.fixture
def flows(officer: Officer, tmp_path: Path) -> Flows:
    """Give the flows of a fund, of which the first edition was imported."""
    officer.world.need("10000 EUR")
    officer.world.offer("10000 EUR")
    given = Flows(officer, tmp_path)
    given.imports(*FIRST)
    return given


class Flows:
    """A file of flows, and the rule that reads it."""

    def __init__(self, officer: Officer, folder: Path) -> None:
        self.officer = officer
        self._folder = folder
        self.rule(RULE)

    def rule(self, text: str) -> None:
        (self._folder / "rule.toml").write_text(text, encoding="utf-8")

    def line(self, *rows: str, more: str = "--yes") -> str:
        text = HEADER + "".join(f"{row}\n" for row in rows)
        file = self._folder / "flows.csv"
        file.write_text(text, encoding="utf-8")
        return f"import {file} --rules {self._folder / 'rule.toml'} {more}"

    def imports(self, *rows: str, more: str = "--yes") -> dict[str, Any]:
        return self.officer.asks(self.line(*rows, more=more))

    def stages(self, deal: str) -> tuple[str, str]:
        row = next(one for one in self.officer.asks("deal list")["rows"] if one["deal"] == deal)
        return row["committed"], row["delivered"]

    def acts(self, deal: str) -> list[tuple[str, str, str]]:
        rows = self.officer.asks(f"journal list --deal {deal}")["rows"]
        return [(one["act"], one["quantity"], one["effective_on"]) for one in rows]


def test_the_next_edition_posts_what_differs_and_nothing_again(flows: Flows) -> None:
    second = (
        "A,O-0001,N-0001,committed,120,2026-01-10,",
        "B,O-0001,N-0001,committed,180,2026-01-11,",
        "B,O-0001,N-0001,delivered,130,2026-02-11,PAY-1",
        "C,O-0001,N-0001,committed,300,2026-01-20,",
        "E,O-0001,N-0001,committed,500,2026-01-14,",
        "F,O-0001,N-0001,committed,600,2026-03-01,",
    )

    dry = flows.imports(*second, more="--dry-run --edition-date 2026-06-01")
    shown = [
        (one["record"], one["column"], one["before"], one["after"])
        for one in dry["preview"]["changes"]
    ]
    assert sorted(shown) == [
        ("A", "committed", "100.00 EUR", "120.00 EUR"),
        ("B", "committed", "200.00 EUR", "180.00 EUR"),
        ("B", "delivered", "150.00 EUR", "130.00 EUR"),
        ("C", "committed effective_on", "2026-01-12", "2026-01-20"),
    ]
    assert [one["record"] for one in dry["preview"]["new"]] == ["F"]
    (gone,) = dry["preview"]["gone"]
    assert (gone["record"], gone["what"]) == ("D", "committed 400.00 EUR on 2026-01-13")

    done = flows.imports(*second, more="--yes --edition-date 2026-06-01")

    assert done["counts"]["tables"]["deals"]["new"] == 1
    assert {code: flows.stages(code) for code in "ABCDEF"} == {
        "A": ("120.00", "0.00"),
        "B": ("50.00", "130.00"),
        "C": ("300.00", "0.00"),
        "D": ("400.00", "0.00"),
        "E": ("500.00", "0.00"),
        "F": ("600.00", "0.00"),
    }
    assert flows.acts("A")[-1] == ("commit", "20.00", "2026-06-01")
    assert [one[:2] for one in flows.acts("B")[-2:]] == [("return", "20.00"), ("release", "20.00")]
    entries = len(flows.officer.asks("journal list")["rows"])
    again = flows.officer.says(flows.line(*second, more="--yes --edition-date 2026-07-01"))
    assert "Nothing to import" in again
    assert len(flows.officer.asks("journal list")["rows"]) == entries
    reason = flows.officer.asks(f"journal show {done['entries'][1]}")["reason"]
    assert reason.startswith("edition of fund-flows, 2026-06-01: ")


def test_what_an_officer_reversed_or_corrected_since_stays(flows: Flows) -> None:
    rows = flows.officer.asks("journal list")["rows"]
    entry = {one["deal"]: one["entry"] for one in rows if one["act"] == "commit"}
    flows.officer.says(f"journal reverse {entry['C']} --reason 'never signed' --yes")
    flows.officer.says(f"journal correct {entry['E']} --quantity '450 EUR' --reason 'misread'")
    third = [row.replace(",100,", ",110,") for row in FIRST]

    done = flows.officer.tries(flows.line(*third))

    assert done.code == 0, done
    assert "A: committed 100.00 EUR → 110.00 EUR" in done.err
    assert "C: committed stays reversed by entry" in done.err
    assert "E: committed stays reversed by entry" in done.err
    assert flows.stages("C") == ("0.00", "0.00")
    assert flows.stages("E") == ("450.00", "0.00")
    fourth = [row.replace(",500,", ",520,").replace(",300,", ",310,") for row in third]
    flows.imports(*fourth)
    assert flows.stages("E") == ("470.00", "0.00")
    assert flows.stages("C") == ("0.00", "0.00")


def test_a_row_that_comes_back_posts_nothing(flows: Flows) -> None:
    flows.imports(*FIRST[:-1])

    assert "Nothing to import" in flows.officer.says(flows.line(*FIRST))
    assert flows.stages("E") == ("500.00", "0.00")


def test_a_row_that_is_gone_is_released_where_the_rule_says_so(flows: Flows) -> None:
    flows.rule(RULE.replace('gone = "keep"', 'gone = "release"'))

    done = flows.officer.tries(flows.line(*FIRST[:-1]))

    assert "E: committed 500.00 EUR → 0.00 EUR" in done.err
    assert flows.stages("E") == ("0.00", "0.00")
    flows.imports(*FIRST)
    assert flows.stages("E") == ("500.00", "0.00")


def test_the_same_amount_in_other_rows_posts_nothing(flows: Flows) -> None:
    parts = (
        "E,O-0001,N-0001,committed,300,2026-01-14,",
        "E,O-0001,N-0001,committed,200,2026-01-15,",
    )

    done = flows.officer.says(flows.line(*FIRST[:-1], *parts))

    assert "Nothing to import" in done
    assert flows.stages("E") == ("500.00", "0.00")


def test_without_editions_another_amount_is_refused(flows: Flows) -> None:
    flows.rule(RULE.replace('edition = "restate"', 'edition = "refuse"'))

    refused = flows.officer.tries(flows.line(FIRST[0].replace(",100,", ",120,"), *FIRST[1:]))

    assert "is posted with another quantity" in refused.err
    assert flows.stages("A") == ("100.00", "0.00")


def test_a_rule_that_releases_what_is_gone_has_editions(flows: Flows) -> None:
    flows.rule(RULE.replace('edition = "restate"\ngone = "keep"', 'gone = "release"'))

    assert "goes with `edition` = 'restate'" in flows.officer.tries(flows.line(*FIRST)).err


def test_an_edition_takes_effect_on_one_day(flows: Flows) -> None:
    line = flows.line(*FIRST, more="--yes --on 2026-05-01 --edition-date 2026-06-01")

    assert flows.officer.tries(line).code == 2
