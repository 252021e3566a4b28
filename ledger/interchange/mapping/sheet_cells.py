"""Cells of a sheet that have no value, as a rule meets them.

Those that the rule reads forbid their row, unless it says what a bad cell counts as. Those that it
does not read are counted, and said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ledger.interchange.mapping.paths import ALL
from ledger.interchange.mapping.problems import BadCell
from ledger.interchange.mapping.rule import ImportRule
from ledger.interchange.rule_report import RuleReport
from ledger.interchange.sources.records import NoValue

_BEYOND: Final = "beyond the last column that has a name"


class CellsWithoutValue:
    """The cells of one file that have no value, by their row."""

    def __init__(self, rule: ImportRule, called: Mapping[str, str], report: RuleReport) -> None:
        """Take what the rule reads; `called` has the headings of this file for its columns."""
        self._rule, self._report = rule, report
        self.read = {called.get(one, one).split(ALL)[0]: one for one in rule.foreign_columns}
        self._rows: dict[int, list[NoValue]] = {}

    def take(self, cells: list[NoValue]) -> None:
        """Take the cells of a file, which is left with those met while it is read."""
        for one in cells:
            self._rows.setdefault(one.line, []).append(one)
        cells.clear()

    def of(self, line: int) -> Mapping[str, BadCell] | None:
        """Give the cells of a row that the rule reads, by its names for the columns, if any."""
        cells = self._rows.pop(line, None) if self._rows else None
        if cells is None:
            return None
        bad: dict[str, BadCell] = {}
        for one in cells:
            name = self.read.get(one.column) if one.column is not None else None
            if name is None:
                self._report.unread[one.column or _BEYOND] += 1
            else:
                bad[name] = BadCell(name, one.code, one.what, one.hint, one.cell)
        return bad or None

    def forbidding(self, bad: Mapping[str, BadCell]) -> list[BadCell]:
        """Give those without which a row cannot be read."""
        return [one for name, one in bad.items() if name in self._rule.required_columns]

    def left(self) -> Iterator[tuple[int, list[BadCell]]]:
        """Give the rows that hold nothing else, and cannot be read."""
        for line in sorted(self._rows):
            bad = self.forbidding(self.of(line) or {})
            if bad:
                yield line, bad

    def count_beyond(self, cells: Iterable[NoValue]) -> None:
        """Count the cells that were met while the file was read."""
        self._report.unread.update(one.column or _BEYOND for one in cells)
