"""Texts of statements, findings and answers are erased: they are gone, and every seal holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import psycopg
import pytest
from complete_ledger import disarm
from ledgers import Ledgers
from officer import Officer
from people import Person
from sealed_world import marks
from test_erasure import REASON, SECRET, everything, failures
from world import World

from ledger.statements.lines import reference_key
from ledger.usecases.check import run_checks

Refusal = (sqlite3.IntegrityError, psycopg.IntegrityError)


@pytest.fixture
def clerk(sealed: World, capsys: pytest.CaptureFixture[str], tmp_path, monkeypatch) -> Officer:
    """Give an officer of a ledger with a statement, and a finding that was resolved by a letter."""
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Officer(sealed, capsys)
    made.says(f"finding resolve F-0001 --reason 'called {SECRET}' --key call-1")
    return made


@pytest.mark.parametrize("is_sealed", [True, False])
def test_the_resolution_of_a_finding_is_erased(clerk: Officer, is_sealed: bool) -> None:
    if is_sealed:
        clerk.says("audit seal")
    seals = marks(clerk.world)
    assert SECRET in everything(clerk.world)
    clerk.says(f"audit erase finding:F-0001 {REASON}")
    assert SECRET not in everything(clerk.world)
    assert "no deal D-9999" not in everything(clerk.world)
    shown = clerk.asks("finding show F-0001")
    assert [one["reason"] for one in shown["events"]] == [None, "[erased]"]
    assert failures(clerk.world, seals) == []
    clerk.says("audit seal")
    assert failures(clerk.world, [*seals, *marks(clerk.world)]) == []
    (check,) = clerk.asks("check seals")["checks"]
    noted = any("rows finding_event" in one and "erased by" in one for one in check["notes"])
    assert noted == is_sealed, "what was sealed after the erasure is compared as all others"
    assert clerk.refused(f"audit erase finding:F-0001 {REASON}", 4) == "nothing-to-erase"


def test_the_references_of_a_statement_are_erased(clerk: Officer) -> None:
    clerk.says("audit seal")
    seals = marks(clerk.world)
    clerk.says(f"audit erase statement:BANK/2026/11 --field reference {REASON}")
    assert "SWIFT 7" not in everything(clerk.world)
    assert "november.csv" in everything(clerk.world)
    clerk.says(f"audit erase statement:bank/2026/11 {REASON}")
    assert "november.csv" not in everything(clerk.world)
    assert failures(clerk.world, seals) == []
    assert reference_key("[erased]") is None, "what was erased is no common reference"


def test_one_field_of_a_finding_is_erased_alone(clerk: Officer) -> None:
    clerk.says(f"audit erase finding:F-0001 --field reason,input,receipt {REASON}")
    assert SECRET not in everything(clerk.world)
    assert "no deal D-9999" in everything(clerk.world)
    assert failures(clerk.world, marks(clerk.world)) == []


def test_an_answer_to_an_approval_is_erased(
    clerk: Officer, capsys: pytest.CaptureFixture[str]
) -> None:
    world = clerk.world
    sara, lea = Person(world, capsys, "sara"), Person(world, capsys, "lea")
    assert sara.tries("approval rule add reverse").code == 4, "it waits for another person"
    code = sara.asks("approval list")["rows"][-1]["approval"]
    lea.says(f"approval refuse {code} --reason 'told by Jamshid'")
    lea.says("audit seal")
    seals = marks(world)
    lea.says(f"audit erase approval:{code} {REASON}")
    assert "Jamshid" not in everything(world)
    assert failures(world, seals) == []


def test_what_is_said_wrongly_is_refused(clerk: Officer) -> None:
    assert clerk.refused(f"audit erase statement:BANK/none {REASON}", 5) == "unknown-statement"
    assert clerk.refused(f"audit erase statement:NONE/none {REASON}", 5) == "unknown-code"
    assert clerk.refused(f"audit erase statement:BANK {REASON}", 3) == "malformed-erasure"
    assert clerk.refused(f"audit erase finding:F-9999 {REASON}", 5) == "unknown-finding"
    assert clerk.refused(f"audit erase approval:APR-9999 {REASON}", 5) == "unknown-approval"


@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_change_of_what_was_sealed_after_an_erasure_is_found(
    clerk: Officer, is_sealed: bool
) -> None:
    """What was sealed before the erasure is taken as sealed; what remained then is compared."""
    if is_sealed:
        clerk.says("audit seal")
    clerk.says(f"audit erase finding:F-0001 --field reason {REASON}")
    clerk.says("audit seal")
    disarm(clerk.world.url)
    with closing(clerk.world.raw()) as raw:
        raw.execute("UPDATE finding_event SET event = 'reopened' WHERE number = 2")
    (checked,) = run_checks(clerk.world.ledger, ["seals"])
    found = any("rows finding_event" in one for one in checked.failures)
    noted = any("rows finding_event" in one for one in checked.notes)
    assert (found, noted) == (not is_sealed, is_sealed)


def test_a_text_that_is_erased_after_the_seal_of_an_earlier_erasure(clerk: Officer) -> None:
    clerk.says(f"audit erase statement:BANK/2026/11 --field reference {REASON}")
    clerk.says(f"audit erase finding:F-0001 --field subject {REASON}")
    clerk.says("audit seal")
    assert failures(clerk.world, marks(clerk.world)) == []
    clerk.says(f"audit erase finding:F-0001 --field said {REASON}")
    assert failures(clerk.world, marks(clerk.world)) == []


@pytest.mark.parametrize("erased", [False, True])
def test_the_guards_admit_nothing_else(clerk: Officer, erased: bool) -> None:
    if erased:
        clerk.says(f"audit erase statement:BANK/2026/11 --field file_name {REASON}")
        clerk.says(f"audit erase finding:F-0001 --field reason {REASON}")
    for statement in (
        "UPDATE statement_line SET reference = '[erased]'",
        "UPDATE statement_line SET reference = 'another'",
        "UPDATE statement_line SET amount = 1",
        "UPDATE statement SET file_name = 'another'",
        "UPDATE finding SET said = '[erased]'",
        "UPDATE finding_event SET reason = 'another' WHERE number = 2",
        "UPDATE finding_event SET event = 'healed' WHERE number = 2",
        "DELETE FROM finding_event",
    ):
        with closing(clerk.world.raw()) as raw, pytest.raises(Refusal, match="cityfund guard"):
            raw.execute(statement)
    assert failures(clerk.world, marks(clerk.world)) == []


def test_a_copy_has_what_remains(clerk: Officer, ledgers: Ledgers) -> None:
    clerk.says("audit seal")
    clerk.says(f"audit erase finding:F-0001 statement:BANK/2026/11 {REASON}")
    clerk.says(f"db copy --to {(target := ledgers.empty())}")
    copy = World(target)
    assert everything(copy) == everything(clerk.world)
    assert failures(copy, marks(clerk.world)) == []
    copy.ledger.engine.dispose()
