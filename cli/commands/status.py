"""`cityfund status`: a summary of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.completion import complete_codes
from cli.framework.output import emit_record, emit_rows
from cli.framework.register_commands import resolve_code
from cli.framework.session import read_ledger
from cli.framework.settings import mask_url
from cli.framework.usage_errors import BadUsage
from cli.views.since_night import NEW_COLUMNS, new_document, new_lines
from cli.views.status import OFFICE_COLUMNS, STATUS_TERMS, status_document, status_lines, status_row

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Reader
    from ledger.usecases.since_night import NewSince

app = standalone()


@command(app, "status", kind="show", dated=True)
def status(
    call: Call,
    days: Annotated[str, typer.Option(help="How many days ahead to look.")] = "30",
    new: Annotated[
        bool, typer.Option("--new", help="Also list what is new since the last night, by office.")
    ] = False,
    office: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            help="With --new: keep what is new for the cities of one office.",
            autocompletion=complete_codes("office"),
        ),
    ] = None,
) -> None:
    """Summarise the ledger by office, and list what lapses soon."""
    from ledger.usecases.status import parse_days, read_status

    ahead = parse_days(days)
    if office is not None and not new:
        raise BadUsage(
            "--office was given without --new.",
            why="The status counts every office; only what is new is kept for one.",
            next_step="Add --new, or leave --office out.",
        )
    with read_ledger(call) as reader:
        summary, snapshot = read_status(reader, ahead), reader.snapshot()
        since = _read_new(call, reader, office) if new else None
    document = status_document(summary, mask_url(call.settings.db_url), snapshot)
    rows_only = call.format in {"csv", "tsv", "ndjson", "md", "parquet"}
    if since is not None:
        document["new"] = new_document(since)
        if rows_only:
            emit_rows(document["new"]["rows"], NEW_COLUMNS, call.read)
            return
    if rows_only:
        emit_rows(document["offices"], OFFICE_COLUMNS, call.read)
        return
    row, below = status_row(document), [*status_lines(document)]
    if since is not None:
        below += new_lines(document["new"])
    emit_record(row, STATUS_TERMS, call.read, document=document, below=below)


def _read_new(call: Call, reader: Reader, typed: str | None) -> NewSince:
    """Return what is new for every office, or for the one asked for or set."""
    from ledger.usecases.since_night import read_new_since_last_night

    office = typed or call.settings.office
    kept = None if office is None else resolve_code(reader, "office", office)
    return read_new_since_last_night(reader).of_office(kept)
