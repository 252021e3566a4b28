"""`cityfund journal`: what was recorded, and reversing it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.framework.call_options import ReadOptions
from cli.framework.command import Call, Session, command, noun
from cli.framework.completion import complete_codes, complete_stored
from cli.framework.options import quantity_option
from cli.framework.output import emit_document, emit_record, emit_rows, lines_below
from cli.framework.receipts import remember_receipt
from cli.framework.session import act, ledger_of, optional_date, read_ledger
from cli.views.journal import (
    ENTRY_COLUMNS,
    ENTRY_NARROW,
    ENTRY_TERMS,
    MOVEMENT_COLUMNS,
    SEAL_COLUMNS,
    SEAL_NARROW,
    emit_proven,
    emit_sealed,
    entry_document,
    list_rows,
    note_undisclosed,
    proposal_text,
)

if TYPE_CHECKING:
    from ledger.journal.receipts import Receipt
    from ledger.store.session.unit_of_work import UnitOfWork

app = noun("Recorded entries, reversals, seals and proofs.")


def _entries_of(kind: str) -> Any:
    return typer.Option(help=f"Entries of this {kind}.", autocompletion=complete_codes(kind))


Number = Annotated[
    str,
    typer.Argument(
        metavar="ENTRY", help="The entry's number.", autocompletion=complete_stored("entries")
    ),
]


@command(app, "list", dated=True)
def list_(
    call: Call,
    deal: Annotated[str | None, _entries_of("deal")] = None,
    need: Annotated[str | None, _entries_of("need")] = None,
    offer: Annotated[str | None, _entries_of("offer")] = None,
    since: Annotated[str | None, typer.Option(help="Dated on that day or later.")] = None,
) -> None:
    """List entries in the order of recording."""
    from ledger.store.session.snapshot import UNITS

    first = optional_date(call, since)
    with read_ledger(call) as reader:
        subjects = call.format == "table"
        entries = reader.entries(deal=deal, need=need, offer=offer, since=first)
        rows = list_rows(reader.snapshot(UNITS), entries, subjects=subjects)
        head = {"schema": "cityfund.journal/1"}
        emit_rows(rows, ENTRY_COLUMNS, call.read, head=head, narrow=ENTRY_NARROW)


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


@command(app, "reverse", kind="write", destructive=True)
def reverse(call: Call, entry: Number) -> None:
    """Reverse an entry by an opposite one; --reason is required."""
    from ledger.store.journal.entries import entry_number
    from ledger.usecases.journal.reversal import reverse

    number = entry_number(entry)
    act(call, lambda uow: reverse(uow, number), asks=True)


@command(app, "correct", kind="write")
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


@command(app, "seal", kind="write")
def seal(call: Call) -> None:
    """Seal the records, so that each can be proven from then on."""
    from cli.framework.session import request_parts
    from ledger.usecases.evidence import seal_journal

    receipts = seal_journal(ledger_of(call), request_parts(call))
    if receipts:
        remember_receipt(call, receipts[0])
    emit_sealed(call, receipts)


@command(app, "seals")
def seals(call: Call) -> None:
    """List the seals with their sizes and roots."""
    from ledger.usecases.evidence import seal_rows

    with ledger_of(call).reader() as reader:
        rows = seal_rows(reader)
    head = {"schema": "cityfund.seals/1"}
    emit_rows(rows, SEAL_COLUMNS, call.read, head=head, narrow=SEAL_NARROW)


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


@command(app, "prove", kind="plain")
def prove(
    call: Call,
    entry: Number,
    output: Annotated[str | None, typer.Option(metavar="FILE", help="Write to this file.")] = None,
    size: Annotated[
        int | None,
        typer.Option(metavar="SIZE", help="The seal of that size (default: the newest)."),
    ] = None,
    disclose: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="Disclose this field, such as actor or reason."),
    ] = None,
) -> None:
    """Write the proof that an entry is in the journal, for the holder of a seal.

    The proof holds the entry's act, dates and quantities. Who recorded it, on which host and as
    which system user, and what was written with it, it discloses only where --disclose names it.
    """
    from ledger.store.journal.entries import entry_number
    from ledger.usecases.evidence import prove

    document = prove(ledger_of(call), entry_number(entry), size, disclose or ())
    note_undisclosed(call, document)
    emit_document(
        document, ReadOptions(format="json", output=None if output is None else Path(output))
    )


@command(app, "verify-proof", kind="plain")
def verify_proof(
    call: Call,
    file: Annotated[str, typer.Argument(help="A proof written by journal prove.")],
    seal: Annotated[
        str | None, typer.Option(metavar="SIZE:ROOT", help="A seal stored outside the ledger.")
    ] = None,
) -> None:
    """Verify a proof without the ledger, against a seal stored outside it."""
    from ledger.evidence.proofs import read_proof, verify
    from ledger.evidence.tree_head import parse_tree_head

    stored_seal = None if seal is None else parse_tree_head(seal)
    proof = read_proof(Path(file))
    verify(proof, stored_seal)
    emit_proven(call, proof, stored_seal)
