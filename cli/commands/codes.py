"""`cityfund codes`: the code lists that records and files take their codes from."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.output import emit_rows
from cli.framework.session import read_ledger
from ledger.reports.table import Column

app = standalone()


@command(app, "codes", of_offices=False)
def codes(
    call: Call,
    list_name: Annotated[
        str,
        typer.Argument(
            metavar="LIST", help="sectors, statuses, instruments, kinds, units, countries, regions."
        ),
    ],
) -> None:
    """List the codes of sectors, statuses, instruments, kinds of providers, units or countries."""
    from ledger.usecases.code_lists import code_list, require_code_list

    require_code_list(list_name)
    units = None
    if list_name == "units":  # the only list that the fund adds to
        with read_ledger(call) as reader:
            units = reader.snapshot("unit").units
    rows = code_list(list_name, units)
    columns = [Column(key, key.replace("_", " ").capitalize()) for key in rows[0]]
    emit_rows(rows, columns, call.read, head={"schema": f"cityfund.codes-{list_name}/1"})
