"""A report on the network reads as much beside a long journal as beside a short one.

Counted are the steps of SQLite's machine, which each row that a statement looks at costs some of,
and the calls of Python functions.
"""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType

import pytest
from network_ledger import Network, furnish
from sqlalchemy import Engine, event
from world import NEW_YEAR, World

from cli.main import main
from ledger.core.factors import Factor
from ledger.core.memory import garbage_collection_paused
from ledger.journal.entries import Act

ACTS = 40, 400
DAYS = 200
"""How many days the acts of either journal are spread over."""
PER_COUNT = 100
MORE_STEPS = 0.02
MORE_CALLS = 0.01
"""The parts by which a report may do more beside the longer journal."""
REPORTS = (
    "report partnerships",
    "report partnerships --by country",
    "report partnerships --openings",
    "report engagement",
    "report seats",
    "report pipeline",
    "report pipeline --list",
    "report restrictions",
    "exchange standing 'topic 3'",
    "exchange suggest N-0003",
    "partnership list",
    "partnership show PA-0001",
    "city show C00003",
)


@pytest.fixture(scope="module")
def ledgers(template_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Give a ledger for each length of the journal, with the same network and the same deal."""
    made = {}
    for acts in ACTS:
        made[acts] = tmp_path_factory.mktemp("ledgers") / f"{acts}.db"
        shutil.copyfile(template_ledger, made[acts])
        world = World(f"sqlite:///{made[acts]}")
        furnish(world.ledger, Network(40, 2, 10, 40, 40, 40, 20))
        deliver_and_return(world, acts)
        world.ledger.engine.dispose()
    return made


def deliver_and_return(world: World, acts: int) -> None:
    """Deliver what a deal of the partnership has committed, and give it back, so many times."""
    terms = {"factor": Factor.EXPERTISE, "project": "PRJ-3", "topic": "topic 3"}
    world.need("100 person-day", "N-9000", **terms)
    for at, origin in enumerate(("partnership:PA-0001", "approach:AP-0001", "seat:ST-0001")):
        offer = f"O-900{at}"
        world.offer("100 person-day", offer, provider="P-4", factor=Factor.EXPERTISE)
        directly = {"directly": True, "code": f"D-900{at}", "origin": origin}
        world.introduce("20 person-day", offer, "N-9000", on=NEW_YEAR, **directly)
        for turn in range(acts):
            act = Act.RETURN if turn % 2 else Act.DELIVER
            on = NEW_YEAR + timedelta(days=turn * DAYS // acts)
            world.act(act, f"D-900{at}", on=on)


@contextmanager
def counted_steps() -> Iterator[list[int]]:
    """Count the hundreds of steps that all connections made meanwhile take."""
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    def connected(connection, _record) -> None:
        connection.set_progress_handler(count, PER_COUNT)

    event.listen(Engine, "connect", connected)
    yield counted
    event.remove(Engine, "connect", connected)


@contextmanager
def counted_calls() -> Iterator[list[int]]:
    """Count the calls of Python functions, without those of the libraries: drivers differ.

    The collection of what earlier tests left calls functions too, so it waits.
    """
    counted = [0]

    def call(frame: FrameType, what: str, _: object) -> None:
        counted[0] += what == "call" and "site-packages" not in frame.f_code.co_filename

    before = sys.getprofile()
    with garbage_collection_paused():
        sys.setprofile(call)
        yield counted
        sys.setprofile(before)


@pytest.mark.connects
@pytest.mark.parametrize("line", REPORTS)
def test_a_report_does_as_much_beside_ten_times_as_many_acts(
    line: str, ledgers: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps, calls = [], []
    for acts in ACTS * 3:  # what is done once for a process or a file is not of the journal
        monkeypatch.setenv("CITYFUND_DB", f"sqlite:///{ledgers[acts]}")
        with counted_steps() as stepped, counted_calls() as called:
            assert main([*shlex.split(line), "--json"]) == 0
        steps.append(*stepped)
        calls.append(*called)
    assert min(steps[1::2]) <= min(steps[::2]) * (1 + MORE_STEPS) + 1, steps
    assert min(calls[1::2]) <= min(calls[::2]) * (1 + MORE_CALLS), calls
