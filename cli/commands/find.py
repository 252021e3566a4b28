"""`cityfund find`: records by what a person knows of them."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.session import read_ledger

app = standalone()


@command(app, "find", of_offices=False)
def find(
    call: Call,
    text: Annotated[
        list[str],
        typer.Argument(
            metavar="TEXT...", help="A code, a name in any script, an identifier, words of a note."
        ),
    ],
) -> None:
    """Find records of all registers by code, name, identifier, note or reference."""
    from cli.views.search import emit_search
    from ledger.usecases.lookup import search

    with read_ledger(call) as reader:
        result = search(reader, " ".join(text))
    emit_search(call, result)
