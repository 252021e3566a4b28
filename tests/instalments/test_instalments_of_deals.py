"""Instalments at the command line: recorded, corrected, refused, overdue, and through files."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import time_machine
from ledgers import Ledgers
from officer import Heard, Officer
from world import World


def due(officer: Officer, *options: str) -> list[tuple[str | None, str, str]]:
    parts = officer.asks("deal show D-0001", *options)["due"]
    return [(one["due_on"], one["quantity"], one["state"]) for one in parts]


def test_deliveries_are_set_against_those_due_first(metro: Officer) -> None:
    assert due(metro) == [
        ("2026-11-01", "1000000.00", "overdue"),
        ("2027-03-01", "2000000.00", "due"),
        ("2027-10-01", "6000000.00", "due"),
    ]
    assert "overdue" in metro.says("deal show D-0001")
    assert metro.asks("deal list")["rows"][0]["overdue"] == "1000000.00"
    metro.says("deal deliver D-0001 '2.5M EUR'")
    assert [state for *_, state in due(metro)] == ["delivered", "due", "due"]
    assert metro.asks("deal list")["rows"][0]["overdue"] == "0.00"
    metro.says("deal return D-0001 '2M EUR'")
    assert [state for *_, state in due(metro)] == ["overdue", "due", "due"]
    assert metro.asks("deal list")["rows"][0]["overdue"] == "500000.00"
    assert metro.asks("need show N-0001")["deals"][0]["overdue"] == "500000.00"


def test_instalments_are_corrected_withdrawn_and_undone(metro: Officer) -> None:
    said = metro.says("instalment add D-0001 2027-05-01 '2M EUR'")
    assert "quantity: 2,000,000.00 EUR" in said
    metro.says("instalment edit D-0001/2027-05-01 --quantity '3M EUR'")
    metro.says("deal edit D-0001", "--due", "2027-03-01=1M EUR")
    assert [one[:2] for one in due(metro)][1:3] == [
        ("2027-03-01", "1000000.00"),
        ("2027-05-01", "3000000.00"),
    ]
    metro.says("instalment withdraw D-0001/2027-05-01")
    assert len(due(metro)) == 3
    assert len(metro.asks("instalment list")["rows"]) == 2
    assert len(metro.asks("instalment list --all")["rows"]) == 3
    metro.says("undo --reason slip --yes")
    assert len(due(metro)) == 4
    metro.says("instalment withdraw D-0001/2027-05-01")
    metro.says("instalment reinstate D-0001/2027-05-01")
    history = metro.asks("history instalment:D-0001/2027-05-01")["rows"]
    assert [row["version"] for row in history] == [6, 5, 4, 3, 2, 1]
    assert all(one["ok"] for one in metro.asks("check")["checks"])


def test_the_undone_introduction_takes_its_instalments(metro: Officer) -> None:
    metro.says("undo --reason slip --yes")
    assert metro.asks("instalment list --all")["rows"] == []
    assert all(one["ok"] for one in metro.asks("check")["checks"])


def test_what_cannot_be_due_is_refused(metro: Officer) -> None:
    add = "instalment add D-0001 2027-05-01"
    assert metro.refused(f"{add} '6000001 EUR'", 4, "9,000,001.00", "9,000,000.00") == (
        "instalments-exceed"
    )
    assert metro.refused(f"{add} '1M USD'", 3, "USD", "EUR") == "wrong-unit"
    assert metro.refused(f"{add} '0 EUR'", 3) == "zero-quantity"
    metro.says(f"{add} '6M EUR'")
    assert metro.refused(f"{add} '6M EUR'", 4, "2027-05-01") == "already-there"
    edit = "instalment edit D-0001/2027-05-01 --quantity"
    assert metro.refused(f"{edit} '7M EUR'", 4) == "instalments-exceed"
    assert metro.refused(f"{edit} '6M EUR'", 4) == "nothing-to-change"
    commit = "deal introduce O-0001 N-0001 '1M EUR' --commit"
    assert metro.refused(f"{commit} --due '2028-01-01=2M EUR'", 4) == "instalments-exceed"
    assert metro.refused(f"{commit} --due 2028-01-01 --due 2028-01-02", 2) == "bad-usage"
    twice = "--due '2028-01-01=1 EUR' --due '2028-01-01=2 EUR'"
    assert metro.refused(f"{commit} {twice}", 2) == "bad-usage"
    assert metro.refused("instalment add D-0009 2027-05-01 '1 EUR'", 5) == "unknown-code"
    assert len(due(metro)) == 3


def test_a_release_cuts_the_last_ones(metro: Officer) -> None:
    said = metro.says("deal release D-0001 '7M EUR' --committed --yes")
    assert "the last ones are cut" in said
    assert [one[:2] for one in due(metro)] == [
        ("2026-11-01", "1000000.00"),
        ("2027-03-01", "1000000.00"),
    ]
    # Fewer are recorded step by step, and none more.
    metro.says("instalment edit D-0001/2027-03-01 --quantity '1500000 EUR'")
    add = "instalment add D-0001 2027-05-01 '1 EUR'"
    assert metro.refused(add, 4) == "instalments-exceed"
    assert all(one["ok"] for one in metro.asks("check")["checks"])


def test_what_is_held_is_not_owed(metro: Officer) -> None:
    metro.says("need add PRJ-0001 money '4M EUR' --on 2026-01-01")
    line = "deal introduce O-0001 N-0002 '4M EUR' --until 2099-01-01 --on 2026-02-01"
    metro.says(line, "--due", "2026-10-01=3M EUR")
    assert metro.asks("deal show D-0002")["overdue"] == "0.00"
    metro.says("deal commit D-0002 '2M EUR'", "--due", "2026-11-02")
    shown = metro.asks("deal show D-0002")
    assert shown["overdue"] == "2000000.00"
    assert [one["held"] for one in shown["due"]] == ["1000000.00", "1000000.00"]


def test_overdue_is_one_thing_for_every_reader(metro: Officer) -> None:
    status = metro.asks("status --days 200")
    (late,) = status["deliveries_overdue"]
    assert (late["deal"], late["committed"], late["days_late"]) == ("D-0001", "1000000.00", 22)
    assert late["instalment"] == "D-0001/2026-11-01"
    assert [one["due_on"] for one in status["deliveries_due"]] == ["2027-03-01"]
    assert "Deliveries overdue" in metro.says("status")
    (provider,) = metro.asks("report providers")["rows"]
    assert (provider["overdue"], provider["late"], provider["days_late"]) == ("1000000.00", 1, 22)
    assert metro.asks("status --as-of 2026-10-31")["deliveries_overdue"] == []
    night = metro.tries("reconcile --json")
    assert night.code == 1
    assert "delivery-overdue" in night.out
    assert "1,000,000.00 EUR overdue" in night.out
    metro.says("deal deliver D-0001 '1M EUR'")
    with time_machine.travel("2026-11-24T12:00Z"):
        assert "delivery-overdue" not in metro.tries("reconcile --json").out


def test_across_currencies_the_offer_side_is_in_proportion(metro: Officer) -> None:
    metro.says("rates add EUR USD 1.1 --on 2026-01-01")
    metro.says("offer add BANK money '5M USD' --on 2026-01-01")
    metro.says(
        "deal introduce O-0002 N-0001 '1M EUR' --commit --on 2026-02-01",
        *("--due", "2026-03-01=250000 EUR"),
    )
    rows = metro.asks("report providers")["rows"]
    assert {one["unit"]: one["overdue"] for one in rows}["USD"] == "275000.00"


def export(officer: Officer, folder: Path) -> dict[str, list[dict[str, str]]]:
    officer.says("export", str(folder))
    return {
        one.stem: [*csv.DictReader(one.read_text(encoding="utf-8-sig").splitlines())]
        for one in folder.glob("*.csv")
    }


def test_the_table_goes_round(
    metro: Officer, tmp_path: Path, ledgers: Ledgers, capsys: Heard
) -> None:
    metro.says("instalment add D-0001 2027-05-01 '2M EUR'")
    metro.says("instalment withdraw D-0001/2027-05-01")
    tables = export(metro, tmp_path / "one")
    assert [tuple(row.values()) for row in tables["instalments"]] == [
        ("D-0001", "2026-11-01", "1000000.00", "EUR", "no"),
        ("D-0001", "2027-03-01", "2000000.00", "EUR", "no"),
        ("D-0001", "2027-05-01", "2000000.00", "EUR", "yes"),
    ]
    assert "has all rows already" in metro.says("import", str(tmp_path / "one"), "--yes")
    other = Officer(World(ledgers.new()), capsys)
    other.says("import", str(tmp_path / "one"), "--yes")
    assert export(other, tmp_path / "two") == tables
    assert due(other) == due(metro)
    assert all(one["ok"] for one in other.asks("check")["checks"])


def written(folder: Path, **tables: str) -> str:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return str(folder)


def problems(officer: Officer, folder: str) -> list[dict[str, Any]]:
    answer = officer.tries("import --yes --json", folder)
    assert answer.code == 3, answer
    found: list[dict[str, Any]] = json.loads(answer.err[answer.err.index("{") :])["problems"]
    return found


def test_an_import_is_compared_with_what_its_acts_give(metro: Officer, tmp_path: Path) -> None:
    head = "deal,due_on,quantity,unit\n"
    rows = f"{head}D-0001,2027-03-01,1000000,EUR\nD-0001,2027-12-01,7000001,EUR\n"
    folder = written(tmp_path, instalments=rows)
    (problem,) = problems(metro, folder)
    assert (problem["code"], problem["line"]) == ("instalments-exceed", 3)
    deals = "code,offer,need,act,quantity,unit,effective_on\n"
    deals += "D-0001,O-0001,N-0001,committed,1000000,EUR,2026-11-20\n"
    said = metro.tries("import --yes", written(tmp_path, deals=deals))
    assert "2,000,000.00 EUR → 1,000,000.00 EUR" in said.err
    assert [one[1] for one in due(metro)] == ["1000000.00", "1000000.00", "999999.00", "7000001.00"]
    bad = f"{head}D-0009,2027-03-01,1,EUR\nD-0001,2028-01-01,,EUR\nD-0001,2028-01-02,1,USD\n"
    (tmp_path / "deals.csv").unlink()
    codes = {one["code"] for one in problems(metro, written(tmp_path, instalments=bad))}
    assert codes >= {"unknown-code", "missing-value"}
