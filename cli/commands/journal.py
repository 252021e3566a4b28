"""`cityfund journal`: what was recorded, and reversing it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.audit import Number
from cli.framework.command import Call, Session, command, noun
from cli.framework.completion import complete_codes
from cli.framework.options import quantity_option
from cli.framework.output import emit_record, emit_rows, lines_below
from cli.framework.session import act, ledger_of, optional_date, read_ledger
from cli.views.journal import (
    ENTRY_COLUMNS,
    ENTRY_NARROW,
    ENTRY_TERMS,
    MOVEMENT_COLUMNS,
    entry_document,
    list_rows,
    proposal_text,
)

if TYPE_CHECKING:
    from ledger.journal.receipts import Receipt
    from ledger.store.session.unit_of_work import UnitOfWork

app = noun("Recorded entries, and their reversal.")


def _entries_of(kind: str) -> Any:
    return typer.Option(help=f"Entries of this {kind}.", autocompletion=complete_codes(kind))


@command(app, "list", dated=True)
def list_(
    call: Call,
    deal: Annotated[str | None, _entries_of("deal")] = None,
    need: Annotated[str | None, _entries_of("need")] = None,
    offer: Annotated[str | None, _entries_of("offer")] = None,
    since: Annotated[str | None, typer.Option(help="Dated on that day or later.")] = None,
) -> None:
    """List entries in the order of recording; --limit keeps the newest."""
    from ledger.store.session.snapshot import UNITS

    first = optional_date(call, since)
    with read_ledger(call) as reader:
        subjects = call.format == "table"
        entries = reader.entries(deal=deal, need=need, offer=offer, since=first)
        rows = list_rows(reader.snapshot(UNITS), entries, subjects=subjects)
        head = {"schema": "cityfund.journal/1"}
        emit_rows(rows, ENTRY_COLUMNS, call.read, head=head, narrow=ENTRY_NARROW, newest_last=True)


@command(app, "show", kind="show")
def show(call: Call, entry: Number) -> None:
    """Show one entry: who, when, why, and every movement."""
    from ledger.store.journal.entries import entry_number, read_entry, reversal_of
    from ledger.usecases.interchange.provenance import provenance_of, provenance_text

    number = entry_number(entry)
    with ledger_of(call).reader() as reader:
        entry_record = read_entry(reader.connection, number)
        reversed_by = reversal_of(reader.connection, number)
        units = reader.units({one.unit for one in entry_record.movements})
        snapshot = replace(reader.snapshot(), units=units)
        provenance = provenance_of(reader.connection, [entry_record.request_key])
    source = provenance.of_entry(entry_record)
    document = {**entry_document(snapshot, entry_record, reversed_by), "source": source}
    below = lines_below(document["movements"], MOVEMENT_COLUMNS)
    texts = {"proposed": proposal_text(document), "source": provenance_text(source)}
    row = {**document, **texts}
    emit_record(row, ENTRY_TERMS, call.read, document=document, below=below)


@command(app, "reverse", kind="write", dated=True, destructive=True)
def reverse(call: Call, entry: Number) -> None:
    """Reverse an entry by an opposite one; --reason is required."""
    from ledger.store.journal.entries import entry_number
    from ledger.usecases.journal.reversal import reverse

    number = entry_number(entry)
    act(call, lambda uow: reverse(uow, number), asks=True)


@command(app, "correct", kind="write", dated=True, on="The right date (default: the entry's).")
def correct(
    call: Call,
    entry: Number,
    quantity: Annotated[str | None, quantity_option("The right quantity.")] = None,
    reference: Annotated[str | None, typer.Option(help="The right reference.")] = None,
) -> None:
    """Correct an entry's date (--on), quantity or reference; --reason is required."""
    from ledger.store.journal.entries import entry_number
    from ledger.usecases.deals.correction import Correction, correct

    number = entry_number(entry)

    def work(uow: UnitOfWork) -> Receipt:
        correction = Correction(on=uow.request.on, quantity=quantity, reference=reference)
        return correct(uow, number, correction)

    act(call, work)


@command(app, "follow", kind="plain")
def follow(
    call: Call,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="ENTRY|CURSOR", help="Go on after that entry, or after the cursor of an event."
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Write what is there, and end.")] = False,
) -> None:
    """Follow what is recorded, one JSON document a line: entries, versions, findings, seals."""
    from time import sleep

    from cli.views.feed import write_events
    from ledger.usecases.feed import Feed

    after = "Interrupted; --since CURSOR of the last line goes on."
    call.ensure_object(Session).interrupted = after
    feed = Feed(ledger_of(call), since)
    write_events(feed)
    while not once:
        sleep(_SECONDS_BETWEEN)
        write_events(feed)


_SECONDS_BETWEEN = 1.0
"""How long the feed of changes waits before it reads again."""
