"""Tables on a terminal: the columns that fit, a narrower layout, or no table at all."""

from __future__ import annotations

import pytest

from cli.framework import output, terminal
from cli.framework.call_options import ReadOptions
from cli.framework.output import emit_rows, table_lines
from ledger.reports.table import Column

WIDE = [
    Column("code", "Offer", kind="code"),
    Column("amount", "Available", kind="amount"),
    Column("unit", "Unit", kind="code"),
    Column("mandate", "Mandate"),
]
NARROW = [Column("code", "Offer", kind="code"), Column("what", "What")]
ROWS = [
    {
        "code": "O-0001",
        "amount": "90000000.00",
        "unit": "EUR",
        "mandate": "transport, in IR/PK, by loan",
        "what": "money: 90M EUR, transport, in IR/PK, by loan",
    }
]


@pytest.fixture(params=[30, 40, 80])
def columns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    for module in (output, terminal):
        monkeypatch.setattr(module, "is_terminal", lambda _stream: True)
        monkeypatch.setattr(module, "width", lambda: request.param)
    return int(request.param)


def test_no_line_is_wider_than_the_terminal(
    columns: int, capsys: pytest.CaptureFixture[str]
) -> None:
    emit_rows(ROWS, WIDE, ReadOptions(format="table", color=False), narrow=NARROW)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= columns
    assert "90,000,000.00" in shown
    assert "What" not in shown  # the columns of the narrow layout: the whole one fits, or records


def test_below_eighty_columns_each_row_is_a_record(
    columns: int, capsys: pytest.CaptureFixture[str]
) -> None:
    emit_rows([*ROWS, *ROWS], NARROW, ReadOptions(format="table", color=False))
    lines = capsys.readouterr().out.splitlines()
    assert ("" in lines) == (columns < 80)
    assert sum(line.split() == ["Offer", "O-0001"] for line in lines) == (2 if columns < 80 else 0)


def test_a_table_below_something_is_broken_to_fit(columns: int) -> None:
    lines = table_lines(ROWS, WIDE)
    assert max(map(len, lines)) <= columns
    assert ("Offer      O-0001" in lines) == (columns < 45)
    assert "90,000,000.00" in "".join(lines)


def test_an_empty_table_says_so(columns: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert columns
    emit_rows([], WIDE, ReadOptions(format="table", color=False))
    assert capsys.readouterr().out == "Nothing to show.\n"
