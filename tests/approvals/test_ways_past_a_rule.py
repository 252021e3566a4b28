"""Ways past a rule that somebody would try, alone or with an approval for less."""

from __future__ import annotations

from pathlib import Path

import pytest
from people import Person
from refusals import committed, refusal
from sqlalchemy import select
from world import World

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


def test_an_approval_of_another_command_or_quantity_is_found(
    sara: Person, lea: Person, world: World
) -> None:
    sara.says("approval rule add commit")
    refusal(sara, f"{COMMIT} --key LETTER-7")
    lea.says("approval give APR-0001")
    with pytest.MonkeyPatch.context() as patched:
        same = "ledger.store.session.approvals.bound_to"  # as by another program
        patched.setattr(same, lambda _key, _effect: _effect_of(world))
        sara.says('deal commit D-0001 "3M EUR" --key LETTER-7')
    assert committed(sara) == "3000000.00"
    (checked,) = run_checks(world.ledger, ["approvals"])
    assert "was given for something else" in str(checked.failures)


def _effect_of(world: World) -> str:
    from ledger.store.approvals import read_approvals  # noqa: PLC0415

    with world.ledger.read() as connection:
        return read_approvals(connection)[0].effect_hash
