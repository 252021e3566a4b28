"""`cityfund history`: what changed of the record of any code, when, by whom, from which source."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.completion import complete_any
from cli.framework.session import read_ledger
from ledger.registers.table import versioned

app = standalone()


@command(app, "history", of_offices=False)
def history(
    call: Call,
    code: Annotated[
        str,
        typer.Argument(
            help="The code of any record or KIND:CODE, a finding, or the number of an entry.",
            autocompletion=complete_any(*versioned()),
        ),
    ],
    known_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="As recorded by that time.")
    ] = None,
) -> None:
    """Show what changed of any record, newest first: who, when, why, and from which source."""
    from cli.framework.register_commands import NotThereThen
    from cli.views.history import emit_changes, read_changes
    from cli.views.history_of_others import read_other_changes
    from ledger.usecases.lookup import record_with_history

    with read_ledger(call) as reader:
        kind, known = record_with_history(reader, code)
        read = read_changes if kind in versioned() else read_other_changes
        changes = read(reader, kind, known)
    if known_at is not None and not changes.rows:
        raise NotThereThen(f"{kind.capitalize()} {known} was not in the ledger at that time.")
    emit_changes(call, changes)
