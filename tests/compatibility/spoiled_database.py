"""Databases spoiled on purpose, so that checks of them fail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import server_checks
from sqlalchemy import text

from ledger.store.db import postgresql, queries, sqlite

READ_COMMITTED = "BEGIN ISOLATION LEVEL READ COMMITTED"
NO_TRANSACTION = "SELECT 1"


def write_by(patch: pytest.MonkeyPatch, begin: str) -> None:
    """Begin the transactions of writers with another statement."""
    patch.setattr(postgresql, "BEGIN_WRITING", begin)
    patch.setattr(sqlite, "BEGIN_WRITING", begin)


def read_by(patch: pytest.MonkeyPatch, begin: str) -> None:
    """Begin the transactions of readers with another statement."""
    patch.setattr(postgresql, "BEGIN_READING", begin)
    patch.setattr(sqlite, "BEGIN_READING", begin)


def draw_twice(patch: pytest.MonkeyPatch) -> None:
    """Let numbers come twice."""

    class Forgetful:
        def __init__(self, *_: Any) -> None:
            pass

        def next_id(self, _: Any) -> int:
            return 7

    patch.setattr(server_checks, "SharedNumbering", Forgetful)


def turn_clock_back(patch: pytest.MonkeyPatch) -> None:
    """Let a clock run backwards."""
    ticks = count()
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    patch.setattr(server_checks, "read_clock", lambda _: noon - timedelta(seconds=next(ticks)))


def let_run_on(patch: pytest.MonkeyPatch) -> None:
    """Set no time limit, whatever is asked for."""
    patch.setattr(server_checks, "_SHORT_LIMIT", text("SELECT 1"))
    patch.setattr(server_checks, "_LONG_STATEMENT", text("SELECT pg_sleep(0)"))
    patch.setattr(server_checks, "_SHORT_WAIT", text("PRAGMA busy_timeout = 0"))


def give_up_at_once(patch: pytest.MonkeyPatch) -> None:
    """Try nothing again."""
    patch.setattr("ledger.store.session.execute._MOST_TRIES", 1)


def forget_keys(patch: pytest.MonkeyPatch) -> None:
    """Find no request that was sent before."""
    patch.setattr(queries, "first_receipt", lambda *_: None)
