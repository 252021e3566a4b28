"""`cityfund export`: write the canonical tables, all or one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.options import comma_separated
from cli.framework.output import emit_document, emit_lines
from cli.framework.session import ledger_of

app = standalone()


@command(app, "export", kind="plain", writes=("popolo",))
def export(
    call: Call,
    folder: Annotated[str, typer.Argument(help="A new or empty folder.")],
    table: Annotated[
        list[str] | None, typer.Option(help="Only these: needs,offers; repeatable.")
    ] = None,
) -> None:
    """Export the ledger as canonical tables, which another ledger can import.

    With --format popolo, bodies, offices, seats and meetings are written as one Popolo document.
    """
    if call.format == "popolo":
        _export_popolo(call, Path(folder))
        return
    from ledger.interchange.writer import write_folder
    from ledger.usecases.interchange.export import choose_tables, export_lines

    with ledger_of(call).reader() as reader:
        names = choose_tables(comma_separated(table))
        counts = write_folder(Path(folder), {name: export_lines(reader, name) for name in names})
    call.remember(f"The export is complete in {folder}.")
    if call.format == "json":
        emit_document({"schema": "cityfund.export/1", "folder": folder, "rows": counts})
        return
    emit_lines(f"{Path(folder) / name}.csv: {count:,} rows" for name, count in counts.items())


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
