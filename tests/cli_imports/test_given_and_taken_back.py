"""Amounts below zero in the table `given`: what was delivered comes back, and is released."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from officer import Officer
from posted_amounts import posted

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

RULE = """
[about]
name = "payments"
title = "Payments"
source = "a test"
licence = "none"
[[output]]
table = "given"
[output.columns]
need = "N1"
provider = { column = "who" }
committed = { column = "committed" }
delivered = { column = "delivered" }
date = { column = "day" }
"""
CASES: dict[str, tuple[list[str], dict[str, int]]] = {
    "a commitment is cut": (
        ["A,100,,2026-02-01", "A,-30,,2026-03-01"],
        {"committed": 100, "released": 30},
    ),
    "a payment comes back": (
        ["A,100,,2026-02-01", "A,,60,2026-03-01", "A,,-20,2026-04-01"],
        {"committed": 100, "delivered": 60, "returned": 20},
    ),
    "a payment without a commitment comes back": (
        ["A,,60,2026-03-01", "A,,-20,2026-04-01"],
        {"committed": 60, "delivered": 60, "returned": 20, "released": 20},
    ),
    "no more is released than is not delivered": (
        ["A,100,80,2026-03-01", "A,-50,,2026-04-01"],
        {"committed": 100, "delivered": 80, "released": 20},
    ),
    "a payment that comes back before it was made": (
        ["A,,-20,2026-03-01", "A,,60,2026-04-01"],
        {"committed": 40, "delivered": 40},
    ),
    "of one day": (
        ["A,,60,2026-03-01", "A,,-60,2026-03-01"],
        {"committed": 60, "delivered": 60, "returned": 60, "released": 60},
    ),
}


def import_of(officer: Officer, tmp_path: Path, rows: list[str]) -> str:
    """Write payments to a need, and give the line that imports them."""
    officer.says("city add Tehran --code THR --country IR")
    officer.says("project add Metro --city THR --sector transport.urban --code P1")
    officer.says('need add P1 money "1000 EUR" --code N1 --on 2026-01-01')
    (tmp_path / "rule.toml").write_text(RULE, encoding="utf-8")
    content = "\n".join(["who,committed,delivered,day", *rows])
    (tmp_path / "payments.csv").write_text(content, encoding="utf-8")
    return f"import {tmp_path / 'payments.csv'} --rules {tmp_path / 'rule.toml'} --yes"


@pytest.mark.parametrize("name", CASES)
def test_amounts_below_zero(officer: Officer, tmp_path: Path, name: str) -> None:
    rows, wanted = CASES[name]
    line = import_of(officer, tmp_path, rows)
    assert "beyond what was given" not in officer.tries(line).err
    sums = {(act, "EUR"): Decimal(amount) for act, amount in wanted.items()}
    assert posted(officer, tmp_path / "out") == sums
    assert "Nothing to import" in officer.says(line)


def test_what_is_taken_back_beyond_what_was_given_is_said(officer: Officer, tmp_path: Path) -> None:
    rows = ["A,100,,2026-02-01", "A,,-5,2026-03-01", "B,-70.50,,2026-03-01"]
    line = import_of(officer, tmp_path, rows)
    said = officer.tries(line).err
    assert "taken back beyond what was given, and not posted: N1-A 5, N1-B 70.5" in said, said
    assert posted(officer, tmp_path / "out") == {("committed", "EUR"): Decimal(100)}
    assert "Nothing to import" in officer.says(line)
