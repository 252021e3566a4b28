"""Single bytes are changed in any table of a sealed ledger: a check names each of them.

What is within leaves is named by `check seals`; each table of `DERIVED` by the check that
recomputes it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attack_figures import count_cases
from bare_place import Place, bare_place
from complete_ledger import disarm
from ledgers import Ledgers
from sealed_world import Sealed
from sqlalchemy import Column, Table
from tampering import KINDS, SEALED_TABLES, Attacker, Refused

from ledger.store.db.tables import IDENTITY_CHANGE, every_table
from ledger.usecases.check import run_over_snapshot

SEED = 1_000_033
EVERY_DAY = 20
FOR_LONG = 1000

DERIVED = {
    "balance": "balances",
    "deal_balance": "balances",
    "allowed_move": "guards",
    **dict.fromkeys(
        ("region", "country", "sector", "project_status", "instrument", "seat_role"), "reference"
    ),
    **{f"{kind}{IDENTITY_CHANGE}": "append-only" for kind in ("city", "provider", "project")},
}
"""The tables without a leaf, each with the check that recomputes it."""

ONE_ROW = {"night_lock"}
"""A table whose one row has one possible value, which a constraint of the schema says."""

TABLES = [table for table in every_table() if table.name not in ONE_ROW]


def test_every_table_is_within_leaves_or_recomputed() -> None:
    sealed = {table.name for table in SEALED_TABLES}
    assert {table.name for table in TABLES} == sealed | set(DERIVED)


@pytest.fixture
def place(
    sealed_once: Sealed, ledgers: Ledgers, tmp_path: Path
) -> Iterator[tuple[Attacker, dict[str, Any], Place]]:
    bare = ledgers.furnished(sealed_once.url)
    disarm(bare)
    ledgers.settle(bare)
    with bare_place(bare, tmp_path) as (reader, attempt):
        rows = {table.name: reader.rows(table.name) for table in TABLES}
        sealed = {table.name: rows[table.name] for table in SEALED_TABLES}
        yield Attacker(sealed, sealed_once.marks), rows, attempt


def one_byte_off(value: Any, chance: Random) -> Any:
    """Give a value with one bit of one byte changed; raises `Refused` where it has none."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(8))
    if isinstance(value, bytes) and value:
        at = chance.randrange(len(value))
        return value[:at] + bytes([value[at] ^ (1 << chance.randrange(8))]) + value[at + 1 :]
    text = "" if value is None else str(value)
    places = [at for at, one in enumerate(text) if one.isascii()]
    if not places:
        raise Refused(value)
    at = chance.choice(places)
    return text[:at] + chr(ord(text[at]) ^ (1 << chance.randrange(6))) + text[at + 1 :]


def mutated(place: Any, seed: int, count: int) -> None:
    attacker, rows, attempt = place
    chance, missed, done = Random(seed), [], 0
    while done < count:
        table = chance.choice(TABLES)
        covered = attacker.rows.get(table.name, rows[table.name])
        if not covered:
            continue
        row, column = chance.choice(covered), chance.choice(list(table.columns))
        try:
            new = one_byte_off(row[column.name], chance)
            if reads_alike(attacker, table, column, row, new):
                continue
            with attempt() as (sql, connection):
                change(sql, table, column, row, new)
                if all(one in rows[table.name] for one in sql.rows(table.name)):
                    continue  # the database took it for what was there: a date in other signs
                check = DERIVED.get(table.name, "seals")
                (result,) = run_over_snapshot(connection, [check], attacker.marks[-1:])[:1]
        except Refused:
            continue
        done += 1
        names = attacker.names(table.name, row) if check == "seals" else ("",)
        if not any(name in failure for failure in result.failures for name in names):
            missed.append((table.name, column.name, row[column.name], new, result.failures[:3]))
    count_cases(done, undetected=len(missed))
    assert missed == [], f"seed {seed}"


def change(sql: Any, table: Table, column: Column[Any], row: Any, new: Any) -> None:
    key = list(table.primary_key.columns.keys())
    where = " AND ".join(f'"{name}" = ?' for name in key)
    statement = f'UPDATE {table.name} SET "{column.name}" = ? WHERE {where}'
    sql.run(statement, (new, *(row[name] for name in key)))


def reads_alike(attacker: Attacker, table: Table, column: Column[Any], row: Any, new: Any) -> bool:
    """Say whether nobody can tell the new value from the old one."""
    name = table.name.removesuffix("_version")
    versions = name in KINDS and name != table.name
    return versions and attacker._says_the_same(table, column, row, new)


def test_changed_bytes_of_every_table_are_named(place: Any) -> None:
    mutated(place, SEED, EVERY_DAY)


@pytest.mark.soak
def test_a_thousand_changed_bytes_are_named(place: Any) -> None:
    mutated(place, secrets.randbelow(10**9), FOR_LONG)
