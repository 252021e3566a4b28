"""Read the rows of a register's table column by column, each different text once.

A row with a bad cell is not read here: it is read by itself, which notes what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import compress, repeat
from typing import Any, Final, NamedTuple

from ledger.core.quantity import Unit
from ledger.interchange.cells import Cells, Lookups
from ledger.interchange.problems import Place
from ledger.interchange.reader import PackedRows
from ledger.interchange.registers import complete_record, reading_of, unit_of_row
from ledger.registers.spec import RegisterSpec

_AT_ONCE: Final = 1000
_REMEMBERED: Final = 4096
_BAD: Final = object()


class ReadRow(NamedTuple):
    """What a row says: its record, the columns that it fills, and its quantity."""

    record: Any
    given: frozenset[str]
    quantity: int | None


@lru_cache(maxsize=1 << 10)
def given_of(columns: tuple[str, ...]) -> frozenset[str]:
    """Give the columns that a row fills: as most rows of a table fill the same, one set for all."""
    return frozenset(columns)


class ColumnReader:
    """Reads the columns of one register's table, and remembers what repeated texts say."""

    def __init__(self, spec: RegisterSpec, columns: Iterable[str], lookups: Lookups) -> None:
        """Take the register, the columns that its rows can fill, and what cells are read by."""
        self._spec, self._columns = spec, frozenset(columns)
        self._reading = reading_of(spec.name)
        self._reads = {**self._reading.optional, **dict(self._reading.always)}
        self._known: dict[str, dict[str, Any]] = {column: {} for column in self._reads}
        # What is bad is noted when its row is read by itself.
        self._lookups = replace(lookups, problems=[], suggested=0)

    def rows(self, rows: PackedRows) -> Iterator[ReadRow | None]:
        """Give what each row says, None where that is to be read by itself."""
        required = [column for column, _ in self._reading.always]
        if not {*rows.names}.issuperset(required):  # rows are bad, or dated today
            yield from repeat(None, len(rows))
            return
        columns = {name: rows.column(name) for name in rows.names if name in self._columns}
        for start in range(0, len(rows), _AT_ONCE):
            texts = {name: one[start : start + _AT_ONCE] for name, one in columns.items()}
            yield from self._block(texts, min(_AT_ONCE, len(rows) - start))

    def _block(self, texts: Mapping[str, Sequence[str]], size: int) -> Iterator[ReadRow | None]:
        """Give what some rows say."""
        values: dict[str, Iterable[Any]] = {
            name: repeat(nothing, size) for name, nothing in self._reading.empty.items()
        }
        values |= {
            name: self._read(name, one) for name, one in texts.items() if name in self._reads
        }
        if self._reading.amounts:
            nothing = [""] * size
            units = self._units(texts.get("factor", nothing), texts.get("unit", nothing))
            values["unit"] = [one if one is _BAD else one.code for one in units]
            for name in self._reading.amounts:
                values[name] = self._amounts(name, texts.get(name, nothing), units)
        names, cells = (*values,), Cells(Place("", 0), {}, self._lookups, {})
        rows: Iterator[tuple[Any, ...]] = zip(*values.values(), strict=True)
        for row, given in zip(rows, _given(texts, size), strict=True):
            if _BAD in row:
                yield None
                continue
            cells.bad = False
            record, quantity = complete_record(
                self._spec, cells, dict(zip(names, row, strict=True))
            )
            yield None if cells.bad else ReadRow(record, given, quantity)

    def _read(self, name: str, texts: Sequence[str]) -> list[Any]:
        """Give what the texts of a column say."""
        read, cell = self._reads[name], {name: ""}
        cells = Cells(Place("", 0), cell, self._lookups, {})

        def value_of(text: str) -> Any:
            cell[name], cells.bad = text, False
            value = read(cells)
            return _BAD if cells.bad else value

        distinct = {*texts}
        if 2 * len(distinct) > len(texts):  # as of codes and titles, which stand once
            return [*map(value_of, texts)]
        known = self._known[name]
        if len(known) > _REMEMBERED:
            known.clear()
        known.update((text, value_of(text)) for text in distinct.difference(known))
        return [known[text] for text in texts]

    def _units(self, factors: Sequence[str], codes: Sequence[str]) -> list[Any]:
        """Give the units that rows are counted in."""
        known: dict[tuple[str, str], Any] = {}
        for factor, code in {*zip(factors, codes, strict=True)}:
            cells = Cells(Place("", 0), {"factor": factor, "unit": code}, self._lookups, {})
            unit = unit_of_row(cells)
            known[factor, code] = _BAD if cells.bad or unit is None else unit
        return [known[row] for row in zip(factors, codes, strict=True)]

    def _amounts(self, name: str, texts: Sequence[str], units: Sequence[Any]) -> list[Any]:
        """Give what a column of amounts says, in the units of the rows."""
        cells = Cells(Place("", 0), {}, self._lookups, {})

        def value_of(text: str, unit: Unit) -> Any:
            cells.bad = False
            amount = cells.amount(name, unit, text)
            return _BAD if cells.bad else amount

        return [
            unit if unit is _BAD else value_of(text, unit)
            for text, unit in zip(texts, units, strict=True)
        ]


def _given(texts: Mapping[str, Sequence[str]], size: int) -> Iterable[frozenset[str]]:
    """Give the columns that each row fills."""
    names = (*texts,)
    if not any("" in column for column in texts.values()):
        return repeat(given_of(names), size)
    return [given_of((*compress(names, row),)) for row in zip(*texts.values(), strict=True)]
