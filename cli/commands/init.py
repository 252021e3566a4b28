"""`cityfund init`: make a ledger, or bring one up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.session import request_of
from cli.framework.settings import machine_zone
from cli.views.database import emit_set_up

app = standalone()


@command(app, "init", kind="plain")
def init(
    call: Call,
    time_zone: Annotated[
        str | None,
        typer.Option(help="The ledger's time zone, as Europe/Paris (default: the machine's)."),
    ] = None,
    base_currency: Annotated[
        str | None, typer.Option(help="The base currency of totals (default: EUR).")
    ] = None,
) -> None:
    """Create the ledger, or upgrade it and its reference tables; safe to repeat."""
    from ledger.usecases.admin.set_up import LedgerSettings, set_up

    set_up_options = LedgerSettings(
        time_zone=time_zone, base_currency=base_currency, machine_zone=machine_zone()
    )
    emit_set_up(call, set_up(call.settings.db_url, set_up_options, request_of(call)))
