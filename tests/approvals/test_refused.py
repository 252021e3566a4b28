"""Every refusal of approvals, through the command line."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from people import Person
from refusals import committed, refusal
from world import NOON

COMMIT = 'deal commit D-0001 "2M EUR"'


@pytest.mark.parametrize(
    ("line", "code", "exit_code"),
    [
        ("approval rule add pay", "bad-approval-rule", 3),
        ("approval rule add edit-provider --above '1M EUR'", "bad-approval-rule", 3),
        ("approval rule end AR-0007", "unknown-approval-rule", 5),
        ("approval rule end seven", "unknown-approval-rule", 5),
        ("approval give APR-0007", "unknown-approval", 5),
        ("approval show x", "unknown-approval", 5),
        ("approval standing add BANK '1 EUR' --until 2026-01-01", "bad-standing-approval", 3),
        ("approval standing end SA-0007", "unknown-standing-approval", 5),
    ],
)
def test_what_is_not_there_or_makes_no_sense(
    sara: Person, line: str, code: str, exit_code: int
) -> None:
    assert sara.refused(line, exit_code) == code


def test_a_rule_is_added_once_and_ended_once(sara: Person, lea: Person) -> None:
    sara.says("approval rule add reverse")
    assert sara.refused("approval rule add reverse", 4) == "approval-rule-exists"
    assert refusal(sara, "approval rule end AR-0001")["code"] == "approval-needed"
    lea.says("approval give APR-0001")
    sara.says("approval rule end AR-0001 --key APR-0001")
    assert sara.asks("approval rule list")["rows"] == []
    assert sara.refused("approval rule end AR-0001", 4) == "approval-rule-ended"
    sara.says("approval rule add reverse")  # none is in force: it needs no approval


def test_an_approval_is_refused_with_a_reason(sara: Person, lea: Person) -> None:
    sara.says("approval rule add commit")
    refusal(sara, COMMIT)
    assert lea.refused("approval refuse APR-0001", 2) == "approval-reason-missing"
    lea.says("approval refuse APR-0001 --reason 'ask the board'")
    again = f"{COMMIT} --key APR-0001"
    assert sara.refused(again, 4, "ask the board", "APR-0001") == "approval-refused"
    assert lea.refused("approval give APR-0001", 4) == "approval-answered"
    assert committed(sara) == "0.00"
    assert refusal(sara, COMMIT)["code"] == "approval-needed"  # asks anew
    assert [row["status"] for row in sara.asks("approval list --all")["rows"]] == [
        "refused",
        "waiting",
    ]


def test_an_approval_expires_before_and_after_its_answer(sara: Person, lea: Person) -> None:
    sara.says("approval rule add commit")
    refusal(sara, f"{COMMIT} --on 2026-11-23 --key K-1")
    refusal(sara, f"{COMMIT} --on 2026-11-23 --key K-2")
    early = "approval give APR-0001 --until 2026-11-22"
    assert lea.refused(early, 3) == "approval-until-past"
    lea.says("approval give APR-0001 --until 2026-11-25")
    with time_machine.travel(NOON + timedelta(days=3), tick=True):
        line = f"{COMMIT} --on 2026-11-23 --key K-1"
        error = refusal(sara, line)
        assert error["code"] == "approval-expired"
        assert "APR-0003" in error["next"]
        assert sara.asks("approval show APR-0001")["status"] == "expired"
    with time_machine.travel(NOON + timedelta(days=15), tick=True):
        assert lea.refused("approval give APR-0002", 4) == "approval-expired"
        lea.says("approval give APR-0003")
        sara.says(f"{COMMIT} --on 2026-11-23 --key K-1")


def test_a_standing_approval_is_ended_once(sara: Person) -> None:
    sara.says("approval standing add BANK '1M EUR' --until 2026-12-31")
    (row,) = sara.asks("approval standing list")["rows"]
    assert (row["approval"], row["provider"], row["up_to"]) == (
        "SA-0001",
        "BANK",
        "1,000,000.00 EUR",
    )
    sara.says("approval standing end SA-0001")
    assert sara.refused("approval standing end SA-0001", 4) == "standing-approval-ended"
    assert sara.asks("approval standing list")["rows"] == []


def test_nothing_of_an_approval_is_undone(sara: Person, lea: Person) -> None:
    sara.says("approval rule add commit --key R-1")
    refusal(sara, COMMIT)
    assert sara.refused("undo R-1 --reason slip --yes", 4, "approvals") == "cannot-undo"
    lea.says("approval give APR-0001")
    assert lea.refused("undo --reason slip --yes", 5) == "nothing-to-undo"
    sara.says("undo --reason slip --yes")  # the hold: what was asked for moved nothing
    assert sara.asks("need show N-0001")["held"] == "0.00"
