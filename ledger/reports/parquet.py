"""Rows as a Parquet file, through polars, which is an optional part of the program.

Amounts are exact decimals with as many places as the column needs, days are dates, moments are in
UTC. A column whose cells are of several types is written as text. Memory does not grow with the
rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from typing import IO, Any, Final

from ledger.core.errors import UsageError
from ledger.reports.cells import Cell, ColumnFacts, Spool
from ledger.reports.table import Column, ReportRow

_PRECISION: Final = 38
_DIGITS_OF_INT64: Final = 18
_BLOCK: Final = 20_000


class ParquetNotInstalled(UsageError, code="parquet-not-installed"):
    """Parquet was asked for, and the library that writes it is not installed."""

    default_why = "Parquet is an optional part of the program, and polars writes it."
    default_next = "Install it with: pip install 'cityfund[parquet]', or choose another format."


def require_parquet() -> None:
    """Refuse Parquet where it cannot be written, before long work. Raises ParquetNotInstalled."""
    if find_spec("polars") is None:
        raise ParquetNotInstalled("Parquet cannot be written here.")


def write_parquet(out: IO[bytes], rows: Iterable[ReportRow], columns: Sequence[Column]) -> int:
    """Write the rows, and return how many they are. Raises ParquetNotInstalled."""
    require_parquet()
    import polars as pl  # noqa: PLC0415 - an optional part
    from polars.io.plugins import register_io_source  # noqa: PLC0415

    spool = Spool(rows, columns)
    kinds = [
        _type(pl, facts, column.kind) for facts, column in zip(spool.facts, columns, strict=True)
    ]
    keys = [column.key for column in columns]
    schema = dict(zip(keys, kinds, strict=True))

    def frames(*_wanted: object) -> Iterator[Any]:
        for block in spool.blocks(_BLOCK):
            data = {
                key: [_as(kind, pl, line[place]) for line in block]
                for place, (key, kind) in enumerate(schema.items())
            }
            yield pl.DataFrame(data, schema=schema)

    if spool.count:
        register_io_source(frames, schema=schema).sink_parquet(out)
    else:
        pl.DataFrame(schema=schema).write_parquet(out)
    return spool.count


def _type(pl: Any, facts: ColumnFacts, kind: str) -> Any:
    if not facts.types:
        return {"amount": pl.Decimal(_PRECISION, 0), "number": pl.Int64, "date": pl.Date}.get(
            kind, pl.String
        )
    is_whole = facts.types == {Decimal} and kind == "number" and not facts.decimals
    if is_whole and facts.whole <= _DIGITS_OF_INT64:
        return pl.Int64
    if facts.types == {Decimal} and facts.whole + facts.decimals <= _PRECISION:
        return pl.Decimal(_PRECISION, facts.decimals)
    if facts.types == {date}:
        return pl.Date
    if facts.types == {datetime}:
        return pl.Datetime("us", "UTC")
    return pl.String


def _as(kind: Any, pl: Any, cell: Cell) -> Any:
    if kind == pl.Int64 and cell is not None:
        return int(cell)  # type: ignore[arg-type]  # whole figures alone have this type
    if cell is None or kind != pl.String:
        return cell
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell if isinstance(cell, str) else cell.isoformat()
