"""Canonical tables as CSV: written in blocks, and as if each row were written by itself."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from ledger.interchange.canonical import NUMERIC_KINDS, TABLES
from ledger.interchange.cells import neutral_text
from ledger.interchange.writer import CanonicalRow, write_table

NAMES = [column.name for column in TABLES["deals"].columns]
NUMERIC = {one.name for one in TABLES["deals"].columns if one.kind in NUMERIC_KINDS}
CALLS_PER_ROW = 2
"""Calls of Python functions for a row whose columns are all given."""

cells = st.none() | st.text(st.sampled_from("ab=+-@,\"\t\r\n1.' é"), max_size=5)
rows = st.lists(st.dictionaries(st.sampled_from(NAMES), cells, max_size=4), max_size=8)


def row_by_row(given_rows: Iterable[CanonicalRow]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.file_name for column in TABLES["deals"].columns])
    for row in given_rows:
        texts = {name: row.get(name) or "" for name in NAMES}
        writer.writerow([t if n in NUMERIC else neutral_text(t) for n, t in texts.items()])
    return out.getvalue()


@given(rows)
def test_a_table_in_blocks_is_the_same_as_row_by_row(given_rows: list[CanonicalRow]) -> None:
    many = given_rows * 200  # more than a block
    out = io.StringIO(newline="")
    assert write_table(out, "deals", many) == len(many)
    assert out.getvalue() == row_by_row(many)


def test_a_row_of_a_table_takes_few_calls() -> None:
    def calls(count: int) -> int:
        made = ({name: f"{name} {row}" for name in NAMES} for row in range(count))
        calls = 0

        def call(_: object, event: str, __: object) -> None:
            nonlocal calls
            calls += event == "call"

        given_rows = [{**one, "act": "held", "note": None} for one in made]
        sys.setprofile(call)
        write_table(io.StringIO(newline=""), "deals", given_rows)
        sys.setprofile(None)
        return calls

    per_row = (calls(5_000) - calls(1_000)) / 4_000
    texts = len(NAMES) - len(NUMERIC) - 2  # each text is looked at once, and repeated ones less
    assert per_row < texts + CALLS_PER_ROW
