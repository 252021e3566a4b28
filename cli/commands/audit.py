"""`cityfund audit`: seals of the records, and proofs against them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.framework.call_options import ReadOptions
from cli.framework.command import Call, command, noun
from cli.framework.completion import complete_stored
from cli.framework.output import emit_document, emit_rows
from cli.framework.receipts import remember_receipt
from cli.framework.session import ledger_of
from cli.framework.signing import Signers, refuse_signer_of_proof, sealing_key
from cli.views.journal import (
    SEAL_COLUMNS,
    SEAL_NARROW,
    emit_proven,
    emit_sealed,
    note_undisclosed,
)
from ledger.core.errors import ExitCode

app = noun("Seals of the records, and proofs against them.")

Number = Annotated[
    str,
    typer.Argument(
        metavar="ENTRY", help="The entry's number.", autocompletion=complete_stored("entries")
    ),
]


@command(app, "seal", kind="write")
def seal(
    call: Call,
    sign: Annotated[
        str | None, typer.Option(metavar="FILE", help="Sign the newest seal with the key in it.")
    ] = None,
    note: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the signed note to this file.")
    ] = None,
) -> None:
    """Seal the records, so that each can be proven from then on.

    With --sign the newest seal is signed as well: its note is kept outside, and cosigned by others.
    """
    from cli.framework.session import request_parts
    from cli.views.signing import emit_note
    from ledger.usecases.evidence import seal_journal

    key = sealing_key(sign, note, dry_run=call.write.dry_run)
    receipts = seal_journal(ledger_of(call), request_parts(call))
    if receipts:
        remember_receipt(call, receipts[0])
    if key is None:
        emit_sealed(call, receipts)
        return
    from ledger.usecases.signing import sign_newest_seal

    signed = sign_newest_seal(ledger_of(call), key)
    if call.format != "json":
        emit_sealed(call, receipts)
    emit_note(call, signed.note, None if note is None else Path(note))


@command(app, "keygen", kind="plain")
def keygen(
    call: Call,
    file: Annotated[str, typer.Argument(help="The new file of the key.")],
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Its name in signatures: fund.example/ledger.")
    ],
    witness: Annotated[
        bool, typer.Option("--witness", help="A key that cosigns the seals of others.")
    ] = False,
) -> None:
    """Make a key pair: a file that only you can read, and the public key in FILE.pub.

    Give the public key to everybody who verifies your signatures, on a way that they trust.
    """
    from cli.views.signing import emit_key
    from ledger.interchange.signing_keys import make_key

    emit_key(call, make_key(Path(file), name, of_witness=witness))


@command(app, "cosign", kind="plain")
def cosign(
    call: Call,
    file: Annotated[str, typer.Argument(metavar="NOTE", help="The file of a signed note.")],
    key: Annotated[str, typer.Option(metavar="FILE", help="The file of your witness's key.")],
    signer: Signers = None,
) -> None:
    """Add your signature to a note, after the ledger was compared with it.

    Nothing is signed that does not continue what your key signed last. The ledger's own key is
    needed for the first note; later ones have to be signed by the same. The file of a consistency
    proof is verified without the ledger, and becomes the note.
    """
    from cli.views.signing import emit_cosigned
    from ledger.evidence.consistency import read_consistency
    from ledger.interchange.signing_keys import read_key, read_note, read_public_keys
    from ledger.usecases import signing

    witness = read_key(Path(key), of_witness=True)
    known = read_public_keys(signer or ())
    proof = read_consistency(Path(file))
    if proof is not None:
        signed = signing.cosign_without_ledger(proof, witness, known)
    else:
        signed = signing.cosign(ledger_of(call), read_note(Path(file)), witness, known)
    emit_cosigned(call, signed, Path(file), compared=proof is None)


@command(app, "consistency", kind="plain")
def consistency(
    call: Call,
    file: Annotated[str, typer.Argument(metavar="NOTE", help="The file of a signed note.")],
    size: Annotated[
        str, typer.Option(metavar="SIZE", help="The size of an older seal; 0 for a new witness.")
    ],
    output: Annotated[str | None, typer.Option(metavar="FILE", help="Write to this file.")] = None,
) -> None:
    """Prove that the seal of a note continues an older one, for a witness without the ledger.

    Who keeps the older seal verifies the file with audit verify, and a witness cosigns it with
    audit cosign.
    """
    from cli.views.signing import emit_consistency
    from ledger.core.numbers import parse_count
    from ledger.evidence.tree_head import MOST_LEAVES
    from ledger.interchange.signing_keys import read_note
    from ledger.usecases.signing import consistency_of

    old = 0 if size == "0" else parse_count(size, "leaves", most=MOST_LEAVES)
    proof = consistency_of(ledger_of(call), read_note(Path(file)), old)
    emit_consistency(call, proof, None if output is None else Path(output))


@command(app, "seals", of_offices=False)
def seals(call: Call) -> None:
    """List the seals with their sizes and roots."""
    from ledger.usecases.evidence import seal_rows

    with ledger_of(call).reader() as reader:
        rows = seal_rows(reader)
    head = {"schema": "cityfund.seals/1"}
    emit_rows(rows, SEAL_COLUMNS, call.read, head=head, narrow=SEAL_NARROW)


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


@command(app, "verify", kind="plain")
def verify(
    call: Call,
    file: Annotated[
        str, typer.Argument(help="Written by audit prove, audit packet or audit consistency.")
    ],
    seal: Annotated[
        str | None, typer.Option(metavar="SIZE:ROOT", help="A seal stored outside the ledger.")
    ] = None,
    signer: Signers = None,
) -> ExitCode:
    """Verify a proof, a packet or a consistency proof without the ledger.

    Without a seal stored outside the ledger, or the public key of a packet's signer, the exit code
    is 1. A consistency proof needs both: the older seal, and the key that signed the newer one.
    """
    from cli.views.packets import emit_packet
    from cli.views.signing import emit_continued
    from ledger.evidence.consistency import read_consistency
    from ledger.evidence.packets import is_packet
    from ledger.evidence.proofs import read_proof
    from ledger.evidence.proofs import verify as verify_proof
    from ledger.evidence.tree_head import parse_tree_head

    stored_seal = None if seal is None else parse_tree_head(seal)
    continued = read_consistency(Path(file))
    if continued is not None:
        return emit_continued(call, continued, signer or (), stored_seal)
    if is_packet(Path(file)):
        return emit_packet(call, Path(file), signer or (), stored_seal)
    refuse_signer_of_proof(signer)
    proof = read_proof(Path(file))
    verify_proof(proof, stored_seal)
    emit_proven(call, proof, stored_seal)
    return ExitCode.FINDINGS if stored_seal is None else ExitCode.DONE


@command(app, "packet", kind="plain")
def packet(
    call: Call,
    leaves: Annotated[
        list[str],
        typer.Argument(
            metavar="WHAT...",
            help="Entries: 17; records: need:N-0001, need:N-0001/2; finding:F-0001, "
            "approval:APR-0001, statement:PROVIDER/CODE, request:KEY.",
        ),
    ],
    note: Annotated[str, typer.Option(metavar="FILE", help="The signed note of a seal.")],
    output: Annotated[str | None, typer.Option(metavar="FILE", help="Write to this file.")] = None,
    disclose: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="Disclose this field of each, such as reference."),
    ] = None,
) -> None:
    """Write entries and records with their proofs and a signed seal to one file, for another fund.

    It verifies the file without this ledger, and can read entries as a statement. Texts of a
    record are disclosed by name; findings, approvals and statements are shown with their texts.
    """
    from ledger.interchange.signing_keys import read_note
    from ledger.usecases.packets import make_packet

    document = make_packet(ledger_of(call), leaves, read_note(Path(note)), disclose or ())
    emit_document(
        document, ReadOptions(format="json", output=None if output is None else Path(output))
    )


@command(app, "statement", kind="plain", writes=("csv",))
def statement(
    call: Call,
    file: Annotated[str, typer.Argument(metavar="PACKET", help="A packet of another fund.")],
    provider: Annotated[str, typer.Option(metavar="CODE", help="The fund as our provider.")],
    signer: Signers = None,
    output: Annotated[str | None, typer.Option(metavar="FILE", help="Write to this file.")] = None,
) -> None:
    """Verify a packet and write it as a provider's statement, for the inbox of the night.

    What its entries commit and deliver are the lines; --signer is the public key of that fund.
    """
    from cli.views.packets import emit_statement

    emit_statement(call, Path(file), provider, signer or (), output)


@command(app, "erase", kind="write", destructive=True)
def erase(
    call: Call,
    named: Annotated[
        list[str],
        typer.Argument(
            metavar="WHAT...",
            help="contact:CN-0001, entry:17, request:KEY, finding:F-0001, approval:APR-0001, "
            "approval-rule:AR-0001, standing-approval:SA-0001, statement:PROVIDER/CODE or "
            "night:DATE.",
        ),
    ],
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="Only this field, such as actor or note; repeatable."),
    ] = None,
) -> None:
    """Erase texts for ever, such as personal data; --reason is required.

    Numbers, dates, codes and amounts stay, and so do seals and proofs. Of a record the texts of all
    its versions go, with what the requests that recorded them repeat; of a finding, what it says
    and why it was resolved; of a statement, its references and the names of its files; of a night,
    what its report says and who ran it.
    """
    from cli.framework.options import comma_separated
    from cli.framework.session import act
    from cli.framework.terminal import can_ask, confirm
    from ledger.usecases.erasure import erase

    if not can_ask():
        confirm(call, "Erase these texts for ever?")  # refused in a script without --yes
    fields = [one.casefold().replace("-", "_") for one in comma_separated(field)]
    act(call, lambda uow: erase(uow, named, fields), asks=True)
