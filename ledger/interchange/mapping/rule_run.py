"""What the application of a rule to the files of one import knows from one file to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from ledger.core.quantity import Unit
from ledger.core.text import counted, first_few, normalised_code
from ledger.interchange.mapping.explain import Explanation
from ledger.interchange.mapping.finding import RecordIndex
from ledger.interchange.mapping.given import GivenRows
from ledger.interchange.mapping.given_units import NO_MEASURES, Measures
from ledger.interchange.mapping.record_finder import Finders, KnownRecords, make_finders
from ledger.interchange.mapping.rule import ImportRule
from ledger.interchange.problems import ImportProblem
from ledger.interchange.reader import RawRow, RawTable
from ledger.interchange.rule_report import RuleReport
from ledger.reference.units import shipped_units
from ledger.registers.table import IDENTIFIER

_FEW: Final = 3


@dataclass(slots=True)
class RuleRun:
    """The application of one rule to the files of one import, one after another.

    `known` are the records of the ledger by table, of those that the rule asks, `measures`
    its units and rates: without them the shipped units are known. A row is known again, and a
    record that several rows give, in whichever of the files it stands.
    """

    rule: ImportRule
    known: KnownRecords = field(default_factory=dict)
    finders: Finders = field(default_factory=dict)
    found: RecordIndex = field(init=False)
    measures: Measures | None = None
    today: date | None = None
    tables: list[RawTable] = field(default_factory=list)
    reports: list[RuleReport] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)
    identities: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    identified_here: dict[tuple[str, str], str] = field(default_factory=dict)
    """The identities of rows by the scheme and id that they have, beside those of the ledger."""
    identified: frozenset[str] = field(init=False)
    """The codes of records that have an identifier by which the rule knows its rows."""
    made: dict[tuple[str, str], RawRow] = field(default_factory=dict)
    explanation: Explanation | None = None
    given: GivenRows = field(init=False)

    def __post_init__(self) -> None:
        """Index the records of the ledger."""
        self.found = RecordIndex(self.known)
        row = self.rule.row
        self.identified = self.found.with_identifier(row.table or "", row.identifier)
        if not self.finders:
            self.finders = make_finders(self.rule, self.known)
        self.given = GivenRows(
            self._cells_of,
            self.known,
            raises=self.rule.deals.over == "raise",
            measures=self.measures or NO_MEASURES,
            today=self.today,
        )

    @property
    def units(self) -> Mapping[str, Unit]:
        """Give the units of the ledger, else the shipped ones."""
        return shipped_units() if self.measures is None else self.measures.units

    def _cells_of(self, table: str, code: str) -> dict[str, str] | None:
        row = self.made.get((table, code))
        return None if row is None else row.cells

    def finish(self) -> list[RawTable]:
        """Give the canonical tables, once all files are read."""
        self.tables += self.given.tables(self.problems)
        self._drop_identifiers_of_nothing()
        if self.given.later and self.reports:
            later = counted(self.given.later, "row says", "rows say")
            to_come = f"{later} what is to be given after today"
            self.reports[0].notes.append(f"{to_come}: not posted before it has happened")
        if self.given.moved and self.reports:
            moved = counted(self.given.moved, "row says", "rows say")
            early = f"{moved} what was given before its need was declared"
            self.reports[0].notes.append(f"{early}: dated on the day of the declaration")
        if self.given.overdrawn and self.reports:
            named = first_few(self.given.overdrawn, _FEW)
            beyond = f"taken back beyond what was given, and not posted: {named}"
            self.reports[0].notes.append(beyond)
        # They hold on to the rows one by one, which are packed from here on.
        self.made.clear()
        self.identities.clear()
        self.identified_here.clear()
        for at, table in enumerate(self.tables):
            packed = table.packed()
            if packed is not table and isinstance(table.rows, list):
                table.rows.clear()
            self.tables[at] = packed
        return [table for table in self.tables if table.rows]

    def _drop_identifiers_of_nothing(self) -> None:
        """Drop the identifiers of records that the rule makes, and that it did not make this time.

        What is given makes no provider and no deal where it is nothing, or lies after today.
        """
        if not any(table.table == IDENTIFIER.plural for table in self.tables):
            return
        made = {table: self._codes(table) for table in self.rule.made_tables}
        for at, table in enumerate(self.tables):
            if table.table != IDENTIFIER.plural:
                continue
            kept = [row for row in table.rows if _is_among(row.cells, made)]
            dropped = len(table.rows) - len(kept)
            if dropped and self.reports:
                self.reports[0].unmade[table.table, "the record is made"] += dropped
            self.tables[at] = replace(table, rows=kept)

    def _codes(self, table: str) -> set[str]:
        """Give the codes of the records of a table that the ledger has or this import makes."""
        codes = {one.code for one in self.known.get(table, ())}
        for made in self.tables:
            if made.table == table:
                codes.update(row.cells.get("code", "") for row in made.rows)
            elif (table, made.table) == ("providers", "offers"):
                codes.update(row.cells.get("provider", "") for row in made.rows)
        return {*map(normalised_code, codes)}


def _is_among(cells: Mapping[str, str], made: Mapping[str, set[str]]) -> bool:
    codes = made.get(cells["table"])
    return codes is None or normalised_code(cells["record"]) in codes
