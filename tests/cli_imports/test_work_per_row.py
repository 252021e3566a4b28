"""An import by a rule does so much for each row of the file, and keeps so much of it."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

import pytest
from officer import Officer

RULE = """
[about]
name = "investments"
title = "Investments of cities"
source = "made up"
licence = "none"

[source]
names = ["*.csv"]
numbers = "1,234.5"
dates = "day-first"
countries = "any"

[maps.sector]
Water = "waterAndWaste"

[row]
template = "{mark}-{id}"

[[output]]
table = "cities"

[output.columns]
code = { template = "CITY-{city_number}" }
name = { column = "city" }
country = { column = "country" }
office = "asia"

[[output]]
table = "projects"

[output.columns]
code = { template = "{row}" }
title = { column = "title" }
city = { template = "CITY-{city_number}" }
sector = { column = "sector" }
starts_on = { column = "begins" }

[[output]]
table = "needs"

[output.columns]
code = { template = "{row}-MONEY" }
project = { template = "{row}" }
factor = "money"
quantity = { column = "cost" }
unit = "EUR"
declared_on = { column = "begins" }
"""
FEW, MANY = 100, 500
CALLS_PER_ROW = 410
"""Calls of Python functions for a row that gives a city again, a project, a need and its act."""
BYTES_PER_ROW = 2_400
"""At most so much is in memory at once for a row, of all that is planned and posted of it."""


@pytest.fixture
def import_rows(officer: Officer, tmp_path: Path) -> Callable[[int], None]:
    """Give what imports a file of so many rows that the ledger does not have."""
    (tmp_path / "rule.toml").write_text(RULE, encoding="utf-8")
    marks = iter("ABCDEFGH")

    def imported(rows: int) -> None:
        mark, path = next(marks), tmp_path / "rows.csv"
        lines = ["mark,id,title,city,city_number,country,sector,begins,cost"]
        lines += [
            f'{mark},{row},"Investment {mark}{row}",City {row % 7},{row % 7},Iran,Water,'
            f'{row % 28 + 1}/{row % 12 + 1}/2020,"1,{row:03},500.00"'
            for row in range(rows)
        ]
        path.write_text("\n".join(lines), encoding="utf-8")
        words = ("--rules", str(tmp_path / "rule.toml"), "--source", mark, "--yes")
        officer.says("import", str(path), *words)

    return imported


def _calls(work: Callable[[], None]) -> int:
    """Count the calls of Python functions, without those of the libraries: drivers differ."""
    count = 0

    def call(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and "site-packages" not in frame.f_code.co_filename

    sys.setprofile(call)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_a_row_of_an_import_takes_few_calls(import_rows: Callable[[int], None]) -> None:
    import_rows(FEW)  # what is done once in a process is not of the rows
    few, many = (_calls(partial(import_rows, rows)) for rows in (FEW, MANY))
    assert (many - few) / (MANY - FEW) < CALLS_PER_ROW


def test_a_row_of_an_import_takes_little_memory(import_rows: Callable[[int], None]) -> None:
    def peak(rows: int) -> int:
        tracemalloc.start()
        import_rows(rows)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    import_rows(FEW)
    few, many = peak(FEW), peak(MANY)
    assert (many - few) / (MANY - FEW) < BYTES_PER_ROW
