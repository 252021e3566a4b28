"""Read canonical CSV files strictly; every broken place is reported with its physical line."""

from __future__ import annotations

import csv
import io
import zlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from ledger.core.errors import StorageTrouble, UsageError
from ledger.core.files import read_at_most
from ledger.core.suggest import did_you_mean
from ledger.interchange.canonical import LISTED, READABLE, STATEMENTS, TABLES, Table
from ledger.interchange.problems import ImportProblem, Place, Sheet
from ledger.interchange.repeats.state import SourceTerms
from ledger.registers.pairs import APPROACH_DAYS
from ledger.registers.spec import Kind

if TYPE_CHECKING:
    from ledger.interchange.rule_report import RuleReport

MAX_FILE_BYTES = 256 * 1024 * 1024
"""A larger file is refused: a mistake of path is likelier than so large a portfolio."""
MAX_COLUMNS = 16_384
"""As many as a workbook has."""


class NothingToImport(UsageError, code="nothing-to-import"):
    """None of the paths given is a canonical table."""

    default_why = f"A file is named after its table: {', '.join(f'{n}.csv' for n in TABLES)}."
    default_next = "Name the files so, or say which table a file is with --as TABLE."


class StatementsNotImported(UsageError, code="statements-not-imported"):
    """Statements were given to the import, which would write what is only to be compared."""

    default_why = "What a provider says is compared with the ledger, line by line, never copied."
    default_next = "Let the night read them: cityfund reconcile --only statements --inbox FOLDER"


class ListNotImported(UsageError, code="list-not-imported"):
    """A list of names was to be imported."""

    default_why = "Lists are compared with the names in the ledger, and not stored."
    default_next = "Screen it with: cityfund screen FILE --rules NAME"


class UnknownTable(UsageError, code="unknown-table"):
    """A table that is not one of the canonical tables."""

    default_why = f"The tables are {', '.join(TABLES)}."
    default_next = "Say one of them after --as."


class CannotReadFile(StorageTrouble, code="cannot-read-file"):
    """A file named for import is not there or cannot be read."""

    default_why = "The system would not let it be read."
    default_next = "Look at the path and at who may read it."


class RawRow(NamedTuple):
    """One row as text. `line` is the physical line (from 1) on which it begins."""

    line: int
    cells: dict[str, str]


class PackedRows(Sequence[RawRow]):
    """Rows of one table as columns: no cell costs more than a reference to its text.

    A row is made when it is asked for. Texts that stand in many rows are kept once.
    """

    __slots__ = ("_away", "_kept", "_names", "_texts", "lines")

    def __init__(self, names: Iterable[str], rows: Iterable[RawRow] = ()) -> None:
        """Take the names of the columns, and rows that have all of them."""
        self._names = tuple(names)
        self.lines = array("q")
        self._kept: list[list[str]] = [[] for _ in self._names]
        self._away: list[bytes] = []
        self._texts: dict[str, str] = {}
        if isinstance(rows, list):
            self._take(rows)
            return
        for row in rows:
            self.append(row)
        self._texts.clear()

    def _take(self, rows: list[RawRow]) -> None:
        """Take many rows, one column after another."""
        self.lines.extend([row.line for row in rows])
        for name, column in zip(self._names, self._kept, strict=True):
            column += [row.cells[name] for row in rows]
            texts: dict[str, str] = {}
            if len({*column[:_MOST_TEXTS]}) < min(len(column), _MOST_TEXTS) // 2:
                # Texts of a column that repeats them are kept once.
                column[:] = [
                    texts.setdefault(cell, cell) if len(cell) <= _REPEATED else cell
                    for cell in column
                ]

    def append(self, row: RawRow) -> None:
        """Take one more row, which has a cell under each name."""
        self.lines.append(row.line)
        texts = self._texts
        for name, column in zip(self._names, self._kept, strict=True):
            cell = row.cells[name]
            column.append(texts.setdefault(cell, cell) if len(cell) <= _REPEATED else cell)
        if len(texts) > _MOST_TEXTS:  # most are codes and titles, which stand once
            texts.clear()

    def extend(self, lines: Iterable[int], columns: Iterable[Sequence[str]]) -> None:
        """Take some more rows, their cells column by column in the order of the names."""
        self.lines.extend(lines)
        texts = self._texts
        for column, cells in zip(self._kept, columns, strict=True):
            if 2 * len({*cells}) > len(cells):  # as of codes and titles, which stand once
                column.extend(cells)
                continue
            column.extend(
                [texts.setdefault(cell, cell) if len(cell) <= _REPEATED else cell for cell in cells]
            )
            if len(texts) > _MOST_TEXTS:
                texts.clear()

    def put_away(self) -> None:
        """Keep the texts compressed until a row is asked for again."""
        away: list[bytes] = []
        for column in self._kept:
            text = _PARTED.join(column)
            if text.count(_PARTED) != len(column) - 1:
                return
            away.append(zlib.compress(text.encode(errors="surrogatepass"), 1))
        if away:
            self._kept, self._away = [], away

    @property
    def _columns(self) -> list[list[str]]:
        if self._away:
            texts = (zlib.decompress(one).decode(errors="surrogatepass") for one in self._away)
            self._kept, self._away = [one.split(_PARTED) for one in texts], []
        return self._kept

    @property
    def names(self) -> tuple[str, ...]:
        """Name the columns."""
        return self._names

    def column(self, name: str) -> Sequence[str]:
        """Give the texts of a column, row by row."""
        return self._columns[self._names.index(name)]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.lines)

    @overload
    def __getitem__(self, at: int) -> RawRow: ...

    @overload
    def __getitem__(self, at: slice) -> list[RawRow]: ...

    def __getitem__(self, at: int | slice) -> RawRow | list[RawRow]:
        """Give one row, or some of them."""
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        cells = (column[at] for column in self._columns)
        return RawRow(self.lines[at], dict(zip(self._names, cells, strict=True)))

    def __iter__(self) -> Iterator[RawRow]:
        """Give every row."""
        names = self._names
        if not names:
            yield from (RawRow(line, {}) for line in self.lines)
            return
        for line, *cells in zip(self.lines, *self._columns, strict=True):
            yield RawRow(line, dict(zip(names, cells, strict=True)))


_PARTED = "\0"
_REPEATED = 40
_MOST_TEXTS = 1 << 12
_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class RawTable:
    """A canonical table as text, not yet parsed. `header` holds the columns in file order.

    `columns` says, for rows that were made by an import rule, which foreign column each came
    from, so that a bad value is reported where it really stands. `sheet` says so for a workbook.
    """

    table: str
    file: str
    header: tuple[str, ...]
    rows: list[RawRow] | PackedRows
    columns: dict[str, str] = field(default_factory=dict)
    sheet: Sheet | None = None

    def packed(self) -> RawTable:
        """Give the table with its rows packed, as long as all of them have the same columns."""
        if isinstance(self.rows, PackedRows) or not self.rows:
            return self
        names = self.rows[0].cells.keys()
        if any(row.cells.keys() != names for row in self.rows):
            return self
        return replace(self, rows=PackedRows(names, self.rows))


@dataclass(frozen=True, slots=True)
class Incoming:
    """The content of the files of an import, not yet compared with a ledger.

    `ignored_files` were passed over. `unread` names the tables of which some part could not be
    read. `reports` are those of an import rule, and `known` the records of the ledger, by table,
    that it found its words among. `terms` say whose statements they are. `approach_days` is how
    long an answer to an approach is waited for, where its row does not say.
    """

    tables: tuple[RawTable, ...]
    problems: tuple[ImportProblem, ...]
    ignored_files: tuple[str, ...] = ()
    reports: tuple[RuleReport, ...] = ()
    unread: frozenset[str] = frozenset()
    known: Mapping[str, Collection[Any]] = field(default_factory=dict)
    terms: SourceTerms = field(default_factory=SourceTerms)
    contents: Mapping[str, str] = field(default_factory=dict)
    """The SHA-256 of what is not read again to digest it, by its name: the files that a rule read,
    those beside them too, and the files of an archive."""
    approach_days: int = APPROACH_DAYS

    def digest(self) -> str:
        """Give a SHA-256 over what was read, to tell a repeated import from a changed file."""
        files = (table.file for table in self.tables if table.file not in self.contents)
        return digest_files(files, self.contents.values())


def read_paths(paths: Iterable[Path], as_table: str | None = None) -> Incoming:
    """Read CSV files named after their tables, or folders of them, in any order.

    `as_table` says which table the files are, in place of their names; it takes no folder. Raises
    `NothingToImport`, `UnknownTable` and `CannotReadFile`; broken files come back as problems.
    """
    if as_table is not None:
        table_named(as_table)
    tables: list[RawTable] = []
    problems: list[ImportProblem] = []
    ignored_files: list[str] = []
    unread: set[str] = set()
    for path, name in _files(paths, as_table, ignored_files):
        table, own = parse_table(read_content(path), table=name, file=str(path))
        problems.extend(own)
        if own:
            unread.add(name)
        if table is not None:
            tables.append(table)
    if not tables and not problems:
        raise NothingToImport("There is no canonical table among what was given.")
    return Incoming(tuple(tables), tuple(problems), tuple(ignored_files), unread=frozenset(unread))


def table_named(as_table: str) -> str:
    """Give the table that files are said to be; raises `UnknownTable` and why none is imported."""
    name = as_table.lower()
    if name == STATEMENTS.name:
        raise StatementsNotImported("Statements are not imported.")
    if name == LISTED.name:
        raise ListNotImported("Lists of names are not imported.")
    if name not in TABLES:
        hint = did_you_mean(as_table, TABLES)
        raise UnknownTable(f"There is no table {as_table!r}. {hint}".strip())
    return name


def _files(
    paths: Iterable[Path], as_table: str | None, ignored_files: list[str]
) -> Iterator[tuple[Path, str]]:
    """Give each file with its table; other files of a folder go to `ignored_files`."""
    for path in paths:
        if path.is_dir() and as_table is not None:
            raise UsageError(f"{path} is a folder.", next_step="Give --as TABLE with one file.")
        if not path.is_dir():
            name = as_table.lower() if as_table else table_name(path)
            if name is None:
                read_content(path)  # a file that is not there is named as such, not by its name
                if path.stem.lower() == STATEMENTS.name:
                    raise StatementsNotImported(f"{path.name} is not imported.")
                raise NothingToImport(f"{path.name} is not named after a canonical table.")
            yield path, name
            continue
        for inside in sorted(path.iterdir()):
            name = table_name(inside)
            if name is None or not inside.is_file():
                ignored_files.append(str(inside))
            else:
                yield inside, name


def table_name(path: Path) -> str | None:
    """Give the table that a file's name says it is (`Needs.CSV` is needs), or None."""
    name = path.stem.lower()
    return name if path.suffix.lower() == ".csv" and name in TABLES else None


def read_content(path: Path) -> bytes:
    """Give a file's bytes; raises `CannotReadFile` for trouble and for more than the bound."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise _too_large(f"{path} holds {size:,} bytes.")
        content = read_at_most(path, MAX_FILE_BYTES)
    except OSError as error:
        raise CannotReadFile(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_FILE_BYTES:
        raise _too_large(f"{path} goes on after {MAX_FILE_BYTES:,} bytes.")
    return content


def _too_large(what: str) -> CannotReadFile:
    return CannotReadFile(
        what,
        why=f"No more than {MAX_FILE_BYTES:,} bytes are read from one file.",
        next_step="Split the file; an import may name several of one table.",
    )


def digest_files(files: Iterable[str], digests: Iterable[str] = ()) -> str:
    """Give one SHA-256 over the contents of files, independent of their order.

    `digests` are those of files that were digested before.
    """
    own = (sha256(read_content(Path(file))).hexdigest() for file in set(files))
    return sha256("".join(sorted([*own, *digests])).encode()).hexdigest()


def parse_table(
    content: bytes, *, table: str, file: str, problems: list[ImportProblem] | None = None
) -> tuple[RawTable | None, list[ImportProblem]]:
    """Read one canonical table from bytes; None where not even its header could be used.

    What is wrong is added to `problems`, where such a list is given.
    """
    problems = [] if problems is None else problems
    text, found = decode(content, file)
    problems.extend(found)
    if text is None:
        return None, problems
    ends = [at for at in map(text.find, "\r\n") if at >= 0]
    if text.count(",", 0, min(ends, default=len(text))) >= MAX_COLUMNS:
        what = f"There are more than {MAX_COLUMNS:,} columns."
        return None, [*problems, Place(file, 1).problem(None, "too-many-columns", what)]
    first = next(records := read_records(text, file, problems), None)
    if first is None:
        if not problems:
            hint = "Its first line names the columns."
            problems.append(Place(file, 1).problem(None, "empty-file", "The file is empty.", hint))
        return None, problems
    spec = READABLE[table]
    header = tuple(name.strip().casefold() for name in first[1])
    if wrong := header_problems(spec, header, Place(file, first[0])):
        problems.extend(wrong)
        return None, problems
    ignored = frozenset(column.name for column in spec.columns if column.kind is Kind.SHOWN)
    header = spec.named(header)
    rows = read_rows(header, records, file, problems, ignored)
    return RawTable(table, file, header, rows, spec.renamed), problems


def decode(content: bytes, file: str) -> tuple[str | None, list[ImportProblem]]:
    """Decode UTF-8 with or without a byte-order mark; None with a located problem otherwise."""
    hint = "Save the file as CSV, UTF-8."
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        what = "There is a NUL byte here, so this is not a text file."
        return None, [ImportProblem(file, line, None, "nul-byte", what, hint)]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        # Counted in the content itself: the error's own offset starts after a byte-order mark.
        start = error.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
        line = content.count(b"\n", 0, start) + 1
        what = f"The byte 0x{content[start]:02X} is not UTF-8."
        return None, [ImportProblem(file, line, None, "not-utf8", what, hint)]


def read_records(
    text: str, file: str, problems: list[ImportProblem], delimiter: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """Give each record with the line it begins on; a broken one ends the file with a problem.

    Records of blank cells are left out. A line end inside a cell is one LF.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    has_line_ends = "\r" in text and '"' in text  # only a quoted cell can hold one
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(broken_csv(str(error), file, begins))
            return
        if any(map(str.strip, cells)):
            if has_line_ends:
                cells = [cell.replace("\r\n", "\n") for cell in cells]
            yield begins, cells


def broken_csv(error: str, file: str, line: int) -> ImportProblem:
    """Say what is wrong with a record of CSV."""
    if "unexpected end of data" in error or "field larger" in error:
        what = "A quote is opened in this row and never closed."
    elif "expected after" in error:
        what = "A quote in this row is followed by something other than a comma."
    else:
        what = f"This row is not CSV: {error}."
    return ImportProblem(
        file, line, None, "broken-csv", what, 'Inside quotes, write a quote as "".'
    )


def read_rows(
    header: tuple[str, ...],
    records: Iterable[tuple[int, list[str]]],
    file: str,
    problems: list[ImportProblem],
    ignored_columns: frozenset[str] = frozenset(),
) -> PackedRows:
    """Give rows of named, stripped cells; a row of another width is a problem and is left out.

    Blank cells beyond the header are no more than a spreadsheet's margin, as is a column without a
    name and with nothing in it; one with something in it is a problem.
    """
    width = len(header)
    wanted = [(at, name) for at, name in enumerate(header) if name and name not in ignored_columns]
    unnamed = {at for at, name in enumerate(header) if not name}
    rows = PackedRows(name for _, name in wanted)
    lines, block = list[int](), list[list[str]]()
    for line, cells in records:
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        filled = [at for at in unnamed if at < len(cells) and cells[at].strip()] if unnamed else ()
        for at in sorted(filled):
            unnamed.discard(at)
            what = f"Column {at + 1} has no name, and this row has {cells[at].strip()!r} in it."
            hint = "Name the column, or empty its cells."
            problems.append(ImportProblem(file, line, None, "unnamed-column", what, hint))
        if len(cells) == width:
            lines.append(line)
            block.append(cells)
            if len(block) == _ROWS_AT_ONCE:
                rows.extend(lines, _stripped(block, [at for at, _ in wanted]))
                lines.clear()
                block.clear()
            continue
        what = f"This row has {len(cells)} cells, the header {width}."
        problems.append(
            ImportProblem(file, line, None, "cell-count", what, "Put text with a comma in quotes.")
        )
    if block:
        rows.extend(lines, _stripped(block, [at for at, _ in wanted]))
    return rows


def _stripped(rows: Iterable[Sequence[str]], places: Iterable[int]) -> Iterator[list[str]]:
    """Give the cells of some columns of rows, without the blanks around them."""
    columns = [*zip(*rows, strict=True)]
    return ([*map(str.strip, columns[at])] for at in places)


def header_problems(spec: Table, header: tuple[str, ...], place: Place) -> list[ImportProblem]:
    """Say what is wrong with the names of a canonical table's columns."""
    problem = place.problem
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        what = "The columns are not separated by commas."
        return [problem(None, "not-commas", what, "Save the file as CSV separated by commas.")]
    found: list[ImportProblem] = []
    names = spec.file_names
    for at, name in enumerate(header):
        if name and name not in names:
            what = f"The table {spec.name} has no column {name!r}."
            hint = did_you_mean(name, names) or f"It has {', '.join(names)}."
            found.append(problem(name, "unknown-column", what, hint))
        elif name and name in header[:at]:
            found.append(problem(name, "column-twice", f"The column {name!r} occurs twice."))
    for name in (column.file_name for column in spec.columns if column.required):
        if name not in header:
            what = f"The table {spec.name} needs a column {name!r}."
            found.append(problem(name, "missing-column", what))
    return found
