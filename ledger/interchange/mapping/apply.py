"""Apply an import rule: foreign records in, canonical rows out, each with its foreign line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ledger.core.errors import LedgerError
from ledger.core.quantity import Unit
from ledger.interchange.mapping.beside import Content
from ledger.interchange.mapping.explain import Explanation
from ledger.interchange.mapping.file_run import FileRun
from ledger.interchange.mapping.finding import RecordIndex
from ledger.interchange.mapping.given import GivenRows
from ledger.interchange.mapping.record_finder import Finders, KnownRecords, make_finders
from ledger.interchange.mapping.rule import ImportRule
from ledger.interchange.problems import ImportProblem
from ledger.interchange.reader import RawRow, RawTable
from ledger.interchange.rule_report import RuleReport
from ledger.interchange.sources import Reading, Source, open_source
from ledger.reference.units import shipped_units

_NOTHING_BESIDE: Final[Mapping[str, Content]] = MappingProxyType({})


@dataclass(slots=True)
class RuleRun:
    """The application of one rule to the files of one import, one after another.

    `known` are the records of the ledger by table, of those that the rule asks. A row is known
    again, and a record that several rows give, in whichever of the files it stands.
    """

    rule: ImportRule
    known: KnownRecords = field(default_factory=dict)
    finders: Finders = field(default_factory=dict)
    found: RecordIndex = field(init=False)
    units: Mapping[str, Unit] = field(default_factory=shipped_units)
    today: date | None = None
    tables: list[RawTable] = field(default_factory=list)
    reports: list[RuleReport] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)
    identities: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    made: dict[tuple[str, str], RawRow] = field(default_factory=dict)
    explanation: Explanation | None = None
    given: GivenRows = field(init=False)

    def __post_init__(self) -> None:
        """Index the records of the ledger."""
        self.found = RecordIndex(self.known)
        if not self.finders:
            self.finders = make_finders(self.rule, self.known)
        self.given = GivenRows(
            self._cells_of,
            self.known,
            raises=self.rule.deals.over == "raise",
            today=self.today,
        )

    def _cells_of(self, table: str, code: str) -> dict[str, str] | None:
        row = self.made.get((table, code))
        return None if row is None else row.cells

    def read(self, source: Source, beside: Mapping[str, Content] = _NOTHING_BESIDE) -> None:
        """Read a file, with the contents of those that belong to it by the names in the rule."""
        about = self.rule.about
        report = RuleReport(about.name, about.title, about.source, about.licence, source.name)
        report.expected_name = any(
            fnmatch(Path(source.name).name, name) for name in self.rule.source.names
        )
        self.reports.append(report)
        FileRun(self, source, report).read(beside)

    def finish(self) -> list[RawTable]:
        """Give the canonical tables, once all files are read."""
        self.tables += self.given.tables(self.problems)
        if self.given.later and self.reports:
            later = f"{self.given.later:,} rows say what is to be given after today"
            self.reports[0].notes.append(f"{later}: not posted before it has happened")
        if self.given.moved and self.reports:
            moved = f"{self.given.moved:,} rows say what was given before its need was declared"
            self.reports[0].notes.append(f"{moved}: dated on the day of the declaration")
        return [table for table in self.tables if table.rows]


def apply_rule(
    rule: ImportRule,
    content: bytes,
    file: str,
    *,
    finders: Finders | None = None,
    beside: Mapping[str, Content] = _NOTHING_BESIDE,
) -> tuple[list[RawTable], RuleReport, list[ImportProblem]]:
    """Turn a foreign file into canonical text tables, with a report that accounts for every row.

    Rows keep the foreign file's line, and cells the foreign column's name, for later problems.
    `finders` know the records of the ledger, and the new ones of files read before; `beside` has
    the contents of the files that belong to this one, by the names that the rule gives them.
    """
    run = RuleRun(rule, finders=finders or {})
    try:
        run.read(open_source(content, reading_of(rule), file), beside)
    except LedgerError as error:
        about = rule.about
        report = RuleReport(about.name, about.title, about.source, about.licence, file)
        return [], report, [ImportProblem(file, 1, None, error.code, error.what, error.next_step)]
    return run.finish(), run.reports[0], run.problems


def reading_of(rule: ImportRule) -> Reading:
    """Give how the files of a rule are read."""
    about = rule.source
    return Reading(
        format=about.format,
        sheet=about.sheet,
        header=about.header,
        rows=about.rows,
        encoding=about.encoding,
        delimiter=about.delimiter,
        clean=about.clean,
    )
