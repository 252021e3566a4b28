"""Ways past a rule that somebody would try, alone or with an approval for less."""

from __future__ import annotations

from pathlib import Path

import pytest
from complete_ledger import attack
from people import Person
from refusals import committed, refusal
from sqlalchemy import select
from world import World

from ledger.journal.entries import CHAINED_FORMAT
from ledger.store.db import tables
from ledger.usecases.check import run_checks

COMMIT = 'deal commit D-0001 "2M EUR"'


def test_another_reason_needs_another_approval(sara: Person, lea: Person) -> None:
    sara.says("approval rule add edit-provider")
    line = "provider edit BANK --country DE --key MOVE-1 --reason"
    assert refusal(sara, f"{line} moved")["code"] == "approval-needed"
    lea.says("approval give APR-0001")
    assert refusal(sara, f"{line} bribed")["code"] == "approval-for-other-effect"
    sara.says(f"{line} moved")


def test_a_large_part_is_not_hidden_behind_many_small_ones(
    sara: Person, lea: Person, tmp_path: Path
) -> None:
    sara.says("approval rule add commit")
    deals = tmp_path / "deals.csv"
    rows = [f"D-{n:04d},O-0001,N-0001,committed,1,EUR,2026-11-23,L-{n}" for n in range(100, 140)]
    rows[-1] = rows[-1].replace(",1,EUR", ",9000000,EUR")
    head = "code,offer,need,act,quantity,unit,effective_on,reference"
    deals.write_text("\n".join((head, *rows, "")))
    assert refusal(sara, f"import {deals} --yes")["code"] == "approval-needed"
    lines = lea.asks("approval show APR-0001")["lines"]
    assert "commitments: 9,000,039.00 EUR in all" in lines


def forty_commitments(folder: Path) -> Path:
    """Write a file of twice as many commitments as an approval shows one by one."""
    deals = folder / "deals.csv"
    rows = [f"D-{n:04d},O-0001,N-0001,committed,9,EUR,2026-11-23,L-{n}" for n in range(100, 140)]
    head = "code,offer,need,act,quantity,unit,effective_on,reference"
    deals.write_text("\n".join((head, *rows, "")))
    return deals


@pytest.mark.every_engine
@pytest.mark.parametrize("changed", ["amount", "day", None])
def test_entries_beyond_the_ones_that_are_shown_are_compared(
    sara: Person, lea: Person, world: World, tmp_path: Path, changed: str | None
) -> None:
    """A hash stands for all of them: the totals alone would be the same."""
    sara.says("approval rule add commit")
    deals = forty_commitments(tmp_path)
    assert refusal(sara, f"import {deals} --yes")["code"] == "approval-needed"
    assert "all 40 entries: SHA-256 " in lea.asks("approval show APR-0001")["lines"][-1]
    lea.says("approval give APR-0001")
    sara.says(f"import {deals} --yes --key APR-0001")
    assert failures(world) == ""
    last = "(SELECT max(id) FROM entry)"
    if changed == "amount":
        for entry, by in ((last, 1), (f"{last} - 1", -1)):
            change = f"UPDATE movement SET amount = amount + {by} WHERE entry_id = {entry}"
            attack(world.url, change)
    elif changed == "day":
        attack(world.url, f"UPDATE entry SET effective_on = '2026-11-22' WHERE id = {last}")
    assert ("was given for something else" in failures(world)) == (changed is not None)


@pytest.mark.every_engine
@pytest.mark.parametrize("is_earlier", [True, False])
def test_an_approval_of_an_earlier_format_shows_no_hash_of_all_entries(
    sara: Person, lea: Person, world: World, tmp_path: Path, is_earlier: bool
) -> None:
    """Those that were asked for before there was one pass, by the format of their request."""
    sara.says("approval rule add commit")
    deals = forty_commitments(tmp_path)
    with pytest.MonkeyPatch.context() as before:
        before.setattr("ledger.store.session.approvals._all_entries", lambda _: ())
        if is_earlier:
            before.setattr("ledger.store.db.queries.BOUND_FORMAT", CHAINED_FORMAT)
        assert refusal(sara, f"import {deals} --yes")["code"] == "approval-needed"
    assert "lines more" in lea.asks("approval show APR-0001")["lines"][-1]
    lea.says("approval give APR-0001")
    sara.says(f"import {deals} --yes --key APR-0001")
    assert ("was given for something else" in failures(world)) == (not is_earlier)


@pytest.mark.every_engine
def test_who_asked_and_who_answered_is_not_erased(sara: Person, lea: Person, world: World) -> None:
    sara.says("approval rule add commit")
    refusal(sara, f"{COMMIT} --key LETTER-7")
    with world.ledger.read() as connection:
        asking = connection.execute(
            select(tables.request.c.key).order_by(tables.request.c.id.desc())
        )
        key = asking.scalars().first()
    erase = f"audit erase request:{key} --reason 'asked for' --yes"
    for field in ("", " --field system_user", " --field database-user,system-user"):
        assert sara.refused(erase + field, 4, "identity") == "identity-needed"
    sara.says(f"{erase} --field actor,host")
    assert refusal(sara, "approval give APR-0001")["code"] == "approval-own"
    lea.says("approval give APR-0001 --key ANSWER-1")
    answered = "audit erase request:ANSWER-1 --reason 'asked for' --yes"
    assert lea.refused(answered, 4, "identity") == "identity-needed"


@pytest.fixture
def as_if_approved(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what was approved be taken for anything, as another program could."""
    same = "ledger.store.session.approvals.bound_to"
    hashes: list[str] = []

    def bound_to(_key: str, effect: str) -> str:
        hashes.append(effect)
        return hashes[0]

    monkeypatch.setattr(same, bound_to)


def failures(world: World) -> str:
    with pytest.MonkeyPatch.context() as patched:
        # Among several writers, a rule of just now may not have been visible to a request.
        patched.setattr("ledger.checks.approvals.LATE_BY", 0)
        (checked,) = run_checks(world.ledger, ["approvals"])
    return str(checked.failures) if checked.failures else ""


ANOTHER = (
    'need add PRJ-1 money "50M EUR" --code N-9',
    'deal introduce O-0001 N-9 "5M EUR" --until 2027-03-01',
)


@pytest.mark.every_engine
@pytest.mark.parametrize(
    "other",
    [
        'deal commit D-0001 "3M EUR"',
        'deal commit D-0002 "2M EUR"',
    ],
)
@pytest.mark.usefixtures("as_if_approved")
def test_an_approval_of_something_else_is_found(
    sara: Person, lea: Person, world: World, other: str
) -> None:
    for line in ANOTHER:
        sara.says(line)
    sara.says("approval rule add commit")
    refusal(sara, f"{COMMIT} --on 2026-11-23 --key LETTER-7")
    lea.says("approval give APR-0001")
    sara.says(f"{other} --key LETTER-7")
    assert "was given for something else" in failures(world)


def test_a_new_deal_may_have_another_code_when_it_is_recorded(
    sara: Person, lea: Person, world: World
) -> None:
    for code in ("N-8", "N-9"):
        sara.says(f'need add PRJ-1 money "50M EUR" --code {code}')
    sara.says("approval rule add commit")
    line = 'deal introduce O-0001 N-9 "3M EUR" --commit'
    refusal(sara, line)
    assert "deal D-0002" in str(lea.asks("approval show APR-0001")["lines"])
    lea.says("approval give APR-0001")
    lea.says('deal introduce O-0001 N-8 "1M EUR" --until 2027-03-01')
    sara.says(f"{line} --key APR-0001")
    assert sara.asks("deal show D-0003")["need"] == "N-9"
    assert failures(world) == ""


TAKEN = 'need add PRJ-1 money "1 EUR" --key APR-0001'


@pytest.mark.every_engine
def test_a_key_taken_beforehand_keeps_no_approval_from_being_recorded(
    sara: Person, lea: Person, world: World
) -> None:
    lea.says(TAKEN)
    sara.says("approval rule add commit")
    for _ in range(2):  # asked for once
        assert "--key APR-0001-2 " in f"{refusal(sara, COMMIT)['next']} "
    lea.says("approval give APR-0001")
    sara.says(f"{COMMIT} --key APR-0001-2")
    assert committed(sara) == "2000000.00"
    assert failures(world) == ""


@pytest.mark.every_engine
def test_the_key_of_an_approval_is_taken_by_no_other_act(
    sara: Person, lea: Person, world: World
) -> None:
    sara.says("approval rule add commit")
    refusal(sara, COMMIT)
    error = refusal(lea, TAKEN)
    assert error["code"] == "approval-for-other-effect"
    assert "another --key" in error["next"]
    lea.says("approval give APR-0001")
    refusal(lea, TAKEN)
    # Nor by one that needs an approval itself: it is not asked for under this key.
    other = refusal(lea, "deal commit D-0001 '3M EUR' --key APR-0001")
    assert (other["code"], other["next"]) == (error["code"], error["next"])
    assert len(lea.asks("approval list --all")["rows"]) == 1
    sara.says(f"{COMMIT} --key APR-0001")
    assert failures(world) == ""
