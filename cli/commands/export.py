"""`cityfund export`: write the canonical tables, all or one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.options import comma_separated
from cli.framework.output import emit_document, emit_lines
from cli.framework.session import read_ledger
from cli.framework.terminal import note
from cli.framework.usage_errors import BadUsage
from ledger.core.text import counted

app = standalone()


_TABLES = ("csv", "xlsx", "zip")
_STANDARDS = ("iati", "oc4ids", "360giving", "fts")
_EXAMPLES = 3


@command(app, "export", kind="plain", dated=True, writes=(*_TABLES, *_STANDARDS, "popolo"))
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
    those until that day, and all is as it was recorded by then.

    Other standards: iati (IATI 2.03 activities), oc4ids (a project package), 360giving (grants) and
    fts (incoming flows in US dollars) write projects and the money given to them; popolo writes
    bodies, offices, seats and meetings. What a standard does not tell is counted.
    """
    if call.format in {*_STANDARDS, "popolo"}:
        _refuse_options_of_tables(call, table, manifest=manifest)
        write = _export_popolo if call.format == "popolo" else _publish
        write(call, Path(path))
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
        f"{where.format(path=Path(path), name=name)}: {counted(count, 'row')}"
        for name, count in made.counts.items()
    )


def _form(call: Call, path: str) -> str:
    """Return what an export is written as: as asked for, or by the ending of its path."""
    if call.format not in {"table", "json"}:
        return call.format
    ending = Path(path).suffix.removeprefix(".").casefold()
    return ending if ending in {"xlsx", "zip"} else "csv"


def _refuse_options_of_tables(call: Call, table: list[str] | None, *, manifest: bool) -> None:
    """Refuse what is asked of tables where none are written. Raises `BadUsage`."""
    option = "--table" if table else "--manifest"
    if table or manifest:
        raise BadUsage(
            f"--format {call.format} does not take {option}.",
            why="It writes one document of its standard, and no tables.",
            next_step=f"Leave out {option}.",
        )


def _publish(call: Call, path: Path) -> None:
    """Write projects and the money given to them in another standard."""
    from ledger.interchange.standards.publication import Identifiers
    from ledger.usecases.interchange.publish import publish

    identifiers = Identifiers(call.settings.publisher, call.settings.oc4ids_prefix)
    with read_ledger(call) as reader:
        done = publish(reader, path, call.format, identifiers)
    call.remember(f"The export is complete in {path}.")
    counts = ", ".join(f"{count:,} {name}" for name, count in done.counts.items())
    emit_lines([f"{done.file}: {counts}"])
    made = [*done.made.values()]
    if made:
        some = ", ".join(made[:_EXAMPLES]) + (", ..." if len(made) > _EXAMPLES else "")
        how_many = counted(len(made), "identifier was", "identifiers were")
        note(call, f"{how_many} made, for the ledger has none: {some}")
    for reason, count in done.left_out.items():
        note(call, f"Not in the file: {reason} ({count:,})")


def _export_popolo(call: Call, folder: Path) -> None:
    """Write the network of bodies and cities into a folder, as `popolo.json`."""
    from ledger.interchange.popolo import popolo_document
    from ledger.interchange.writer import write_text
    from ledger.reports.formats import json_text
    from ledger.usecases.interchange.export import popolo_rows

    with read_ledger(call) as reader:
        document = popolo_document(popolo_rows(reader))
    write_text(folder, "popolo.json", json_text(document))
    call.remember(f"The export is complete in {folder}.")
    counts = ", ".join(f"{len(items):,} {name}" for name, items in document.items())
    emit_lines([f"{folder / 'popolo.json'}: {counts}"])
