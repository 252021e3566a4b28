"""Adding or editing one record reads what concerns it, however many others there are.

Counted are the steps of SQLite's machine, which each row that a statement looks at costs some of.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from network_ledger import ADDITIONS, furnish, network_of
from sqlalchemy import Engine, event

from cli.main import main
from ledger.store.session.ledger import open_ledger

SIZES = 100, 1000
PER_COUNT = 100
MORE = 15
"""By how many hundred steps the larger ledger may take more: a body has ten times the meetings."""


@pytest.fixture(scope="module")
def ledgers(template_ledger, tmp_path_factory) -> dict[int, Path]:
    """Give a ledger of each size."""
    made = {}
    for size in SIZES:
        made[size] = tmp_path_factory.mktemp("ledgers") / f"{size}.db"
        shutil.copyfile(template_ledger, made[size])
        ledger = open_ledger(f"sqlite:///{made[size]}")
        furnish(ledger, network_of(size))
        ledger.engine.dispose()
    return made


@pytest.fixture
def steps() -> Iterator[list[int]]:
    """Count the hundreds of steps that all connections made from now on take."""
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    def connected(connection, _record) -> None:
        connection.set_progress_handler(count, PER_COUNT)

    event.listen(Engine, "connect", connected)
    yield counted
    event.remove(Engine, "connect", connected)


@pytest.mark.parametrize("line", ADDITIONS, ids=lambda line: " ".join(line.split()[:2]))
def test_a_record_costs_the_same_beside_ten_times_as_many(
    line, ledgers, steps, tmp_path, monkeypatch, capsys
):
    taken = []
    for size, path in ledgers.items():
        copy = tmp_path / f"{size}.db"
        shutil.copyfile(path, copy)
        monkeypatch.setenv("CITYFUND_DB", f"sqlite:///{copy}")
        steps[0] = 0
        assert main(shlex.split(line)) == 0, capsys.readouterr().err
        taken.append(steps[0])
    few, many = taken
    assert many <= few + MORE
