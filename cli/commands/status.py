"""`cityfund status`: a summary of the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.output import emit_record, emit_rows
from cli.framework.session import read_ledger
from cli.framework.settings import mask_url
from cli.views.status import OFFICE_COLUMNS, STATUS_TERMS, status_document, status_lines, status_row

app = standalone()


@command(app, "status", kind="show", dated=True)
def status(
    call: Call,
    days: Annotated[str, typer.Option(help="How many days ahead to look.")] = "30",
) -> None:
    """Summarise the ledger by office, and list what lapses soon."""
    from ledger.usecases.status import parse_days, read_status

    ahead = parse_days(days)
    with read_ledger(call) as reader:
        summary, snapshot = read_status(reader, ahead), reader.snapshot()
    document = status_document(summary, mask_url(call.settings.db_url), snapshot)
    if call.format in {"csv", "tsv", "ndjson", "md", "parquet"}:
        emit_rows(document["offices"], OFFICE_COLUMNS, call.read)
        return
    row, below = status_row(document), status_lines(document)
    emit_record(row, STATUS_TERMS, call.read, document=document, below=below)
