"""An officer's process is killed -9 at any moment: what was acknowledged is there, nothing half.

And whoever says the same request again is given the first receipt, or it is done then, once.
"""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from hands import DONE, Ending, Hand, Job, attempt, broken_checks, days_on, sizes, tell
from killing import Say, killed_while, span_of
from sqlalchemy import func, select

from ledger.factors import Side
from ledger.store import tables
from ledger.usecases.measured_registers import add_measured
from ledger.usecases.register_terms import Said

ACTS_IN_A_LIFE = 40
UNDISTURBED = 6
"""A life has done at most so many acts when the moment of its death is drawn, within the next."""


class Officer(Hand):
    """Does acts from a plan, each with a key of its own, and acknowledges every one."""

    def open_up(self) -> None:
        for number in (1, 2):
            self.need("900000 EUR", f"N-000{number}")
            self.offer("700000 EUR", f"O-000{number}")
        self.introduce("5000 EUR", until=days_on(60))

    def add_need(self, **said: Any) -> Any:
        terms = {"project": "PRJ-0001", "factor": "money", "quantity": "10 EUR"}
        return self.do(lambda uow: add_measured(uow, Side.NEED, Said(terms)), **said)

    def live(self, plan: list[Job], say: Say) -> None:
        for job in plan:
            ending = attempt(lambda job=job: job.done_by(self))
            time.sleep(0.005)  # an answer takes its time on the way, and may be lost there
            say([ending.name, ending.answer])

    def kept(self, key: str) -> int:
        """Count the requests kept under a key, or those that begin with it where it ends in %."""
        with self.ledger.read() as connection:
            query = select(func.count()).where(tables.request.c.key.like(key))
            return int(connection.execute(query).scalar_one())

    def entries_of(self, key: str) -> list[int]:
        """Give the numbers of the entries that a request posted."""
        with self.ledger.read() as connection:
            of_request = tables.entry.c.request_id == tables.request.c.id
            query = select(tables.entry.c.id).join(tables.request, of_request)
            found = connection.execute(query.where(tables.request.c.key == key))
            return sorted(found.scalars())


def a_plan(life: int, chance: random.Random) -> list[Job]:
    """Draw the acts of one life."""
    return [_an_act(f"life-{life}-{number}", chance) for number in range(ACTS_IN_A_LIFE)]


def _an_act(key: str, chance: random.Random) -> Job:
    part = f"{chance.randint(1, 30_000) / 100:.2f} EUR"
    pair = (f"O-000{chance.randint(1, 2)}", f"N-000{chance.randint(1, 2)}")
    deal = f"D-000{chance.randint(1, 4)}"
    act, arguments, terms = chance.choice(
        [
            *[("introduce", (part, *pair), {"until": days_on(60)})] * 3,
            ("commit", (part, deal), {}),
            ("deliver", (part, deal), {}),
            ("release", (part, deal), {}),
            ("give_back", (part, deal), {}),
            ("withdraw", ("need", pair[1], part), {}),
            ("reinstate", ("need", pair[1], part), {}),
            ("add_need", (), {}),
        ]
    )
    given = {"act": act, "said": [str(one) for one in arguments]}
    return Job(act, arguments, {**terms, "key": key, "given": given})


@pytest.mark.parametrize("kills", sizes(12, 200))
def test_nothing_acknowledged_is_lost_and_nothing_is_left_half(new_ledger, kills, seed):
    url = new_ledger()
    Officer(url).open_up()
    longest = 2 * span_of(Officer(url).add_need)
    chance = random.Random(seed)
    acknowledged = lost_answers = 0
    for life in range(kills):
        plan = a_plan(life, chance)
        died = killed_while(
            url,
            lambda say, plan=plan: Officer(url).live(plan, say),
            chance.uniform(0, longest),
            sayings=chance.randint(0, UNDISTURBED),
        )
        assert broken_checks(url) == []
        lost_answers += held_to(Officer(url), life, plan, died.said)
        acknowledged += len(died.said)
    tell(
        f"killed while acting: {kills} kills, {acknowledged} acts acknowledged, none lost; "
        f"{lost_answers} answers lost on the way and given again, seed {seed}"
    )

    assert broken_checks(url) == []


def held_to(officer: Officer, life: int, plan: list[Job], said: list[Any]) -> bool:
    """Hold the ledger to what was acknowledged; say whether an answer had been lost on the way."""
    done = 0
    for job, (name, answer) in zip(plan, said, strict=False):
        kept = officer.kept(job.terms["key"])
        assert kept == (name == DONE), (job, name, kept)
        if name == DONE:
            done += 1
            again = job.done_by(officer)
            assert again == {**answer, "replayed": True}
            assert officer.entries_of(job.terms["key"]) == answer["entries"]
    if len(said) == len(plan):
        return False
    unanswered = plan[len(said)]
    was_done = officer.kept(unanswered.terms["key"]) == 1
    assert officer.kept(f"life-{life}-%") == done + was_done
    first = attempt(lambda: unanswered.done_by(officer))
    if was_done or first.name == DONE:
        _done_once(officer, unanswered, first, was_done=was_done)
    return was_done


def _done_once(officer: Officer, job: Job, first: Ending, *, was_done: bool) -> None:
    assert first.name == DONE
    assert first.answer["replayed"] == was_done
    assert officer.entries_of(job.terms["key"]) == first.answer["entries"]
    assert job.done_by(officer) == {**first.answer, "replayed": True}
