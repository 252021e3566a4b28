"""PostgreSQL's server is killed under load and started again: the same promises hold.

Whoever had no answer is told so by an error of the database, and may say the same again.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from attack_figures import count_cases
from hands import Ending, Job, broken_checks, hands, sizes, tell
from kill import run_line
from officers import Officer, a_plan
from postgres_server import Server, start_server
from world import asked

from ledger.core.errors import ExitCode
from ledger.usecases.admin.set_up import LedgerSettings, set_up

pytestmark = pytest.mark.connects

OFFICERS = 4
MOST_ACTS = 5000


@pytest.fixture
def server() -> Iterator[Server]:
    """Start a server of the test's own, whose commits are on the disk before they are told."""
    started = start_server(durable=True)
    yield started
    started.stop()


@pytest.mark.postgresql
@pytest.mark.parametrize("kills", sizes(1, 40))
def test_a_server_killed_under_load_loses_nothing_it_acknowledged(server, kills, seed):
    url = server.create_database("ledger")
    assert server.administer("SHOW fsync") == [("on",)]
    set_up(url, LedgerSettings(), asked("init"))
    Officer(url).open_up()
    chance = random.Random(seed)
    acknowledged = lost_answers = 0
    errors: Counter[str] = Counter()
    for number in range(kills):
        plans = [a_plan(f"kill-{number}-{at}", MOST_ACTS, chance) for at in range(OFFICERS)]
        with hands(OFFICERS, lambda: Officer(url)) as officers:
            officers.begin([Job("work_on", (plan,)) for plan in plans])
            wait_for(Officer(url), f"kill-{number}-%", chance.randint(20, 120))
            time.sleep(chance.uniform(0, 0.05))
            server.kill()
            ends = [officers.ending(at).answer for at in range(OFFICERS)]
        assert run_line(url, "gaps", "--json").code == ExitCode.UNREACHABLE
        told = run_line(url, "need", "withdraw", "N-0001", "1 EUR", "--json")
        assert (told.code, told.error["code"]) == (ExitCode.UNREACHABLE, "database-unreachable")
        server.restart()
        assert broken_checks(url) == []
        errors.update(endings[-1].name for endings in ends)
        acknowledged += sum(len(endings) - 1 for endings in ends)
        lost_answers += sum(
            held_to(Officer(url), plan, endings) for plan, endings in zip(plans, ends, strict=True)
        )
    count_cases(kills)
    tell(
        f"server killed: {kills} kills under {OFFICERS} officers, {acknowledged} acts "
        f"acknowledged, none lost; the unanswered were told {dict(errors)}; "
        f"{lost_answers} of them had been done and were given again, seed {seed}"
    )

    assert broken_checks(url) == []


def wait_for(officer: Officer, keys: str, acts: int) -> None:
    """Wait until so many acts have been done, so that the server dies among the next."""
    while officer.kept(keys) < acts:
        time.sleep(0.01)
    officer.ledger.engine.dispose()


def held_to(officer: Officer, plan: list[Job], endings: list[Ending]) -> bool:
    """Hold the ledger to every answer; say whether the last act was done though unanswered."""
    *answered, last = endings
    for job, ending in zip(plan, answered, strict=False):
        officer.hold_to(job, ending.name, ending.answer)
    return officer.hold_to_unanswered(plan[len(answered)], last)
