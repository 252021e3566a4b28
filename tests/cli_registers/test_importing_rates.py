"""Importing rates: the ECB's file and the canonical table; again changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from officer import Officer

from ledger.usecases.check import run_checks

HEADER = "Date,USD,JPY,BGN,EEK,\n"
OCTOBER = "2026-10-30,1.1172,175.68,N/A,N/A,\n"
EARLIER = "2025-12-31,1.1750,184.09,1.9558,N/A,\n2010-12-31,1.3362,108.65,1.9558,15.6466,\n"
CORRECTED = "2026-10-30,1.1182,175.68,N/A,N/A,\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "eurofxref-hist.csv"
    path.write_text(HEADER + OCTOBER + EARLIER)
    return path


def taken_in(officer: Officer, *words: object) -> dict[str, Any]:
    receipt = officer.asks("rates import --yes", *map(str, words))
    counts: dict[str, Any] = receipt["counts"]
    return {**counts["tables"]["rates"], "kept": counts.get("kept")}


def counted(new: int, changed: int, same: int, kept: int = 0) -> dict[str, int]:
    return {"new": new, "changed": changed, "quantities": 0, "same": same, "kept": kept}


def figures(officer: Officer, pair: str) -> list[tuple[str, str, str]]:
    rows = officer.asks(f"rates history {pair}")["rows"]
    return [(row["date"], row["rate"], row["standing"]) for row in rows]


def test_every_rate_comes_in_once(officer: Officer, file: Path) -> None:
    assert taken_in(officer, file) == counted(8, 0, 0)
    with officer.world.unchanged():
        assert taken_in(officer, file) == counted(0, 0, 8)
        assert "Nothing to import" in officer.says("rates import --yes", str(file))
    assert figures(officer, "EUR USD")[0] == ("2026-10-30", "1.1172", "in force")
    assert all(result.ok for result in run_checks(officer.world.ledger))


def test_what_was_left_out_is_said(officer: Officer, file: Path) -> None:
    answer = officer.tries("rates import --dry-run", str(file))
    assert "8 rates of 3 currencies, 2010-12-31 to 2026-10-30" in answer.err
    assert "no such unit in the ledger): EEK (1)" in answer.err
    assert "24 days old" in answer.err
    assert "rates: 8 new, 0 changed" in answer.err
    assert "dry run · 8 new" in answer.out
    assert officer.asks("rates import --dry-run", str(file))["counts"]["left_out"] == {"EEK": 1}


def test_a_currency_that_joined_the_euro_has_its_fixed_rate(officer: Officer, file: Path) -> None:
    taken_in(officer, file)
    row = officer.asks("rates show BGN EUR")["rows"][0]
    assert (row["rate"], row["rate_date"]) == ("0.511291881196", "2026-01-01")
    row = officer.asks("rates show BGN EUR --on 2025-12-31")["rows"][0]
    assert (row["rate"], row["rate_date"]) == ("0.511299723898", "2025-12-31")


def test_a_corrected_figure_is_a_new_version(officer: Officer, file: Path) -> None:
    taken_in(officer, file)
    file.write_text(HEADER + CORRECTED + EARLIER)
    assert "2026-10-30 EUR/USD: 1.1172 → 1.1182" in officer.tries("rates import -y", str(file)).err
    assert figures(officer, "EUR USD")[:2] == [
        ("2026-10-30", "1.1182", "in force"),
        ("2026-10-30", "1.1172", "superseded"),
    ]
    assert taken_in(officer, file) == counted(0, 0, 8)


def test_what_an_officer_set_by_hand_stays_and_is_said(officer: Officer, file: Path) -> None:
    officer.says("rates add EUR USD 1.2 --on 2026-10-30 --source 'the bank'")
    taken_in(officer, file)
    officer.says("rates withdraw EUR JPY 2026-10-30 --reason 'a slip of theirs'")
    receipt = officer.asks("rates import --yes", str(file))
    assert receipt["counts"]["kept"] == 2
    assert any("EUR/USD: the file says 1.1172" in one["text"] for one in receipt["notes"])
    assert figures(officer, "EUR USD")[0] == ("2026-10-30", "1.2", "in force")
    assert figures(officer, "EUR JPY")[0][2] == "withdrawal"
    # Another figure than the one that was withdrawn is news, and so is one for a day set free.
    file.write_text(HEADER + OCTOBER.replace("175.68", "175.69") + EARLIER)
    officer.says("rates withdraw EUR USD 2026-10-30 --reason 'the ECB is as good'")
    assert taken_in(officer, file) == counted(0, 2, 6)
    assert figures(officer, "EUR USD")[0] == ("2026-10-30", "1.1172", "in force")


def test_days_and_currencies_can_be_chosen(officer: Officer, file: Path) -> None:
    words = ("--since", "2025-01-01", "--currency", "usd,jpy")
    assert taken_in(officer, file, *words) == counted(4, 0, 0)
    assert taken_in(officer, file, "--currency", "BGN", "--currency", "USD") == counted(3, 0, 2)
    refused = ("--since", "2026-11-01", str(file))
    assert officer.tries("rates import --yes", *refused).code == 3
    assert officer.tries("rates import --yes --currency XXQ", str(file)).code == 3
    assert (
        "not in the file: IRR" in officer.tries("rates import -y --currency IRR,USD", str(file)).err
    )


def test_nothing_is_imported_unasked(officer: Officer, file: Path) -> None:
    with officer.world.unchanged():
        answer = officer.tries("rates import", str(file))
    assert answer.code == 2
    assert "--yes" in answer.err
    assert "rates: 8 new" in answer.err


def test_the_same_key_with_another_file_is_refused(officer: Officer, file: Path) -> None:
    line = "rates import --yes --key october"
    officer.says(line, str(file))
    file.write_text(HEADER + CORRECTED)
    with officer.world.unchanged():
        answer = officer.tries(f"{line} --json", str(file))
    assert answer.code == 4
    assert json.loads(answer.err.splitlines()[-1])["code"] == "key-reused"


def test_bad_cells_are_told_and_nothing_is_taken(officer: Officer, file: Path) -> None:
    file.write_text(HEADER + "2026-10-30,1.1172,x,N/A,N/A,\n2026-02-30,1,1,1,1,\n")
    with officer.world.unchanged():
        answer = officer.tries("rates import --yes", str(file))
    assert answer.code == 3
    assert ":2 JPY" in answer.err
    assert ":3 Date" in answer.err
    with officer.world.unchanged():
        assert officer.tries("rates import --yes", str(file.parent)).code == 74
        assert officer.tries("rates import --yes --ecb", str(file)).code == 2
        assert officer.tries("rates import --yes", str(file.with_name("gone.zip"))).code == 74


def test_the_canonical_table_comes_in_by_the_common_road(officer: Officer, tmp_path: Path) -> None:
    table = tmp_path / "from-the-bank.csv"
    table.write_text(
        "date,base,quote,rate,source\n"
        "2026-10-30,EUR,IRR,48000.25,the bank\n"
        "2026-10-29,EUR,IRR,47900,the bank\n"
        "2026-10-30,USD,AED,3.6725,the peg\n"
    )
    assert taken_in(officer, table, "--since", "2026-10-30")["new"] == 2
    assert taken_in(officer, table, "--currency", "irr")["new"] == 1
    with officer.world.unchanged():
        assert taken_in(officer, table)["same"] == 3
        assert officer.tries("rates import --yes --currency JPY", str(table)).code == 3
    table.write_text("date,base,quote,rate\n2026-10-30,EUR,IRR,48000.5\n")
    assert "EUR/IRR: 48000.25 → 48000.5" in officer.tries("rates import -y", str(table)).err
    table.write_text("date,base,quote,rate\n2026-10-30,EUR,EUR,1\n")
    assert officer.tries("rates import --yes", str(table)).code == 3


def test_the_file_that_comes_along_needs_no_name(officer: Officer) -> None:
    assert taken_in(officer, "--since", "2026-10-30")["new"] > 25
    assert officer.asks("rates show EUR USD")["rows"][0]["rate"] == "1.1172"
    exported = officer.world.ledger
    assert all(result.ok for result in run_checks(exported))
