"""Texts of statements, findings and answers are erased: they are gone, and every seal holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from complete_ledger import attack, disarm
from ledgers import Ledgers
from officer import Officer
from people import Person
from sealed_world import marks
from test_erasure import REASON, SECRET, everything, failures
from world import World

from ledger.evidence.tree_head import TreeHead
from ledger.journal.entries import CHAINED_FORMAT, SALTED_FORMAT
from ledger.statements.lines import reference_key
from ledger.store.erasable import OF_NIGHTS
from ledger.store.evidence.remaining import remaining_leaves
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
    assert not any("erased by" in one for one in check["notes"]), "no leaf is taken as sealed"
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


def test_what_an_approval_shows_is_erased(
    clerk: Officer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its lines stay while it is open; then they go, and what was recorded by it passes."""
    world = clerk.world
    sara, lea = Person(world, capsys, "sara"), Person(world, capsys, "lea")
    typed = "approval rule add reverse --reason 'told by Jamshid'"
    assert sara.tries(typed).code == 4, "it waits for another person"
    code = sara.asks("approval list")["rows"][-1]["approval"]
    erase = f"audit erase approval:{code} {REASON}"
    assert lea.refused(erase, 4) == "approval-open"
    lea.says(f"approval give {code} --reason 'told by Jamshid'")
    assert lea.refused(erase, 4) == "approval-open"
    lea.says(f"{erase} --field reason")
    rule = sara.asks(f"{typed} --key {code}")["recorded"]["approval_rule"]
    typed = "approval standing add BANK '10 EUR' --until 2099-01-01 --reason Jamshid"
    standing = lea.asks(typed)["recorded"]["standing_approval"]
    lea.says("audit seal")
    seals = marks(world)
    lea.says(erase)
    lea.says(f"audit erase approval-rule:{rule} standing-approval:{standing} {REASON}")
    found = everything(world)
    assert "Jamshid" not in found, found[found.index("Jamshid") - 900 : found.index("Jamshid") + 99]
    assert "[erased]" in lea.says(f"approval show {code}")
    assert failures(world, seals) == []
    assert lea.refused(f"audit erase approval-rule:AR-0009 {REASON}", 5) == "unknown-approval-rule"
    missing = f"audit erase standing-approval:SA-0009 {REASON}"
    assert lea.refused(missing, 5) == "unknown-standing-approval"


def test_what_is_said_wrongly_is_refused(clerk: Officer) -> None:
    assert clerk.refused(f"audit erase statement:BANK/none {REASON}", 5) == "unknown-statement"
    assert clerk.refused(f"audit erase statement:NONE/none {REASON}", 5) == "unknown-code"
    assert clerk.refused(f"audit erase statement:BANK {REASON}", 3) == "malformed-erasure"
    assert clerk.refused(f"audit erase finding:F-9999 {REASON}", 5) == "unknown-finding"
    assert clerk.refused(f"audit erase approval:APR-9999 {REASON}", 5) == "unknown-approval"


CHANGED = {
    "finding_event": ("event", "'reopened'", "number = 2"),
    "finding": ("theirs", "'another'", "id = 1"),
    "statement_line": ("amount", "amount + 1", "position = 1"),
    "statement": ("code", "'another'", "id = 1"),
}
"""Of each table with a text that is erased: a column beside it, its new value, and the row."""


@contextmanager
def changed(world: World, table: str) -> Iterator[None]:
    """Change another column of a row for a while, as who owns the database could."""
    column, value, row = CHANGED[table]
    change = f"UPDATE {table} SET {column} = {{}} WHERE {row}"
    with closing(world.raw()) as raw:
        (before,) = raw.rows(f"SELECT {column} FROM {table} WHERE {row}")
        assert raw.execute(change.format(value)).rowcount == 1
        yield
        assert raw.execute(change.format("?"), (before[column],)).rowcount == 1


@pytest.mark.every_engine
@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_change_beside_an_erased_text_is_found(clerk: Officer, is_sealed: bool) -> None:
    """Only the text itself is exempt: the rest of its row, and all other rows, are compared."""
    if is_sealed:
        clerk.says("audit seal")
    clerk.says(f"audit erase finding:F-0001 --field reason,subject,file_name {REASON}")
    clerk.says(f"audit erase statement:BANK/2026/11 --field reference,file_name {REASON}")
    clerk.says("audit seal")
    assert failures(clerk.world, marks(clerk.world)) == []
    disarm(clerk.world.url)
    for table in CHANGED:
        with changed(clerk.world, table):
            found = of_seals(clerk.world)
        assert any(f"rows {table} " in one for one in found), (table, found)
    assert of_seals(clerk.world) == ()


@pytest.fixture
def earlier(clerk: Officer, monkeypatch: pytest.MonkeyPatch) -> Officer:
    """Give a ledger with events of a finding whose leaves hold hashes of the texts themselves."""
    with monkeypatch.context() as before:
        before.setattr("ledger.store.db.queries.BOUND_FORMAT", CHAINED_FORMAT)
        before.setattr("ledger.store.session.rows.DisclosureRows.add_rows", lambda *_: None)
        clerk.says(f"finding reopen F-0001 --reason 'told by {SECRET}'")
        clerk.says(f"finding resolve F-0001 --reason 'called {SECRET} again' --key call-2")
    return clerk


@pytest.mark.every_engine
@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_change_beside_an_erased_text_of_an_earlier_format_is_found(
    earlier: Officer, is_sealed: bool
) -> None:
    """The erasure records what remains of the leaf, and its rows are compared with that."""
    if is_sealed:
        earlier.says("audit seal")
    seals = marks(earlier.world)
    earlier.says(f"audit erase finding:F-0001 --field reason,input,receipt {REASON}")
    assert SECRET not in everything(earlier.world)
    assert of_seals(earlier.world, seals) == ()
    changed = "UPDATE finding_event SET event = 'healed' WHERE number = {}"
    disarm(earlier.world.url)
    with closing(earlier.world.raw()) as raw:
        assert raw.execute(changed.format(4)).rowcount == 1
    assert any("rows finding_event" in one for one in of_seals(earlier.world))


@pytest.mark.every_engine
def test_no_text_of_a_changed_leaf_of_an_earlier_format_is_erased(earlier: Officer) -> None:
    """What was changed before the erasure would otherwise count as what remained."""
    earlier.says("audit seal")
    disarm(earlier.world.url)
    change = "UPDATE finding_event SET event = '{}' WHERE number = 4"
    with closing(earlier.world.raw()) as raw:
        ((event,),) = raw.execute("SELECT event FROM finding_event WHERE number = 4").fetchall()
        assert raw.execute(change.format("healed")).rowcount == 1
        before = everything(earlier.world)
        erasure = f"audit erase finding:F-0001 --field reason,input,receipt {REASON}"
        assert earlier.refused(erasure, 4) == "leaf-differs"
        assert everything(earlier.world) == before
        assert raw.execute(change.format(event)).rowcount == 1
    assert of_seals(earlier.world) == ()


@pytest.mark.every_engine
@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_deleted_record_of_what_remains_is_found_before_its_request_is_sealed(
    earlier: Officer, is_sealed: bool
) -> None:
    """Without it, what was sealed would be taken for any content of the leaf."""
    if is_sealed:
        earlier.says("audit seal")
    earlier.says(f"audit erase finding:F-0001 --field reason,input,receipt {REASON}")
    earlier.says(f"audit erase statement:BANK/2026/11 --field file_name {REASON}")
    assert of_seals(earlier.world) == ()
    disarm(earlier.world.url)
    with closing(earlier.world.raw()) as raw:
        assert raw.execute("DELETE FROM remaining_leaf").rowcount > 0
    found = of_seals(earlier.world)
    assert any("rows finding_event" in one and "not recorded" in one for one in found), found


OF_CALL_2 = "(SELECT id FROM request WHERE key = 'call-2')"
IN_FORMAT_2 = (
    f"UPDATE receipt SET hash = NULL WHERE request_id = {OF_CALL_2}",
    "UPDATE request SET format = 2, parent_id = NULL, parent_hash = NULL WHERE key = 'call-2'",
    "UPDATE request SET transaction_id = NULL, server_id = NULL WHERE key = 'call-2'",
)
"""What makes of a request in format 3 one as it was recorded before requests had hashes."""

CHANGES_OF_REQUESTS = {
    "its command": "UPDATE request SET command = 'finding reopen' WHERE key = 'call-2'",
    "its moment": "UPDATE request SET recorded_at = recorded_at + 1000000 WHERE key = 'call-2'",
    "its answer": f"UPDATE receipt SET body = '{{}}' WHERE request_id = {OF_CALL_2}",
}


@pytest.mark.every_engine
@pytest.mark.parametrize("change", CHANGES_OF_REQUESTS)
@pytest.mark.parametrize("layout", [SALTED_FORMAT, CHAINED_FORMAT])
def test_a_request_of_an_earlier_format_is_compared_once_its_text_is_erased(
    earlier: Officer, layout: int, change: str
) -> None:
    """Its own hash covers its salts, of which one is gone, and no seal covers it yet."""
    if layout == SALTED_FORMAT:
        attack(earlier.world.url, *IN_FORMAT_2)
    earlier.says(f"audit erase request:call-2 --field actor {REASON}")
    assert of_seals(earlier.world) == ()
    attack(earlier.world.url, CHANGES_OF_REQUESTS[change])
    (found,) = of_seals(earlier.world)
    assert "is not sealed, and is not what remained when a text of it was erased" in found


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    "spoiled",
    [
        "UPDATE remaining_leaf SET request_id = 'x'",
        "UPDATE erasure SET kind = 1009, record = 'x' WHERE kind = 1003",
    ],
)
def test_spoiled_numbers_of_an_erasure_are_reported(earlier: Officer, spoiled: str) -> None:
    earlier.says("audit seal")
    earlier.says(f"audit erase finding:F-0001 --field reason,input,receipt {REASON}")
    disarm(earlier.world.url)
    with closing(earlier.world.raw()) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        assert raw.execute(spoiled).rowcount
    of_seals(earlier.world)
    (checked,) = run_checks(earlier.world.ledger, ["file"])
    assert any(f" of {spoiled.split()[1]} " in one for one in checked.failures)


def of_seals(world: World, outside: Sequence[TreeHead] = ()) -> tuple[str, ...]:
    """Give what the check of seals names; the chain has requests of an earlier format here."""
    (checked,) = run_checks(world.ledger, ["seals"], outside)
    return checked.failures


def test_a_ledger_that_erased_before_records_what_remains_at_its_upgrade(
    earlier: Officer,
) -> None:
    earlier.says("audit seal")
    earlier.says(f"audit erase finding:F-0001 --field reason,input,receipt {REASON}")
    with earlier.world.ledger.read() as connection:
        made = [*remaining_leaves(connection)]
    with closing(earlier.world.raw()) as raw:
        kept = raw.rows("SELECT kind, reference, hash FROM remaining_leaf")
    assert sorted(one["kind"] for one in made) == ["request", "request", "rows", "rows"]
    assert sorted(map(repr, made)) == sorted(repr(dict(one)) for one in kept)


@pytest.mark.every_engine
def test_what_the_report_of_a_night_says_is_erased(clerk: Officer, tmp_path: Path) -> None:
    """Reports of nights repeat findings, references and file names: they go with the night."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / f"{SECRET}.csv").write_text("nothing,of,ours\n1,2,3\n")
    assert clerk.tries(f"reconcile --inbox {tmp_path / 'inbox'}").code == 1
    day = clerk.world.ledger.today()
    clerk.says("audit seal")
    seals = marks(clerk.world)
    assert SECRET in nights(clerk.world)
    clerk.says(f"audit erase night:{day} {REASON}")
    assert SECRET not in nights(clerk.world)
    assert failures(clerk.world, seals) == []
    assert clerk.refused(f"audit erase night:{day} {REASON}", 4) == "nothing-to-erase"
    assert clerk.refused(f"audit erase night:2001-01-01 {REASON}", 5) == "unknown-night"
    assert clerk.refused(f"audit erase night:never {REASON}", 3) == "invalid-date"
    clerk.says("status")
    clerk.says("finding list")
    assert clerk.tries(f"reconcile --inbox {tmp_path / 'inbox'}").code in {0, 1}
    clerk.says("audit seal")
    assert failures(clerk.world, [*seals, *marks(clerk.world)]) == []
    disarm(clerk.world.url)
    with closing(clerk.world.raw()) as raw:
        raw.execute("UPDATE night_step SET figures = '{}' WHERE run_id = 2 AND place = 1")
    (checked,) = run_checks(clerk.world.ledger, ["seals"])
    assert any("adopted night_step 2/" in one for one in checked.failures)


def nights(world: World) -> str:
    """Give what stands in the tables of nights, as text."""
    with closing(world.raw()) as raw:
        return repr([[*map(repr, raw.rows(f"SELECT * FROM {one}"))] for one in OF_NIGHTS])


@pytest.mark.parametrize("field", ["findings", "lines"])
def test_a_night_is_changed_in_no_other_way(clerk: Officer, field: str) -> None:
    day = clerk.world.ledger.today()
    clerk.says(f"audit erase night:{day} --field actor,host {REASON}")
    for statement in (
        f"UPDATE night_step SET {field} = '[erased]'",
        f"UPDATE night_step SET {field} = 'another'",
        "UPDATE night_run SET actor = 'another'",
        "UPDATE night_run SET \"system_user\" = '[erased]'",
    ):
        with closing(clerk.world.raw()) as raw, pytest.raises(Refusal, match="cityfund guard"):
            raw.execute(statement)
    assert "cron" in nights(clerk.world)
    assert failures(clerk.world, marks(clerk.world)) == []


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


def test_a_request_of_an_earlier_format_is_compared_in_a_copy_as_well(
    earlier: Officer, ledgers: Ledgers
) -> None:
    earlier.says(f"audit erase request:call-2 --field actor {REASON}")
    earlier.says(f"db copy --to {(target := ledgers.empty())}")
    copy = World(target)
    assert of_seals(copy) == ()
    attack(target, CHANGES_OF_REQUESTS["its command"])
    (found,) = of_seals(copy)
    assert "is not what remained when a text of it was erased" in found
    copy.ledger.engine.dispose()
