"""`cityfund journal`: what was recorded, and reversing it."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.completion import complete_codes
from cli.frame import Call, command, noun
from cli.journal_views import (
    ENTRY_COLUMNS,
    ENTRY_NARROW,
    ENTRY_TERMS,
    entry_document,
    list_rows,
    movement_lines,
    proposed_said,
)
from cli.output import emit_record, emit_rows
from cli.session import act, day_given, ledger_of, read_picture

app = noun("What was recorded, and reversing it.")

Number = Annotated[str, typer.Argument(metavar="ENTRY", help="The entry's number.")]


@command(app, "list", dated=True)
def list_(
    call: Call,
    deal: Annotated[
        str | None, typer.Option(help="Of this deal.", autocompletion=complete_codes("deal"))
    ] = None,
    need: Annotated[
        str | None, typer.Option(help="On this need.", autocompletion=complete_codes("need"))
    ] = None,
    offer: Annotated[
        str | None, typer.Option(help="On this offer.", autocompletion=complete_codes("offer"))
    ] = None,
    since: Annotated[str | None, typer.Option(help="Taking effect on that day or later.")] = None,
) -> None:
    """List entries in the order in which they were recorded."""
    first = day_given(call, since)
    with read_picture(call) as picture:
        told = call.format == "table"
        rows = list_rows(picture, deal=deal, need=need, offer=offer, since=first, told=told)
        head = {"schema": "cityfund.journal/1"}
        emit_rows(rows, ENTRY_COLUMNS, call.read, head=head, narrow=ENTRY_NARROW)


@command(app, "show")
def show(call: Call, entry: Number) -> None:
    """Show one entry: who, when, why, and every movement."""
    from ledger.store.journal import entry_number, read_entry, reversal_of

    number = entry_number(entry)
    with ledger_of(call).picture() as picture:
        found = read_entry(picture.connection, number)
        document = entry_document(picture, found, reversal_of(picture.connection, number))
    below = movement_lines(document)
    row = {**document, "proposed": proposed_said(document)}
    emit_record(row, ENTRY_TERMS, call.read, document=document, below=below)


@command(app, "reverse", kind="write")
def reverse(call: Call, entry: Number) -> None:
    """Undo an entry by a mirrored one; --reason is required and stays in the journal."""
    from ledger.store.journal import entry_number
    from ledger.usecases.reverse import reverse

    number = entry_number(entry)
    act(call, lambda uow: reverse(uow, number))
