"""A first set-up that was cut short is finished by the next."""

from __future__ import annotations

from world import World, asked

from ledger.store import engine as engines
from ledger.store.balances import Times
from ledger.store.book import KnownLater, open_ledger
from ledger.usecases.set_up import SetUp, set_up, upgrade_schema


def test_a_set_up_that_was_cut_short_is_finished_by_the_next(tmp_path):
    path = tmp_path / "ledger.db"
    engine = engines.make_engine(f"sqlite:///{path}")
    engines.create_private_file(engine)
    upgrade_schema(engine)
    engine.dispose()

    set_up(f"sqlite:///{path}", SetUp(time_zone="Asia/Tehran"), asked("init"))
    world = World(path)
    assert len(world.rows()["office"]) == 4
    with world.ledger.picture() as picture:
        assert picture.settings["time_zone"] == "Asia/Tehran"


def test_nothing_is_known_at_a_moment_to_come(world):
    from datetime import UTC, datetime  # noqa: PLC0415

    to_come = Times(known_at=datetime(2026, 11, 24, tzinfo=UTC))
    with world.refuses(KnownLater, "2026-11-24"), open_ledger(world.url).picture(to_come):
        pass
