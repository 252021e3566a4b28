"""Texts that are erased on request: they are gone, and seals, proofs and keys hold as before."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import psycopg
import pytest
from bars import a_restriction
from complete_ledger import LATER
from ledgers import Ledgers
from officer import Officer
from sealed_world import marks
from world import World, introduction

from ledger.core.text import ERASED
from ledger.store.erasable import erasable_tables
from ledger.usecases.check import run_checks
from ledger.usecases.deals import acts
from ledger.usecases.erasure import erase

Refusal = (sqlite3.IntegrityError, psycopg.IntegrityError)
SECRET = "Zahra Tehrani"
REASON = "--reason 'asked on 30 November' --yes"


@pytest.fixture
def clerk(sealed: World, capsys: pytest.CaptureFixture[str], tmp_path, monkeypatch) -> Officer:
    """Give an officer of a ledger in which a person stands in many texts."""
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Officer(sealed, capsys)
    made.says(
        f"contact add BANK '{SECRET}' --role director --email z@bank.example --key letter-1",
        *("--reason", f"a letter of {SECRET}"),
    )
    made.says("contact edit CN-0002 --phone 123", "--reason", f"called {SECRET}")
    made.says("audit seal")
    return made


def everything(world: World) -> str:
    """Give all that stands in the tables, as text."""
    tables = {one.table.name for one in erasable_tables()} | {"disclosure", "erasure"}
    with closing(world.raw()) as raw:
        return repr(
            [sorted(map(repr, raw.rows(f"SELECT * FROM {name}"))) for name in sorted(tables)]
        )


def failures(world: World, outside=()) -> list[str]:
    return [
        words
        for one in run_checks(world.ledger, None, outside)
        if not one.ok
        for words in one.failures
    ]


def test_a_person_is_erased_from_every_version_and_request(clerk):
    seals = marks(clerk.world)
    assert SECRET in everything(clerk.world)
    said = clerk.says(f"audit erase contact:CN-0002 {REASON}")
    assert "13 texts of 4 leaves erased for ever" in said
    assert SECRET not in everything(clerk.world)
    assert "z@bank.example" not in everything(clerk.world)
    row = clerk.asks("contact show CN-0002")
    assert (row["code"], row["name"], row["email"]) == ("CN-0002", "[erased]", "[erased]")
    assert failures(clerk.world, seals) == []
    clerk.says("audit seal")
    assert failures(clerk.world, [*seals, *marks(clerk.world)]) == []


def test_proofs_made_before_still_hold_and_new_ones_can_be_made(clerk, tmp_path):
    world, file = clerk.world, tmp_path / "proof.json"
    world.offer("900 EUR", "O-0900", countries=("BR",))
    terms = {"reference": "letter of Jamshid", "override": "agreed"}
    world.do(
        lambda uow: acts.introduce(
            uow, introduction(uow, "O-0900", "N-0001", "5 EUR", until=LATER, **terms)
        )
    )
    clerk.says("audit seal")
    number, seal = world.entries()[-1].number, marks(world)[-1]
    clerk.says(f"audit prove {number} --disclose reference --output {file}")
    clerk.says(f"audit erase entry:{number} --field reference,input,receipt {REASON}")
    assert "Jamshid" not in everything(world)
    assert "Jamshid" in clerk.says(f"audit verify {file} --seal {seal}")
    clerk.says(f"audit prove {number} --disclose override --output {file}")
    assert "agreed" in clerk.says(f"audit verify {file} --seal {seal}")
    assert clerk.refused(f"audit prove {number} --disclose reference", 4) == "text-erased"
    assert failures(world, [seal]) == []


def test_a_repeated_key_is_still_known_by_its_input(clerk):
    clerk.says(f"audit erase contact:CN-0002 {REASON}")
    add = "contact add BANK '{}' --role director --email z@bank.example --key letter-1 --reason"
    again = clerk.tries(add.format(SECRET), f"a letter of {SECRET}")
    assert (again.code, "this is the original receipt" in again.out) == (0, True), again
    other = clerk.tries(add.format("Another"), f"a letter of {SECRET}", "--json")
    assert other.code == 4
    assert json.loads(other.err)["code"] == "key-reused"
    assert "erased" in json.loads(other.err)["what"]


def test_one_field_is_erased_alone(clerk):
    clerk.says(f"audit erase contact:CN-0002 --field email {REASON}")
    row = clerk.asks("contact show CN-0002")
    assert (row["name"], row["email"]) == (SECRET, "[erased]")
    assert clerk.refused(f"audit erase contact:CN-0002 --field email {REASON}", 4) == (
        "nothing-to-erase"
    )
    clerk.says(f"audit erase contact:CN-0002 {REASON}")
    assert SECRET not in everything(clerk.world)
    assert failures(clerk.world, marks(clerk.world)) == []


def test_who_recorded_a_request_is_erased_from_it(clerk):
    clerk.says(f"audit erase request:letter-1 --field actor,system-user,host {REASON}")
    with closing(clerk.world.raw()) as raw:
        (row,) = raw.rows("SELECT * FROM request WHERE key = 'letter-1'")
    assert (row["actor"], row["system_user"], row["host"]) == ("[erased]",) * 3
    assert failures(clerk.world, marks(clerk.world)) == []


def test_what_is_said_wrongly_is_refused(clerk):
    assert clerk.refused("audit erase contact:CN-0002 --yes", 2) == "reason-missing"
    assert clerk.refused(f"audit erase everything {REASON}", 3) == "malformed-erasure"
    assert clerk.refused(f"audit erase request: {REASON}", 3) == "malformed-erasure"
    assert clerk.refused(f"audit erase request:x {REASON}", 5) == "unknown-request"
    assert clerk.refused(f"audit erase entry:99999 {REASON}", 5) == "unknown-entry"
    assert clerk.refused(f"audit erase contact:CN-9999 {REASON}", 5) == "unknown-code"
    assert clerk.refused("audit erase contact:CN-0002 --reason x", 2) == "needs-yes"


def test_an_erasure_is_not_undone(clerk):
    with closing(clerk.world.raw()) as raw:
        raw.rows("SELECT 1")
    clerk.says(f"audit erase contact:CN-0002 --key gone {REASON}")
    assert clerk.refused("undo gone --reason x --yes", 4) == "cannot-undo"


def test_a_copy_and_a_backup_have_what_remains(clerk, ledgers: Ledgers, tmp_path):
    clerk.says(f"audit erase contact:CN-0002 {REASON}")
    clerk.says(f"db copy --to {(target := ledgers.empty())}")
    clerk.says(f"db backup {tmp_path / 'ledger.backup'}")
    copy = World(target)
    assert everything(copy) == everything(clerk.world)
    assert failures(copy, marks(clerk.world)) == []
    copy.ledger.engine.dispose()


@pytest.fixture
def statements(clerk: Officer) -> list[str]:
    """Give what an attacker who meets the guards would try."""
    with closing(clerk.world.raw()) as raw:
        (row,) = raw.rows("SELECT id FROM request WHERE key = 'letter-1'")
    number = row["id"]
    return [
        f"DELETE FROM disclosure WHERE request_id = {number}",
        f"UPDATE request SET actor = '[erased]' WHERE id = {number}",
        f"UPDATE contact_version SET name = '[erased]' WHERE request_id = {number}",
        f"UPDATE contact_version SET email = 'x@y.example' WHERE request_id = {number}",
        f"UPDATE contact_version SET in_error = in_error WHERE request_id = {number}",
        f"UPDATE receipt SET body = '{{}}' WHERE request_id = {number}",
        f"UPDATE receipt SET hash = NULL WHERE request_id = {number}",
        "UPDATE erasure SET field = 'name'",
        "DELETE FROM erasure",
    ]


@pytest.mark.parametrize("erased", [False, True])
def test_the_guards_admit_nothing_else(clerk, statements, erased):
    if erased:
        clerk.says(f"audit erase contact:CN-0002 --field email {REASON}")
    for statement in statements:
        with closing(clerk.world.raw()) as raw:
            if "erasure" in statement and not erased:
                continue
            with pytest.raises(Refusal, match="cityfund guard"):
                raw.execute(statement)
    assert failures(clerk.world, marks(clerk.world)) == []


def test_an_erasure_that_states_another_hash_is_found(clerk):
    """Who can write rows of `erasure` can delete a text, and cannot pass off another one."""
    with closing(clerk.world.raw()) as raw:
        (row,) = raw.rows(
            "SELECT * FROM disclosure WHERE field = 'record.email' ORDER BY request_id DESC LIMIT 1"
        )
        (last,) = raw.rows("SELECT max(id) AS id FROM request")
        key = ", ".join(
            str(row[one]) for one in ("request_id", "kind", "record", "version", "place")
        )
        raw.execute(
            "INSERT INTO erasure (erased_request, kind, record, version, place, field, hash, "
            f"remains, request_id) VALUES ({key}, 'record.email', '{'0' * 64}', '[erased]', "
            f"{last['id']})"
        )
    assert any(
        "contact CN-0002, version 2" in one for one in failures(clerk.world, marks(clerk.world))
    )


def test_a_ledger_that_stays_open_does_not_show_an_erased_reason_again(world: World):
    def reasons() -> list[str | None]:
        with world.ledger.reader() as reader:
            return [one.reason for one in reader.restrictions.restrictions]

    world.do(lambda uow: uow.add("restriction", a_restriction("RS-1", providers=("BANK",))))
    assert reasons() == ["measures"]
    world.do(lambda uow: erase(uow, ["restriction:RS-1"]), reason="asked")
    assert reasons() == [ERASED]
