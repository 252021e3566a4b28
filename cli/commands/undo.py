"""`cityfund undo`: take back the last request, with all its entries and edits."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.session import act

app = standalone()


@command(app, "undo", kind="write", dated=True, destructive=True)
def undo(
    call: Call,
    request: Annotated[
        str | None,
        typer.Argument(metavar="[REQUEST]", help="Its key; your last request if omitted."),
    ] = None,
) -> None:
    """Undo a request: reverse its entries, restore edits, hide additions; --reason is required."""
    from cli.framework.terminal import can_ask, confirm
    from ledger.usecases.undo import undo

    if not can_ask():
        confirm(call, "Undo this request?")  # refused in a script without --yes
    act(call, lambda uow: undo(uow, request), asks=True)
