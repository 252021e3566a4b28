"""Cells of Parquet and workbooks have the type that fits all of their column, or are texts."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.reports import parquet
from ledger.reports.cells import Spool, typed
from ledger.reports.parquet import write_parquet
from ledger.reports.table import Column

NOON = datetime(2026, 11, 23, 12, 0, 0, 5, tzinfo=UTC)


def read(column: Column, *values: object) -> pl.Series:
    file = io.BytesIO()
    write_parquet(file, [{column.key: value} for value in values], [column])
    file.seek(0)
    return pl.read_parquet(file)[column.key]


@pytest.mark.parametrize(
    ("kind", "values", "wanted", "found"),
    [
        ("amount", ["1.25", None, "-3"], pl.Decimal(38, 2), [Decimal("1.25"), None, Decimal(-3)]),
        ("amount", ["1", "many"], pl.String, ["1", "many"]),
        ("number", [1, "20", None], pl.Int64, [1, 20, None]),
        ("number", ["0.5000", 1], pl.Decimal(38, 4), [Decimal("0.5"), Decimal(1)]),
        ("number", ["9" * 19], pl.Decimal(38, 0), [Decimal("9" * 19)]),
        ("amount", ["9" * 39], pl.String, ["9" * 39]),
        ("date", [date(2026, 1, 2), "2026-01-03"], pl.Date, [date(2026, 1, 2), date(2026, 1, 3)]),
        ("date", ["2026-02-30"], pl.String, ["2026-02-30"]),
        ("date", [NOON], pl.Datetime("us", "UTC"), [NOON]),
        ("date", [None], pl.Date, [None]),
        ("partial", ["1993", "1993-05-01"], pl.String, ["1993", "1993-05-01"]),
        (
            "text",
            ["2026-01-02", "12", True, ["a", "b"]],
            pl.String,
            ["2026-01-02", "12", "yes", "a;b"],
        ),
    ],
)
def test_parquet_has_the_type_that_fits_all(kind, values, wanted, found) -> None:
    series = read(Column("one", kind=kind), *values)
    assert (series.dtype, series.to_list()) == (wanted, found)


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=3), max_size=9))
def test_amounts_are_exact_over_several_blocks(amounts) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parquet, "_BLOCK", 2)
        kept = [one for one in amounts if abs(one) < Decimal(10) ** 30]
        series = read(Column("one", kind="amount"), *(f"{one:f}" for one in kept))
    assert [Decimal(one) for one in series.to_list()] == kept


@given(st.lists(st.text() | st.none() | st.integers(), max_size=30))
def test_a_spool_gives_its_rows_as_often_as_asked(values) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Spool, "HELD", 3)
        patched.setattr(Spool, "_BLOCK", 2)
        spool = Spool(({"one": value} for value in values), [Column("one", kind="number")])
    wanted = [[typed(value, "number")] for value in values]
    assert [*spool] == [*spool] == wanted
    assert spool.is_large is (len(values) > 3)
