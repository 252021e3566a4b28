"""A register is one specification: what a made-up one needs beside it is nothing."""

from __future__ import annotations

import csv
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from made_up_register import WORKSHOP
from officer import Officer

PROGRAM = Path(__file__).with_name("made_up_register.py")

pytestmark = pytest.mark.only_on("sqlite")


class Fund:
    """Says command lines to a program whose table of registers has one more."""

    def __init__(self, url: str) -> None:
        self.url = url

    def say(self, *lines: str) -> list[tuple[int, str, str]]:
        """Say lines in one run of the program, and give what each answered."""
        done = subprocess.run(
            [sys.executable, str(PROGRAM), self.url],
            input=json.dumps([shlex.split(line) for line in lines]),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [tuple(answer) for answer in json.loads(done.stdout)]

    def asks(self, *lines: str) -> list[Any]:
        """Say lines that are done, and give their JSON documents."""
        answers = self.say(*(f"{line} --json" for line in lines))
        assert all(code == 0 for code, _, _ in answers), answers
        return [json.loads(out) for _, out, _ in answers]


@pytest.fixture
def fund(officer: Officer) -> Fund:
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("city add Lahore --code LHE --country PK")
    officer.says("provider add 'Metro Builders' --code MBL --kind firm")
    return Fund(officer.world.url)


ADD = (
    "workshop add 'Metro planning' --city mhd --form training --guests MBL --topics 'metro;bus' "
    "--planned 2026-11 --from 2026-11-02 --until 2026-11-03 --share 0.5 --open no "
    "--reason 'a new line'"
)


def test_records_are_added_edited_and_read(fund: Fund) -> None:
    added, _, listed, shown, history = fund.asks(
        ADD,
        "workshop edit ws-0001 --name 'Metro lines' --seats 30 --topics metro",
        "workshop list",
        "workshop show WS-0001",
        "history workshop:WS-0001",
    )
    assert added["registers"] == [{"kind": "workshop", "code": "WS-0001", "version": 1}]
    assert listed["schema"] == "cityfund.workshops/1"
    assert listed["rows"] == [
        {
            "code": "WS-0001",
            "name": "Metro lines",
            "city": "MHD",
            "city_name": "Mashhad",
            "form": "training",
            "guests": ["MBL"],
            "topics": ["metro"],
            "planned": "2026-11",
            "from": "2026-11-02",
            "until": "2026-11-03",
            "seats": 30,
            "share": "0.5",
            "open": False,
            "reason": "a new line",
            "withdrawn": False,
        }
    ]
    assert shown == {"schema": "cityfund.workshop/1", **listed["rows"][0]}
    assert [row["changes"] for row in history["rows"]] == [
        [
            {"field": "name", "from": "Metro planning", "to": "Metro lines"},
            {"field": "topics", "from": ["metro", "bus"], "to": ["metro"]},
            {"field": "seats", "from": 20, "to": 30},
        ],
        [],
    ]


REFUSED = {
    "workshop add X --city NOWHERE": "unknown-code",
    "workshop add X": "missing-parameter",
    "workshop add X --city MHD --form dance": "bad-terms",
    "workshop add X --city MHD --seats 501": "bad-terms",
    "workshop add X --city MHD --from 2026-11-02 --until 2026-11-01": "out-of-order",
    "workshop add X --city MHD --planned soon": "bad-terms",
    "workshop add X --city MHD --code ws-0001": "already-there",
    "workshop edit WS-0001 --city LHE": "fixed-term",
    "workshop edit WS-0001 --open no": "nothing-to-change",
    "workshop show WS-0009": "unknown-code",
}


def test_what_cannot_be_is_refused(fund: Fund) -> None:
    _, *answers = fund.say(ADD, *(f"{line} --json" for line in REFUSED))

    for (line, code), (exit_code, _, err) in zip(REFUSED.items(), answers, strict=True):
        assert exit_code != 0, line
        assert code in err, (line, err)


def test_taking_out_of_use_and_bringing_back(fund: Fund) -> None:
    _, withdrawn, few, every, _, again = fund.asks(
        ADD,
        "workshop withdraw WS-0001",
        "workshop list",
        "workshop list --all",
        "workshop reinstate WS-0001",
        "workshop list",
    )
    assert {
        "code": "state-changed",
        "text": "workshop WS-0001 (Metro planning) is withdrawn from now on",
    } in withdrawn["notes"]
    assert [len(answer["rows"]) for answer in (few, every, again)] == [0, 1, 1]


def test_nothing_new_is_put_under_a_parent_that_was_withdrawn(fund: Fund) -> None:
    _, (_, out, _), (code, _, err) = fund.say(
        ADD, "city retire MHD", "workshop add 'Bus lanes' --city MHD --json"
    )
    assert "its workshop WS-0001 is unchanged" in out
    assert code != 0
    assert "parent-withdrawn" in err


def test_a_file_is_exported_and_imported_again(fund: Fund, tmp_path: Path) -> None:
    fund.asks(ADD, f"export {tmp_path / 'out'}")
    exported = (tmp_path / "out" / "workshops.csv").read_text(encoding="utf-8")
    header, row = csv.reader(exported.splitlines())
    assert tuple(header) == tuple(column.name for column in WORKSHOP.columns)
    again = tmp_path / "again" / "workshops.csv"
    again.parent.mkdir()
    more = ["WS-7", "Bus lanes", "lhe", "", "", "", "", "", "", "", "", "", "", "", ""]
    with again.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header, [row[0], "Metro lines", *row[2:]], more])
    first, second, listed = fund.asks(
        f"import {again} --yes", f"import {again} --yes", "workshop list"
    )
    assert first["counts"]["tables"]["workshops"] == {
        "new": 1,
        "changed": 1,
        "quantities": 0,
        "same": 0,
    }
    assert second["counts"]["tables"]["workshops"]["same"] == 2
    assert [(one["name"], one["seats"]) for one in listed["rows"]] == [
        ("Metro lines", 20),
        ("Bus lanes", 20),
    ]


def test_its_versions_are_evidence_and_every_check_holds(fund: Fund) -> None:
    (*_, sealed, checked) = fund.say(
        ADD, "workshop edit WS-0001 --from 2026-11-01", "audit seal", "check --json"
    )
    assert (sealed[0], checked[0]) == (0, 0), sealed[2] + checked[1]
    (seals,) = (one for one in json.loads(checked[1])["checks"] if one["name"] == "seals")
    assert seals["examined"] > 0


def test_its_commands_are_in_the_help_and_complete(fund: Fund) -> None:
    (_, root, _), (_, noun, _), (_, add, _) = fund.say(
        "--help", "workshop --help", "workshop add --help"
    )
    assert WORKSHOP.help in root
    for verb in ("add", "edit", "list", "show", "withdraw", "reinstate"):
        assert f" {verb} " in noun
    assert "Add a workshop." in add
    assert "--planned" in add


def test_its_codes_complete(fund: Fund) -> None:
    fund.say(ADD)
    asked = {"COMP_WORDS": "cityfund workshop show ws", "COMP_CWORD": "3"}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), fund.url],
        env={**os.environ, **asked, "CITYFUND_DB": fund.url, "_CITYFUND_COMPLETE": "complete_bash"},
        input="[[]]",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ws-0001" in done.stdout
