"""What an import has posted, read from an export and not through the program's own sums."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

from officer import Officer

Sums = dict[tuple[str, str], Decimal]


def exported(officer: Officer, folder: Path, table: str) -> list[dict[str, str]]:
    """Give the rows of a table of the ledger."""
    if not (folder / f"{table}.csv").exists():
        officer.says(f"export {folder}")
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def posted(officer: Officer, folder: Path) -> Sums:
    """Give what was posted by act and unit."""
    sums: Counter[tuple[str, str]] = Counter()
    for row in exported(officer, folder, "deals"):
        sums[row["act"], row["unit"]] += Decimal(row["quantity"])  # type: ignore[assignment]
    return dict(sums)  # type: ignore[arg-type]


def required(officer: Officer, folder: Path) -> Sums:
    """Give what needs require by unit."""
    sums: Counter[tuple[str, str]] = Counter()
    for row in exported(officer, folder, "needs"):
        sums["required", row["unit"]] += Decimal(row["quantity"] or 0)  # type: ignore[assignment]
    return dict(sums)  # type: ignore[arg-type]
