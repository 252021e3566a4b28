"""The check of nights: runs begin one after another, and each has its steps, whole and in order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from ledger.checks.books import Books
from ledger.checks.findings import CheckResult, Findings
from ledger.dating import CLOCK_TOLERANCE

_CLOCK: Final = CLOCK_TOLERANCE // timedelta(microseconds=1)


class NightStepRow(NamedTuple):
    """A step as it is kept: when it began and ended, and what it says came of it, as text."""

    name: Any
    place: Any
    times: tuple[Any, Any]
    figures: Any
    findings: Any
    offices: Any
    lines: Any


class NightRunRow(NamedTuple):
    """A run with its steps by their places; without a `day`, steps of one that is not there."""

    id: Any
    day: str | None
    asked: tuple[str, ...]
    started_at: Any
    steps: tuple[NightStepRow, ...]


def nights(
    runs: Iterable[NightRunRow], known_steps: Sequence[str], now: int, books: Books
) -> CheckResult:
    """Hold every run to the one before it, and every step to its run. `runs` come by their ids."""
    findings = Findings("nights")
    before = 0
    for run in runs:
        findings.examined += 1 + len(run.steps)
        for wrong in (*_of_run(run, known_steps, before, now, books), *_of_steps(run)):
            findings.fail(f"run {run.id} {wrong}")
        ends = (run.started_at, *(step.times[1] for step in run.steps))
        before = max([before, *(one for one in ends if type(one) is int)])
    return findings.result()


def _of_run(
    run: NightRunRow, known: Sequence[str], before: int, now: int, books: Books
) -> Iterable[str]:
    if run.day is None:
        yield "is not there, and steps name it"
        return
    if type(run.started_at) is not int or not before <= run.started_at <= now + _CLOCK:
        yield f"began at {run.started_at!r}, not after the run before it and by now"
    elif run.day > books.day_of(run.started_at):
        yield f"is of the night of {run.day}, which had not come when it began"
    if not run.asked or list(run.asked) != [one for one in known if one in run.asked]:
        yield f"was asked for steps that there are none of, or in no order: {', '.join(run.asked)}"


def _of_steps(run: NightRunRow) -> Iterable[str]:
    names = tuple(step.name for step in run.steps)
    if run.day is not None and names != run.asked[: len(names)]:
        yield f"was asked for {', '.join(run.asked)}, and has {', '.join(map(str, names))}"
    if [step.place for step in run.steps] != list(range(1, len(names) + 1)):
        yield "has steps whose places do not count on from 1"
    for step in run.steps:
        begun, ended = step.times
        known = all(type(one) is int for one in (begun, ended, run.started_at or 0))
        if not known or not (run.started_at or 0) - _CLOCK <= begun <= ended + _CLOCK:
            yield f"step {step.name} began or ended when it cannot have"
        if not _says_what_came(step):
            yield f"step {step.name} does not say what came of it"


def _says_what_came(step: NightStepRow) -> bool:
    figures, found, offices, lines = map(
        _told, (step.figures, step.findings, step.offices, step.lines)
    )
    return (
        _is_figures(figures, int, str)
        and isinstance(found, list)
        and all(
            isinstance(one, Mapping) and {"kind", "subject", "said"} <= one.keys() for one in found
        )
        and isinstance(offices, Mapping)
        and all(_is_figures(one, int) for one in offices.values())
        and isinstance(lines, list)
        and all(isinstance(one, str) for one in lines)
    )


def _told(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _is_figures(told: Any, *kinds: type) -> bool:
    return isinstance(told, Mapping) and all(type(one) in kinds for one in told.values())
