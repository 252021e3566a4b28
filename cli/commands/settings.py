"""`cityfund settings`: what the ledger itself is set to, with every version."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.session import act, read_ledger

app = noun("Settings of the ledger: its time zone.")


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


@command(app, "edit", kind="plain", saves=True)
def edit(
    call: Call,
    time_zone: Annotated[str, typer.Option(help="The new time zone, as Europe/Paris.")],
) -> None:
    """Change the ledger's time zone from the next day on; --reason is required."""
    from ledger.usecases.admin.settings import change_time_zone

    act(call, lambda uow: change_time_zone(uow, time_zone))
