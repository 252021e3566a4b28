"""The line to a server is cut at any byte of an act: it is done or not done, and says so.

An act without an answer is said again, and done once. `pytest -m soak` cuts 1,000.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest
from attack_figures import count_cases
from broken_line import DIRECTIONS, Line
from hands import Ending, Job, attempt, broken_checks, sizes, tell
from kill import all_sessions_end
from officers import ANSWERED, Officer, a_plan
from postgres_server import Server
from sqlalchemy.engine import make_url

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.connects]

ACTS = 50
"""Acts of one ledger: it is checked after them, and the next acts have a new one."""

_NEAR_THE_END = 300
"""Bytes of the last messages of an act, among them the commit and what the server answers to it."""


@pytest.fixture
def line(postgresql_server: Server) -> Iterator[Line]:
    made = Line(postgresql_server.port)
    yield made
    made.close()


@pytest.mark.parametrize("cuts", sizes(25, 1000))
def test_a_cut_connection_loses_nothing_acknowledged_and_leaves_nothing_half(
    new_ledger, line, cuts, seed
):
    chance = random.Random(seed)
    ends: Counter[str] = Counter()
    lost_answers = rounds = 0
    while ends.total() < cuts or (not lost_answers and ends.total() < 10 * cuts):
        url = new_ledger()
        Officer(url).open_up()
        over_the_line = make_url(url).set(port=line.port).render_as_string(hide_password=False)
        rounds += 1
        acts = min(ACTS, cuts - ends.total()) if ends.total() < cuts else ACTS
        for job in a_plan(f"cut-{rounds}", acts, chance):
            with all_sessions_end(url):
                ending = act_on_a_cut_line(Officer(over_the_line), line, job, chance)
            lost_answers += held_to(Officer(url), job, ending)
            if line.is_cut:  # an act that is refused may end before the byte is reached
                ends[ending.name] += 1
        assert broken_checks(url) == []
    count_cases(ends.total())
    tell(
        f"cut connections: {ends.total()} cuts, none lost, nothing half; endings {dict(ends)}; "
        f"{lost_answers} acts had been done without an answer and were given again, seed {seed}"
    )

    assert lost_answers > 0


def act_on_a_cut_line(officer: Officer, line: Line, job: Job, chance: random.Random) -> Ending:
    """Let an act be done over a line that is cut within it, or while the officer connects."""
    is_connected = chance.random() < 0.5

    def begin() -> None:
        officer.ledger.engine.dispose()
        line.whole()
        if is_connected:
            officer.kept("nothing")
            line.whole()

    begin()
    trial = job._replace(terms={**job.terms, "dry_run": True})
    assert attempt(lambda: trial.done_by(officer)).code in ANSWERED
    direction = chance.choice(DIRECTIONS)
    length = line.passed[direction]
    shortest = max(0, length - _NEAR_THE_END) if chance.random() < 0.5 else 0
    begin()
    line.cut_after(direction, chance.randint(shortest, length), resets=chance.random() < 0.5)
    ending = attempt(lambda: job.done_by(officer))
    officer.ledger.engine.dispose()
    return ending


def held_to(officer: Officer, job: Job, ending: Ending) -> bool:
    """Hold the ledger to how an act ended; say whether it was done although unanswered."""
    if ending.code in ANSWERED:
        officer.hold_to(job, ending.name, ending.answer)
        return False
    was_done = officer.hold_to_unanswered(job, ending)
    officer.ledger.engine.dispose()
    return was_done
