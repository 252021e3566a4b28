"""Ledgers that are filled with a Case through the command line, on the day of the Case."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from match_cases import Case

sys.path.append(str(Path(__file__).parents[1] / "acceptance"))

from acceptance_office import Office
from case_tables import tables_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

Opened = Callable[[Case], Office]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Give what opens an office on a new ledger with everything of a Case in it."""
    with time_machine.travel(NOON, tick=True):

        def opening(case: Case) -> Office:
            folder = tmp_path / case.name
            folder.mkdir()
            office = Office(f"sqlite:///{folder / 'fund.db'}", folder)
            office.do("init")
            office.do("import", office.write(tables_of(case)), "--yes")
            return office

        yield opening
