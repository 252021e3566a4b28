"""Texts that stand in many rows are read once; what is made of a row is the same as by itself."""

from __future__ import annotations

import json
from datetime import date

import pytest

from ledger.interchange.mapping.apply import apply_rule
from ledger.interchange.mapping.loading import parse_rule
from ledger.interchange.mapping.outputs import OutputMaker
from ledger.interchange.reader import PackedRows, RawRow, RawTable
from ledger.interchange.rows import read_tables
from ledger.reference.units import shipped_units

TODAY = date(2026, 6, 1)
PROJECTS = ("code", "title", "city", "sector", "starts_on", "weight")
NEEDS = ("code", "project", "factor", "quantity", "unit", "declared_on")
RULE = """
[maps.sector]
Roads = "transport"

[[output]]
table = "cities"
[output.columns]
code = { template = "CITY-{city}" }
name = { column = "name" }
country = { column = "country" }

[[output]]
table = "projects"
[output.columns]
code = { column = "id" }
title = { column = "title" }
city = { template = "CITY-{city}" }
sector = { column = "sector" }
"""


def rows_of(names: tuple[str, ...], *rows: tuple[str, ...]) -> list[RawRow]:
    return [RawRow(at, dict(zip(names, row, strict=True))) for at, row in enumerate(rows, start=2)]


def read(name: str, names: tuple[str, ...], rows: object) -> object:
    table = RawTable(name, f"{name}.csv", names, rows)
    parsed, problems = read_tables([table], shipped_units(), TODAY)
    return parsed.of(name), parsed.broken, problems, dict(parsed.jalali)


@pytest.mark.parametrize(
    ("name", "names", "rows"),
    [
        (
            "projects",
            PROJECTS,
            [
                ("P-1", "Road", "C-1", "transport", "2026-01-31", "3"),
                ("P-2", "Road", "C-1", "transport", "2026-01-31", "3"),
                ("P-3", "", "C-1", "transport", "2026-01-31", ""),
                ("P 4", "Road", "", "transport", "", "500"),
                ("P-5", "Road\u200b", "C-1", "nonsense", "31 January", "three"),
                ("P-6", "'=Road", "C-2", "Transport", "1404-11-11", "3"),
            ],
        ),
        (
            "needs",
            NEEDS,
            [
                ("N-1", "P-1", "money", "100", "EUR", "2026-01-31"),
                ("N-2", "P-1", "money", "0", "EUR", "2026-01-31"),
                ("N-3", "P-1", "work", "7", "km", "2030-01-31"),
                ("N-4", "P-1", "implementation", "7", "km", ""),
                ("N-5", "P-1", "money", "7.001", "XXQ", ""),
            ],
        ),
        ("needs", NEEDS[:2], [("N-1", "P-1"), ("N-2", "P-1")]),
    ],
)
def test_rows_read_by_columns_are_those_read_one_by_one(
    name: str, names: tuple[str, ...], rows: list[tuple[str, ...]]
) -> None:
    # Enough rows for several blocks, with the bad ones in each.
    every = rows_of(names, *rows * 400)

    one_by_one = read(name, names, every)
    assert read(name, names, PackedRows(names, every)) == one_by_one


@pytest.mark.parametrize("again", ["Homs", "Hama"])
def test_a_record_that_rows_repeat_is_made_once(
    again: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [
        {
            "id": f"P-{at}",
            "title": f"Road {at}",
            "city": str(at % 3),
            "name": again if at == 40 else "Homs",
            "country": "" if at == 41 else "SY",
            "sector": "Roads",
        }
        for at in range(60)
    ]
    content = json.dumps(records).encode()

    def applied() -> object:
        tables, report, problems = apply_rule(parse_rule(RULE, "mine.toml"), content, "list.json")
        return [[*one.rows] for one in tables], report, problems

    made: list[str] = []
    make = OutputMaker._make

    def counting(self, row, *more):
        made.append(self.output.table)
        make(self, row, *more)

    with monkeypatch.context() as patch:
        patch.setattr(OutputMaker, "_make", counting)
        once = applied()
    assert made.count("cities") <= 3 + 2
    assert made.count("projects") == 60
    monkeypatch.setattr(OutputMaker, "_made_of", lambda _: ())
    assert applied() == once
