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
CALLS_PER_ROW = 292
"""Calls of Python functions for a row that gives a city again, a project, a need and its act."""
BYTES_PER_ROW = 2_000
"""At most so much is in memory at once for a row, of all that is planned and posted of it."""
VERY_MANY = 2_000
BYTES_PER_ROW_AND_BLOCK = 3_550
"""The same where there are enough rows for blocks of them to wait for the database."""


@pytest.fixture
def import_rows(officer: Officer, tmp_path: Path) -> Callable[..., None]:
    """Give what imports a file of so many rows that the ledger does not have."""
    (tmp_path / "rule.toml").write_text(RULE, encoding="utf-8")
    marks = iter("ABCDEFGH")

    def imported(rows: int, again: str | None = None) -> None:
        mark, path = again or next(marks), tmp_path / "rows.csv"
        lines = ["mark,id,title,city,city_number,country,sector,begins,cost"]
        lines += [
            f'{mark},{row},"Investment {mark}{row}",City {row % 7},{row % 7},Iran,Water,'
            f'{row % 28 + 1}/{row % 12 + 1}/2020,"{row // 1000 + 1},{row % 1000:03},500.00"'
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


def _peak(work: Callable[[], None]) -> int:
    tracemalloc.start()
    work()
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return highest


def test_a_row_of_an_import_takes_little_memory(import_rows: Callable[[int], None]) -> None:
    import_rows(FEW)
    few, many = (_peak(partial(import_rows, rows)) for rows in (FEW, MANY))
    assert (many - few) / (MANY - FEW) < BYTES_PER_ROW


def test_a_row_of_a_long_file_takes_little_memory(import_rows: Callable[[int], None]) -> None:
    import_rows(FEW)
    few, many = (_peak(partial(import_rows, rows)) for rows in (MANY, VERY_MANY))
    assert (many - few) / (VERY_MANY - MANY) < BYTES_PER_ROW_AND_BLOCK


REPEATED_BYTES_PER_ROW = 2_300
"""The same for a row that the ledger has already, with what it and its source hold of it."""


def test_a_row_that_is_imported_again_takes_little_memory(
    import_rows: Callable[..., None],
) -> None:
    def peak(rows: int, mark: str) -> int:
        import_rows(rows, mark)
        return _peak(partial(import_rows, rows, mark))

    few, many = peak(MANY, "R"), peak(VERY_MANY, "S")
    assert (many - few) / (VERY_MANY - MANY) < REPEATED_BYTES_PER_ROW


CALLS_PER_DEAL = 680
"""Calls of Python functions for an offer, a need and the act of their deal, however many."""


@pytest.fixture
def import_deals(officer: Officer, tmp_path: Path) -> Callable[[int], None]:
    """Give what imports tables of so many needs, each with an offer and a deal of its own."""
    for table, head, line in (
        ("cities", "code,name,country", "CITY-1,City,IR"),
        ("projects", "code,title,city,sector", "PRJ-9001,Works,CITY-1,transport"),
        ("providers", "code,name,kind", "PROV-1,Provider,fund"),
    ):
        path = tmp_path / f"{table}.csv"
        path.write_text(f"{head}\n{line}\n", encoding="utf-8")
        officer.says("import", str(path), "--yes")
    marks = iter("ABCDEFGH")

    def imported(rows: int) -> None:
        mark, folder = next(marks), tmp_path / "tables"
        folder.mkdir(exist_ok=True)
        of = "factor,quantity,unit,declared_on"
        tables = {
            "needs": (f"code,project,{of}", "N-{0},PRJ-9001,money,100,EUR,2024-01-01"),
            "offers": (f"code,provider,{of}", "O-{0},PROV-1,money,100,EUR,2024-01-01"),
            "deals": (
                "code,offer,need,act,quantity,unit,effective_on",
                "D-{0},O-{0},N-{0},committed,50,EUR,2024-06-01",
            ),
        }
        for table, (head, line) in tables.items():
            lines = [head, *(line.format(f"{mark}{row}") for row in range(rows))]
            (folder / f"{table}.csv").write_text("\n".join(lines), encoding="utf-8")
        officer.says("import", str(folder), "--yes")

    return imported


def test_a_deal_of_an_import_takes_as_few_calls_among_many(
    import_deals: Callable[[int], None],
) -> None:
    import_deals(FEW)
    few, many = (_calls(partial(import_deals, rows)) for rows in (FEW, MANY))
    assert (many - few) / (MANY - FEW) < CALLS_PER_DEAL
