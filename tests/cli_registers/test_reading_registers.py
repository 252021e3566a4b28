"""Lists, a record by itself, its history, and candidates."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
import time_machine
from officer import Officer

from cli.main import main
from ledger.core.errors import ExitCode
from ledger.interchange.canonical import TABLES

NOUNS = {
    "office": ("offices", "asia"),
    "city": ("cities", "MHD"),
    "provider": ("providers", "EDB"),
    "project": ("projects", "PRJ-0001"),
    "need": ("needs", "N-0001"),
    "offer": ("offers", "O-0001"),
}


@pytest.mark.parametrize("noun", NOUNS)
def test_lists_hold_every_canonical_column(fund: Officer, noun: str) -> None:
    plural, code = NOUNS[noun]
    answer = fund.asks(f"{noun} list")
    assert answer["schema"] == f"cityfund.{plural}/1"
    columns = list(TABLES[plural].names)
    assert all(list(row)[: len(columns)] == columns for row in answer["rows"])
    assert code in {row["code"] for row in answer["rows"]}
    header, *rows = csv.reader(io.StringIO(fund.says(f"{noun} list --format csv")))
    assert header[: len(columns)] == columns
    assert len(rows) == len(answer["rows"])
    assert fund.says(f"{noun} list --format md").startswith("| ")


@pytest.mark.parametrize("noun", NOUNS)
def test_every_record_is_shown_by_itself(fund: Officer, noun: str) -> None:
    plural, code = NOUNS[noun]
    answer = fund.asks(f"{noun} show {code.lower()}")
    assert answer["schema"] == f"cityfund.{noun}/1"
    assert set(TABLES[plural].names) <= set(answer)
    assert code in fund.says(f"{noun} show {code}")
    fund.refused(f"{noun} show nothing-like-it", 5, "nothing-like-it")


def test_a_unique_beginning_will_do_for_reading(fund: Officer) -> None:
    assert fund.asks("project show prj")["code"] == "PRJ-0001"
    assert fund.asks("history city:mh")["code"] == "MHD"
    fund.refused("need show n-00", 5, "N-0001, N-0002", "whole code")


def test_lists_are_filtered(fund: Officer) -> None:
    rows = fund.asks("need list --where factor=money --where unit=irr")["rows"]
    assert [(row["code"], row["quantity"], row["gap"]) for row in rows] == [("N-0004", None, None)]


def test_a_project_is_seen_at_a_glance(fund: Officer) -> None:
    fund.says("deal introduce O-0001 N-0001 '40M EUR' --until 2027-03-01")
    fund.says("deal commit D-0001 '15M EUR'")
    fund.says("deal deliver D-0001 '10M EUR'")
    told = fund.says("project show PRJ-0001")
    for words in (
        "Mashhad (MHD), Iran, office asia",
        "not complete: an amount is not known yet",
        "N-0004: the amount is not known",
        "delivered 10M · committed 5M · held 25M · open 50M EUR",
        "gap 75,000,000.00 EUR · 1 of 1 offer eligible",
        "O-0001 Example Development Bank → N-0001",
        "held 25M EUR, until 2027-03-01",
        "N-0004  amount not known yet, in IRR",
        "0 of 1 offer eligible · no offer names this topic",
        "no offer of this factor",
        "█ delivered  ▓ committed  ▒ held  ░ open",
    ):
        assert words in told, told
    need = fund.asks("project show PRJ-0001")["needs"][0]
    assert (need["gap"], need["coverage"], need["eligible_offers"]) == ("75000000.00", "0.1666", 1)
    assert [deal["deal"] for deal in need["deals"]] == ["D-0001"]


@pytest.mark.every_engine
@pytest.mark.parametrize(
    ("acts", "sentence"),
    [
        ((), "no offer of this factor"),
        (
            (
                "offer add MBL implementation '5 km' --valid-until 2026-02-01 --on 2026-01-10",
                "reconcile",
            ),
            "every offer of this factor has expired",
        ),
        (
            ("offer add MBL implementation '8 km' --on 2026-01-10", "offer withdraw O-0003"),
            "every offer of this factor is withdrawn",
        ),
        (
            (
                "offer add MBL implementation '8 km' --on 2026-01-10",
                "deal introduce O-0003 N-0003 '8 km' --until 2027-03-01",
            ),
            "every offer of this factor is held, committed or delivered in full",
        ),
        (
            (
                *("offer add MBL implementation '8 km' --on 2026-01-10", "offer withdraw O-0003"),
                "offer add MBL implementation '8 km' --on 2026-01-10",
                "deal introduce O-0004 N-0003 '8 km' --until 2027-03-01",
            ),
            "no offer of this factor has anything available",
        ),
    ],
)
def test_screens_and_gaps_say_alike_why_nothing_is_available(
    fund: Officer, acts: tuple[str, ...], sentence: str
) -> None:
    for line in acts:
        fund.says(line)
    [row] = [one for one in fund.asks("gaps")["rows"] if one["need"] == "N-0003"]
    assert row["main_obstacle"] == sentence
    assert fund.asks("need show N-0003")["main_obstacle"] == sentence
    assert sentence in fund.says("need show N-0003")
    assert sentence in fund.says("project show PRJ-0001")


@pytest.mark.parametrize(
    ("need", "act", "state"),
    [
        ("", "", "no needs"),
        ("money 10M EUR", "", "open"),
        ("money 10M EUR", "need withdraw N-0005", "withdrawn"),
        ("money 10M EUR", "project edit PRJ-0002 --status cancelled", "cancelled"),
        ("money 10M EUR", "deal introduce O-0001 N-0005 '10M EUR' --until today", "complete"),
        ("money 10M EUR", "deal introduce O-0001 N-0005 '10M EUR' --commit", "covered"),
    ],
)
def test_a_project_says_how_far_it_is(fund: Officer, need: str, act: str, state: str) -> None:
    words = ["--need", need] if need else []
    fund.says("project add Tram --city MHD --sector transport.urban", *words)
    if act:
        fund.says(act)
    project = fund.asks("project show PRJ-0002")
    assert project["state"] == state
    assert project["covered"] == (state == "covered")
    assert project["complete"] == (state in {"covered", "complete"})
    rows = {row["code"]: row["state"] for row in fund.asks("project list --all")["rows"]}
    assert rows == {"PRJ-0001": "unknown", "PRJ-0002": state}


def test_history_tells_who_when_why_and_what(fund: Officer) -> None:
    fund.says("need edit N-0001 --needed-by 2028-01-01 --quantity '95M EUR' --reason 'letter 7'")
    answer = fund.asks("history need:N-0001")
    assert answer["schema"] == "cityfund.history/1"
    newest = answer["rows"][0]
    assert (newest["version"], newest["actor"], newest["reason"]) == (2, "sara", "letter 7")
    assert newest["changes"] == [{"field": "needed_by", "from": None, "to": "2028-01-01"}]
    assert newest["recorded_at"].endswith("Z")
    told = fund.says("history need:N-0001")
    assert "needed by: none → 2028-01-01" in told
    assert "quantity: raised by 5M EUR, on 2026-11-23" in told
    assert "quantity: 90M EUR declared, on 2026-01-10" in told
    assert "2026-11-23 12:" in told
    assert fund.says("history need:N-0001 --format csv").splitlines()[0].startswith("version,")


def test_history_writes_tickets_in_their_unit(fund: Officer) -> None:
    fund.says("offer edit O-0001 --min-ticket '1M EUR' --sectors ''")
    told = fund.says("history offer:O-0001")
    assert "min ticket: none → 1000000.00 EUR" in told
    assert "sectors: transport → none" in told


def test_a_record_of_before_is_shown_as_it_was(fund: Officer) -> None:
    with time_machine.travel("2026-11-23T15:00:00Z"):
        fund.says("project edit PRJ-0001 --title 'Line three'")
        now = fund.asks("project show PRJ-0001")
        before = fund.asks("project show PRJ-0001 --known-at 2026-11-23T14:00Z")
    assert (now["title"], before["title"]) == ("Line three", "Urban railway line 3")


def test_what_was_not_there_yet_is_not_found(fund: Officer) -> None:
    line = "project show PRJ-0001 --known-at 2026-02-01T00:00Z"
    assert fund.refused(line, 5, "not in the ledger at that time") == "not-there-then"
    fund.refused("need show N-0001 --as-of 2026-01-09", 5, "N-0001")
    fund.refused("need candidates N-0001 --as-of 2026-01-09", 5, "N-0001")
    assert fund.asks("need list --as-of 2026-01-09")["rows"] == []


def test_candidates_of_a_need_tell_every_rule(fund: Officer) -> None:
    fund.says("offer add EDB money '10M USD' --countries FR --min-ticket '1M USD'")
    answer = fund.asks("need candidates N-0001")
    assert answer["schema"] == "cityfund.candidates/1"
    first, second = answer["rows"]
    assert (first["offer"], first["eligible"], first["quantity"]) == ("O-0001", True, "90000000.00")
    assert (second["offer"], second["eligible"], second["unit"]) == ("O-0003", False, "EUR")
    assert [failure["rule"] for failure in second["failures"]] == ["geography"]
    told = fund.says("need candidates N-0002 --all")
    assert "topic: only for tramway" in told
    assert "factor: it offers money" in told


def test_only_an_eligible_offer_is_said_to_take_something(fund: Officer) -> None:
    for line in fund.says("offer candidates O-0001").splitlines()[1:]:
        assert ("EUR" in line) == (" yes " in line), line


def test_candidates_without_a_rate_say_so(fund: Officer) -> None:
    fund.says("offer add EDB money '10M USD'")
    assert "no rate from EUR to USD yet" in fund.says("need candidates N-0001")


def test_candidates_of_an_offer(fund: Officer) -> None:
    rows = fund.asks("offer candidates O-0001")["rows"]
    assert [(row["need"], row["eligible"]) for row in rows] == [("N-0001", True), ("N-0004", False)]
    assert "quantified: the amount of the need is not known" in fund.says("offer candidates O-0001")


def program(*words: str) -> list[str]:
    return [sys.executable, "-c", "import sys; from cli.main import main; sys.exit(main())", *words]


def test_a_beginning_will_do_for_writing_only_where_it_is_seen(
    ledger_url: str, tmp_path: Path
) -> None:
    # No world here: the program that a person runs has the real clock.
    city = ["city", "add", "Mashhad", "--country", "IR", "--code", "MHD"]
    assert main(["--db", ledger_url, *city]) == ExitCode.DONE
    line = ["city", "edit", "MH", "--population", "5", "--dry-run"]
    assert main(["--db", ledger_url, *line]) == ExitCode.NOT_FOUND
    command = program("--db", ledger_url, *line)
    env = {**os.environ, "HOME": str(tmp_path), "TERM": "xterm"}
    child = pexpect.spawn(command[0], command[1:], env=env, encoding="utf-8", timeout=60)
    child.expect("Dry run: nothing was written")
    child.close()


def test_a_project_on_an_ascii_terminal(fund: Officer, tmp_path: Path) -> None:
    command = program("--db", fund.world.url, "project", "show", "PRJ-0001")
    env = {**os.environ, "HOME": str(tmp_path), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert "# delivered  = committed  - held  . open" in done.stdout


READING = ["need list", "project show PRJ-0001", "need candidates N-0001", "history offer:O-0001"]


LOADED = """
import sys
from cli.main import main
for line in sys.argv[2:]:
    main(["--db", sys.argv[1], *line.split()])
    bad = {"pydantic", "alembic", "rapidfuzz", "rich"} & set(sys.modules)
    print(line, sorted(bad), file=sys.stderr)
"""


def test_reading_loads_nothing_that_only_writing_needs(fund: Officer, tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOADED, fund.world.url, *READING]
    env = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines() == [f"{line} []" for line in READING]
