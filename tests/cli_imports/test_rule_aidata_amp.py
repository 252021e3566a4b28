"""The shipped rule `aidata-amp` on a real workbook, against sums made with another library."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from officer import Officer
from posted_amounts import exported, posted
from shared_files import SHARED, needs_shared_files

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

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


PROJECTS = """\
project_id,project_title,start_actual_isodate,donors,recipients_iso3,ad_sector_codes,status
7,Rail link,2005-01-01,Canada|Japan,NGA,210|140,Completion
8,Two countries,2005-01-01,Canada,NGA|GHA,210,Completion
"""
TRANSACTIONS = """\
transaction_id,project_id,transaction_isodate,transaction_year,transaction_value_code,transaction_currency,transaction_value
1,7,2005-03-01,2005,C,USD,1000.5
2,7,2006-03-01,2006,D,USD,400.25
3,7,,2007,D,EUR,50
4,8,2005-03-01,2005,C,USD,9
"""


def test_projects_are_read_with_their_transactions(officer: Officer, tmp_path: Path) -> None:
    (tmp_path / "projects.csv").write_text(PROJECTS, encoding="utf-8")
    (tmp_path / "transactions.csv").write_text(TRANSACTIONS, encoding="utf-8")
    line = f"import {tmp_path / 'projects.csv'} --rules aidata-aims --yes"
    done = officer.tries(line)
    assert (done.code, "2 rows: 1 used, 1 left out" in done.err) == (0, True), done.err
    out = tmp_path / "out"
    assert posted(officer, out) == {
        ("committed", "USD"): Decimal("1000.50"),
        ("delivered", "USD"): Decimal("400.25"),
        ("committed", "EUR"): Decimal(50),
        ("delivered", "EUR"): Decimal(50),
    }
    (project,) = exported(officer, out, "projects")
    assert (project["sector"], project["status"]) == ("transport", "completion")
    assert "Nothing to import" in officer.says(line)
