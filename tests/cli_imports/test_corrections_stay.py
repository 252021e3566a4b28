"""A file that is imported again says nothing new: what an officer corrected since stays so."""

from __future__ import annotations

from pathlib import Path

import pytest
from officer import Officer

NEEDS = "code,project,factor,quantity,unit,declared_on,note\n"
OLD = f"{NEEDS}N-1,PRJ-0001,money,100,EUR,2026-01-01,first\n"


@pytest.fixture
def source(officer: Officer, tmp_path: Path) -> Path:
    """Give a file of needs that was imported."""
    officer.world.project()
    file = tmp_path / "needs.csv"
    file.write_text(OLD)
    officer.says(f"import {file} --yes")
    return file


def terms(officer: Officer, code: str = "N-1") -> tuple[str, str]:
    need = next(one for one in officer.asks("need list")["rows"] if one["code"] == code)
    return need["quantity"], need["note"]


def test_the_same_file_again_does_not_take_back_a_correction(
    officer: Officer, source: Path, tmp_path: Path
) -> None:
    officer.says("need edit N-1 --quantity '150 EUR' --note second --reason 'council decided'")

    dry = officer.tries(f"import {source} --dry-run")
    assert "0 changed, 1 unchanged" in dry.out, dry
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    again = source.rename(moved / source.name)
    for _ in range(2):
        done = officer.tries(f"import {again} --yes")
        assert done.code == 0, done
        assert "N-1: quantity stays 150.00 EUR; the file says 100.00 EUR as before" in done.err
        assert "N-1: note stays second; the file says first as before" in done.err
        assert terms(officer) == ("150.00", "second")


def test_a_correction_stays_where_another_row_of_the_file_is_new(
    officer: Officer, source: Path
) -> None:
    officer.says("need edit N-1 --quantity '150 EUR' --reason 'council decided'")
    source.write_text(f"{OLD}N-2,PRJ-0001,money,5,EUR,2026-01-01,\n")
    officer.says(f"import {source} --yes")
    source.write_text(f"{OLD}N-2,PRJ-0001,money,7,EUR,2026-01-01,\n")
    officer.says(f"import {source} --yes")

    assert (terms(officer)[0], terms(officer, "N-2")[0]) == ("150.00", "7.00")


def test_a_file_that_says_something_new_changes_what_was_corrected(
    officer: Officer, source: Path
) -> None:
    officer.says("need edit N-1 --quantity '150 EUR' --note second --reason 'council decided'")
    source.write_text(OLD.replace("100", "120"))

    done = officer.tries(f"import {source} --yes")

    assert "N-1: quantity 150.00 EUR → 120.00 EUR" in done.err
    assert terms(officer) == ("120.00", "second")


def test_what_another_source_says_is_new_and_named_before_and_after(
    officer: Officer, source: Path, tmp_path: Path
) -> None:
    officer.says("need edit N-1 --quantity '150 EUR' --note second --reason 'council decided'")
    other = tmp_path / "other.csv"
    other.write_text(OLD)

    done = officer.tries(f"import {other} --as needs --source board --yes")

    assert "N-1: quantity 150.00 EUR → 100.00 EUR" in done.err
    assert "N-1: note second → first" in done.err
    assert terms(officer) == ("100.00", "first")


def test_a_corrected_rate_stays_too(officer: Officer, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("date,base,quote,rate\n2026-11-02,EUR,USD,1.1\n2026-11-03,EUR,USD,1.2\n")
    officer.says(f"import {file} --yes")
    officer.says("rates add EUR USD 1.15 --on 2026-11-02 --reason 'a slip'")
    officer.says("rates withdraw EUR USD 2026-11-03 --reason 'a slip'")

    done = officer.tries(f"import {file} --yes")

    assert "2026-11-02 EUR/USD: rate stays 1.15; the file says 1.1 as before" in done.err
    assert "2026-11-03 EUR/USD: rate stays withdrawn; the file says 1.2 as before" in done.err
    rows = officer.asks("rates history EUR USD")["rows"]
    assert [row["rate"] for row in rows if row["rate"] == "1.1"] == ["1.1"]
