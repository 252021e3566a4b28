"""A ledger with living deals, made once for a run, and a judge of attempts on it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from complete_ledger import live
from judge_attempts import FileJudge, MakeJudge, ServerJudge
from ledgers import Ledgers, sqlite_file
from recorded_approvals import record_approvals
from recorded_night import record_night
from world import World

from ledger.checks import CHECKS
from ledger.rates.rates import Rate


@pytest.fixture(scope="session")
def attacked(run_ledgers: Ledgers) -> str:
    url = run_ledgers.new()
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=True):
        world = World(url)
        live(world)
        rate = Rate(date(2026, 11, 20), "EUR", "USD", Decimal("1.085"))
        world.do(lambda uow: uow.add_rate(rate))
        record_night(world)
        record_approvals(world.ledger)
        world.ledger.engine.dispose()
    run_ledgers.settle(url)
    return url


@pytest.fixture
def judge_at(tmp_path: Path) -> MakeJudge:
    def make(url: str, *, without: tuple[str, ...] = ()) -> FileJudge | ServerJudge:
        checks = [name for name in CHECKS if name not in without]
        if url.startswith("sqlite"):
            return FileJudge(sqlite_file(url), tmp_path, checks)
        return ServerJudge(url, checks)

    return make
