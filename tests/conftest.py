"""What most tests start from: a fresh ledger, and a small world on it, on a known day."""

from __future__ import annotations

import gc
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from world import World, asked

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""Tests that use the world live from this moment on."""


@pytest.fixture(scope="session")
def template_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a ledger once; tests copy its file, which is faster than making one each."""
    from ledger.usecases.set_up import SetUp, set_up  # noqa: PLC0415

    path = tmp_path_factory.mktemp("template") / "ledger.db"
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC)):
        set_up(f"sqlite:///{path}", SetUp(), asked("init"))
    gc.collect()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def ledger_path(template_ledger: Path, tmp_path: Path) -> Path:
    """Give the file of a ledger that nothing has happened to yet."""
    return Path(shutil.copy(template_ledger, tmp_path / "ledger.db"))


@pytest.fixture
def world(ledger_path: Path) -> Iterator[World]:
    """Give an empty world at noon of 23 November 2026, with a clock that runs on from there."""
    with time_machine.travel(NOON, tick=True):
        made = World(ledger_path)
        yield made
        made.ledger.engine.dispose()
