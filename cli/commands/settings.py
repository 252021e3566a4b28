"""`cityfund settings`: what the ledger itself is set to, with every version."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.session import act, read_ledger

app = noun("Settings of the ledger: its time zone, and what reports count by.")


@command(app, "list")
def list_(call: Call) -> None:
    """List every version of the ledger's settings: who set it, when and why."""
    from cli.framework.output import emit_rows
    from cli.views.columns import columns
    from ledger.usecases.admin.settings import setting_rows

    with read_ledger(call) as reader:
        snapshot = reader.snapshot()
        rows = list(setting_rows(reader.connection, reader.zone))
    if call.for_people:
        rows = [{**row, "recorded_at": snapshot.local(row["recorded_at"])} for row in rows]
    shown = columns("name value version from recorded_at actor reason", name="Setting")
    emit_rows(rows, shown, call.read, head={"schema": "cityfund.settings/1"})


@command(app, "edit", kind="plain", saves=True, may_be_empty=frozenset({"association"}))
def edit(
    call: Call,
    time_zone: Annotated[
        str | None, typer.Option(help="The new time zone, as Europe/Paris; --reason is required.")
    ] = None,
    association: Annotated[
        str | None, typer.Option(help="The body whose members the fund's cities are.")
    ] = None,
    sleeping_months: Annotated[
        str | None,
        typer.Option(metavar="N", help="Months without a trace after which a partnership sleeps."),
    ] = None,
) -> None:
    """Change one of the ledger's settings; a time zone from the next day on."""
    from cli.framework.usage_errors import MissingParameter
    from ledger.usecases.admin import settings

    named = (time_zone, association, sleeping_months)
    if sum(one is not None for one in named) != 1:
        raise MissingParameter(
            "One of --time-zone, --association and --sleeping-months is required.",
            why="One request changes one setting.",
            next_step="Add --time-zone ZONE with --reason TEXT, --association BODY or "
            "--sleeping-months N.",
        )
    if time_zone is not None:
        act(call, lambda uow: settings.change_time_zone(uow, time_zone))
    elif sleeping_months is not None:
        act(call, lambda uow: settings.change_number(uow, "sleeping_months", sleeping_months))
    else:
        act(call, lambda uow: settings.change_association(uow, association or ""))
