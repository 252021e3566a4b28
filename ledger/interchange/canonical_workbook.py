"""Read canonical tables from a workbook: each sheet is named after its table.

A city fills in such a workbook, and an export writes one. What is wrong is named by sheet and cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from ledger.core.text import first_few
from ledger.interchange.canonical import READABLE, TABLES
from ledger.interchange.problems import ImportProblem, Place, Sheet
from ledger.interchange.reader import (
    Incoming,
    NothingToImport,
    RawRow,
    RawTable,
    header_problems,
    table_named,
)
from ledger.interchange.sources.errors import NotATable
from ledger.interchange.sources.opening import AS_WRITTEN, WORKBOOKS, format_of
from ledger.interchange.sources.records import Reading, unnamed_column
from ledger.interchange.sources.stored import stored_file, unpacked
from ledger.interchange.sources.workbook_guard import column_letters
from ledger.interchange.sources.workbooks import SheetTable, Workbook
from ledger.registers.spec import Kind

_EXPLAINING: Final = frozenset({"how to read this", "read me", "readme"})
"""Sheets that are written for the reader, by their names in small letters."""
_EVERYDAY_NAMES: Final = frozenset({"notes", "contacts", "owners", "reminders"})
"""Tables that have the name of what people write in a sheet of their own as they like."""
_FEW: Final = 10


def read_workbook(path: Path, as_table: str | None = None) -> Incoming:
    """Read the sheets that are tables, or with `as_table` the only sheet as that table.

    Raises what opening a foreign file and `read_paths` raise; what is wrong inside the sheets
    comes back as problems.
    """
    as_table = None if as_table is None else table_named(as_table)
    stored = unpacked(stored_file(path))
    form = format_of(stored, AS_WRITTEN)
    assert form in WORKBOOKS, form
    workbook = Workbook(stored)
    ignored: list[str] = []
    tables: list[RawTable] = []
    problems: list[ImportProblem] = []
    unread: set[str] = set()
    for sheet, table in _tables_of(workbook, form, as_table, ignored):
        found, own = _read_sheet(workbook, form, sheet, table)
        problems += own
        if own:
            unread.add(table)
        if found is not None:
            tables.append(found)
    if not tables and not problems:
        names = first_few(workbook.names, _FEW)
        raise NothingToImport(
            f"No sheet of {path} is named after a canonical table: {names}.",
            why=f"A sheet is named after its table: {', '.join(TABLES)}.",
            next_step="Name the sheets so, or say which table the only sheet is: --as TABLE.",
        )
    return Incoming(tuple(tables), tuple(problems), tuple(ignored), unread=frozenset(unread))


def _tables_of(
    workbook: Workbook, form: str, as_table: str | None, ignored: list[str]
) -> Iterator[tuple[str, str]]:
    """Give each sheet with its table; others that hold something go to `ignored`."""
    if as_table is not None:
        named = [name for name in workbook.names if name.strip().lower() == as_table]
        yield (named[0] if named else workbook.chosen(Reading())), as_table
        return
    for name in workbook.names:
        table = name.strip().lower()
        if table in TABLES and not _is_of_own_form(workbook, form, name):
            yield name, table
        elif table not in _EXPLAINING and workbook.sheet(name).start is not None:
            ignored.append(f"{workbook.stored.label}, sheet {name},")


def _is_of_own_form(workbook: Workbook, form: str, name: str) -> bool:
    """Say whether a sheet such as "Notes" has no column of the table of that name."""
    table = name.strip().lower()
    if table not in _EVERYDAY_NAMES or workbook.sheet(name).start is None:
        return False
    try:
        columns = SheetTable(workbook, form, Reading(sheet=name)).columns or ()
    except NotATable:
        return True
    known = {column.file_name for column in READABLE[table].columns}
    return known.isdisjoint(one.strip().casefold() for one in columns)


def _read_sheet(
    workbook: Workbook, form: str, name: str, table: str
) -> tuple[RawTable | None, list[ImportProblem]]:
    """Read one sheet as a table; None where not even its header could be used."""
    label = workbook.stored.label
    if workbook.sheet(name).start is None:
        return None, []
    try:
        source = SheetTable(workbook, form, Reading(sheet=name))
    except NotATable as error:
        return None, [Place(label, 1).problem(f"{name}!A1", error.code, error.what)]
    source.refuse_without_value()
    spec = READABLE[table]
    header = tuple(one.strip().casefold() for one in source.columns or ())
    letters = {one: column_letters(at + 1) for at, one in enumerate(header)}
    sheet = Sheet(name, letters)
    named = tuple("" if unnamed_column(one, at) else one for at, one in enumerate(header))
    wrong = header_problems(spec, named, Place(label, source.header_line, sheet))
    if wrong:
        return None, [*source.problems, *wrong]
    shown = {column.name for column in spec.columns if column.kind is Kind.SHOWN}
    names = dict(zip(named, spec.named(named), strict=True))
    wanted = [one for one in named if one and names[one] not in shown]
    rows = []
    for row in source.rows():
        place = Place(label, row.line, sheet)
        cells = {one.strip().casefold(): str(cell) for one, cell in row.record.items()}
        source.problems += _without_a_name(place, header, named, cells)
        rows.append(RawRow(row.line, {names[one]: cells[one] for one in wanted}))
    source.refuse_without_value()  # those beyond the columns were met with their rows
    source.problems += _long_numbers(label, source.long_numbers)
    filled = tuple(names[one] for one in named if one)
    return RawTable(table, label, filled, rows, spec.renamed, sheet), source.problems


def _without_a_name(
    place: Place, header: Iterable[str], named: Iterable[str], cells: dict[str, str]
) -> Iterator[ImportProblem]:
    for one, name in zip(header, named, strict=True):
        if not name and cells[one]:
            what = f"This column has no name, and {cells[one]!r} in it."
            yield place.problem(one, "unnamed-column", what, "Name the column, or empty its cells.")


def _long_numbers(label: str, cells: Iterable[tuple[int, str]]) -> Iterator[ImportProblem]:
    """Refuse numbers that the workbook itself has already changed."""
    for row, cell in cells:
        what = "This number has more digits than the 15 that a workbook keeps."
        hint = "Write it as text, with an apostrophe before it."
        yield ImportProblem(label, row, cell, "too-many-digits", what, hint)
