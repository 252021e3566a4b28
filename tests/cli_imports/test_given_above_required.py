"""What a source gives above what it says is required: refused, raised, cut down or left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from officer import Officer

HEADER = "need,asked,deal,act,amount,day\n"
RULE = """
[about]
name = "budget"
title = "A city's budget"
source = "The city"
licence = "open"
[file]
names = ["budget*.csv"]
[row]
template = "{need}"
repeats = "number"
[deals]
over = "raise"
edition = "restate"
[[output]]
table = "needs"
distinct = true
[output.columns]
code = { column = "need" }
project = { constant = "PRJ-0001" }
factor = { constant = "money" }
quantity = { column = "asked" }
unit = { constant = "EUR" }
declared_on = { constant = "2026-01-01" }
[[output]]
table = "deals"
when = ["deal"]
[output.columns]
code = { column = "deal" }
offer = { constant = "O-0001" }
need = { column = "need" }
act = { column = "act" }
quantity = { column = "amount" }
unit = { constant = "EUR" }
effective_on = { column = "day" }
"""


class Budget:
    """A city's budget: what is asked for each need, and what is given."""

    def __init__(self, officer: Officer, folder: Path) -> None:
        self.officer = officer
        self._folder = folder
        self.over("raise")

    def over(self, policy: str) -> None:
        text = RULE.replace('over = "raise"', f'over = "{policy}"')
        (self._folder / "rule.toml").write_text(text, encoding="utf-8")

    def line(self, *rows: str, more: str = "--yes") -> str:
        file = self._folder / "budget.csv"
        file.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        return f"import {file} --rules {self._folder / 'rule.toml'} {more}"

    def imports(self, *rows: str) -> dict[str, Any]:
        done = self.officer.asks(self.line(*rows))
        assert "Nothing to import" in self.officer.says(self.line(*rows))
        return done

    def stands(self, *days: str) -> list[tuple[str, str]]:
        """Give what is required and what is missing on some days."""
        shown = [self.officer.asks(f"need show N-1 --as-of {day}") for day in days]
        return [(one["quantity"].partition(" ")[0], one["gap"]) for one in shown]

    def required(self, *days: str) -> list[str]:
        return [
            self.officer.asks(f"need show N-1 --as-of {day}")["quantity"].partition(" ")[0]
            for day in days
        ]

    def reasons(self) -> list[tuple[str, str | None]]:
        rows = self.officer.asks("journal list --need N-1")["rows"]
        shown = [self.officer.asks(f"journal show {one['entry']}") for one in rows]
        return [(one["act"], one["reason"]) for one in shown]


@pytest.fixture
def budget(officer: Officer, tmp_path: Path) -> Budget:
    officer.world.project()
    officer.world.offer("10000 EUR")
    return Budget(officer, tmp_path)


def test_what_is_given_raises_what_is_required_from_the_day_of_the_act_on(budget: Budget) -> None:
    budget.imports(
        "N-1,100,D-1,committed,70,2026-02-01",
        "N-1,100,D-2,committed,60,2026-03-01",
    )

    assert budget.required("2026-02-15", "2026-03-15") == ["100.00", "130.00"]
    assert ("revise", "given above required") in budget.reasons()


def test_the_raise_follows_later_editions_up_and_down(budget: Budget) -> None:
    rows = ("N-1,{},D-1,committed,70,2026-02-01", "N-1,{},D-2,committed,{},2026-03-01")
    budget.imports(rows[0].format(100), rows[1].format(100, 60))

    budget.imports(rows[0].format(100), rows[1].format(100, 80))
    assert budget.required("2026-11-23") == ["150.00"]
    budget.imports(rows[0].format(80), rows[1].format(80, 80))
    assert budget.required("2026-11-23") == ["150.00"]
    budget.imports(rows[0].format(80), rows[1].format(80, 20))
    assert budget.required("2026-11-23") == ["90.00"]
    budget.imports(rows[0].format(200), rows[1].format(200, 20))
    assert budget.required("2026-11-23") == ["200.00"]
    assert all(one["ok"] for one in budget.officer.asks("check")["checks"])


def rows_of(amounts: Sequence[int], months: Sequence[int]) -> list[str]:
    """Give one commitment of each deal, in its month."""
    acts = enumerate(zip(amounts, months, strict=True), 1)
    return [f"N-1,100,D-{at},committed,{amount},2026-0{month}-01" for at, (amount, month) in acts]


def needed_by(amounts: Sequence[int], months: Sequence[int]) -> list[tuple[str, str]]:
    """Give what is required (as stated, or as given) and what is missing in each month's middle."""
    given = (
        sum(amount for amount, month in zip(amounts, months, strict=True) if month <= at)
        for at in range(1, 10)
    )
    return [(f"{max(100, one)}.00", f"{max(100 - one, 0)}.00") for one in given]


MOVES = [
    ([120], [2], [3]),
    ([120], [3], [2]),
    ([70, 60], [2, 3], [4, 3]),
    ([70, 60], [2, 3], [2, 5]),
    ([130, 40], [2, 5], [3, 5]),
    ([130, 40], [2, 5], [7, 6]),
    ([130, 40, 90], [2, 4, 6], [2, 8, 6]),
    ([130, 40, 90], [2, 4, 6], [5, 3, 8]),
    ([130, 133, 82], [8, 5, 9], [2, 8, 6]),
    ([30, 134, 76, 19], [2, 4, 9, 7], [7, 2, 6, 9]),
    ([108, 159, 56, 65], [4, 5, 4, 3], [4, 6, 2, 9]),
    ([44, 155, 26, 75], [3, 9, 9, 9], [3, 4, 9, 9]),
    ([24, 133, 31, 102], [4, 6, 6, 5], [4, 6, 6, 9]),
]


@pytest.mark.parametrize(("amounts", "before", "after"), MOVES)
def test_the_raise_moves_with_the_day_of_what_is_given(
    budget: Budget, amounts: list[int], before: list[int], after: list[int]
) -> None:
    days = [f"2026-0{month}-15" for month in range(1, 10)]
    for months in (before, after, before):
        budget.imports(*rows_of(amounts, months))
        assert budget.stands(*days) == needed_by(amounts, months)
    assert all(one["ok"] for one in budget.officer.asks("check")["checks"])


def test_a_total_that_is_lower_for_a_time_is_said_so(budget: Budget) -> None:
    budget.imports("N-1,100,D-1,committed,120,2026-02-01")
    done = budget.officer.tries(
        budget.line("N-1,100,D-1,committed,120,2026-03-01", more="--dry-run")
    )
    words = (
        "quantity given above required, from 2026-02-01 until 2026-03-01 120.00 EUR → 100.00 EUR"
    )
    assert words in done.err, done.err


def test_a_lower_total_stated_later_counts_once_less_is_given(budget: Budget) -> None:
    budget.imports("N-1,100,D-1,committed,120,2026-02-01")
    budget.imports("N-1,80,D-1,committed,120,2026-02-01")
    assert budget.required("2026-11-23") == ["120.00"]

    budget.imports("N-1,80,D-1,committed,50,2026-02-01")

    assert budget.required("2026-03-01", "2026-11-23") == ["120.00", "80.00"]


def test_an_officers_total_is_kept_and_reported(budget: Budget) -> None:
    budget.imports("N-1,100,D-1,committed,120,2026-02-01")
    budget.officer.says("need edit N-1 --quantity '300 EUR' --reason 'council decided'")

    done = budget.officer.tries(budget.line("N-1,100,D-1,committed,120,2026-02-01"))

    assert "N-1: quantity stays 300.00 EUR; the file says 100.00 EUR as before" in done.err
    assert budget.required("2026-11-23") == ["300.00"]


@pytest.mark.parametrize(("policy", "given"), [("cap", "30.00"), ("leave-out", "0.00")])
def test_what_is_above_is_cut_down_or_left_out(budget: Budget, policy: str, given: str) -> None:
    budget.over(policy)
    rows = (
        "N-1,100,D-1,committed,70,2026-02-01",
        "N-1,100,D-2,committed,60,2026-03-01",
        "N-1,100,D-2,delivered,60,2026-04-01",
    )

    done = budget.imports(*rows)

    notes = [one["text"] for one in done["notes"] if one["code"] == "given-above-required"]
    assert len(notes) == 2
    assert "need N-1 requires no more" in notes[0]
    deals = {one["deal"]: one["delivered"] for one in budget.officer.asks("deal list")["rows"]}
    assert deals.get("D-2", "0.00") == given
    assert budget.required("2026-11-23") == ["100.00"]
    left_out = budget.officer.asks("history N-1")["left_out"]
    assert [f"{one['file']}:{one['line']}: {one['reason']}" for one in left_out] == [
        f"budget.csv:{text.partition('budget.csv:')[2]}" for text in notes
    ]


def test_by_default_what_is_above_is_refused(budget: Budget) -> None:
    budget.over("refuse")

    refused = budget.officer.tries(budget.line("N-1,100,D-1,committed,120,2026-02-01"))

    assert refused.code == 3
    assert "budget.csv:2" in refused.err
