"""A write that stalls on a server while others seal and report is ended, and nothing changes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
from officer import Officer
from raw import Raw
from sqlalchemy import event
from world import World

from ledger.core.errors import LedgerError
from ledger.store.db import engine as engines
from ledger.store.db import postgresql
from ledger.store.db.errors import BUSY_SECONDS, AnswerLost, DatabaseGone, WriteTooSlow
from ledger.store.session.ledger import STABLE_AFTER
from ledger.store.session.unit_of_work import UnitOfWork

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.connects]

STALL_SECONDS = 6.0
SETTLED = timedelta(seconds=4)
SHORT = {
    "statement_timeout": 2.0,
    "idle_in_transaction_session_timeout": 1.5,
    "transaction_timeout": 3.0,
}


def in_the_middle(uow: UnitOfWork) -> None:
    time.sleep(STALL_SECONDS)
    uow.connection.exec_driver_sql("SELECT 1")


def again_and_again(uow: UnitOfWork) -> None:
    for _ in range(6):
        time.sleep(STALL_SECONDS / 6)
        uow.connection.exec_driver_sql("SELECT 1")


def before_commit(uow: UnitOfWork) -> None:
    event.listen(uow.connection.engine, "commit", lambda _: time.sleep(STALL_SECONDS))


@pytest.mark.parametrize("stall", [in_the_middle, again_and_again, before_commit])
def test_a_stalled_write_is_ended_before_its_moment_counts_as_settled(
    officer: Officer, monkeypatch: pytest.MonkeyPatch, stall: Callable[[UnitOfWork], None]
) -> None:
    world = officer.world
    world.need("1000 EUR")
    world.offer("5000 EUR")
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", SETTLED)
    begun, moments = Event(), list[datetime]()

    def stalled() -> LedgerError | None:
        other = World(world.url)

        def act(uow: UnitOfWork) -> Any:
            receipt = uow.receipt()
            uow.set_setting("base_currency", "USD")
            moments.append(uow.now)
            begun.set()
            stall(uow)
            return receipt

        try:
            other.do(act)
        except LedgerError as error:
            return error
        finally:
            begun.set()
            other.ledger.engine.dispose()
        return None

    with ThreadPoolExecutor(1) as thread:
        with monkeypatch.context() as shortened:
            shortened.setattr(postgresql, "WRITE_LIMITS", SHORT)
            ending = thread.submit(stalled)
            assert begun.wait(60)
        world.introduce("400 EUR")
        (moment,) = moments
        known = (moment + timedelta(milliseconds=1)).isoformat()
        time.sleep(SETTLED.total_seconds() + 0.1)
        before = reported(officer, known)
        officer.says("audit seal")
        error = ending.result(60)

    assert isinstance(error, (WriteTooSlow, AnswerLost, DatabaseGone)), error
    assert reported(officer, known) == before
    officer.says("check append-only seals request-keys balances")


def reported(officer: Officer, known_at: str) -> list[Any]:
    """Give what reports say as known at a moment."""
    answers = [officer.asks(f"{line} --known-at", known_at) for line in ("gaps", "journal list")]
    rows = [answer["rows"] for answer in answers]
    with closing(Raw(officer.world.url)) as raw:
        query = "SELECT value FROM setting_version WHERE recorded_at <= ? ORDER BY 1"
        micro = int(datetime.fromisoformat(known_at).timestamp() * 1_000_000)
        return [*rows, json.dumps(raw.execute(query, (micro,)).fetchall())]


def test_each_write_tells_the_server_its_limits(world: World) -> None:
    shown: dict[str, str] = {}

    def act(uow: UnitOfWork) -> Any:
        for name in postgresql.WRITE_LIMITS:
            shown[name] = str(uow.connection.exec_driver_sql(f"SHOW {name}").scalar_one())
        return uow.receipt()

    world.do(act)
    assert shown == {
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "25s",
        "transaction_timeout": "40s",
    }
    with engines.autocommit_connection(world.ledger.engine) as connection:
        left = connection.exec_driver_sql("SHOW transaction_timeout").scalar_one()
    assert left == "0"


def test_the_limits_end_a_write_before_it_counts_as_settled() -> None:
    settled = STABLE_AFTER.total_seconds()
    limits = postgresql.WRITE_LIMITS
    assert BUSY_SECONDS + limits["idle_in_transaction_session_timeout"] < settled
    assert limits["transaction_timeout"] < settled
