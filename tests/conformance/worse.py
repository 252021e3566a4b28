"""Databases made worse on purpose, so that a promise of theirs is broken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ledger.store import engine as engines
from ledger.store import postgresql, request_log, retry, sqlite
from ledger.store.conformance import server, transactions

READ_COMMITTED = "BEGIN ISOLATION LEVEL READ COMMITTED"
NO_TRANSACTION = "SELECT 1"


def write_by(patch: pytest.MonkeyPatch, words: str) -> None:
    """Begin the transactions of writers in other words."""
    patch.setattr(postgresql, "BEGIN_WRITING", words)
    patch.setattr(sqlite, "BEGIN_WRITING", words)


def read_by(patch: pytest.MonkeyPatch, words: str) -> None:
    """Begin the transactions of readers in other words."""
    patch.setattr(postgresql, "BEGIN_READING", words)
    patch.setattr(sqlite, "BEGIN_READING", words)


def spoil(patch: pytest.MonkeyPatch, *statements: str) -> None:
    """Change the ledger of the trial when it has been made and filled."""
    prepare = transactions.prepare

    def spoiled(engine: Engine) -> None:
        prepare(engine)
        with engines.writing(engine) as connection:
            for statement in statements:
                connection.execute(text(statement))

    patch.setattr(transactions, "prepare", spoiled)


def draw_twice(patch: pytest.MonkeyPatch) -> None:
    """Let numbers come twice."""

    class Forgetful:
        def __init__(self, *told: Any) -> None:
            self.told = told

        def next_id(self, _: Any) -> int:
            return 7

    patch.setattr(server, "SharedNumbering", Forgetful)


def turn_clock_back(patch: pytest.MonkeyPatch) -> None:
    """Let a clock run backwards."""
    ticks = count()
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    patch.setattr(server, "read_clock", lambda _: noon - timedelta(seconds=next(ticks)))


def let_run_on(patch: pytest.MonkeyPatch) -> None:
    """Set no limit of time, whatever is asked for."""
    patch.setattr(server, "_ONE_SECOND", text("SELECT 1"))
    patch.setattr(server, "_FOUR_SECONDS", text("SELECT pg_sleep(0)"))
    patch.setattr(server, "_WAIT_ONE_SECOND", text("PRAGMA busy_timeout = 0"))


def give_up_at_once(patch: pytest.MonkeyPatch) -> None:
    """Try nothing again."""
    patch.setattr(retry, "_MOST_TRIES", 1)


def forget_keys(patch: pytest.MonkeyPatch) -> None:
    """Find no request that was said before."""
    patch.setattr(request_log, "first_receipt", lambda *_: None)
