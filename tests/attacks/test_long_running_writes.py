"""A write that no limit ends: what it may still change is neither sealed nor reported as known."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from ledgers import PostgresqlLedgers
from officer import Officer
from raw import Raw
from sqlalchemy import text
from world import World

from ledger.store.db import postgresql
from ledger.store.db.running import oldest_running
from ledger.store.session.ledger import moment_of, stable_moment
from ledger.store.session.unit_of_work import UnitOfWork

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.connects]

PASSWORD = "known-to-all-8"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every moment be settled at once, but for the writes that run."""
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    monkeypatch.setattr("ledger.store.session.ledger.LONGEST_WRITE", timedelta(0))


@contextmanager
def held_open(world: World) -> Iterator[datetime]:
    """Keep a write open from its moment on, and record it at the end; give that moment."""
    from world import asked  # noqa: PLC0415 - beside its use

    from ledger.store.session.execute import begin_write, run_handler  # noqa: PLC0415 - as below

    with pytest.MonkeyPatch.context() as patched:
        limits = dict.fromkeys(postgresql.WRITE_LIMITS, 0)
        patched.setattr(postgresql, "WRITE_LIMITS", limits)
        patched.setattr("ledger.store.session.execute.BUSY_SECONDS", 600)
        with begin_write(world.ledger, asked("settings edit")) as uow:
            yield uow.now

            def change(unit: UnitOfWork) -> Any:
                unit.set_setting("base_currency", "USD")
                return unit.receipt()

            run_handler(uow, change)


@pytest.fixture
def working(officer: Officer) -> Officer:
    officer.world.need("1000 EUR")
    officer.world.offer("5000 EUR")
    return officer


def values_known(officer: Officer, moment: datetime) -> list[Any]:
    with closing(Raw(officer.world.url)) as raw:
        micro = round(moment.timestamp() * 1_000_000)
        query = "SELECT value FROM setting_version WHERE recorded_at <= ?"
        return list(raw.execute(query, (micro,)).fetchall())


def test_what_a_running_write_may_change_is_neither_known_nor_sealed(working: Officer) -> None:
    world = working.world
    other = World(world.url)
    with held_open(other) as moment:
        world.introduce("400 EUR")
        known = (moment + timedelta(milliseconds=5)).isoformat()
        told = working.refused(f"gaps --known-at {known}", 3, "still running", "cityfund doctor")
        assert told == "known-too-recently"
        working.asks("gaps --known-at", (moment - timedelta(seconds=2)).isoformat())
        working.tries("audit seal")
        last = sealed_through(working)
        assert not values_known(working, moment)
    other.ledger.engine.dispose()

    (number,) = _requests_since(working, moment)[:1]
    assert number > last, "a request was recorded below the last one that was sealed"
    working.asks("gaps --known-at", known)
    working.says("audit seal")
    working.says("check append-only seals request-keys balances")


def sealed_through(officer: Officer) -> int:
    with closing(Raw(officer.world.url)) as raw:
        return int(raw.execute("SELECT coalesce(max(last_request), 0) FROM seal").fetchone()[0])


def _requests_since(officer: Officer, moment: datetime) -> list[int]:
    with closing(Raw(officer.world.url)) as raw:
        micro = round(moment.timestamp() * 1_000_000)
        query = "SELECT id FROM request WHERE recorded_at = ?"
        return [int(row[0]) for row in raw.execute(query, (micro,)).fetchall()]


def test_what_holds_back_for_long_is_named_by_doctor_and_by_the_night(
    working: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = World(working.world.url)
    with held_open(other):
        assert not [one for one in _doctor(working) if "may have been writing" in one]
        monkeypatch.setattr("ledger.usecases.evidence.LONG_HELD", timedelta(0))
        (found,) = [one for one in _doctor(working) if "may have been writing" in one]
        assert "of cityfund on the database server" in found
        assert "pg_terminate_backend(" in found
        night = json.loads(working.tries("reconcile --json").out)
    (told,) = [one for one in night["findings"] if one["kind"] == "long-running-write"]
    assert told["command"] == "cityfund doctor"
    assert not [one for one in _doctor(working) if "may have been writing" in one]
    other.ledger.engine.dispose()


def _doctor(officer: Officer) -> list[str]:
    found: list[str] = json.loads(officer.tries("doctor --json").out)["findings"]
    return found


def running(world: World) -> Any:
    with world.ledger.read() as connection:
        return oldest_running(connection, moment_of(connection))


@pytest.mark.parametrize(
    "lacking",
    [
        "SELECT txid_no_such_snapshot()",
        "SELECT pid FROM pg_no_locks",
        "SELECT no_pid FROM pg_locks",
    ],
)
def test_where_a_server_lists_no_writes_the_limit_of_a_write_settles(
    working: Officer, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    other = World(working.world.url)
    with held_open(other):
        assert running(working.world) is not None
        monkeypatch.setattr("ledger.store.db.running._HOLDERS", text(lacking))
        assert running(working.world) is None
        monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(minutes=1))
        working.tries("audit seal")
        assert sealed_through(working) == 1, "more than the set-up, which is months old, was sealed"
    other.ledger.engine.dispose()


def test_who_writes_in_another_database_holds_nothing_back(
    working: Officer, ledgers: PostgresqlLedgers
) -> None:
    with closing(psycopg.connect(ledgers.empty())) as elsewhere:
        elsewhere.execute("CREATE TABLE mine (id int)")
        assert running(working.world) is None


def test_the_lock_of_a_night_holds_nothing_back(working: Officer) -> None:
    from ledger.store.nights.lock import hold_lock  # noqa: PLC0415 - beside its use

    with hold_lock(working.world.ledger):
        assert running(working.world) is None


def test_a_session_that_may_not_be_looked_into_holds_back_from_the_last_request_before_it(
    working: Officer, ledgers: PostgresqlLedgers
) -> None:
    world, server, name = working.world, ledgers.server, f"hidden_{os.getpid()}"
    server.administer(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    address = f"{name}:{PASSWORD}@127.0.0.1:{server.port}/{world.url.rpartition('/')[2]}"
    try:
        with closing(Raw(world.url)) as owner:
            owner.execute(f"GRANT SELECT ON restriction TO {name}")
            last = owner.execute("SELECT max(recorded_at) FROM request").fetchone()[0]
        with closing(psycopg.connect(f"postgresql://{address}")) as hidden:
            hidden.execute("SELECT txid_current(), count(*) FROM restriction")
            found = running(world)
            world.introduce("400 EUR")
            assert running(world).since == found.since
            with world.ledger.read() as connection:
                assert stable_moment(connection) == found.since
            hidden.rollback()  # closing alone does not wait for the server to end it
        assert found.process is not None
        assert round(found.since.timestamp() * 1_000_000) == last - 1_000_000
        assert running(world) is None
    finally:
        with closing(Raw(world.url)) as owner:
            owner.execute(f"REVOKE ALL ON restriction FROM {name}")
        server.administer(f"DROP ROLE {name}")


def test_a_transaction_of_another_database_holds_nothing_back(
    working: Officer, ledgers: PostgresqlLedgers
) -> None:
    elsewhere = f"{working.world.url.rpartition('/')[0]}/postgres"
    with closing(Raw(elsewhere)) as other:
        other.execute("BEGIN")
        other.execute("SELECT txid_current()")
        assert running(working.world) is None
        other.execute("ROLLBACK")


def test_a_write_that_ended_after_the_snapshot_is_known_by_its_request(working: Officer) -> None:
    world, other = working.world, World(working.world.url)
    held = held_open(other)
    moment = held.__enter__()
    with world.ledger.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM request")  # from here on it sees no more
        held.__exit__(None, None, None)
        found = oldest_running(connection, moment_of(connection))
    assert found is not None
    assert found.since == moment
    assert running(world) is None
    other.ledger.engine.dispose()
