"""`cityfund log`: every recorded act, with who made it and what it is about."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.options import is_from_command_line
from cli.framework.session import ledger_of, optional_time

app = standalone()


@command(app, "log", kind="list")
def log(
    call: Call,
    since: Annotated[
        str | None, typer.Option(metavar="DATE|TIME", help="Recorded then or later.")
    ] = None,
    about: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="About this record, or what stands under it."),
    ] = None,
) -> None:
    """List every recorded act, edits of registers included, in the order of recording.

    --limit keeps the newest acts. --actor keeps those of one person, --office those about one
    office's cities and all that stands under them. A code that several records have is written as
    KIND:CODE.
    """
    from cli.framework.output import emit_rows
    from cli.views.activity import LOG_COLUMNS, LOG_NARROW, log_rows
    from ledger.usecases.activity import LogQuery, read_log

    options = call.read
    query = LogQuery(
        since=optional_time(call, since),
        actor=call.params["actor"] if is_from_command_line(call, "actor") else None,
        office=options.office,
        about=about,
    )
    with ledger_of(call).reader() as reader:
        rows = log_rows(reader.snapshot(), read_log(reader, query))
        head = {"schema": "cityfund.log/1"}
        emit_rows(
            rows,
            LOG_COLUMNS,
            options.without_office(),
            head=head,
            narrow=LOG_NARROW,
            newest_last=True,
        )
