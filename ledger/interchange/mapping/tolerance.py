"""Cells of a canonical row that no import takes, found before the row is a part of one.

Only rules that say what a bad cell counts as, or that leave out rows with one, ask for it: their
rows are parsed once more, as the import parses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ledger.core.quantity import Unit
from ledger.interchange.canonical import TABLES
from ledger.interchange.cells import Cells, Lookups
from ledger.interchange.mapping.problems import BadCell
from ledger.interchange.mapping.rule import ImportRule, Output
from ledger.interchange.mapping.value import UNKNOWN
from ledger.interchange.problems import ImportProblem, Place
from ledger.interchange.rows import read_row
from ledger.interchange.rule_report import RuleReport
from ledger.registers.spec import Kind

_NOWHERE = Place("", 0)


class Tolerance:
    """What a rule does with the bad cells of one of its outputs."""

    def __init__(
        self, output: Output, rule: ImportRule, units: Mapping[str, Unit], report: RuleReport
    ) -> None:
        """Take the policies of the rule; a day in the future is found by the import itself."""
        self._output, self._report = output, report
        self._lookups = Lookups(units, date.max)
        self._leaves_out = rule.row.bad == "leave-out"
        self._columns = [
            one.name for one in TABLES[output.table].columns if one.kind is not Kind.SHOWN
        ]

    def apply(self, cells: dict[str, str], bad: list[BadCell]) -> None:
        """Put what a bad cell counts as in its place; what forbids the row is added to `bad`."""
        replaced = False
        for problem in self._problems(cells):
            name = problem.column or ""
            value = self._output.columns.get(name)
            if value is not None and value.bad is not None and cells.get(name):
                cells[name] = "" if value.bad == UNKNOWN else value.bad
                self._report.bad[self._output.table, name] += 1
                replaced = True
        if self._leaves_out:
            left = self._problems(cells) if replaced else self._lookups.problems
            bad += [self._bad_cell(one) for one in left]

    def _problems(self, cells: Mapping[str, str]) -> list[ImportProblem]:
        self._lookups.problems = []
        parsed = Cells(_NOWHERE, cells, self._lookups, {})
        read_row(self._output.table, parsed, self._columns)
        return self._lookups.problems

    def _bad_cell(self, problem: ImportProblem) -> BadCell:
        value = self._output.columns.get(problem.column or "")
        read = value.columns if value is not None else ()
        column = read[0] if read else problem.column
        return BadCell(column, problem.code, problem.what, problem.next)


def tolerance_of(
    output: Output, rule: ImportRule, units: Mapping[str, Unit], report: RuleReport
) -> Tolerance | None:
    """Give what a rule does with bad cells, None where they refuse the import."""
    says = any(value.bad is not None for value in output.columns.values())
    if output.table not in TABLES or not (says or rule.row.bad == "leave-out"):
        return None
    return Tolerance(output, rule, units, report)
