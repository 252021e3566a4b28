"""A report on the network does so much for each row of it, and no more."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from types import FrameType

import pytest
from network_ledger import Network, furnish

from cli.main import main
from ledger.store.session.ledger import open_ledger

SIZES = 400, 1200
MOST_CALLS = {
    "report partnerships": 60,
    "report partnerships --by country": 51,
    "report partnerships --openings": 46,
    "report engagement": 77,
    "report engagement --by country": 77,
    "report seats": 60,
    "exchange standing 'topic 3'": 23,
    "exchange suggest N-0003": 13,
    "partnership list": 37,
}
"""Calls of Python functions for a partnership with all that a ledger has more for it.

These are an undertaking, a credential, a seat, two attendances, and a part of an approach.
"""


@pytest.fixture(scope="module")
def ledgers(template_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Give a ledger of each size."""
    made = {}
    for size in SIZES:
        made[size] = tmp_path_factory.mktemp("ledgers") / f"{size}.db"
        shutil.copyfile(template_ledger, made[size])
        ledger = open_ledger(f"sqlite:///{made[size]}")
        furnish(ledger, network_of(size))
        ledger.engine.dispose()
    return made


def network_of(size: int) -> Network:
    return Network(
        cities=size // 10,
        bodies=10,
        meetings=size // 25,
        attendances=size * 8 // 5,
        partnerships=size,
        credentials=size,
        approaches=size // 5,
    )


def calls(line: str) -> int:
    """Count the calls of Python functions, without those of the libraries: drivers differ."""
    count = 0

    def call(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and "site-packages" not in frame.f_code.co_filename

    before = sys.getprofile()
    sys.setprofile(call)
    try:
        assert main([*shlex.split(line), "--json"]) == 0
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("line", MOST_CALLS)
def test_a_row_of_a_report_takes_few_calls(
    line: str, ledgers: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = {}
    for size in (SIZES[0], *SIZES):  # what is done once in a process is not of the rows
        monkeypatch.setenv("CITYFUND_DB", f"sqlite:///{ledgers[size]}")
        counted[size] = calls(line)
    few, many = counted.values()
    assert (many - few) / (SIZES[1] - SIZES[0]) <= MOST_CALLS[line]
