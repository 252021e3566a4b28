"""The shipped rule `aidata-amp` on a real workbook, against sums made with another library."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from officer import Officer
from posted_amounts import exported, posted
from shared_files import SHARED, needs_shared_files

FILE = SHARED / "xlsx/x_TaiwanICDF_lending_and_investment_projects_for_AidData.xlsx"
RULE = "--rules aidata-amp --yes"
CENT = Decimal("0.01")


def rows_of_the_file() -> list[dict[str, Any]]:
    book = openpyxl.load_workbook(FILE, read_only=True)
    header, *rows = book["Sheet1"].iter_rows(values_only=True)
    named = [dict(zip(header, row, strict=True)) for row in rows]
    return [row for row in named if any(cell is not None for cell in row.values())]


def money(amount: Any) -> Decimal:
    return Decimal(repr(amount)).quantize(CENT) if isinstance(amount, (int, float)) else Decimal(0)


@needs_shared_files
def test_a_real_workbook_is_in_the_ledger_whole(officer: Officer, tmp_path: Path) -> None:
    rows = rows_of_the_file()
    used = [row for row in rows if not row["recipient"].startswith(("Regional", "Worldwide"))]
    done = officer.tries(f"import {FILE} {RULE}")
    words = f"{len(rows)} rows: {len(used)} used, {len(rows) - len(used)} left out"
    assert (done.code, words in done.err) == (0, True), done.err

    sums: Counter[tuple[str, str]] = Counter()
    for row in used:
        currency = row["commitment_amount_currency"].strip()
        paid = money(row["disbursement_amount"])
        sums["committed", currency] += max(money(row["commitment_amount"]), paid)  # type: ignore[assignment]
        sums["delivered", currency] += paid  # type: ignore[assignment]
        for number in range(1, 5):
            name, amount, unit = (
                row[f"cofinancer{number}_{one}"] for one in ("name", "amount", "amount_currency")
            )
            if name and amount and unit:
                unit = "EUR" if unit.strip() == "EU" else unit.strip()
                sums["committed", unit] += money(amount)  # type: ignore[assignment]
    out = tmp_path / "out"
    assert posted(officer, out) == {key: amount for key, amount in sums.items() if amount}
    assert len(exported(officer, out, "projects")) == len(used)
    assert "Nothing to import" in officer.says(f"import {FILE} {RULE}")
