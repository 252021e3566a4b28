"""Notes, contacts and owners are recorded, found by what they are about, imported and undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ledgers import Ledgers
from officer import Officer
from world import World

from ledger.store.evidence.leaves import AFTER_ALL, BEFORE_ALL, stream_leaves


@pytest.fixture
def office(officer: Officer) -> Officer:
    """Give an officer of a fund with a city that is a provider too, under one code."""
    for line in (
        "city add Mashhad --code MHD --country IR",
        "provider add Mashhad --kind city --city MHD --code MHD",
        "project add Monorail --city MHD --sector transport.urban --code PRJ-1",
    ):
        officer.says(line)
    return officer


def rows(officer: Officer, line: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = officer.asks(line)["rows"]
    return found


def test_they_name_a_record_of_any_register(office: Officer) -> None:
    assert "text: Asked for a metro" in office.says("note add prj-1 'Asked for a metro'")
    office.says("note add city:mhd 'Second letter' --on 2026-11-01")
    office.says("contact add provider:MHD 'A. Karimi' --role mayor --email a@mashhad.ir")
    office.says("contact edit CN-0001 --phone '+98 51 3841 0000'")
    office.says("owner add PRJ-1 sara")
    office.says("owner edit OW-0001 omid --reason 'on leave'")
    assert [(one["kind"], one["record"], one["date"]) for one in rows(office, "note list")] == [
        ("project", "PRJ-1", "2026-11-23"),
        ("city", "MHD", "2026-11-01"),
    ]
    (contact,) = rows(office, "contact list --where role=mayor")
    assert (contact["kind"], contact["email"]) == ("provider", "a@mashhad.ir")
    assert [one["actor"] for one in rows(office, "owner list")] == ["omid"]
    assert "actor: sara → omid" in office.says("history owner:OW-0001")
    office.says("contact withdraw CN-0001")
    assert rows(office, "contact list") == []
    assert office.tries("check").code == 0


@pytest.mark.only_on("sqlite")
def test_bad_words_are_refused(office: Officer) -> None:
    assert office.refused("note add MHD x", 5, "city:MHD", "provider:MHD") == "ambiguous-code"
    assert office.refused("note add PRJ-9 x", 5, "PRJ-9") == "unknown-code"
    assert office.refused("note add PRJ-1 ' '", 3, "text") == "bad-terms"
    assert office.refused("note add PRJ-1 x --date 2027-01-01", 3, "future") == "future-date"
    assert office.refused("contact add PRJ-1 x", 5, "city, provider") == "unknown-code"
    assert office.refused("contact add city:MHD x --email none", 3, "email") == "bad-terms"
    assert office.refused("contact add city:MHD x --phone call", 3, "telephone") == "bad-terms"
    assert office.refused("note edit NT-1 --text x", 5, "NT-1") == "unknown-code"
    office.says("note add PRJ-1 x")
    assert office.refused("note edit NT-0001 --record city:MHD", 4, "never changes") == "fixed-term"


def test_files_that_people_write_have_no_codes(office: Officer, tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text(
        "record,date,text\nprj-1,2026-11-20,Called\ncity:MHD,2026-11-21,Wrote\n"
    )
    (tmp_path / "contacts.csv").write_text(
        "record,kind,name,role,email,phone\nMHD,city,A. Karimi,mayor,,+98 51 3841 0000\n"
    )
    (tmp_path / "owners.csv").write_text("record,actor\nPRJ-1,sara\n")
    line = f"import {tmp_path} --yes"
    assert office.asks(line)["counts"]["registers"] == 4
    assert office.asks(line)["counts"]["registers"] == 0
    (tmp_path / "owners.csv").write_text("record,actor\nPRJ-1,omid\n")
    (tmp_path / "notes.csv").write_text("record,date,text\nPRJ-1,2026-11-22,Called again\n")
    office.says(line)
    assert [one["actor"] for one in rows(office, "owner list")] == ["omid"]
    assert [one["text"] for one in rows(office, "note list")] == ["Called", "Wrote", "Called again"]
    office.says(f"export {tmp_path / 'out'}")
    assert office.asks(f"import {tmp_path / 'out'} --yes")["counts"]["registers"] == 0
    office.says(f"export {tmp_path / 'book.xlsx'}")
    assert office.asks(f"import {tmp_path / 'book.xlsx'} --yes")["counts"]["registers"] == 0


@pytest.mark.only_on("sqlite")
def test_bad_rows_are_named(office: Officer, tmp_path: Path) -> None:
    file = tmp_path / "notes.csv"
    for cells, said in (
        ("MHD,2026-11-20,x", "several records: city:MHD, provider:MHD"),
        ("PRJ-7,2026-11-20,x", "PRJ-7"),
        ("planet:MHD,2026-11-20,x", "planet"),
    ):
        file.write_text(f"record,date,text\n{cells}\n")
        told = office.tries(f"import {file} --yes")
        assert told.code != 0
        assert said in told.err
    file.write_text("record,text,kind\ncity:MHD,x,provider\n")
    assert "its kind as provider" in office.tries(f"import {file} --yes").err


def test_what_is_noted_stays_under_its_record(office: Officer) -> None:
    office.says("project add Housing --city MHD --sector socialHousing --code PRJ-2")
    key = office.asks("log --about PRJ-2")["rows"][-1]["key"]
    office.says("note add PRJ-2 'First call'")
    office.says("project edit PRJ-2 --code HOUSE-2")
    found = [one["command"] for one in rows(office, "log --about HOUSE-2")]
    assert found == ["project add", "note add", "project edit"]
    key = office.asks("project add Port --city MHD --sector transport --code PRJ-3")["key"]
    office.says("note add PRJ-3 'First call'")
    told = office.tries(f"undo {key} --reason wrong --yes")
    assert (told.code, "note NT-0002" in told.err) == (4, True), told
    office.says("undo --reason wrong --yes")
    office.says(f"undo {key} --reason wrong --yes")
    assert office.tries("check").code == 0


@pytest.mark.only_on("sqlite")
def test_leaves_hold_hashes_of_texts_and_people(office: Officer) -> None:
    office.says("note add PRJ-1 'A private remark'")
    office.says("contact add city:MHD 'A. Karimi' --email a@mashhad.ir")
    office.says("owner add PRJ-1 omid")
    office.says("audit seal")
    with office.world.ledger.read() as connection:
        leaves = [
            (leaf.content or b"").decode()
            for leaf in stream_leaves(connection, BEFORE_ALL, AFTER_ALL)
        ]
    for text in ("private", "Karimi", "mashhad.ir", "omid"):
        assert not any(text in leaf for leaf in leaves), text
    assert any("PRJ-1" in leaf and '"kind":"note"' in leaf for leaf in leaves)


def test_a_reminder_that_was_reopened_travels(
    office: Officer, ledgers: Ledgers, tmp_path: Path
) -> None:
    office.says("remind PRJ-1 2026-11-20 'Call the mayor'")
    office.says("done R-0001 --on 2026-11-21")
    office.says(f"export {tmp_path / 'done'}")
    for line in ("done R-0001", "done R-0001 --on 2026-11-22"):
        refused = office.refused(line, 4, "R-0001 is done already, since 2026-11-21", "reopen")
        assert refused == "nothing-to-change"
    receipt = office.asks("reminder reopen R-0001 --reason 'nobody called'")
    office.refused("reminder reopen R-0001", 4, "R-0001 is open already")
    assert receipt["changes"] == {"done_on": ["2026-11-21", None]}
    assert "done on: 2026-11-21 → none" in office.says("history R-0001")
    office.says(f"export {tmp_path / 'reopened'}")
    assert office.asks(f"import {tmp_path / 'reopened'} --yes")["counts"]["registers"] == 0
    for folder, done_on in (("done", "2026-11-21"), ("reopened", None)):
        other = Officer(World(ledgers.new()), office._capsys)
        other.says(f"import {tmp_path / folder} --yes")
        assert [one["done_on"] for one in rows(other, "reminder list")] == [done_on]
    office.says("audit seal")
    with office.world.ledger.read() as connection:
        leaves = [
            (leaf.content or b"").decode()
            for leaf in stream_leaves(connection, BEFORE_ALL, AFTER_ALL)
        ]
    of_it = [leaf for leaf in leaves if '"kind":"reminder"' in leaf]
    assert len(of_it) == 3  # it was added, done, and opened again
    assert not any("mayor" in leaf for leaf in leaves)
    office.says(f"undo {receipt['key']} --reason slip --yes")
    assert [one["done_on"] for one in rows(office, "reminder list")] == ["2026-11-21"]
    assert office.tries("check").code == 0
