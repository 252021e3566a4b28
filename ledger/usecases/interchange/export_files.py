"""Write an export as a folder, a ZIP file or a workbook, and say what is in it.

A manifest names each file with its rows, the sums of its quantities by unit, and its SHA-256, so
that the recipient of an export can tell that it is whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from ledger.interchange.canonical import TABLES, Table
from ledger.interchange.writer import (
    MANIFEST,
    CanonicalRow,
    new_file,
    sha256_of,
    write_archive,
    write_folder,
)
from ledger.registers.spec import ColumnSpec, Kind
from ledger.reports.answers import Table as Sheet
from ledger.reports.table import Column
from ledger.reports.workbook import write_tables
from ledger.store.db.schema import current_revision
from ledger.store.session.snapshot import Reader
from ledger.usecases.interchange.export import export_lines

_KINDS: Final = {
    Kind.AMOUNT: "amount",
    Kind.DECIMAL: "number",
    Kind.WHOLE: "number",
    Kind.DATE: "date",
    Kind.PARTIAL_DATE: "partial",
}
_UNITS: Final = {"offer_quantity": None}
"""Quantities that are not in the unit of their row."""


class ExportForm(StrEnum):
    """What an export is written as."""

    FOLDER = "csv"
    WORKBOOK = "xlsx"
    ARCHIVE = "zip"


@dataclass(slots=True)
class Tally:
    """What was written of one table: its rows, and the sum of each quantity by unit."""

    rows: int = 0
    sums: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    def counted(self, table: Table, rows: Iterable[CanonicalRow]) -> Iterator[CanonicalRow]:
        """Pass the rows on, counting them."""
        amounts = [
            column.name
            for column in table.columns
            if column.kind is Kind.AMOUNT and column.name not in _UNITS
        ]
        for row in rows:
            self.rows += 1
            for name in amounts:
                if cell := row.get(name):
                    key = name, row.get("unit") or ""
                    self.sums[key] = self.sums.get(key, Decimal(0)) + Decimal(cell)
            yield row

    def to_dict(self) -> dict[str, Any]:
        """Give the tally as a manifest has it."""
        sums = [
            {"column": column, "unit": unit, "sum": f"{total:f}"}
            for (column, unit), total in sorted(self.sums.items())
        ]
        return {"rows": self.rows, "sums": sums}


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds: the tables with their rows, and the file that names them, if any."""

    counts: Mapping[str, int]
    manifest: Path | None = None


def export_tables(
    reader: Reader, path: Path, names: Sequence[str], form: ExportForm, *, manifest: bool = False
) -> Exported:
    """Write tables of the ledger as they were at the reader's times, all of them or none.

    Raises `ExportFolderInUse` and `CannotWriteExport`.
    """
    tallies = {name: Tally() for name in names}
    rows = {name: tallies[name].counted(TABLES[name], export_lines(reader, name)) for name in names}
    facts = _facts(reader)

    def named(digests: Mapping[str, bytes]) -> str:
        files = [
            {
                "file": file,
                **tallies[file.removesuffix(".csv")].to_dict(),
                "sha256": digest.hex(),
            }
            for file, digest in digests.items()
        ]
        return _manifest_text(facts, files)

    if form is ExportForm.WORKBOOK:
        _write_workbook(path, rows, facts, tallies)
        if not manifest:
            return Exported({name: one.rows for name, one in tallies.items()})
        sheets = [{"sheet": name, **one.to_dict()} for name, one in tallies.items()]
        whole = {"file": path.name, "sheets": sheets, "sha256": sha256_of(path).hex()}
        beside = path.with_name(f"{path.name}.{MANIFEST}")
        with new_file(beside) as out:
            out.write(_manifest_text(facts, [whole]).encode())
        return Exported({name: one.rows for name, one in tallies.items()}, beside)
    write = write_folder if form is ExportForm.FOLDER else write_archive
    counts = write(path, rows, named if manifest else None)
    return Exported(counts, path / MANIFEST if manifest else None)


def _facts(reader: Reader) -> dict[str, object]:
    times = reader.times
    known_at = None if times.known_at is None else times.known_at.isoformat()
    return {
        "schema": "cityfund.manifest/1",
        "as_of": reader.day.isoformat(),
        "known_at": known_at,
        "schema_version": current_revision(reader.connection),
    }


def _manifest_text(facts: Mapping[str, object], files: Sequence[Mapping[str, object]]) -> str:
    return json.dumps({**facts, "files": [*files]}, ensure_ascii=False, indent=2) + "\n"


def _write_workbook(
    path: Path,
    rows: Mapping[str, Iterable[CanonicalRow]],
    facts: Mapping[str, object],
    tallies: Mapping[str, Tally],
) -> None:
    sheets = [
        Sheet(name, [sheet_column(one) for one in TABLES[name].columns], lines)
        for name, lines in rows.items()
    ]
    lines = [
        ("cityfund", "export"),
        ("", ""),
        ("As of", str(facts["as_of"])),
        ("As recorded by", str(facts["known_at"] or "now")),
        ("Schema version", str(facts["schema_version"])),
        ("", ""),
        ("Import", "cityfund import FILE.xlsx reads each sheet as the table of its name."),
        ("Quantities", "are in the unit of their row; more than 15 digits are written as text."),
    ]
    with new_file(path) as out:
        write_tables(out, "cityfund export", sheets, lines, lambda: _sums(tallies))


def _sums(tallies: Mapping[str, Tally]) -> Iterator[tuple[str, str]]:
    """Give the totals of a workbook: the sum of each quantity by unit."""
    yield "", ""
    yield "Sums", "of one unit; the tables hold acts and reversals as well, and are no balances."
    for name, tally in tallies.items():
        for (column, unit), total in sorted(tally.sums.items()):
            yield f"{name}.{column}", f"{total:,f} {unit}"


def sheet_column(column: ColumnSpec) -> Column:
    """Give the column of a sheet that is read again: its heading is its name."""
    return Column(column.name, column.file_name, kind=_KINDS.get(column.kind, "text"))
