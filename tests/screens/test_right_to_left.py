"""Right-to-left cells on a terminal that orders each line by the direction of its letters."""

from __future__ import annotations

import re
import shlex

import pytest
from terminals import MARK, STYLE, piped, shown

from cli.framework.screen import marked_line, table_on_screen
from ledger.reports.table import Column

bidi = pytest.importorskip("bidi")

COLUMNS = [
    Column("code", kind="code"),
    Column("name"),
    Column("local"),
    Column("amount", kind="amount"),
    Column("count", kind="number"),
]
CELLS = [
    ["1", "مشهد", "لاہور", "1,200.00 EUR", "12"],
    ["2", "Bank of Cities", "تهران بزرگ", "5.00 EUR", "3"],
    ["بغداد", "شهر", "خط ۲", "77.00 EUR", "140"],
]
FIGURE = re.compile(r"[0-9][0-9,.]*")


def figures(line: str) -> list[tuple[int, str]]:
    """Give each figure with its place on the screen; marks take none."""
    return [(found.start(), found[0]) for found in FIGURE.finditer(line.replace(MARK, ""))]


def as_ordered(line: str) -> str:
    """Order a line as a terminal does that applies the bidirectional algorithm."""
    return str(bidi.get_display(line, base_dir="L"))


def test_every_figure_stays_in_its_column() -> None:
    for line in table_on_screen(CELLS, COLUMNS, 100):
        assert figures(as_ordered(line)) == figures(line)


def test_without_marks_the_figures_change_columns() -> None:
    lines = [*table_on_screen(CELLS, COLUMNS, 100)]
    bare = [line.replace(MARK, "") for line in lines]
    assert any(figures(as_ordered(line)) != figures(line) for line in bare)


def test_wrapped_cells_keep_the_figures_beside_them() -> None:
    cells = [["1", "سازمان قطار شهری مشهد و حومه", "لاہور", "1,200.00 EUR", "12"]]
    lines = [*table_on_screen(cells, COLUMNS, 50)]
    assert len(lines) > 2
    assert all(figures(as_ordered(line)) == figures(line) for line in lines)


def test_a_line_of_text_keeps_figures_after_a_name() -> None:
    line = marked_line("Asked for مشهد 12 EUR by بانک شهر 3 times")
    assert figures(as_ordered(line)) == figures(line)
    assert marked_line("all in Latin") == "all in Latin"


@pytest.mark.parametrize(
    "line", ["city list", "provider list", "offer list", "partnership list", "report cities"]
)
@pytest.mark.parametrize("columns", [40, 100])
def test_rendered_rows_keep_every_figure(screened: str, line: str, columns: int) -> None:
    text = STYLE.sub("", shown(screened, shlex.split(line), columns).text)
    for one in text.splitlines():
        assert figures(as_ordered(one)) == figures(one)


def test_a_pipe_has_no_marks_and_local_names_are_always_shown(screened: str) -> None:
    assert MARK not in piped(screened, ["city", "list"]).text
    for columns in (40, 80, 120):
        assert "مشهد" in shown(screened, ["city", "list"], columns).text
