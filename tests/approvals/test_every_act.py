"""Each act that a rule can be for: refused, waiting, and recorded once another approved it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from people import Person
from refusals import refusal
from world import World

from ledger.approvals.rules import CHOSEN, RuleAct
from ledger.usecases.check import run_checks

HOLD = 'deal introduce O-0001 N-0001 "3M EUR" --until 2027-03-01'
RESTRICT = "restriction add --providers OTHER --authority Council --reason war --yes"
EXEMPT = (
    "exemption add RS-0001 --projects PRJ-1 --authority Treasury --reference L-1 "
    "--reason relief --from 2026-11-01 --until 2026-12-31"
)
COMMIT = 'deal commit D-0001 "5M EUR"'
BEFORE_AND_LINE: dict[str, tuple[RuleAct, Sequence[str], str]] = {
    "commit": (RuleAct.COMMIT, (), COMMIT),
    "commit directly": (RuleAct.COMMIT, (), 'deal introduce O-0001 N-0001 "3M EUR" --commit'),
    "commit by correcting": (
        RuleAct.COMMIT,
        (COMMIT,),
        'journal correct 4 --quantity "6M EUR" --reason slip',
    ),
    "commit by reversing a release": (
        RuleAct.COMMIT,
        (COMMIT, "deal release D-0001 --committed"),
        "journal reverse 5 --reason slip --yes",
    ),
    "deliver": (RuleAct.DELIVER, (COMMIT,), 'deal deliver D-0001 "1M EUR"'),
    "reverse": (RuleAct.REVERSE, (COMMIT,), "journal reverse 4 --reason slip --yes"),
    "reverse by correcting": (
        RuleAct.REVERSE,
        (COMMIT,),
        'journal correct 4 --quantity "6M EUR" --reason slip',
    ),
    "reverse by undoing": (RuleAct.REVERSE, (COMMIT,), "undo COMMIT-1 --reason slip --yes"),
    "override": (
        RuleAct.OVERRIDE,
        ('offer edit O-0001 --max-ticket "1M EUR"',),
        f"{HOLD} --override 'by letter'",
    ),
    "edit a provider": (RuleAct.PROVIDER, (), "provider edit BANK --country DE"),
    "retire a provider": (RuleAct.PROVIDER, (), "provider retire OTHER"),
    "rename a provider": (RuleAct.PROVIDER, (), "provider edit OTHER --code SOME"),
    "undo the edit of a provider": (
        RuleAct.PROVIDER,
        ("provider edit BANK --country DE --key EDIT-1",),
        "undo EDIT-1 --reason slip --yes",
    ),
    "restrict": (RuleAct.RESTRICTION, (), RESTRICT),
    "end a restriction": (
        RuleAct.RESTRICTION,
        (RESTRICT,),
        "restriction end RS-0001 --until 2026-12-31 --reason over --yes",
    ),
    "exempt": (RuleAct.EXEMPTION, (RESTRICT,), EXEMPT),
    "erase": (RuleAct.ERASE, (), "audit erase provider:OTHER --reason 'asked for' --yes"),
}


@pytest.mark.parametrize("name", BEFORE_AND_LINE)
def test_the_act_is_recorded_once_another_approved_it(
    sara: Person, lea: Person, world: World, name: str
) -> None:
    act, before, line = BEFORE_AND_LINE[name]
    sara.says("provider add Other --code OTHER --kind firm")
    for one in before:
        sara.says(f"{one} --key COMMIT-1" if one == COMMIT else one)
    sara.says(f"approval rule add {act}")
    assert refusal(sara, line)["code"] == "approval-needed", line
    assert len(lea.asks("approval list")["rows"]) == 1
    shown = lea.asks("approval show APR-0001")
    assert shown["rules"] == "AR-0001"
    assert len(shown["lines"]) > 1
    lea.says("approval give APR-0001")
    sara.says(f"{line} --key APR-0001")
    assert sara.asks("approval show APR-0001")["status"] == "used"
    (checked,) = run_checks(world.ledger, ["approvals"])
    assert checked.ok, checked.failures
    assert checked.examined


def test_every_act_is_tried_here() -> None:
    tried = {act for act, _, _ in BEFORE_AND_LINE.values()}
    assert set(CHOSEN) - tried == {RuleAct.RESOLVE, RuleAct.POST}  # at nights, below


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def send(inbox: Path, name: str, *lines: str) -> None:
    head = "provider,statement,line,date,kind,deal,offer,need,quantity,unit,reference"
    (inbox / name).write_text("\n".join((head, *lines, "")), encoding="utf-8")


def test_a_finding_is_resolved_once_another_approved_it(
    sara: Person, lea: Person, inbox: Path
) -> None:
    send(inbox, "a.csv", "BANK,2026-11,1,2026-11-20,delivery,D-0009,,,1000,EUR,PAY-1")
    assert sara.tries(f"reconcile --only statements --inbox {inbox}").code == 1
    sara.says("approval rule add resolve-finding")
    line = "finding resolve F-0001 --reason read"
    assert refusal(sara, line)["code"] == "approval-needed"
    assert "finding F-0001 resolved: read" in lea.asks("approval show APR-0001")["lines"]
    lea.says("approval give APR-0001")
    sara.says(f"{line} --key APR-0001")


PAID = "BANK,2026-11,{},2026-11-23,delivery,D-0001,,,{},EUR,PAY-{}"
NIGHT = "--post-deliveries --sender BANK=*"


@pytest.mark.every_engine
@pytest.mark.parametrize("act", ["deliver", "post-deliveries"])
def test_a_night_never_waits(
    sara: Person, lea: Person, world: World, inbox: Path, act: str
) -> None:
    sara.says(f"{COMMIT} --on 2026-11-23")
    sara.says(f'approval rule add {act} --above "1000 EUR"')
    send(inbox, "a.csv", PAID.format(1, 900, 1), PAID.format(2, 1100, 2))
    night = f"reconcile --only statements --inbox {inbox} {NIGHT} --json"
    step = sara.tries(night)
    (finding,) = [one for one in _findings(step.out) if "deliver" in (one["command"] or "")]
    assert "'1100.00 EUR'" in finding["command"]
    assert sara.asks("need show N-0001")["delivered"] == "900.00"
    assert sara.asks("approval list")["rows"] == []  # a night asks for nothing

    sara.says("approval standing add BANK '1500 EUR' --until 2026-12-31")
    sara.tries(night)
    assert sara.asks("need show N-0001")["delivered"] == "900.00"  # who gave it runs the night
    tried = sara.tries(f"{night} --dry-run")
    assert "Not posted: 1100.00 EUR" in tried.out, tried
    lea.tries(night)
    assert sara.asks("need show N-0001")["delivered"] == "2000.00"
    (row,) = sara.asks("approval standing list")["rows"]
    assert row["used"] == "1,100.00 EUR"

    send(inbox, "b.csv", PAID.format(3, 1200, 3))
    lea.tries(night)  # more than is left of it
    assert sara.asks("need show N-0001")["delivered"] == "2000.00"
    (checked,) = run_checks(world.ledger, ["approvals"])
    assert checked.ok, checked.failures


def _findings(out: str) -> list[dict[str, str]]:
    import json  # noqa: PLC0415 - here alone

    found: list[dict[str, str]] = json.loads(out)["findings"]
    return found


def test_a_hold_lapses_without_an_approval(sara: Person) -> None:
    for act in CHOSEN:
        sara.says("approval rule add reverse") if act is RuleAct.REVERSE else None
    import time_machine  # noqa: PLC0415 - here alone

    with time_machine.travel("2027-03-05T12:00:00Z", tick=True):
        sara.tries("reconcile --only lapse --clock-is-right")
        assert sara.asks("need show N-0001")["held"] == "0.00"


ROWS = """code,offer,need,act,quantity,unit,effective_on,reference
D-0050,O-0001,N-0001,committed,{},EUR,2026-11-23,L-1
"""


@pytest.mark.every_engine
def test_an_import_is_one_approval_for_its_content(
    sara: Person, lea: Person, world: World, tmp_path: Path
) -> None:
    sara.says('approval rule add commit --above "1M EUR"')
    deals = tmp_path / "deals.csv"
    deals.write_text(ROWS.format(2000000))
    line = f"import {deals} --yes"
    assert refusal(sara, line)["code"] == "approval-needed"
    lea.says("approval give APR-0001")
    deals.write_text(ROWS.format(2000001))
    again = f"{line} --key APR-0001"
    assert refusal(sara, again)["code"] == "approval-for-other-effect"
    assert sara.asks("need show N-0001")["committed"] == "0.00"
    deals.write_text(ROWS.format(2000000))
    sara.says(again)
    assert sara.asks("need show N-0001")["committed"] == "2000000.00"
    (checked,) = run_checks(world.ledger, ["approvals"])
    assert checked.ok, checked.failures


def test_amounts_compare_across_currencies_and_without_a_rate(sara: Person, lea: Person) -> None:
    for line in (
        'need add PRJ-1 money "50M USD" --code N-USD',
        'offer add BANK money "50M USD" --code O-USD',
        'deal introduce O-USD N-USD "20M USD" --until 2027-03-01',
        'approval rule add commit --above "1M EUR"',
    ):
        sara.says(line)
    error = refusal(sara, 'deal commit D-0002 "1 USD"')
    assert error["code"] == "approval-needed"
    assert "no rate" in error["why"]
    sara.says("rates add EUR USD 2 --on 2026-11-20")
    sara.says('deal commit D-0002 "2M USD"')
    assert refusal(sara, 'deal commit D-0002 "2000000.01 USD"')["code"] == "approval-needed"
