"""The outputs of a rule, compiled: from a foreign row to the canonical rows that it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from ledger.core.text import normalised_code
from ledger.interchange.canonical import NUMERIC_KINDS
from ledger.interchange.mapping.given import GivenRows, require_given
from ledger.interchange.mapping.given_table import GIVEN
from ledger.interchange.mapping.lookups import named_countries
from ledger.interchange.mapping.paths import Node, compile_items
from ledger.interchange.mapping.problems import BadCell, LeftOut, NotNew
from ledger.interchange.mapping.rule import ImportRule, Output
from ledger.interchange.mapping.steps import Compiler, Read, Row, Target, Test
from ledger.interchange.mapping.templates import placeholders
from ledger.interchange.mapping.tolerance import tolerance_of
from ledger.interchange.mapping.value import OTHER, ROW, is_of_item
from ledger.interchange.reader import RawRow, RawTable
from ledger.registers.spec import Kind
from ledger.registers.table import by_plural

_MOST_KEPT: Final = 4096
_UNIT: Final = "unit"
_IS_NEW: Final = "the ledger does not have it"


@dataclass(slots=True)
class Made:
    """A canonical row that a foreign row gives, before it is known whether it counts."""

    maker: OutputMaker
    line: int
    cells: dict[str, str]
    raw: RawRow
    """The row as tables hold it."""
    name: str = ""
    words: tuple[str | None, ...] | None = None
    """What it is made of, where rows with the same words give the same."""


class OutputMaker:
    """One output of a rule, compiled, with the table that it fills."""

    def __init__(
        self, output: Output, compiler: Compiler, rule: ImportRule, file: str, given: GivenRows
    ) -> None:
        """Compile the tests and the columns."""
        self.output, self.compiler, self.rule, self.file = output, compiler, rule, file
        self.given = given
        self.is_given = output.table == GIVEN.name
        self.is_distinct, self.identity = output.is_distinct, output.identity
        self.beside: list[Made] = []
        self.tolerance = tolerance_of(output, rule, compiler.units, compiler.report)
        self.countries = sorted(one for one in rule.country_columns if not is_of_item(one))
        self.item_countries = sorted(filter(is_of_item, rule.country_columns))
        came_from = {name: one.columns[0] for name, one in output.columns.items() if one.columns}
        header = (*output.columns, *output.new)
        self.table = RawTable(output.table, file, header, [], came_from)
        if self.is_given:
            given.columns |= {
                there: came_from[here] for here, there in _CAME_FROM if here in came_from
            }
        self.cells = [*self._compiled()]
        self.names = dict(self.cells).get("need" if self.is_given else "code")
        self.table_named = "needs" if self.is_given else output.table
        self.new_cells = [
            (name, compiler.value(value, Target(output.table, name, output.spec.kind_of(name))))
            for name, value in output.new.items()
        ]
        known = given.known.get(output.table, ()) if output.new else ()
        self.known = {normalised_code(one.code) for one in known}
        self.provider_name = self._provider_name()
        self.tests: list[tuple[str, Test]] = [
            *((f"{name} is filled", _filled(name)) for name in output.when),
            *((one.words(), compiler.condition(one)) for one in output.where),
        ]
        self.items = None if output.each is None else self._items(output.each)
        self.reads = compiler.item_reads(filter(is_of_item, output.foreign_columns))
        self.made_of = self._made_of()
        self.kept: set[tuple[str | None, ...]] = set()

    def _made_of(self) -> tuple[str, ...]:
        """Name the columns that all of a record is made of, where they are only copied.

        As foreign rows name the same city again and again, such a record is made once. There are
        none where making it counts something, or can be another the next time.
        """
        output, names = self.output, dict[str, None]()
        if not self.is_distinct or output.table not in by_plural() or output.new or self.tests:
            return ()
        if (
            self.items is not None
            or self.tolerance is not None
            or by_plural()[output.table].has_quantity
        ):
            return ()
        for name, value in output.columns.items():
            kind = output.spec.kind_of(name)
            is_copied = value.column is None or kind not in {Kind.DATE, *NUMERIC_KINDS}
            if not (value.is_copied and is_copied):
                return ()
            read = [value.column] if value.column else [*chain(*map(placeholders, value.parts))]
            names.update(dict.fromkeys(read))
        return () if ROW in names else tuple(names)

    def _compiled(self) -> Iterator[tuple[str, Read]]:
        output = self.output
        unit = output.columns.get(_UNIT)
        unit_of: Read | None = None
        if unit is not None:
            unit_of = self.compiler.value(
                unit, Target(output.table, _UNIT, output.spec.kind_of(_UNIT))
            )
        elif self.is_given:
            need = self.compiler.value(
                output.columns["need"], Target(GIVEN.name, "need", GIVEN.kind_of("need"))
            )
            unit_of = lambda row: self._unit_of_need(need(row))  # noqa: E731 - one of two
        for name, value in output.columns.items():
            kind = output.spec.kind_of(name)
            target = Target(output.table, name, kind, unit_of, output.columns)
            yield name, self.compiler.value(value, target)

    def _provider_name(self) -> Read | None:
        """Give what says how a provider of `given` is called: by what its code is made of."""
        if not self.is_given:
            return None
        value = self.output.columns["provider"].bare
        return self.compiler.value(value, Target(GIVEN.name, "name", GIVEN.kind_of("need")))

    def _items(self, each: str) -> Callable[[Row], list[Node]]:
        split = self.output.split
        if split is not None:
            return lambda row: [
                one for one in map(str.strip, row.values.get(each, "").split(split)) if one
            ]
        items = compile_items(each)
        return lambda row: items(row.record)

    def _unit_of_need(self, code: str) -> str:
        """Give the unit of a need, which the same row may be about to give."""
        for made in self.beside:
            if made.maker.output.table == "needs" and made.cells.get("code") == code:
                return made.cells.get(_UNIT, "")
        return self.given.unit_of(code)

    def name_countries(self, values: dict[str, str], *, of_item: bool = False) -> None:
        """Put the codes of countries in the place of their names, where the rule says so.

        Those of an item come after those of its row. Raises `BadCell`.
        """
        form = self.rule.source.countries
        if form == "codes":
            return
        for name in self.item_countries if of_item else self.countries:
            if name in values:
                values[name] = named_countries(
                    name, values[name], form, self.compiler.report.mapped
                )

    def make(self, row: Row, rows: list[Made], bad: list[BadCell]) -> None:
        """Add the canonical rows that a foreign row gives, or what is wrong with it.

        `rows` holds what the same row gave by the outputs before.
        """
        self.beside = rows
        if self.items is None:
            copied = (*map(row.values.get, self.made_of),) if self.made_of else None
            if copied not in self.kept:
                self._make(row, rows, bad, copied)
            return
        items = self.items(row)
        if not items:
            self.compiler.report.unmade[self.output.table, f"{self.output.each} has items"] += 1
        for item in items:
            of_item = self.compiler.with_item(row, item, self.reads)
            for name, words in self.rule.maps.items():
                if is_of_item(name) and name in of_item.values:
                    before = of_item.values[name]
                    after = words.get(before, words.get(OTHER))
                    if after is not None:
                        of_item.values[name] = after
                        self.compiler.report.mapped[name, before, after] += 1
            try:
                self.name_countries(of_item.values, of_item=True)
            except BadCell as error:
                bad.append(error)
                continue
            self._make(of_item, rows, bad)

    def _make(
        self,
        row: Row,
        rows: list[Made],
        bad: list[BadCell],
        words: tuple[str | None, ...] | None = None,
    ) -> None:
        try:
            failed = self._failed(row) if self.tests else None
        except BadCell as error:
            bad.append(error)
            return
        if failed is not None:
            self.compiler.report.unmade[self.output.table, failed] += 1
            return
        cells: dict[str, str] = {}
        bad_before = len(bad)
        for name, read in self.cells:
            try:
                cells[name] = read(row)
            except NotNew:
                self.compiler.report.unmade[self.output.table, _IS_NEW] += 1
                return
            except BadCell as error:
                bad.append(error)
                cells[name] = ""
        for name, read in self.new_cells:
            is_new = normalised_code(cells["code"]) not in self.known
            cells[name] = read(row) if is_new else ""
        if self.tolerance is not None and len(bad) == bad_before:
            self.tolerance.apply(cells, bad)
        made = Made(self, row.line, cells, RawRow(row.line, cells), words=words)
        if self.is_given:
            try:
                require_given(cells)
                made.name = self.provider_name(row) if self.provider_name else ""
            except BadCell as error:
                bad.append(error)
        rows.append(made)

    def code_of(self, row: Row) -> str:
        """Give the code of the record that a row which is left out would have been of, if any."""
        if self.names is None or self.items is not None:
            return ""
        try:
            return self.names(row)
        except (BadCell, LeftOut, NotNew):
            return ""

    def _failed(self, row: Row) -> str | None:
        """Name the first test that a row fails."""
        return next((words for words, test in self.tests if not test(row)), None)

    def keep(self, made: Made) -> None:
        """Put a canonical row into its table."""
        report, table = self.compiler.report, self.output.table
        if self.is_given:
            posted = self.given.add(self.file, made.line, made.cells, made.name)
            report.zero += not posted
            return
        if not all(made.cells.values()):  # as those of most rows are
            unknown = (name for name, cell in made.cells.items() if not cell)
            report.unknown.update((table, one) for one in unknown if one not in self.output.new)
        self.table.rows.append(made.raw)
        if made.words is not None:
            self.kept.add(made.words)
            if len(self.kept) > _MOST_KEPT:  # nearly every row gives another
                self.kept.clear()
                self.made_of = ()


_CAME_FROM: Final = (
    *(("committed", "quantity"), ("delivered", "quantity"), ("date", "effective_on")),
    *(("need", "need"), ("provider", "provider"), ("instrument", "instrument")),
)
"""Columns of `given` and what the deals and offers call them."""


def _filled(name: str) -> Test:
    return lambda row: name in row.values
