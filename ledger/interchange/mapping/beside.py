"""Files beside a foreign file whose rows belong to its rows: their cells by the row's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.interchange.mapping.rule import Beside, ImportRule
from ledger.interchange.problems import ImportProblem
from ledger.interchange.reader import RawRow, decode, read_records, read_rows


@dataclass(slots=True)
class _File:
    """The rows of one file by the cells that tie them to others, and which were asked for."""

    name: str
    beside: Beside
    columns: tuple[str, ...] = ()
    rows: dict[tuple[str, ...], RawRow] | None = None
    asked: set[tuple[str, ...]] = field(default_factory=set)
    missed: int = 0

    def cells_of(self, cells: Mapping[str, str]) -> dict[str, str]:
        """Give the cells that belong to a row, under the name that the rule gives the file."""
        key = tuple(cells.get(column, "") for column in self.beside.by)
        row = None if self.rows is None else self.rows.get(key)
        if row is None:
            self.missed += 1
            return dict.fromkeys(self.columns, "")
        self.asked.add(key)
        return {f"{self.name}.{column}": cell for column, cell in row.cells.items()}

    def line(self) -> str:
        """Describe what became of the file's rows."""
        if self.rows is None:
            return f"{self.beside.file} is not beside the file: nothing of it is known"
        unused = len(self.rows) - len(self.asked)
        more = f", {unused:,} of other rows" if unused else ""
        missed = f"; {self.missed:,} rows have none there" if self.missed else ""
        return (
            f"{self.beside.file}: {len(self.rows):,} rows, {len(self.asked):,} used{more}{missed}"
        )


class BesideFiles:
    """All files beside a foreign file that a rule reads."""

    def __init__(self, files: list[_File]) -> None:
        """Take the files with the bytes that were read."""
        self._files = files

    @property
    def columns(self) -> frozenset[str]:
        """Give the columns of all files, as the rule names them."""
        return frozenset(column for file in self._files for column in file.columns)

    def cells_of(self, cells: Mapping[str, str]) -> dict[str, str]:
        """Give the cells of all files that belong to a row."""
        found: dict[str, str] = {}
        for file in self._files:
            found |= file.cells_of(cells)
        return found

    def lines(self) -> list[str]:
        """Describe in a line each what became of the rows of the files."""
        return [file.line() for file in self._files]


def read_beside(
    rule: ImportRule,
    contents: Mapping[str, bytes | None],
    folder: str,
    problems: list[ImportProblem],
) -> BesideFiles:
    """Read the files that belong to a foreign file; what is wrong with one is noted."""
    files = []
    for name, beside in rule.beside.items():
        content = contents.get(name)
        prefix = f"{name}."
        wanted = tuple(one for one in rule.foreign_columns if one.startswith(prefix))
        file = _File(name, beside, wanted)
        if content is not None:
            path = f"{folder}/{beside.file}"
            file.rows = _rows(rule, beside, content, path, problems)
            header = {f"{prefix}{one}" for row in file.rows.values() for one in row.cells}
            for column in wanted:
                if file.rows and column not in header:
                    what = f"The file has no column {column.removeprefix(prefix)!r}."
                    problems.append(ImportProblem(path, 1, column, "missing-column", what, ""))
        files.append(file)
    return BesideFiles(files)


def _rows(
    rule: ImportRule, beside: Beside, content: bytes, path: str, problems: list[ImportProblem]
) -> dict[tuple[str, ...], RawRow]:
    """Give the rows of a file by the cells that tie them to others."""
    text, broken = decode(content, path)
    problems.extend(broken)
    records = read_records(text or "", path, problems, rule.file.delimiter)
    first = next(records, None)
    if first is None:
        return {}
    header = tuple(name.strip() or f"column {at + 1}" for at, name in enumerate(first[1]))
    rows: dict[tuple[str, ...], RawRow] = {}
    for row in read_rows(header, records, path, problems):
        key = tuple(row.cells.get(column, "") for column in beside.by)
        earlier = rows.setdefault(key, row)
        if earlier is not row:
            what = f"{', '.join(key)} is there twice (first at line {earlier.line})."
            problems.append(ImportProblem(path, row.line, beside.by[0], "twice", what, ""))
    return rows
