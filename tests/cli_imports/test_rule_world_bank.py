"""Projects of the World Bank through the command line: closed ones, and commitments above cost."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from officer import Officer
from posted_amounts import posted
from shared_files import SHARED, needs_shared_files

FILE = SHARED / "worldbank" / "worldbank_urban_subset.csv"
ROWS = 60
pytestmark = needs_shared_files


def beginning(folder: Path) -> tuple[Path, list[dict[str, str]]]:
    """Give a file with the first rows, and those rows."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row, _ in zip(csv.DictReader(file), range(ROWS), strict=False)]
    path = folder / "world_bank.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)
    return path, rows


def test_closed_projects_and_what_is_above_the_cost(officer: Officer, tmp_path: Path) -> None:
    path, rows = beginning(tmp_path)
    line = f"import {path} --rules world-bank-projects --yes"
    answer = officer.tries(line)
    assert answer.code == 0, answer
    assert "WB-P000034-MONEY: quantity given above required" in answer.err
    assert "Nothing to import" in officer.says(line)
    used = [row for row in rows if row["boardapprovaldate"] and row["countryname"] != "Africa"]
    committed = sum(
        Decimal(row["curr_total_commitment"]) + Decimal(row["grantamt"] or 0) for row in used
    )
    assert posted(officer, tmp_path / "out") == {("committed", "USD"): committed}
