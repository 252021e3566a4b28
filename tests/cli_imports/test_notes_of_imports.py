"""What an import has to say of its acts is printed, and is in the receipt of a script."""

from __future__ import annotations

import io
import json
import sys
from datetime import date
from pathlib import Path

import pytest
from officer import Officer

HEADER = "code,offer,need,act,quantity,unit,effective_on,reference\n"


@pytest.fixture
def lapsed(officer: Officer) -> Officer:
    """1,000 EUR were held through 21 November; the night of the 23rd has lapsed the hold."""
    officer.world.need("2000 EUR")
    officer.world.offer("2000 EUR")
    officer.world.introduce("1000 EUR", until=date(2026, 11, 21), on=date(2026, 11, 1))
    officer.tries("reconcile --only lapse")
    return officer


def deals(folder: Path, *rows: str) -> Path:
    """Write acts of deal D-0001: the act, the quantity, the day and the reference."""
    file = folder / "deals.csv"
    lines = []
    for row in rows:
        act, quantity, day, *reference = row.split()
        cells = ("D-0001", "O-0001", "N-0001", act, quantity, "EUR", day, *(reference or [""]))
        lines.append(",".join(cells) + "\n")
    file.write_text(HEADER + "".join(lines), encoding="utf-8")
    return file


def test_a_note_that_posting_makes_is_printed(lapsed, tmp_path):
    file = deals(tmp_path, "committed 600 2026-11-20 LETTER")

    answer = lapsed.tries(f"import {file} --yes")

    assert answer.code == 0
    assert answer.err.count("was signed in time") == 1


def test_an_act_whose_reference_is_written_otherwise_is_noted_once(lapsed, tmp_path):
    first = deals(tmp_path, "committed 600 2026-11-20", "delivered 100 2026-11-21 PAY-1")
    assert lapsed.asks(f"import {first} --yes")["notes"][0]["code"] == "lapse-reversed"
    again = deals(
        tmp_path,
        "delivered 100 2026-11-21 PAY-1",
        "delivered 100 2026-11-21 pay_1",
        "delivered 100 2026-11-22 pay_1",
        "delivered 50 2026-11-21 pay-1",
    )
    text = f"{again}:3: deal D-0001 has this act already: deliver on 2026-11-21"

    (note,) = lapsed.asks(f"import {again} --dry-run")["notes"]
    assert (note["code"], text in note["text"]) == ("repeated-act", True)
    assert lapsed.tries(f"import {again} --yes").err.count(text) == 1


def test_an_import_that_is_said_twice_prints_its_notes_again(lapsed, tmp_path):
    file = deals(tmp_path, "committed 600 2026-11-20 LETTER")
    lapsed.says(f"import {file} --yes --key K")

    again = lapsed.tries(f"import {file} --yes --key K")

    assert "Already recorded" in again.out
    assert "was signed in time" in again.err


def test_on_a_terminal_a_note_that_posting_makes_is_printed(lapsed, tmp_path, monkeypatch):
    file = deals(tmp_path, "committed 600 2026-11-20 LETTER")
    answers = io.StringIO("y\n")
    monkeypatch.setattr(answers, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", answers)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

    answer = lapsed.tries(f"import {file}")

    assert answer.code == 0, answer
    assert answer.err.count("was signed in time") == 1


@pytest.mark.parametrize("how", ["--yes", "--dry-run"])
def test_a_script_reads_one_document_of_a_refusal_while_it_is_done(lapsed, tmp_path, how):
    deals(tmp_path, "committed 3000 2026-11-20 LETTER")
    (tmp_path / "list.txt").write_text("no table", encoding="utf-8")
    refused = lapsed.tries(f"import {tmp_path} {how} --json")
    assert (refused.code, refused.out) == (3, ""), refused
    assert json.loads(refused.err)["schema"] == "cityfund.error/1"

    deals(tmp_path, "committed 600 2026-11-20 LETTER")
    done = lapsed.tries(f"import {tmp_path} {how} --json")
    assert (done.code, json.loads(done.out)["schema"]) == (0, "cityfund.receipt/1"), done
    assert "1 new" in done.err
