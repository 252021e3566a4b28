"""Storage fails with an error, or writes less than it was asked to: an act is refused, or done.

The command ends with an error of storage and its exit code, never as a bug of the program. What was
acknowledged is there, and what was refused can be repeated under its key: it is done once.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from attack_figures import count_cases
from hands import broken_checks, sizes, tell
from kill import run_line
from officers import Officer
from storage import CHANGING, Calls, Case, Ended, Fault, Kind, Storage

Line = tuple[str, ...]

KINDS = {
    "EIO": (Kind.EIO, CHANGING),
    "ENOSPC": (Kind.ENOSPC, Calls.WRITE | Calls.TRUNCATE | Calls.CREATE),
    "a short write": (Kind.SHORT, Calls.WRITE),
    "a short write on a full disk": (Kind.SHORT_THEN_FULL, Calls.WRITE),
}
FOR_GOOD = 1_000_000
"""Calls that fail where storage does not recover."""

REFUSALS = {"disk-full": 74, "disk-trouble": 74, "database-unreachable": 7}
DONE = 0


@dataclass
class Figures:
    """What came of many faults."""

    faults: int = 0
    untouched: int = 0
    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    recorded: int = 0
    """Acts that were refused while their commit was on its way, and are recorded all the same."""

    wrong: list[str] = field(default_factory=list)


def lines_of(name: str) -> tuple[Line, ...]:
    """Give the acts that a case types."""
    acts = (
        *(("need", "withdraw", f"N-000{number}", "7 EUR") for number in (1, 2)),
        ("deal", "introduce", "O-0001", "N-0001", "11 EUR", "--until", "2099-03-01"),
        ("deal", "commit", "D-0001", "3 EUR"),
        ("need", "withdraw", "N-0001", "2 EUR"),
    )
    return tuple((*line, "--key", f"{name}-{number}", "--json") for number, line in enumerate(acts))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("faults", sizes(3, 300))
def test_an_act_is_refused_or_done_and_can_be_repeated(
    storage: Storage, kind: str, faults: int, seed: int
) -> None:
    how, calls = KINDS[kind]
    chance = random.Random(seed)
    whole = storage.run(Case(Fault(how, calls, first=FOR_GOOD), lines=lines_of("whole")))
    assert whole.calls > 1, whole.said
    figures = Figures()
    for number in range(faults):
        count = chance.choice((1, 1, 2, 3, FOR_GOOD))
        fault = Fault(how, calls, chance.randint(1, whole.calls), count)
        name = f"fault-{number}"
        ended = storage.run(Case(fault, lines=lines_of(name)))
        figures.faults += 1
        figures.untouched += not ended.failed
        figures.wrong.extend(f"{fault}: {one}" for one in _judge(ended, name, figures))
        storage.forget(ended)
    tell(
        f"{kind}: {figures.faults} faults, {figures.done} acts done, {figures.refused.total()} "
        f"refused {dict(figures.refused)}, of which {figures.recorded} were recorded; "
        f"{figures.untouched} faults never came, {len(figures.wrong)} wrong, seed {seed}"
    )
    count_cases(figures.faults, lost=len(figures.wrong))
    assert figures.wrong == []
    assert not figures.untouched
    assert figures.done


def _judge(ended: Ended, name: str, figures: Figures) -> Iterator[str]:
    """Tell what is wrong with a ledger whose storage had failed."""
    yield from broken_checks(ended.url)
    officer = Officer(ended.url)
    typed = [one for one in ended.said if one[0] == "line"]
    for line, (_, code, out, err) in zip(lines_of(name), typed, strict=True):
        key = line[line.index("--key") + 1]
        was_there = officer.kept(key)
        error = None if code == DONE else _error(err)
        if error is None:
            figures.done += 1
        else:
            figures.refused[error["code"]] += 1
            figures.recorded += was_there
        yield from _wrong_end(line, code, error, was_there)
        again = run_line(ended.url, *line)
        yield from _wrong_repeat(line, out if code == DONE else "", was_there, again)
        if officer.kept(key) != 1:
            yield f"{line}: {officer.kept(key)} requests after the repeat"
    officer.ledger.engine.dispose()


def _error(err: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(err.strip().splitlines()[-1])
    return found


def _wrong_end(
    line: Line, code: int, error: dict[str, Any] | None, was_there: int
) -> Iterator[str]:
    if error is None:
        if not was_there:
            yield f"{line}: acknowledged and lost"
    elif REFUSALS.get(error["code"]) != code:
        yield f"{line}: {code} {error}"
    elif was_there and (error["code"] == "disk-full" or "Nothing was written" in error["next"]):
        yield f"{line}: refused as if nothing was written, and recorded"


def _wrong_repeat(line: Line, first: str, was_there: int, again: Any) -> Iterator[str]:
    if again.code != DONE:
        yield f"{line}: the repeat is refused: {again.err}"
        return
    receipt = json.loads(again.out)
    if receipt["replayed"] != bool(was_there):
        yield f"{line}: replayed {receipt['replayed']}, though {was_there} was there"
    if first and {**json.loads(first), "replayed": True} != receipt:
        yield f"{line}: another receipt than the first"
