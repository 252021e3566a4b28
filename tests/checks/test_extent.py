"""Checks ask no table that is empty, and find the same whether rows come in batches or at once."""

from __future__ import annotations

import pytest
from complete_ledger import live
from ledgers import sqlite_file
from sent import recorded
from world import World

from ledger.store.checks import extent
from ledger.store.checks.extent import is_small_on_server, tables_with_rows
from ledger.store.db import tables
from ledger.usecases.check import run_checks

pytestmark = pytest.mark.every_engine

LEAF_OF_INDEX = 10
"""The kind of a page of an index that has no pages below it."""

STATEMENTS = 30
"""More than the checks of hashes and of leaves send for a new ledger, on any engine."""


def test_tables_with_rows_are_those_that_have_any(world: World) -> None:
    live(world)
    every = tables.every_table()
    raw = world.raw()
    counts = {
        one.name: raw.execute(f"SELECT count(*) FROM {one.name}").fetchone()[0] for one in every
    }
    raw.close()
    with world.ledger.read() as connection:
        assert tables_with_rows(connection, []) == frozenset()
        found = tables_with_rows(connection, every)
    assert found == {name for name, count in counts.items() if count}
    assert found
    assert len(found) < len(every)


@pytest.mark.parametrize("name", ["chain", "seals"])
def test_a_check_of_leaves_or_hashes_asks_no_table_that_is_empty(world: World, name: str) -> None:
    with recorded(world.ledger.engine) as sent:
        (result,) = run_checks(world.ledger, [name])
    assert result.ok
    assert len(sent) <= STATEMENTS


@pytest.mark.only_on("sqlite")
def test_rows_are_found_that_an_index_has_lost(world: World) -> None:
    world.city("MHD")
    raw = world.raw()
    indexes = "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND tbl_name = 'city'"
    pages = [page for (page,) in raw.execute(indexes)]
    assert pages
    size = raw.execute("PRAGMA page_size").fetchone()[0]
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    world.ledger.engine.dispose()
    with sqlite_file(world.url).open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            head = bytearray(file.read(8))
            assert head[0] == LEAF_OF_INDEX
            head[3:5] = bytes(2)  # no cells
            file.seek((page - 1) * size)
            file.write(head)
    with world.ledger.read() as connection:
        assert tables_with_rows(connection, [tables.city]) == {"city"}


@pytest.mark.only_on("postgresql")
def test_a_ledger_that_is_not_small_is_read_in_batches(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(world)
    with recorded(world.ledger.engine) as at_once:
        expected = run_checks(world.ledger)
    monkeypatch.setattr(extent, "SMALL", 0)
    with recorded(world.ledger.engine) as in_batches:
        found = run_checks(world.ledger)

    assert found == expected
    assert all(result.ok for result in found)
    cursors = [sum("DECLARE" in one.sql for one in sent) for sent in (at_once, in_batches)]
    assert cursors == [0, 0]
    with world.ledger.read() as connection:
        assert not is_small_on_server(connection)


@pytest.mark.only_on("sqlite")
def test_a_file_reads_its_batches_without_a_cursor_on_a_server(world: World) -> None:
    with world.ledger.read() as connection:
        assert not is_small_on_server(connection)
