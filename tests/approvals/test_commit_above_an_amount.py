"""Four eyes on commitments above an amount: asked for, given by another, recorded once."""

from __future__ import annotations

import pytest
from people import Person
from refusals import committed, refusal
from world import World

from ledger.usecases.check import run_checks

pytestmark = pytest.mark.every_engine

COMMIT = 'deal commit D-0001 "2M EUR"'


def test_without_a_rule_nothing_needs_an_approval(sara: Person) -> None:
    sara.says(COMMIT)
    assert sara.asks("approval list --all")["rows"] == []


def test_what_a_rule_asks_for_is_recorded_once_another_gave_it(
    sara: Person, lea: Person, world: World
) -> None:
    sara.says('approval rule add commit --above "1M EUR"')
    (rule,) = sara.asks("approval rule list")["rows"]
    assert (rule["rule"], rule["act"], rule["above"]) == ("AR-0001", "commit", "1,000,000.00 EUR")
    sara.says('deal commit D-0001 "1M EUR"')  # not above
    error = refusal(sara, COMMIT)
    assert error["code"] == "approval-needed"
    assert "APR-0001" in error["next"]
    assert "--key APR-0001 --on 2026-11-23" in error["next"]
    assert committed(sara) == "1000000.00"
    assert refusal(sara, COMMIT)["next"] == error["next"]  # it asks once
    again = f"{COMMIT} --key APR-0001"
    assert refusal(sara, again)["code"] == "approval-needed"
    assert refusal(sara, "approval give APR-0001")["code"] == "approval-own"
    (row,) = lea.asks("approval list")["rows"]
    assert (row["status"], row["command"], row["asked_by"]) == ("waiting", "deal commit", sara.name)
    assert "commit 2,000,000.00 EUR" in row["what"]
    lea.says("approval give APR-0001")
    assert refusal(lea, "approval give APR-0001")["code"] == "approval-answered"
    assert refusal(lea, f"{again} --on 2026-11-23")["code"] == "approval-own"
    assert sara.asks("approval list")["rows"][0]["status"] == "given"
    receipt = sara.asks(again)
    assert (receipt["replayed"], receipt["need"]["committed"]) == (False, "3000000.00")
    assert sara.asks(again)["replayed"]
    assert sara.asks("approval list")["rows"] == []
    assert [one["status"] for one in sara.asks("approval list --all")["rows"]] == ["used"]
    assert [one.name for one in run_checks(world.ledger) if not one.ok] == []


def test_another_effect_needs_another_approval(sara: Person, lea: Person) -> None:
    sara.says('approval rule add commit --above "1M EUR"')
    assert refusal(sara, f"{COMMIT} --key LETTER-7")["code"] == "approval-needed"
    lea.says("approval give APR-0001")
    other = refusal(sara, 'deal commit D-0001 "3M EUR" --key LETTER-7')
    assert other["code"] == "approval-for-other-effect"
    assert "APR-0002" in other["next"]
    assert committed(sara) == "0.00"
    sara.says('deal edit D-0001 --note "as in the letter"')  # another version of the deal
    assert refusal(sara, f"{COMMIT} --key LETTER-7")["code"] == "approval-for-other-effect"
    lea.says("approval give APR-0003")
    sara.says(f"{COMMIT} --key LETTER-7")


def test_a_dry_run_says_what_would_need_an_approval(sara: Person) -> None:
    sara.says("approval rule add commit")
    receipt = sara.asks(f"{COMMIT} --dry-run")
    assert "approval-needed" in [note["code"] for note in receipt["notes"]]
    assert sara.asks("approval list")["rows"] == []
