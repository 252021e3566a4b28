"""`cityfund init`: make a ledger, or bring one up to date."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.options import ClockIsRight
from cli.framework.session import agree_to_clock, request_of
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
    clock_is_right: ClockIsRight = False,  # noqa: ARG001 - read by agree_to_clock
) -> None:
    """Create the ledger, or upgrade it and its reference tables; safe to repeat."""
    from cli.framework.receipts import keep_request
    from ledger.usecases.admin.set_up import LedgerSettings, set_up

    set_up_options = LedgerSettings(
        time_zone=time_zone, base_currency=base_currency, machine_zone=machine_zone()
    )
    made = set_up(
        call.settings.db_url, set_up_options, request_of(call), partial(agree_to_clock, call)
    )
    if made.before is None:
        keep_request(call.settings, None)  # of another ledger that was there
    emit_set_up(call, made)
