"""Other files whose rows belong to the rows of a foreign file, by cells that both have.

A file of `[beside.NAME]` has one row for a row, whose cells are read as `NAME.COLUMN`; a file of
`[join.NAME]` has any number, read as the list `NAME[]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.core.text import counted
from ledger.interchange.mapping.headings import headings_of
from ledger.interchange.mapping.paths import Node, compile_path
from ledger.interchange.mapping.steps import Compiler, Row
from ledger.interchange.mapping.value import Condition
from ledger.interchange.problems import ImportProblem
from ledger.interchange.sources import Source

Key = tuple[str, ...]


@dataclass(slots=True)
class OtherFile:
    """The rows of one file by the cells that tie them to others, and which were asked for.

    `source` is None where the file is not there. `columns` are those that the rule reads.
    """

    name: str
    file: str
    pairs: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    many: bool
    where: tuple[Condition, ...] = ()
    rows: dict[Key, list[dict[str, Any]]] = field(default_factory=dict)
    there: bool = False
    count: int = 0
    passed_over: int = 0
    used: int = 0
    asked: set[Key] = field(default_factory=set)
    missed: int = 0
    unread: int = 0
    reads: list[Callable[[Mapping[str, Node]], str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Compile what gives the cells of a row that are looked for."""
        self.reads = [compile_path(here) for here, _ in self.pairs]

    def read(self, source: Source, compiler: Compiler) -> list[ImportProblem]:
        """Read the rows; what is wrong with the file comes back."""
        self.there = True
        called, doubts, _ = headings_of(source.columns, {}, self.wanted)
        own = {heading: name for name, heading in called.items()}
        problems = [*self._header_problems(source, called)]
        problems += [ImportProblem(source.name, 1, *doubt) for doubt in doubts]
        keys = [compile_path(other) for _, other in self.pairs]
        passes = compiler.all_of(self.where)
        lines: dict[Key, int] = {}
        lacking = {one.column for one in problems}
        tied = not lacking & {other for _, other in self.pairs}
        for line, written in source.rows() if tied else ():
            record = {own.get(name, name): one for name, one in written.items()} if own else written
            self.count += 1
            if self.where and not passes(_plain_row(line, record)):
                self.passed_over += 1
                continue
            key = tuple(read(record) for read in keys)
            earlier = lines.setdefault(key, line)
            if earlier != line and not self.many:
                what = f"{', '.join(key)} is there twice (first at line {earlier})."
                column = self.pairs[0][1]
                problems.append(ImportProblem(source.name, line, column, "twice", what, ""))
            self.rows.setdefault(key, []).append(record)
        return [*source.problems, *self._without_value(source, called), *problems]

    def _without_value(self, source: Source, called: Mapping[str, str]) -> Iterable[ImportProblem]:
        """Refuse cells in error of the columns that are read, and count the others."""
        wanted = {*self.wanted, *called.values()}
        for one in source.without_value:
            if one.column in wanted:
                place = f"{one.column} {one.cell}"
                yield ImportProblem(source.name, one.line, place, one.code, one.what, one.hint)
            else:
                self.unread += 1

    @property
    def wanted(self) -> tuple[str, ...]:
        """Name the columns that the file has to have, each once."""
        wanted = [*self.columns, *(other for _, other in self.pairs)]
        wanted += [name for one in self.where for name in one.columns]
        return tuple(dict.fromkeys(wanted))

    def _header_problems(
        self, source: Source, called: Mapping[str, str]
    ) -> Iterable[ImportProblem]:
        if source.columns is None or (source.problems and not source.columns):
            return  # names that cannot be read miss none
        for column in self.wanted:
            if column not in source.columns and column not in called:
                what = f"The file has no column {column!r}."
                yield ImportProblem(source.name, 1, column, "missing-column", what, "")

    def add_to(self, record: dict[str, Any]) -> None:
        """Put the rows that belong to a record into it."""
        key = tuple(read(record) for read in self.reads)
        rows = self.rows.get(key)
        if rows is None:
            self.missed += 1
        elif key not in self.asked:
            self.asked.add(key)
            self.used += len(rows)
        if self.many:
            record[self.name] = rows or []
            return
        for column in self.columns:
            record[f"{self.name}.{column}"] = rows[0].get(column, "") if rows else ""

    def line(self) -> str:
        """Describe what became of the file's rows."""
        if not self.there:
            return f"{self.file} is not beside the file: nothing of it is known"
        unused = self.count - self.passed_over - self.used
        more = f", {unused:,} of other rows" if unused else ""
        more += f", {self.passed_over:,} passed over" if self.passed_over else ""
        more += f", {counted(self.unread, 'cell')} without a value not read" if self.unread else ""
        lacking = counted(self.missed, "row has", "rows have")
        missed = f"; {lacking} none there" if self.missed else ""
        return f"{self.file}: {counted(self.count, 'row')}, {self.used:,} used{more}{missed}"


def _plain_row(line: int, record: dict[str, Any]) -> Row:
    return Row(line, record, {name: one for name, one in record.items() if isinstance(one, str)})


Content = Path | bytes | None
"""Where a file is, its content, or None where there is none."""
