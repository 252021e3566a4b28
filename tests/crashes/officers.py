"""Officers with plans: acts drawn from a seed, each with a key, so that it can be said again."""

from __future__ import annotations

import random
import time
from typing import Any, Final

from hands import DONE, Ending, Hand, Job, attempt, days_on
from kill import Say
from sqlalchemy import func, select

from ledger.core.errors import ExitCode
from ledger.core.factors import Side
from ledger.store.db import tables
from ledger.usecases.registers.measured import add_measured
from ledger.usecases.registers.parse import TypedTerms

ANSWERED: Final = {ExitCode.DONE, ExitCode.REFUSED, ExitCode.NOT_FOUND}
_NOTHING_WRITTEN: Final = {"DatabaseGone", "DatabaseUnreachable", "WriteConflict", "LedgerBusy"}
"""Errors that promise that nothing was written; of a lost answer nobody knows."""


class Officer(Hand):
    """Does acts from a plan, each with a key of its own, and acknowledges every one."""

    def open_up(self) -> None:
        for number in (1, 2):
            self.need("900000 EUR", f"N-000{number}")
            self.offer("700000 EUR", f"O-000{number}")
        self.introduce("5000 EUR", until=days_on(60))

    def add_need(self, **said: Any) -> Any:
        terms = {"project": "PRJ-0001", "factor": "money", "quantity": "10 EUR"}
        return self.do(lambda uow: add_measured(uow, Side.NEED, TypedTerms(terms)), **said)

    def live(self, plan: list[Job], say: Say) -> None:
        for job in plan:
            ending = attempt(lambda job=job: job.done_by(self))
            time.sleep(0.005)  # an answer takes its time on the way, and may be lost there
            say([ending.name, ending.answer])

    def work_on(self, plan: list[Job]) -> list[Ending]:
        """Do acts until one is not answered; give how each ended, that one last."""
        endings: list[Ending] = []
        for job in plan:
            endings.append(attempt(lambda job=job: job.done_by(self)))
            if endings[-1].code not in ANSWERED:
                break
        return endings

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

    def hold_to(self, job: Job, name: str, answer: Any) -> None:
        """Hold the ledger to an answer that was given: done is there, refused left no trace."""
        key = job.terms["key"]
        assert self.kept(key) == (name == DONE), (job, name)
        if name == DONE:
            assert job.done_by(self) == {**answer, "replayed": True}
            assert self.entries_of(key) == answer["entries"]

    def hold_to_unanswered(self, job: Job, ending: Ending) -> bool:
        """Hold the ledger to an act without an answer; tell whether it was done all the same."""
        assert ending.code in {ExitCode.BUSY, ExitCode.UNREACHABLE}, ending
        was_done = self.say_again(job)
        assert not (was_done and ending.name in _NOTHING_WRITTEN), ending
        return was_done

    def say_again(self, job: Job) -> bool:
        """Say an act again whose answer was lost: it is done once. Tell whether it had been."""
        key = job.terms["key"]
        was_done = self.kept(key) == 1
        first = attempt(lambda: job.done_by(self))
        assert first.code in ANSWERED, first
        if was_done or first.name == DONE:
            assert first.name == DONE, first
            assert first.answer["replayed"] == was_done
            assert self.entries_of(key) == first.answer["entries"]
            assert job.done_by(self) == {**first.answer, "replayed": True}
        return was_done


def a_plan(name: str, acts: int, chance: random.Random) -> list[Job]:
    """Draw so many acts; their keys are the plan's name with a number."""
    return [_an_act(f"{name}-{number}", chance) for number in range(acts)]


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
