"""What a record came from: told, corrected, followed by its deals, and never a circle."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from beginnings import beginning
from fund_ledger import furnish
from ledgers import Ledgers, copy_or_new
from officer import Officer

from ledger.usecases.check import run_checks

HOLD = "deal introduce O-0001 N-0001 '1M EUR' --until 2027-01-01"


def furnish_asked(officer: Officer) -> None:
    """Record that an officer has asked three times: in September, October and November."""
    furnish(officer)
    officer.says("approach add N-0001 EDB --on 2026-09-01 --answer-by 2026-09-02")
    officer.says(
        "approach add N-0001 EDB --on 2026-10-01 --answer-by 2026-10-02 --approach AP-0001"
    )
    officer.says("approach add N-0001 MBL --on 2026-11-01 --origin approach:ap-0002")


def furnish_named(officer: Officer) -> None:
    """Record what names the first of them as its origin as well."""
    furnish_asked(officer)
    for line in NAMED:
        officer.says(line)


asked_once, asked = beginning("asked", furnish_asked)[::2]
named_once, named = beginning("named", furnish_named)[::2]


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "named" if "named" in request.fixturenames else "asked")


def sound(officer: Officer) -> None:
    assert [one.failures for one in run_checks(officer.world.ledger) if one.failures] == []


def test_every_short_option_is_an_origin(asked: Officer) -> None:
    assert asked.asks("approach show AP-0002")["origin"] == "approach:AP-0001"
    shown = asked.asks("approach show AP-0003")
    assert [one["code"] for one in shown["came_from"]] == ["AP-0002", "AP-0001"]
    assert asked.asks("approach show AP-0001")["came_of"]["counts"] == {"approach": 2}


def test_a_deal_takes_the_origin_of_its_offer_unless_told_otherwise(asked: Officer) -> None:
    asked.says("offer edit O-0001 --approach AP-0003")
    asked.says(HOLD)
    assert asked.asks("deal show D-0001")["came_from"][0]["code"] == "AP-0003"
    asked.says("deal edit D-0001 --origin '' --reason misread")
    assert asked.asks("deal show D-0001")["came_from"] == []
    asked.says("deal edit D-0001 --approach AP-0001")
    asked.says("deal commit D-0001 '400000 EUR'")
    came_of = asked.asks("approach show AP-0001")["came_of"]
    assert came_of["counts"] == {"approach": 2, "deal": 1, "offer": 1}
    assert came_of["quantities"][0] == {
        "unit": "EUR",
        "held": "600000.00",
        "committed": "400000.00",
        "delivered": "0.00",
    }
    sound(asked)


def test_a_deal_is_told_another_origin_or_none(asked: Officer) -> None:
    asked.says("offer edit O-0001 --approach AP-0003")
    asked.says(f"{HOLD} --origin ''")
    assert asked.asks("deal show D-0001")["came_from"] == []
    kept = asked.asks(f"{HOLD} --approach AP-0001".replace("1M", "2M"))["notes"]
    assert [note["code"] for note in kept] == ["origin-kept"]
    asked.says("deal release D-0001 --yes")


@pytest.mark.parametrize(
    ("line", "code", "refusal"),
    [
        ("approach edit AP-0001 --approach AP-0001", 4, "origin-cycle"),
        ("approach edit AP-0001 --approach AP-0002", 4, "origin-cycle"),
        ("approach edit AP-0001 --approach AP-0003", 4, "origin-cycle"),
        ("offer edit O-0001 --approach AP-0001 --origin approach:AP-0002", 2, "bad-usage"),
        ("offer edit O-0001 --origin AP-0001", 3, "bad-origin"),
        ("offer edit O-0001 --origin offer:O-0002", 3, "bad-origin"),
        ("offer edit O-0001 --approach AP-0009", 5, "unknown-code"),
    ],
)
def test_what_cannot_be_an_origin_is_refused(
    asked: Officer, line: str, code: int, refusal: str
) -> None:
    assert asked.refused(line, code) == refusal


def test_an_undo_never_closes_a_circle(asked: Officer) -> None:
    asked.says("approach edit AP-0002 --origin '' --note 'another letter' --key cut")
    asked.says("approach edit AP-0001 --approach AP-0002")
    assert asked.refused("undo cut --reason slip --yes", 4) == "origin-cycle"
    sound(asked)


def test_an_origin_that_lies_later_is_noted(asked: Officer) -> None:
    notes = asked.asks("offer edit O-0001 --approach AP-0003")["notes"]
    assert [note["code"] for note in notes] == ["later-origin"]
    assert asked.asks("offer edit O-0001 --origin '' --reason misread")["notes"] == []


def test_history_says_that_an_origin_was_corrected(asked: Officer) -> None:
    asked.says("approach edit AP-0003 --approach AP-0001 --reference L-2 --note misread")
    history = asked.says("history approach:AP-0003")
    assert "approach:AP-0002" in history
    assert "approach:AP-0001" in history


NAMED = (
    "body add Metropolis --code METROPOLIS --kind association",
    "city add Mashhad --code MHDX --country IR",
    "city add Lahore --code LHEX --country PK",
    "meeting add --code MT-A --body METROPOLIS --name Session --from 2008-10-22 --approach AP-0001",
    "seat add MHDX METROPOLIS --code ST-A --role member --approach AP-0001",
    "partnership add MHDX LHEX --code PA-A --kind twinning --approach AP-0001",
    "project edit PRJ-0001 --approach AP-0001",
    "offer edit O-0001 --approach AP-0001",
    HOLD,
)


@pytest.mark.parametrize(
    "record",
    [
        *("meeting:MT-A", "seat:ST-A", "partnership:PA-A", "project:PRJ-0001", "offer:O-0001"),
        "deal:D-0001",
    ],
)
@pytest.mark.parametrize("change", ["--origin ''", "--approach AP-0002"])
def test_an_origin_is_corrected_with_a_reason(named: Officer, record: str, change: str) -> None:
    kind, _, code = record.partition(":")
    edit = f"{kind} edit {code} {change}"
    with named.world.unchanged():
        assert named.refused(edit, 2, "approach:AP-0001", "--reason") == "reason-missing"
    named.says(f"{edit} --reason misread")
    assert "misread" in named.says(f"history {record}")
    sound(named)


def test_the_note_of_an_approach_says_why_its_origin_is_corrected(asked: Officer) -> None:
    asked.says("approach edit AP-0002 --declined-on 2026-10-05 --reason price --note old")
    with asked.world.unchanged():
        for line in ("", "--reason risk", "--note old", "--note ''"):
            edit = f"approach edit AP-0002 --origin '' {line}"
            assert asked.refused(edit, 2, "approach:AP-0001", "--note") == "reason-missing"
    asked.says("approach edit AP-0002 --origin '' --note 'the letter was another one'")
    sound(asked)


def test_an_origin_that_was_unknown_is_told_without_a_reason(asked: Officer) -> None:
    asked.says("offer edit O-0001 --approach AP-0001")
    asked.says("offer edit O-0001 --approach AP-0001 --note same")


def test_an_origin_cannot_be_undone_while_something_names_it(asked: Officer) -> None:
    asked.says("approach add N-0002 MBL --key letter")
    asked.says("project edit PRJ-0001 --approach AP-0004")
    assert asked.refused("undo letter --reason slip --yes", 4, "PRJ-0001") == "cannot-undo"
    asked.says("project edit PRJ-0001 --origin '' --reason misread")
    asked.says("undo letter --reason slip --yes")
    sound(asked)


def test_files_come_in_any_order_and_come_back_as_they_were(asked: Officer, tmp_path: Path) -> None:
    asked.says("project edit PRJ-0001 --approach AP-0003")
    rows = (
        ("code", "need", "provider", "sent_on", "origin"),
        ("AP-A", "N-0001", "MBL", "2026-09-05", "approach:AP-B"),
        ("AP-B", "N-0002", "MBL", "2026-09-04", ""),
    )
    with (tmp_path / "approaches.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    with (tmp_path / "offers.csv").open("w", newline="") as file:
        columns = ("code", "provider", "factor", "quantity", "unit", "origin")
        csv.writer(file).writerows([columns, ("O-A", "MBL", "money", "5", "EUR", "approach:AP-A")])
    asked.says(f"import {tmp_path} --yes")
    assert [one["code"] for one in asked.asks("offer show O-A")["came_from"]] == ["AP-A", "AP-B"]
    assert asked.asks(f"import {tmp_path} --yes")["counts"]["registers"] == 0
    sound(asked)


def test_a_circle_in_a_file_is_refused(asked: Officer, tmp_path: Path) -> None:
    rows = (
        ("code", "need", "provider", "sent_on", "origin"),
        ("AP-A", "N-0001", "MBL", "2026-09-05", "approach:AP-B"),
        ("AP-B", "N-0002", "MBL", "2026-09-04", "approach:AP-A"),
    )
    with (tmp_path / "approaches.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    assert "leads back" in asked.tries(f"import {tmp_path} --yes").err


def test_a_file_does_not_overwrite_an_origin_that_was_corrected_without_a_reason(
    asked: Officer, tmp_path: Path
) -> None:
    file = tmp_path / "offers.csv"

    def edition(origin: str, *more: str) -> str:
        row = f"O-A,MBL,money,5,EUR,approach:{origin}"
        file.write_text(f"code,provider,factor,quantity,unit,origin\n{row}\n", encoding="utf-8")
        asked.says(f"import {file} --source letters --yes", *more)
        return str(asked.asks("offer show O-A")["origin"])

    assert edition("AP-0001") == "approach:AP-0001"
    assert edition("AP-0002") == "approach:AP-0002"
    asked.says("offer edit O-A --origin approach:AP-0003 --reason misread")
    assert edition("AP-0002") == "approach:AP-0003"
    line = f"import {file} --source letters --overwrite --yes"
    assert asked.refused(line, 2, "--reason") == "overwrite-needs-reason"
    assert edition("AP-0002", "--overwrite", "--reason", "the letter says so") == "approach:AP-0002"
    sound(asked)


def test_two_new_rows_may_name_the_same_new_one(asked: Officer, tmp_path: Path) -> None:
    tables = {
        "projects": "code,title,city,sector,origin\nP-9,Tram,{city},transport,seat:ST-9\n",
        "seats": "code,city,body,role,origin\nST-9,{city},B-9,member,meeting:MT-9\n",
        "meetings": "code,body,name,from\nMT-9,B-9,Session,2008-10-22\n",
        "bodies": "code,name,kind\nB-9,Metropolis,association\n",
    }
    city = asked.asks("city list")["rows"][0]["code"]
    files = [tmp_path / f"{name}.csv" for name in tables]
    for file, text in zip(files, tables.values(), strict=True):
        file.write_text(text.format(city=city), encoding="utf-8")
    asked.says(f"import {' '.join(map(str, files))} --yes")
    came_from = asked.asks("project show P-9")["came_from"]
    assert [one["code"] for one in came_from] == ["ST-9", "MT-9"]
    sound(asked)
