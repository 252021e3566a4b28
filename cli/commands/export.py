"""`cityfund export`: write the canonical tables, all or one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.options import comma_separated
from cli.framework.output import emit_document, emit_lines
from cli.framework.session import ledger_of, read_ledger

app = standalone()


@command(app, "export", kind="plain", dated=True, writes=("csv", "xlsx", "zip", "popolo"))
def export(
    call: Call,
    path: Annotated[str, typer.Argument(help="A new or empty folder, or a new .xlsx or .zip.")],
    table: Annotated[
        list[str] | None, typer.Option(help="Only these: needs,offers; repeatable.")
    ] = None,
    manifest: Annotated[
        bool, typer.Option("--manifest", help="Name the files with rows, sums and SHA-256.")
    ] = False,
) -> None:
    """Export the ledger as canonical tables, which another ledger can import.

    They are written as a folder of CSV files, one ZIP of them or one workbook with a sheet for
    each table, by --format or the ending of PATH. With --as-of and --known-at, acts and rates are
    those until that day, and all is as it was recorded by then. With --format popolo, bodies,
    offices, seats and meetings are written as one Popolo document.
    """
    if call.format == "popolo":
        _export_popolo(call, Path(path))
        return
    from ledger.usecases.interchange.export import choose_tables
    from ledger.usecases.interchange.export_files import ExportForm, export_tables

    form = _form(call, path)
    with read_ledger(call) as reader:
        names = choose_tables(comma_separated(table))
        made = export_tables(reader, Path(path), names, ExportForm(form), manifest=manifest)
    call.remember(f"The export is complete in {path}.")
    if call.format == "json":
        emit_document({"schema": "cityfund.export/1", "folder": path, "rows": made.counts})
        return
    where = "{path}/{name}.csv" if form == "csv" else "{path}, {name}"
    emit_lines(
        f"{where.format(path=Path(path), name=name)}: {count:,} rows"
        for name, count in made.counts.items()
    )


def _form(call: Call, path: str) -> str:
    """Return what an export is written as: as asked for, or by the ending of its path."""
    if call.format not in {"table", "json"}:
        return call.format
    ending = Path(path).suffix.removeprefix(".").casefold()
    return ending if ending in {"xlsx", "zip"} else "csv"


def _export_popolo(call: Call, folder: Path) -> None:
    """Write the network of bodies and cities into a folder, as `popolo.json`."""
    from ledger.interchange.popolo import popolo_document
    from ledger.interchange.writer import write_text
    from ledger.reports.formats import json_text
    from ledger.usecases.interchange.export import popolo_rows

    with ledger_of(call).reader() as reader:
        document = popolo_document(popolo_rows(reader))
    write_text(folder, "popolo.json", json_text(document))
    call.remember(f"The export is complete in {folder}.")
    counts = ", ".join(f"{len(items):,} {name}" for name, items in document.items())
    emit_lines([f"{folder / 'popolo.json'}: {counts}"])
