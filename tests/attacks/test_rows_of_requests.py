"""Rows that a request wrote are changed before any seal: its hash, known from outside, shows it.

The hash of a request covers every row that it wrote, in whatever table. Who changes a row and
records the hash anew is found against a hash that somebody remembers, and so is a cut row.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import time_machine
from attack_figures import count_cases
from bare_place import Place, bare_place
from complete_ledger import attack, disarm
from ledgers import Ledgers
from officer import Officer
from sealed_world import Sealed
from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, true
from tampering import Attacker, Refused
from test_mutated_bytes import change, one_byte_off
from world import World

from ledger.journal.entries import CHAINED_FORMAT
from ledger.store.db.prepared import HASHED_APART, hashes_of_stored
from ledger.store.db.tables import every_table
from ledger.store.db.types import text_columns
from ledger.store.erasable import erasable_tables
from ledger.store.evidence.links import read_links
from ledger.store.evidence.request_rows import OF_NO_REQUEST, hashed_tables
from ledger.usecases.check import run_checks, run_over_snapshot

SEED = 2_000_003
EVERY_DAY = 20
FOR_LONG = 1000


def test_every_table_is_hashed_or_has_its_reason() -> None:
    apart = {*HASHED_APART, *(one.name for one in OF_NO_REQUEST)}
    assert {one.name for one in every_table()} == apart | {one.name for one in hashed_tables()}


def test_the_columns_that_are_left_out_are_those_whose_texts_can_be_erased() -> None:
    due: dict[str, set[str]] = {}
    for one in erasable_tables():
        due.setdefault(one.table.name, set()).update(column for column, _ in one.texts)
    for table in hashed_tables():
        assert {*text_columns(table)} == due.get(table.name, set()), table.name


@pytest.fixture
def place(
    sealed_once: Sealed, ledgers: Ledgers, tmp_path: Path
) -> Iterator[tuple[Attacker, dict[str, Any], Place]]:
    bare = ledgers.furnished(sealed_once.url)
    disarm(bare)
    ledgers.settle(bare)
    with bare_place(bare, tmp_path) as (reader, attempt):
        yield {one.name: reader.rows(one.name) for one in every_table()}, attempt


def chain_failures(connection: Any) -> tuple[str, ...]:
    return run_over_snapshot(connection, ["chain"], ())[0].failures


def mutated(place: Any, seed: int, count: int) -> None:
    """Change single bytes of rows; delete or repeat some; each is named by its request."""
    rows, attempt = place
    chance, missed, done = Random(seed), [], 0
    tables = [one for one in hashed_tables() if rows[one.name]]
    with attempt() as (_, connection):
        assert chain_failures(connection) == ()
    while done < count:
        table = chance.choice(tables)
        row = chance.choice(rows[table.name])
        how = chance.choice(("change", "change", "delete"))
        try:
            with attempt() as (sql, connection):
                if not _attacked(sql, table, row, how, chance, rows):
                    continue
                failures = chain_failures(connection)
        except Refused:
            continue
        done += 1
        if not any("or a row that it wrote, is not what" in one for one in failures):
            missed.append((table.name, how, row, failures[:2]))
    count_cases(done, undetected=len(missed))
    assert missed == [], f"seed {seed}"


def _attacked(sql: Any, table: Table, row: Any, how: str, chance: Random, rows: Any) -> bool:
    """Attack a row; say whether anything is another thing now."""
    key = list(table.primary_key.columns.keys())
    if how == "delete":
        where = " AND ".join(f'"{name}" = ?' for name in key)
        sql.run(f"DELETE FROM {table.name} WHERE {where}", tuple(row[name] for name in key))
        return True
    texts = text_columns(table)
    column = chance.choice([one for one in table.columns if one.name not in texts])
    new = one_byte_off(row[column.name], chance)
    if not new and not row[column.name]:
        return False
    change(sql, table, column, row, new)
    # The database may take it for what was there: a date in other signs.
    return not all(one in rows[table.name] for one in sql.rows(table.name))


def test_changed_rows_of_every_table_are_named(place: Any) -> None:
    mutated(place, SEED, EVERY_DAY)


@pytest.mark.soak
def test_a_thousand_changed_rows_are_named(place: Any) -> None:
    mutated(place, secrets.randbelow(10**9), FOR_LONG)


@pytest.fixture
def clerk(
    sealed_once: Sealed, ledgers: Ledgers, capsys: pytest.CaptureFixture[str], tmp_path, monkeypatch
) -> Iterator[Officer]:
    """Give an officer of a ledger in which an act and the reason of a finding are not sealed."""
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with time_machine.travel(datetime(2026, 11, 23, 15, tzinfo=UTC), tick=True):
        made = Officer(World(ledgers.furnished(sealed_once.url)), capsys)
        made.says("finding resolve F-0001 --reason 'called Jamshid' --key call-1")
        made.world.need("900 EUR", "N-0900")
        yield made
        made.world.ledger.engine.dispose()


def chain(officer: Officer) -> str:
    said = officer.tries("check chain")
    return said.out + said.err if said.code else ""


CHANGES = {
    "amount": "UPDATE movement SET amount = 7 WHERE entry_id = (SELECT max(id) FROM entry)",
    "day": "UPDATE entry SET effective_on = '2026-01-02' WHERE id = (SELECT max(id) FROM entry)",
    "gone": "DELETE FROM need_version WHERE need_id = (SELECT max(id) FROM need)",
    "code": "UPDATE need SET code = 'N-0901' WHERE id = (SELECT max(id) FROM need)",
    "finding": "UPDATE finding_event SET event = 'healed' WHERE number = 2",
}


@pytest.mark.every_engine
@pytest.mark.parametrize("what", CHANGES)
def test_a_row_that_is_changed_before_any_seal_is_named(clerk: Officer, what: str) -> None:
    assert chain(clerk) == ""
    attack(clerk.world.url, CHANGES[what])
    assert "or a row that it wrote, is not what its hash was made of" in chain(clerk)


@pytest.mark.every_engine
def test_an_erased_text_alone_is_exempt(clerk: Officer) -> None:
    clerk.says("audit erase finding:F-0001 request:call-1 --reason 'asked for' --yes")
    assert chain(clerk) == ""
    attack(clerk.world.url, CHANGES["finding"])
    assert "or a row that it wrote" in chain(clerk)


def test_a_request_whose_text_was_erased_is_still_compared(clerk: Officer) -> None:
    clerk.says("audit erase request:call-1 --reason 'asked for' --yes")
    attack(clerk.world.url, "UPDATE request SET command = 'x' WHERE key = 'call-1'")
    assert "or a row that it wrote" in chain(clerk)


def test_a_text_that_is_changed_before_any_seal_is_named(clerk: Officer) -> None:
    attack(clerk.world.url, "UPDATE finding_event SET reason = 'another' WHERE number = 2")
    (checked,) = run_checks(clerk.world.ledger, ["seals"])
    assert any("its rows and disclosures do not agree" in one for one in checked.failures)


@pytest.mark.every_engine
def test_a_row_that_is_changed_with_its_hash_shows_against_a_remembered_one(clerk: Officer) -> None:
    last = clerk.asks("city add Yazd --code YAZ --country IR")["request_hash"]
    attack(clerk.world.url, "UPDATE city SET number = 77 WHERE code = 'YAZ'")
    with clerk.world.ledger.read() as connection:
        *_, link = read_links(connection)
    attack(
        clerk.world.url,
        f"UPDATE receipt SET hash = '{link.due}' WHERE request_id = {link.request}",
    )
    assert f"the request with the hash {last} is not there" in chain(clerk)


def test_no_request_of_an_earlier_format_follows(clerk: Officer, monkeypatch) -> None:
    monkeypatch.setattr("ledger.store.db.queries.BOUND_FORMAT", CHAINED_FORMAT)
    clerk.says("city add Yazd --code YAZ --country IR")
    assert "has no hash of the rows it wrote, as those before it have" in chain(clerk)


def test_a_column_that_is_added_later_changes_no_hash() -> None:
    """Where it is empty, or has what all rows of before have."""
    columns = [Column("id", Integer), Column("name", String)]
    before = Table("made_up", MetaData(), *columns)
    added = [Column("note", String), Column("kept", Boolean, server_default=true())]
    columns = [Column("id", Integer), Column("name", String)]
    after = Table("made_up", MetaData(), *columns, *added)
    earlier = hashes_of_stored(before, [(1,), ("a",)])
    assert earlier == hashes_of_stored(after, [(1,), ("a",), (None,), (1,)])
    assert earlier != hashes_of_stored(after, [(1,), ("a",), (None,), (0,)])
