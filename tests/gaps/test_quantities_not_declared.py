"""A need or an offer whose declaration was reversed: every list says that it is not declared."""

from __future__ import annotations

import csv
import io

import pytest
from officer import Officer


@pytest.fixture
def fund(officer: Officer) -> Officer:
    """Needs of 100 EUR, of an unknown quantity and not declared; offers of 50 EUR and of none."""
    world = officer.world
    world.need("100 EUR", "N-0001")
    world.need(None, "N-0002")
    world.need("30 EUR", "N-0003")
    world.offer("50 EUR", "O-0001")
    world.offer("70 EUR", "O-0002")
    for entry in world.entries():
        if {move.account for move in entry.movements} & {"N-0003", "O-0002"}:
            day = entry.effective_on
            officer.says(f"journal reverse {entry.number} --on {day} --reason 'wrong record'")
    return officer


def states(rows, code="code"):
    return {row[code]: row["quantity_absent"] for row in rows}


NEEDS = {"N-0001": None, "N-0002": "unknown", "N-0003": "not declared"}


def test_lists_say_it_in_json_and_csv(fund):
    assert states(fund.asks("need list")["rows"]) == NEEDS
    assert states(fund.asks("offer list")["rows"]) == {"O-0001": None, "O-0002": "not declared"}
    table = csv.DictReader(io.StringIO(fund.says("need list --format csv")))
    assert states(table) == {code: state or "" for code, state in NEEDS.items()}
    (row,) = fund.asks("offer list --where 'quantity_absent=not declared'")["rows"]
    assert (row["code"], row["quantity"], row["available"]) == ("O-0002", None, None)


def test_tables_say_it_in_place_of_the_amount(fund):
    for command, code, known in (
        ("need list", "N-0003", "N-0001"),
        ("offer list", "O-0002", "O-0001"),
        ("gaps", "N-0003", "N-0001"),
    ):
        lines = fund.says(command).splitlines()
        (line,) = [one for one in lines if code in one]
        assert "not declared" in line
        assert "0.00" not in line or command == "gaps"  # nothing of it is held
        (line,) = [one for one in lines if known in one]
        assert "not declared" not in line
    assert "unknown" in next(one for one in fund.says("gaps").splitlines() if "N-0002" in one)
    shown = fund.says("project show PRJ-0001")
    assert "not declared, in EUR" in shown
    assert "amount not known yet, in EUR" in shown


def test_show_says_it_in_json_too(fund):
    assert fund.asks("need show N-0003")["quantity_absent"] == "not declared"
    assert fund.asks("need show N-0002")["quantity_absent"] == "unknown"
    assert fund.asks("offer show O-0002")["quantity_absent"] == "not declared"


def test_the_gap_report_counts_it_among_what_it_could_not_count(fund):
    answer = fund.asks("gaps")

    assert states(answer["rows"], "need") == NEEDS
    (total,) = answer["totals"]
    assert (total["gap"], total["counted"], total["not_counted"]) == ("100.00", 1, 2)
    (group,) = fund.asks("gaps --by factor")["rows"]
    assert (group["gap"], group["counted"], group["not_counted"]) == ("100.00", 1, 2)


def test_a_report_of_an_earlier_day_or_knowledge_has_the_quantity(fund):
    fund.says("need add PRJ-0001 money '5 EUR' --code N-0004 --on 2026-03-01")
    number = fund.world.entries()[-1].number
    fund.says(f"journal reverse {number} --on 2026-03-10 --reason 'wrong record'")

    assert states(fund.asks("need list --as-of 2026-03-09")["rows"])["N-0004"] is None
    assert states(fund.asks("need list --as-of 2026-03-10")["rows"])["N-0004"] == "not declared"
    fund.says("need edit N-0004 --quantity '6 EUR'")
    assert states(fund.asks("need list")["rows"])["N-0004"] is None
