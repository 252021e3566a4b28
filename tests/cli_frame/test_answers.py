"""Answers: a table for people, the same plain in a pipe, and formats that scripts read."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from pathlib import Path

import pexpect
import pytest
from sample_program import PROGRAM, environment, say


def on_terminal(home: Path, *words: str, columns: int = 100, **more: str) -> str:
    child = pexpect.spawn(
        PROGRAM[0],
        [*PROGRAM[1:], *words],
        env=environment(home, TERM="xterm", **more),
        dimensions=(40, columns),
        encoding="utf-8",
        timeout=30,
    )
    child.expect(pexpect.EOF)
    return str(child.before)


def test_a_pipe_gets_plain_aligned_text_without_rich(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "list")
    assert done.stderr == ""
    assert done.stdout == (
        "Offer  Provider                      Quantity\n"
        "O-1    Bank of Cities      400,000,000.00 EUR\n"
        "O-2    مشهد شهر             120.00 person-day\n"
        "O-3    =cmd|' /C calc'!A0           -5.00 EUR\n"
        "O-4    城市基金\n"
    )


def test_a_terminal_gets_a_table_with_colour(tmp_path: Path) -> None:
    shown = on_terminal(tmp_path, "offer", "list")
    assert "─" in shown
    assert "\x1b[1m" in shown
    assert "400,000,000.00 EUR" in shown


@pytest.mark.parametrize("how", [["--no-color"], []])
def test_colour_can_be_refused(tmp_path: Path, how: list[str]) -> None:
    more = {} if how else {"NO_COLOR": "1"}
    shown = on_terminal(tmp_path, "offer", "list", *how, **more)
    assert "\x1b[3" not in shown
    assert "\x1b[9" not in shown
    assert "\x1b[31" not in on_terminal(tmp_path, "offer", "lst", *how, **more)


def test_an_error_on_a_terminal_is_coloured(tmp_path: Path) -> None:
    assert "\x1b[1;31merror:\x1b[0m" in on_terminal(tmp_path, "offer", "lst")


def test_a_terminal_too_narrow_for_the_numbers_never_cuts_them(tmp_path: Path) -> None:
    shown = on_terminal(tmp_path, "offer", "list", columns=30).replace("\r\n", "\n")
    assert "400,000,000.00 EUR" in shown
    assert "…" not in shown


def test_json_rows_are_as_they_are(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "list", "--json", "--as-of", "2026-11-23")
    answer = json.loads(done.stdout)
    assert list(answer) == ["schema", "as_of", "rows", "total"]
    assert answer["as_of"] == "2026-11-23"
    assert answer["rows"][1] == {
        "code": "O-2",
        "provider": "مشهد شهر",
        "quantity": "120.00",
        "unit": "person-day",
    }
    assert "مشهد" in done.stdout


def test_csv_keeps_numbers_and_disarms_formulas(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "list", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert rows[2] == {
        "code": "O-3",
        "provider": "'=cmd|' /C calc'!A0",
        "quantity": "-5.00",
        "unit": "EUR",
    }
    assert rows[3]["quantity"] == ""


def test_markdown_keeps_bars_inside_their_cell(tmp_path: Path) -> None:
    lines = say(tmp_path, "offer", "list", "--format", "md").stdout.splitlines()
    assert lines[:2] == ["| Offer | Provider | Quantity |", "| --- | --- | ---: |"]
    assert lines[4] == "| O-3 | =cmd\\|' /C calc'!A0 | -5.00 EUR |"


def test_filters_keep_the_rows_that_match_all_columns(tmp_path: Path) -> None:
    words = ["--where", "unit=eur", "--where", "code=o-1", "--where", "code=O-2"]
    rows = json.loads(say(tmp_path, "offer", "list", "--json", *words).stdout)["rows"]
    assert [row["code"] for row in rows] == ["O-1"]


def test_filters_compare_amounts_in_any_format(tmp_path: Path) -> None:
    words = ["--where", "quantity>=1M EUR"]
    rows = json.loads(say(tmp_path, "offer", "list", "--json", *words).stdout)["rows"]
    assert [row["code"] for row in rows] == ["O-1"]
    lines = say(tmp_path, "offer", "list", "--format", "csv", *words).stdout.splitlines()
    assert [line.split(",")[0] for line in lines] == ["code", "O-1"]


def test_a_command_that_shows_one_record_takes_no_filter(tmp_path: Path) -> None:
    refused = say(tmp_path, "offer", "show", "O-1", "--where", "unit=EUR")
    assert refused.returncode == 2
    assert "--where" in refused.stderr


def test_a_record_is_lines_for_people_and_a_document_for_scripts(tmp_path: Path) -> None:
    shown = say(tmp_path, "offer", "show", "O-1").stdout
    assert shown.splitlines()[-1] == "Quantity  400,000,000.00 EUR"
    assert json.loads(say(tmp_path, "offer", "show", "O-1", "--json").stdout)["code"] == "O-1"
    assert say(tmp_path, "offer", "show", "O-1", "--format", "csv").stdout.count("\n") == 2


def test_a_file_appears_whole_with_the_usual_rights(tmp_path: Path) -> None:
    target = tmp_path / "offers.csv"
    before = os.umask(0o027)
    try:
        done = say(tmp_path, "offer", "list", "--format", "csv", "--output", str(target))
    finally:
        os.umask(before)
    assert (done.returncode, done.stdout) == (0, "")
    assert target.read_text(encoding="utf-8").startswith("code,provider")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert list(tmp_path.glob("*.part")) == list(tmp_path.glob(".*.part")) == []


def test_a_link_is_written_through_and_a_refusal_leaves_the_old_file(tmp_path: Path) -> None:
    target, link = tmp_path / "old.csv", tmp_path / "link.csv"
    target.write_text("before")
    link.symlink_to(target)
    refused = say(tmp_path, "offer", "list", "--where", "no=x", "--output", str(link))
    assert refused.returncode == 2
    assert target.read_text() == "before"
    say(tmp_path, "offer", "list", "--output", str(link))
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("code,provider")


@pytest.mark.parametrize(
    ("name", "more", "begins"),
    [
        ("x.csv", [], "code,provider"),
        ("x.JSON", [], "{"),
        ("x.md", [], "|"),
        ("x.txt", [], "Offer"),
        ("x.csv", ["--format", "table"], "Offer"),
    ],
)
def test_a_file_is_written_in_the_format_its_name_says(
    tmp_path: Path, name: str, more: list[str], begins: str
) -> None:
    say(tmp_path, "offer", "list", "--output", str(tmp_path / name), *more)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_a_spreadsheets_name_never_gets_something_else(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "list", "--output", str(tmp_path / "x.ods"))
    assert done.returncode == 2
    assert "ends in .ods, which names no format" in done.stderr
    assert not (tmp_path / "x.ods").exists()


def test_a_directory_is_not_overwritten(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "list", "--output", str(tmp_path))
    assert done.returncode == 74
    assert "is a directory" in done.stderr


def test_a_missing_folder_is_said_by_name(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "list", "--output", str(tmp_path / "no" / "x.csv"))
    assert done.returncode == 74
    assert "No such file" in done.stderr
    assert ".part" not in done.stderr


def test_a_device_is_written_to_as_it_is(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "list", "--output", "/dev/stdout")
    assert done.stdout.startswith("Offer")


def test_an_old_encoding_gets_escapes_and_no_crash(tmp_path: Path) -> None:
    listed = say(tmp_path, "offer", "list", PYTHONIOENCODING="ascii")
    assert listed.returncode == 0
    assert "\\u0645" in listed.stdout
    answer = json.loads(say(tmp_path, "offer", "list", "--json", PYTHONIOENCODING="ascii").stdout)
    assert answer["rows"][1]["provider"] == "مشهد شهر"


def test_a_receipt_tells_the_entry_and_both_sides(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "introduce", "O-9")
    assert done.stdout.splitlines() == [
        "entry 17 · deal D-3 introduced",
        "         code      open  available  held  committed  delivered  unit",
        "  need   N-1   1,234.00             5.00       0.00       0.00  EUR",
        "  offer  O-9                  0.00  5.00       0.00       0.00  EUR",
    ]
    assert say(tmp_path, "offer", "introduce", "O-9", "-q").stdout.count("\n") == 1
    assert json.loads(say(tmp_path, "offer", "introduce", "O-9", "--json").stdout)["entry"] == 17


def test_a_destructive_act_asks_a_person(tmp_path: Path) -> None:
    for answer, code in (("y\n", 0), ("\n", 130), ("no\n", 130)):
        child = pexpect.spawn(
            PROGRAM[0],
            [*PROGRAM[1:], "offer", "take", "O-1", "5 EUR"],
            env=environment(tmp_path, TERM="dumb"),
            encoding="utf-8",
            timeout=30,
        )
        child.expect_exact("Take 5 EUR of O-1? [y/N] ")
        child.send(answer)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == code


def test_the_end_of_input_is_no_answer(tmp_path: Path) -> None:
    child = pexpect.spawn(
        PROGRAM[0],
        [*PROGRAM[1:], "offer", "take", "O-1", "5 EUR"],
        env=environment(tmp_path, TERM="dumb"),
        encoding="utf-8",
        timeout=30,
    )
    child.expect_exact("[y/N] ")
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2
    assert "--yes" in str(child.before)


def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    assert "working" in on_terminal(tmp_path, "offer", "work")
    assert "working" not in on_terminal(tmp_path, "offer", "work", "--quiet")
    assert "working" not in say(tmp_path, "offer", "work").stderr
