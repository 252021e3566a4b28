"""The ledger that every run of the machine starts from a copy of."""

from __future__ import annotations

import gc
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from both_books import build


@pytest.fixture(scope="session")
def template(template_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copy(template_ledger, tmp_path_factory.mktemp("machine") / "ledger.db"))
    with time_machine.travel(datetime(2026, 1, 2, tzinfo=UTC), tick=True):
        build(path)
    gc.collect()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path
