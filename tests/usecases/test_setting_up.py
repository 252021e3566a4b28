"""A set-up is done whole or not at all, and one that was cut short is finished by the next."""

from __future__ import annotations

from contextlib import closing

import pytest
from raw import Raw
from world import World, asked

from ledger.store.db import engine as engines
from ledger.store.db import schema
from ledger.store.db.sqlite import create_private_file
from ledger.store.journal.balances import Times
from ledger.store.session.ledger import KnownLater, open_ledger
from ledger.usecases.admin.set_up import LedgerSettings, set_up

pytestmark = pytest.mark.migrates


def test_a_set_up_that_was_cut_short_is_finished_by_the_next(ledgers):
    url = ledgers.empty()
    engine = engines.make_engine(url)
    create_private_file(engine)
    with engines.write_transaction(engine) as connection:
        schema.upgrade_schema(connection)
    engine.dispose()

    set_up(url, LedgerSettings(time_zone="Asia/Tehran"), asked("init"))
    world = World(url)
    assert len(world.rows()["office"]) == 4
    with world.ledger.reader() as reader:
        assert str(reader.settings.zone) == "Asia/Tehran"


def test_a_set_up_that_fails_leaves_no_table_behind(ledgers, monkeypatch):
    def no_room(_connection):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ledger.usecases.admin.set_up.load_reference_tables", no_room)
    url = ledgers.empty()
    with pytest.raises(OSError, match="No space"):
        set_up(url, LedgerSettings(), asked("init"))
    with closing(Raw(url)) as raw:
        assert raw.tables() == []


def test_nothing_is_known_at_a_moment_to_come(world):
    from datetime import UTC, datetime  # noqa: PLC0415

    to_come = Times(known_at=datetime(2026, 11, 24, tzinfo=UTC))
    with world.refuses(KnownLater, "2026-11-24"), open_ledger(world.url).reader(to_come):
        pass
