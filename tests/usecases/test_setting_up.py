"""A set-up is done whole or not at all, and one that was cut short is finished by the next."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from world import World, asked

from ledger.store import engine as engines
from ledger.store import schema
from ledger.store.balances import Times
from ledger.store.book import KnownLater, open_ledger
from ledger.store.sqlite import create_private_file
from ledger.usecases.set_up import SetUp, set_up


def test_a_set_up_that_was_cut_short_is_finished_by_the_next(tmp_path):
    path = tmp_path / "ledger.db"
    engine = engines.make_engine(f"sqlite:///{path}")
    create_private_file(engine)
    with engines.writing(engine) as connection:
        schema.upgrade(connection)
    engine.dispose()

    set_up(f"sqlite:///{path}", SetUp(time_zone="Asia/Tehran"), asked("init"))
    world = World(f"sqlite:///{path}")
    assert len(world.rows()["office"]) == 4
    with world.ledger.picture() as picture:
        assert picture.settings["time_zone"] == "Asia/Tehran"


def test_a_set_up_that_fails_leaves_no_table_behind(tmp_path, monkeypatch):
    def no_room(_connection):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ledger.usecases.set_up.load_reference_tables", no_room)
    path = tmp_path / "ledger.db"
    with pytest.raises(OSError, match="No space"):
        set_up(f"sqlite:///{path}", SetUp(), asked("init"))
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_nothing_is_known_at_a_moment_to_come(world):
    from datetime import UTC, datetime  # noqa: PLC0415

    to_come = Times(known_at=datetime(2026, 11, 24, tzinfo=UTC))
    with world.refuses(KnownLater, "2026-11-24"), open_ledger(world.url).picture(to_come):
        pass
