"""Acts of one day are posted in the order of their file, or in one that works."""

from __future__ import annotations

from pathlib import Path

import pytest
from officer import Officer

HEADER = "code,offer,need,act,quantity,unit,effective_on,held_until,from_stage\n"


@pytest.fixture
def bank(officer: Officer) -> Officer:
    """Give an offer of 100 EUR for two needs of 100 EUR."""
    officer.world.need("100 EUR", "N-0001")
    officer.world.need("100 EUR", "N-0002")
    officer.world.offer("100 EUR", "O-0001")
    return officer


def imported(bank: Officer, folder: Path, *rows: str) -> list[str]:
    """Import acts `deal act quantity day`; give the acts of deals as they were recorded."""
    file = folder / "deals.csv"
    lines = []
    for row in rows:
        deal, act, quantity, day, *stage = row.split()
        until = "2027-06-30" if act == "introduced" else ""
        cells = (deal, "O-0001", f"N-000{deal[-1]}", act, quantity, "EUR", day, until, *stage)
        lines.append(",".join((*cells, *("" for _ in range(9 - len(cells))))))
    file.write_text(HEADER + "\n".join(lines) + "\n")
    bank.says(f"import {file} --yes")
    entries = bank.asks("journal list")["rows"]
    return [f"{one['deal']} {one['act']}" for one in entries if one["deal"]]


def test_rows_of_one_day_keep_the_order_of_the_file(bank: Officer, tmp_path: Path) -> None:
    rows = (
        "D-1 introduced 100 2026-03-01",
        "D-1 released 100 2026-03-02",
        "D-2 introduced 100 2026-03-02",
        "D-2 committed 50 2026-03-02",
        "D-2 released 50 2026-03-02",
    )
    expected = ["D-1 introduce", "D-1 release", "D-2 introduce", "D-2 commit", "D-2 release"]
    assert imported(bank, tmp_path, *rows) == expected


def test_a_file_that_begins_with_the_newest_row_is_read_from_its_end(
    bank: Officer, tmp_path: Path
) -> None:
    rows = (
        "D-2 committed 100 2026-03-02",
        "D-2 introduced 100 2026-03-02",
        "D-1 released 100 2026-03-02",
        "D-1 introduced 100 2026-03-01",
    )
    expected = ["D-1 introduce", "D-1 release", "D-2 introduce", "D-2 commit"]
    assert imported(bank, tmp_path, *rows) == expected


@pytest.mark.parametrize(
    "rows",
    [
        (
            "D-1 delivered 40 2026-03-02",
            "D-1 committed 40 2026-03-02",
            "D-1 introduced 100 2026-03-02",
        ),
        (
            "D-1 delivered 40 2026-03-03",
            "D-1 committed 40 2026-03-02",
            "D-1 introduced 100 2026-03-02",
            "D-1 released 60 2026-03-04",
        ),
    ],
)
def test_a_file_without_an_order_that_works_gets_one(
    bank: Officer, tmp_path: Path, rows: tuple[str, ...]
) -> None:
    posted = imported(bank, tmp_path, *rows)
    assert posted[:3] == ["D-1 introduce", "D-1 commit", "D-1 deliver"]


def test_an_act_without_room_waits_for_a_release_of_its_day(bank: Officer, tmp_path: Path) -> None:
    rows = (
        "D-1 introduced 100 2026-03-01",
        "D-2 introduced 100 2026-03-02",
        "D-2 committed 100 2026-03-02",
        "D-1 released 100 2026-03-02",
    )
    expected = ["D-1 introduce", "D-1 release", "D-2 introduce", "D-2 commit"]
    assert imported(bank, tmp_path, *rows) == expected
