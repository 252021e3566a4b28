"""What is demanded of a ledger after its storage failed: nothing lost, nothing half."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hands import DONE, Job, attempt, broken_checks
from officers import Officer

from ledger.usecases.check import run_checks

AFTERWARDS = ("balances", "request-keys", "balanced")


@dataclass
class Verdict:
    """What was found wrong."""

    lost: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.lost and not self.half


def judge(url: str, name: str, plan: list[Job], said: list[list[Any]]) -> Verdict:
    """Judge a ledger by what was acknowledged of a plan before its storage failed.

    Acts that were told as refused must have left nothing; one that was not answered is done once
    when it is repeated.
    """
    verdict = Verdict()
    opened = attempt(lambda: broken_checks(url))
    if opened.name != DONE:
        verdict.half.append(f"does not open: {opened.words}")
        if any(one[1] == DONE for one in said):
            verdict.lost.append("everything that was acknowledged")
        return verdict
    verdict.half.extend(opened.answer)
    officer = Officer(url)
    done = 0
    for job, (_, ending, _code, answer, _words) in zip(plan, said, strict=False):
        done += ending == DONE
        wrong = verdict.lost if ending == DONE else verdict.half
        _try(wrong, lambda job=job, e=ending, a=answer: officer.hold_to(job, e, a))
    if len(said) < len(plan):
        job = plan[len(said)]
        _try(verdict.half, lambda: officer.say_again(job))
        done += officer.kept(job.terms["key"])
    if officer.kept(f"{name}-%") != done:
        verdict.half.append("other requests are there than those that were begun")
    results = run_checks(officer.ledger, AFTERWARDS)
    verdict.half.extend(one.name for one in results if not one.ok)
    officer.ledger.engine.dispose()
    return verdict


def _try(wrong: list[str], work: Callable[[], Any]) -> None:
    ending = attempt(work)
    if ending.name != DONE:
        wrong.append(ending.words)
