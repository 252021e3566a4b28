"""What an import shows before it writes, whose statements it brings, and what it then keeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from officer import Officer

from ledger.usecases.interchange import import_tables

HEADER = "code,name,country,population\n"
RULE = """
[about]
name = "board-list"
title = "The board's list of cities"
source = "The board"
licence = "shared with the fund"
[file]
names = ["board*.csv"]
[row]
template = "{code}"
[[leave_out]]
reason = "no country"
missing = ["country"]
[[output]]
table = "cities"
[output.columns]
code = { template = "{row}" }
name = { column = "name" }
country = { column = "country" }
population = { column = "population" }
"""


@pytest.fixture
def folder(officer: Officer, tmp_path: Path) -> Path:
    """Give a folder with three cities that were imported."""
    write(tmp_path, "MHD,Mashhad,IR,3000000", "SAO,São Paulo,BR,12000000", "LIS,Lisbon,PT,545000")
    officer.says(f"import {tmp_path / 'cities.csv'} --yes")
    return tmp_path


def write(folder: Path, *rows: str, name: str = "cities.csv") -> Path:
    file = folder / name
    file.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return file


def city(officer: Officer, code: str) -> dict[str, Any]:
    return next(one for one in officer.asks("city list")["rows"] if one["code"] == code)


def test_the_preview_has_each_column_before_and_after(officer: Officer, folder: Path) -> None:
    file = write(folder, "MHD,Mashhad,IR,3100000", "SAO,Sao Paulo,BR,12000000", "OPO,Porto,PT,")

    dry = officer.asks(f"import {file} --dry-run")

    assert [(one["table"], one["record"]) for one in dry["preview"]["new"]] == [("cities", "OPO")]
    assert dry["preview"]["changes"] == [
        {
            "table": "cities",
            "record": record,
            "column": column,
            "before": before,
            "after": after,
            "file": str(file),
            "line": line,
        }
        for record, column, before, after, line in (
            ("MHD", "population", "3000000", "3100000", 2),
            ("SAO", "name", "São Paulo", "Sao Paulo", 3),
        )
    ]
    (gone,) = dry["preview"]["gone"]
    assert (gone["table"], gone["record"], gone["file"], gone["line"]) == (
        "cities",
        "LIS",
        "cities.csv",
        4,
    )
    assert "state" not in dry["source"]
    assert dry["source"]["name"] == "canonical"


def test_the_terminal_shows_twenty_changes_and_counts_the_others(
    officer: Officer, tmp_path: Path
) -> None:
    rows = [f"C{one:02},Town {one:02},IR,{{}}" for one in range(25)]
    officer.says(f"import {write(tmp_path, *[row.format(1) for row in rows])} --yes")

    dry = officer.tries(f"import {write(tmp_path, *[row.format(2) for row in rows])} --dry-run")

    assert dry.err.count("population 1 → 2") == 20
    assert "and 5 more" in dry.err


def test_records_that_the_file_no_longer_has_are_named_once(officer: Officer, folder: Path) -> None:
    file = write(folder, "MHD,Mashhad,IR,3000000", "SAO,São Paulo,BR,12000000")

    first, again = (officer.tries(f"import {file} --yes") for _ in range(2))

    assert "1 of this source that the file no longer has:" in first.err
    assert "cities LIS (cities.csv:4)" in first.err
    assert "no longer has" not in again.err
    assert city(officer, "LIS")["name"] == "Lisbon"


def test_a_file_of_another_name_is_no_later_one_of_the_source(
    officer: Officer, folder: Path
) -> None:
    other = write(folder, "OPO,Porto,PT,230000", name="north.csv")

    assert "no longer has" not in officer.tries(f"import {other} --as cities --yes").err
    named = [
        officer.tries(f"import {one} --as cities --source INE --yes")
        for one in (folder / "cities.csv", other)
    ]

    assert "3 of this source that the file no longer has:" in named[1].err


def test_a_second_source_that_renames_a_city_is_shown_with_what_the_first_said(
    officer: Officer, folder: Path
) -> None:
    second = write(folder, "SAO,Sao Paulo,BR,12000000", name="board.csv")
    rule = folder / "board.toml"
    rule.write_text(RULE, encoding="utf-8")

    done = officer.asks(f"import {second} --rules {rule} --yes")

    (change,) = done["preview"]["changes"]
    assert (change["before"], change["after"]) == ("São Paulo", "Sao Paulo")
    assert change["said"] == {"canonical": "São Paulo"}
    assert done["source"]["name"] == "board-list"
    first = officer.tries(f"import {folder / 'cities.csv'} --yes")
    assert "SAO: name stays Sao Paulo; the file says São Paulo as before" in first.err
    write(folder, "SAO,S. Paulo,BR,12000000")
    news = officer.tries(f"import {folder / 'cities.csv'} --dry-run")
    assert "SAO: name Sao Paulo → S. Paulo; board-list says Sao Paulo" in news.err


def test_what_a_source_repeats_is_its_own_even_where_the_ledger_had_it_before(
    officer: Officer, folder: Path
) -> None:
    second = write(folder, "SAO,São Paulo,BR,12000000", name="board.csv")
    assert "Nothing to import" in officer.says(f"import {second} --as cities --source board --yes")
    officer.says("city edit SAO --name 'S. Paulo' --reason 'as it signs'")

    done = officer.tries(f"import {second} --as cities --source board --yes")

    assert "SAO: name stays S. Paulo; the file says São Paulo as before" in done.err
    assert city(officer, "SAO")["name"] == "S. Paulo"


def test_a_code_that_changed_since_is_the_same_record(officer: Officer, folder: Path) -> None:
    officer.says("city edit SAO --code SPO --reason 'its own code'")
    officer.says("city edit SPO --name 'S. Paulo' --reason 'as it signs'")

    done = officer.tries(f"import {folder / 'cities.csv'} --yes")

    assert "SPO: name stays S. Paulo; the file says São Paulo as before" in done.err
    assert "no longer has" not in done.err


def test_what_was_imported_before_sources_were_kept_stays_corrected(
    officer: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(import_tables, "source_document", lambda *_: None)
        officer.says(f"import {write(tmp_path, 'SAO,São Paulo,BR,12000000')} --yes")
    officer.says("city edit SAO --name 'S. Paulo' --reason 'as it signs'")

    done = officer.tries(f"import {tmp_path / 'cities.csv'} --yes")

    assert "SAO: name stays S. Paulo; the file says São Paulo as before" in done.err


def test_overwrite_takes_the_file_with_a_reason(officer: Officer, folder: Path) -> None:
    officer.says("city edit SAO --name 'S. Paulo' --reason 'as it signs'")
    again = f"import {folder / 'cities.csv'} --overwrite --yes"

    refused = officer.tries(f"{again} --json")
    assert "overwrite-needs-reason" in refused.err
    assert city(officer, "SAO")["name"] == "S. Paulo"
    done = officer.tries(f"{again} --reason 'the board decided'")

    assert "SAO: name S. Paulo → São Paulo" in done.err
    assert city(officer, "SAO")["name"] == "São Paulo"


@pytest.mark.parametrize("name", ["'a\nb'", "x" * 101])
def test_a_source_has_a_name_on_one_line(officer: Officer, folder: Path, name: str) -> None:
    refused = officer.tries(f"import {folder / 'cities.csv'} --source {name} --yes --json")

    assert "bad-source" in refused.err


def test_rows_left_out_are_counted_and_listed_on_request(officer: Officer, folder: Path) -> None:
    file = write(folder, "OPO,Porto,PT,1", "X,Nowhere,,1", "Y,Nowhere,,2", name="board.csv")
    rule = folder / "board.toml"
    rule.write_text(RULE, encoding="utf-8")
    line = f"import {file} --rules {rule} --dry-run"

    assert "left out, no country: 2\n" in officer.tries(line).err
    assert "left out, no country: 2, lines 3 to 4" in officer.tries(f"{line} --verbose").err


def test_the_history_of_a_record_has_its_rows_that_an_import_left_out(
    officer: Officer, folder: Path
) -> None:
    file = write(folder, "OPO,Porto,PT,1", "SAO,S. Paulo,,1", "X,Nowhere,,2", name="board.csv")
    (folder / "board.toml").write_text(RULE, encoding="utf-8")
    officer.says(f"import {file} --rules {folder / 'board.toml'} --yes")
    officer.says("city edit SAO --code SPO --reason 'its own code'")

    (left_out,) = officer.asks("history SPO")["left_out"]

    assert (left_out["file"], left_out["line"]) == ("board.csv", 3)
    assert (left_out["reason"], left_out["source"]) == ("no country", "board-list")
    told = officer.says("history SPO")
    assert "Left out by imports:\nboard.csv:3: no country (board-list, " in told
    assert officer.asks("history MHD")["left_out"] == []


def test_an_import_that_was_undone_said_nothing(officer: Officer, folder: Path) -> None:
    file = write(
        folder, "MHD,Mashad,IR,3000000", "SAO,São Paulo,BR,12000000", "LIS,Lisbon,PT,545000"
    )
    officer.says(f"import {file} --yes")
    officer.says("undo --reason 'the wrong file' --yes")

    assert "MHD: name Mashhad → Mashad" in officer.tries(f"import {file} --yes").err


def test_a_record_says_from_which_row_of_which_file_it_came(officer: Officer, folder: Path) -> None:
    second = write(folder, "SAO,Sao Paulo,BR,12000000", name="board.csv")
    (folder / "board.toml").write_text(RULE, encoding="utf-8")
    officer.says(f"import {second} --rules {folder / 'board.toml'} --yes")
    officer.says("city edit SAO --population 12100000 --reason census")

    edited, renamed, added = officer.asks("history city:SAO")["rows"]

    assert edited["source"] is None
    assert (added["source"]["source"], added["source"]["rule"]) == ("canonical", None)
    assert (added["source"]["file"], added["source"]["line"]) == ("cities.csv", 3)
    assert (renamed["source"]["rule"], renamed["source"]["file"]) == ("board-list", "board.csv")
    assert len(renamed["source"]["rule_sha256"]) == len(renamed["source"]["file_sha256"]) == 64
    assert "from board.csv:2 (rule board-list)" in " ".join(
        officer.says("history city:SAO").split()
    )


def test_an_entry_says_from_which_row_it_came(officer: Officer, tmp_path: Path) -> None:
    officer.world.need("1000 EUR")
    officer.world.offer("1000 EUR")
    file = tmp_path / "deals.csv"
    file.write_text(
        "code,offer,need,act,quantity,unit,effective_on\n"
        "D-1,O-0001,N-0001,committed,100,EUR,2026-11-20\n"
        "D-1,O-0001,N-0001,delivered,60,EUR,2026-11-21\n"
    )
    entries = officer.asks(f"import {file} --yes")["entries"]

    shown = [officer.asks(f"journal show {entry}")["source"] for entry in entries]

    assert [(one["file"], one["line"]) for one in shown] == [("deals.csv", 2), ("deals.csv", 3)]
    assert "deals.csv:3 (canonical)" in officer.says(f"journal show {entries[1]}")
    assert officer.asks("journal show 1")["source"] is None
