"""The workbook that a city fills in and `cityfund import` reads: made from the canonical tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from ledger.interchange.canonical import TABLES
from ledger.interchange.writer import new_file
from ledger.registers.spec import LIST_KINDS, ColumnSpec, Kind
from ledger.registers.table import REGISTERS
from ledger.reports.template import TemplateColumn, write_template
from ledger.store.session.snapshot import Reader
from ledger.usecases.code_lists import code_list
from ledger.usecases.interchange.export import choose_tables

_OF_EXPORTS: Final = frozenset({"aliases", "changes"})
"""Tables that exports alone hold: what they say is recorded by commands."""
_COLUMNS_OF_EXPORTS: Final = frozenset(
    {"sequence", "reverses", "from_stage", "passed_to", "rate_exact"}
)
_KINDS: Final = {
    Kind.DATE: "date",
    Kind.AMOUNT: "amount",
    Kind.DECIMAL: "number",
    Kind.WHOLE: "number",
}
_LISTS: Final = {
    "project_statuses": "statuses",
    "countries": "countries",
    "instruments": "instruments",
    "regions": "regions",
    "sectors": "sectors",
    "units": "units",
}
_YES_NO: Final = "yes or no"
_LINES: Final = (
    ("cityfund", "A workbook to fill in"),
    ("", ""),
    ("Sheets", "Each is a table. Leave those empty that you have nothing for."),
    ("Rows", "One for each record, below the header. Headings stay as they are, in any order."),
    ("Columns", "Those with a bold heading have to be filled in. A note at each says what it is."),
    ("Empty cells", "mean: not given. They never mean zero."),
    ("Codes", "are short names that you give, such as PRJ-1; other sheets refer to them."),
    ("Several values", "in one cell are separated by ;"),
    ("Dates", "are dates, or texts like 2026-11-23."),
    ("Quantities", "are numbers, in the unit of their row."),
    ("Back", "cityfund import FILE --dry-run says what would be recorded, and names wrong cells."),
)


def write_city_template(reader: Reader, path: Path, names: Iterable[str] | None) -> list[str]:
    """Write the workbook of these tables, all where none is named, and return their names.

    Raises `UnknownExport`, `ExportFolderInUse` and `CannotWriteExport`.
    """
    asked = [*(names or ())]
    tables = [one for one in choose_tables(asked) if asked or one not in _OF_EXPORTS]
    lists = _lists(reader, tables)
    sheets = {table: [_column(table, one) for one in _filled_in(table)] for table in tables}
    with new_file(path) as out:
        write_template(out, sheets, lists, _LINES)
    return tables


def _filled_in(table: str) -> list[ColumnSpec]:
    return [
        column
        for column in TABLES[table].columns
        if column.kind is not Kind.SHOWN and column.name not in _COLUMNS_OF_EXPORTS
    ]


def _column(table: str, column: ColumnSpec) -> TemplateColumn:
    parts = [f"{column.help}.", f"It is: {column.kind}."]
    if column.required:
        parts.append("Required.")
    elif column.default:
        parts.append(f"Where empty: {column.default}.")
    if column.words:
        parts.append("One of: " + ", ".join(word for word, _ in column.words) + ".")
    return TemplateColumn(
        column.file_name,
        " ".join(parts),
        kind=_KINDS.get(column.kind, "text"),
        required=column.required,
        choices=_choices(table, column),
    )


def _choices(table: str, column: ColumnSpec) -> str | None:
    """Name the list that a cell offers; a cell of several values offers none."""
    if column.kind in LIST_KINDS:
        return None
    if column.kind is Kind.YES_NO:
        return _YES_NO
    if column.words:
        return f"{table}: {column.name}"
    if column.vocabulary is not None:
        return _LISTS.get(column.vocabulary)
    return None if column.register is None else REGISTERS[column.register].plural


def _lists(reader: Reader, tables: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Give every list that a cell of these tables offers, with codes as they are today."""
    lists: dict[str, Sequence[str]] = {}
    for table in tables:
        for column in _filled_in(table):
            name = _choices(table, column)
            if name is not None and name not in lists:
                lists[name] = _codes(reader, name, column)
    return {name: codes for name, codes in lists.items() if codes}


def _codes(reader: Reader, name: str, column: ColumnSpec) -> Sequence[str]:
    if name == _YES_NO:
        return ("yes", "no")
    if column.words:
        return [word for word, _ in column.words if word]
    if column.vocabulary is not None:
        units = reader.snapshot("unit").units if name == "units" else None
        return [str(one["code"]) for one in code_list(name, units)]
    assert column.register is not None, f"{name} is a register"
    return sorted(reader.snapshot(column.register).records(column.register))
