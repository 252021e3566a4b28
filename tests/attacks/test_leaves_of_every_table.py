"""No table can be forgotten: what is kept for ever has a leaf, or is recomputed by a check."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from complete_ledger import disarm
from ledgers import Ledgers
from raw import Raw
from sealed_world import Sealed
from sqlalchemy import Boolean, Date, Integer, Table
from sqlalchemy.types import TypeDecorator
from tampering import KINDS
from world import World

from ledger.checks import CHECKS
from ledger.store.db.tables import IDENTITY_CHANGE, append_only_tables
from ledger.store.evidence.table_rows import NIGHT_TABLES, ROW_TABLES
from ledger.usecases.check import run_checks
from ledger.usecases.erasure import erase

DERIVED = {
    "allowed_move": "guards",
    "night_lock": "guards",
    "seal": "seals",
    "sealed_leaf": "seals",
}
"""The append-only tables without a leaf, each with the check that recomputes it."""

WITHIN_RECORDS = {
    *("request", "receipt", "disclosure", "entry", "movement", "introduced_line", "holder"),
    *("setting_version", "unit", "rate", "proposal", "proposal_line", "proposal_project"),
    *KINDS,
    *(f"{name}_version" for name in KINDS),
    *(f"{name}{IDENTITY_CHANGE}" for name in KINDS),
    "adopted_row",
}
"""The tables whose rows are within the leaves of requests, entries, versions and so on."""

OTHERS = (*ROW_TABLES, *NIGHT_TABLES)


def test_every_append_only_table_has_a_kind_of_leaf() -> None:
    kept = {table.name for table in append_only_tables()}
    covered = WITHIN_RECORDS | {table.name for table in OTHERS}
    assert kept - covered == set(DERIVED)
    assert set(DERIVED.values()) <= CHECKS.keys()


@pytest.fixture(scope="module")
def bare(sealed_once: Sealed, run_ledgers: Ledgers) -> Iterator[World]:
    """Give a sealed ledger without its guards."""
    url = run_ledgers.copy(sealed_once.url)
    world = World(url)
    world.do(lambda uow: erase(uow, ["entry:1"], ["receipt"]), reason="asked for")
    with closing(world.raw()) as raw:
        (night,) = raw.rows("SELECT day FROM night_run")
    world.do(lambda uow: erase(uow, [f"night:{night['day']}"], ["actor"]), reason="asked for")
    world.seal()
    disarm(url)
    yield world
    world.ledger.engine.dispose()


@pytest.mark.parametrize("table", OTHERS, ids=lambda table: table.name)
def test_every_changed_cell_is_named(bare: World, table: Table) -> None:
    missed = []
    with closing(Raw(bare.url)) as raw:
        if raw.engine == "sqlite":
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute("PRAGMA ignore_check_constraints = ON")
        row = raw.rows(f"SELECT * FROM {table.name}")[0]
        for column in table.columns:
            new = another(column.type, row[column.name])
            where = " AND ".join(f"{one.name} = ?" for one in table.primary_key)
            key = [row[one.name] for one in table.primary_key]
            raw.execute(f'UPDATE {table.name} SET "{column.name}" = ? WHERE {where}', (new, *key))
            (result,) = run_checks(bare.ledger, ["seals"])
            if not any(table.name in one for one in result.failures):
                missed.append((column.name, result.failures))
            if column.primary_key:
                key = [new if one is column else row[one.name] for one in table.primary_key]
            raw.execute(
                f'UPDATE {table.name} SET "{column.name}" = ? WHERE {where}',
                (row[column.name], *key),
            )
        assert run_checks(bare.ledger, ["seals"])[0].ok
    assert missed == []


def another(kind: Any, old: Any) -> Any:
    """Give a value of a column's kind that differs from the one it has."""
    kind = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if isinstance(kind, Boolean):
        return not old
    if isinstance(kind, Date):
        return "1999-12-31"
    if isinstance(kind, Integer):
        return (old or 0) + 100  # none of its neighbours
    room = getattr(kind, "length", None) or len(old or "") + 1
    kept = (old or "")[: room - 1]
    return next(one for one in (f"{kept}x", f"{kept}y") if one != old)
