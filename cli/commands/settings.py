"""`cityfund settings`: what the ledger itself is set to, with every version."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.session import act, read_ledger

app = noun("Settings of the ledger: its time zone and association.")


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
        str | None, typer.Option(help="The new time zone, as Europe/Paris.")
    ] = None,
    association: Annotated[
        str | None, typer.Option(help="The body whose members the fund's cities are.")
    ] = None,
) -> None:
    """Change the time zone from the next day on (with --reason), or the association."""
    from cli.framework.usage_errors import MissingParameter
    from ledger.usecases.admin.settings import change_association, change_time_zone

    if (time_zone is None) == (association is None):
        raise MissingParameter(
            "One of --time-zone and --association is required.",
            why="One request changes one setting.",
            next_step="Add --time-zone ZONE with --reason TEXT, or --association BODY.",
        )
    if time_zone is not None:
        act(call, lambda uow: change_time_zone(uow, time_zone))
    else:
        act(call, lambda uow: change_association(uow, association or ""))
