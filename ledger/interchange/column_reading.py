"""Read the cells of many rows of a register column by column, each different text once.

A row with a bad cell is not read here: it is read by itself, which notes what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from ledger.interchange.cells import Cells, Lookups
from ledger.interchange.problems import Place
from ledger.interchange.reader import PackedRows, RawRow
from ledger.interchange.registers import Read, reading_of

Known = dict[str, Any]
"""What the cells of a row say, by column."""

_AT_ONCE: Final = 1000
_REMEMBERED: Final = 4096
_BAD: Final = object()


class ColumnReader:
    """Reads the columns of one register's table, and remembers what repeated texts say."""

    def __init__(self, name: str, lookups: Lookups) -> None:
        """Take the register, and what its cells are read by."""
        reading = reading_of(name)
        self._reads: Mapping[str, Read] = {**reading.optional, **dict(reading.always)}
        self._known: dict[str, dict[str, Any]] = {column: {} for column in self._reads}
        # What is bad is noted when its row is read by itself.
        self._lookups = replace(lookups, problems=[], suggested=0)
        self._always = tuple(column for column, _ in reading.always)

    def rows(self, rows: Sequence[RawRow]) -> Iterator[tuple[RawRow, Known | None]]:
        """Give each row with what its cells say, None where that is to be read by itself."""
        if not isinstance(rows, PackedRows):
            yield from ((row, None) for row in rows)
            return
        names = [one for one in rows.names if one in self._reads]
        whole = {*names}.issuperset(self._always)
        texts = [rows.column(one) for one in names]
        every = iter(rows)
        for start in range(0, len(rows), _AT_ONCE):
            block = islice(every, _AT_ONCE)
            if not whole:  # rows without a required column are bad, or dated today
                yield from ((row, None) for row in block)
                continue
            columns = [
                self._values(name, column[start : start + _AT_ONCE])
                for name, column in zip(names, texts, strict=True)
            ]
            for row, *values in zip(block, *columns, strict=True):
                yield row, None if _BAD in values else dict(zip(names, values, strict=True))

    def _values(self, name: str, texts: Sequence[str]) -> list[Any]:
        """Give what the texts of a column say."""
        known, read, cell = self._known[name], self._reads[name], {name: ""}
        cells = Cells(Place("", 0), cell, self._lookups, {})
        if len(known) > _REMEMBERED:  # as those of codes and titles, which stand once
            known.clear()
        for text in {*texts}.difference(known):
            cell[name], cells.bad = text, False
            value = read(cells)
            known[text] = _BAD if cells.bad else value
        return [known[text] for text in texts]
