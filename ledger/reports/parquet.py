"""Rows as a Parquet file, through polars, which is an optional part of the program.

Amounts are exact decimals with as many places as the column needs, days are dates, moments are in
UTC. A column whose cells are of several types is written as text. Rows are read once, as text, into
blocks on disk, so that memory does not grow with them; what their columns hold is then known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import NoneType
from typing import IO, Any, Final

from ledger.core.errors import UsageError
from ledger.reports.table import Column, Line, ReportRow, line_blocks, machine

_PRECISION: Final = 38
_DIGITS_OF_INT64: Final = 18
_BLOCK: Final = 20_000
_ARE_TEXTS: Final = frozenset({str, NoneType})
_FIGURE: Final = r"^[+-]?[0-9]+(\.[0-9]+)?$"
_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MOMENT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"


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

    held = [_Held(pl, column) for column in columns]
    schema = {column.key: pl.String for column in columns}
    keys, count = [column.key for column in columns], 0
    with TemporaryDirectory() as folder:
        files: list[Path] = []
        for block in _joined(line_blocks(rows, keys, _BLOCK)):
            cells = zip(*block, strict=True)
            series = [
                pl.Series(key, _texts(one), pl.String) for key, one in zip(keys, cells, strict=True)
            ]
            frame = pl.DataFrame(series)
            for one, of_column in zip(held, series, strict=True):
                one.see(of_column)
            files.append(Path(folder) / f"{len(files)}.arrow")
            frame.write_ipc(files[-1])
            count += len(block)
        whole = pl.scan_ipc(files) if files else pl.LazyFrame(schema=schema)
        whole.select([one.typed() for one in held]).sink_parquet(out)
    return count


def _joined(blocks: Iterable[Sequence[Line]]) -> Iterator[Sequence[Line]]:
    """Put small blocks together until they have as many lines as a block on disk."""
    held: list[Line] = []
    for block in blocks:
        held += block
        if len(held) >= _BLOCK:
            yield held
            held = []
    if held:
        yield held


def _texts(cells: Line) -> Sequence[object]:
    """Give the cells of a column as machines read them; what is not given is null."""
    types = {*map(type, cells)}
    if types == {int}:
        return [*map(str, cells)]
    if types <= _ARE_TEXTS:
        return [one or None for one in cells] if "" in cells else cells
    return [None if one is None or one == "" else machine(one) for one in cells]


@dataclass(slots=True)
class _Held:
    """What the cells of a column hold, as far as they were read."""

    pl: Any
    column: Column
    is_empty: bool = True
    is_figure: bool = True
    is_day: bool = True
    is_moment: bool = True
    decimals: int = 0
    whole: int = 0

    def see(self, cells: Any) -> None:
        """Take note of a block of cells."""
        cells = cells.drop_nulls()
        if cells.is_empty():
            return
        self.is_empty = False
        if self.column.kind in {"amount", "number"}:
            self.is_day = self.is_moment = False
            self.is_figure = self.is_figure and bool(cells.str.contains(_FIGURE).all())
            if self.is_figure:
                places = cells.str.extract(r"\.([0-9]+)$").str.len_bytes().max()
                self.decimals = max(self.decimals, places or 0)
                digits = cells.str.extract(r"^[+-]?([0-9]+)").str.len_bytes().max()
                self.whole = max(self.whole, digits)
            return
        self.is_figure = False
        is_dated = self.column.kind in {"date", "partial"}
        self.is_day = is_dated and self.is_day and self._are_days(cells)
        self.is_moment = is_dated and self.is_moment and bool(cells.str.contains(_MOMENT).all())

    @staticmethod
    def _are_days(cells: Any) -> bool:
        """Say whether each is a day that there is: the 30th of February is a text."""
        if not cells.str.contains(_DAY).all():
            return False
        return not cells.str.to_date("%Y-%m-%d", strict=False).null_count()

    def typed(self) -> Any:
        """Give the expression that turns the texts into the type that fits all of them."""
        pl, cells = self.pl, self.pl.col(self.column.key)
        if self.is_empty and self.column.kind != "date":
            return cells.cast(self._empty())
        is_count = self.is_figure and self.column.kind == "number" and not self.decimals
        if is_count and self.whole <= _DIGITS_OF_INT64:
            return cells.cast(pl.Int64)
        if self.is_figure and not self.is_empty and self.whole + self.decimals <= _PRECISION:
            return cells.cast(pl.Decimal(_PRECISION, self.decimals))
        if self.is_day:
            return cells.str.to_date("%Y-%m-%d")
        if self.is_moment:
            return cells.str.to_datetime("%+", time_unit="us", time_zone="UTC")
        return cells

    def _empty(self) -> Any:
        pl = self.pl
        kinds = {"amount": pl.Decimal(_PRECISION, 0), "number": pl.Int64}
        return kinds.get(self.column.kind, pl.String)
