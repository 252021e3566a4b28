"""`cityfund init`: make a ledger, or bring one up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, word
from cli.framework.session import plain_request
from cli.views.database import emit_made

app = word()


@command(app, "init", kind="plain")
def init(
    call: Call,
    time_zone: Annotated[
        str | None, typer.Option(help="The ledger's time zone, as Europe/Paris (default: UTC).")
    ] = None,
    base_currency: Annotated[
        str | None, typer.Option(help="The base currency of totals (default: EUR).")
    ] = None,
) -> None:
    """Create the ledger, or upgrade it and its reference tables; safe to repeat."""
    from ledger.usecases.admin.set_up import LedgerSettings, set_up

    said = LedgerSettings(time_zone=time_zone, base_currency=base_currency)
    emit_made(call, set_up(call.settings.db_url, said, plain_request(call)))
