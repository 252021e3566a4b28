"""Keys, signed notes and cosignatures, as shown to people and as documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.files import destination
from cli.framework.output import emit_document, emit_lines
from cli.framework.terminal import note as note_to
from ledger.core.errors import ExitCode
from ledger.core.text import counted

if TYPE_CHECKING:
    from ledger.evidence.consistency import Consistency
    from ledger.evidence.notes import Note
    from ledger.evidence.tree_head import TreeHead
    from ledger.interchange.signing_keys import SigningKey
    from ledger.usecases.signing import SignedNote, VerifiedNote


def emit_key(call: Call, key: SigningKey) -> None:
    """Write the public part of a new key."""
    from ledger.evidence.notes import WITNESS_KEY  # noqa: PLC0415 - help does without
    from ledger.interchange.signing_keys import public_file  # noqa: PLC0415

    use = "witness" if key.public.kind == WITNESS_KEY else "ledger"
    if call.format == "json":
        document = {"schema": "cityfund.key/1", "use": use, "public_key": str(key.public)}
        files = {"file": str(key.file), "public_file": str(public_file(key))}
        emit_document({**document, **files})
        return
    emit_lines([str(key.public)])
    note_to(
        call,
        f"The key of a {use} is in {key.file}, which only you can read: keep a copy of it. The "
        f"public key is in {public_file(key)}, for everybody who verifies.",
    )


def emit_note(call: Call, signed: Note, output: Path | None) -> None:
    """Write a signed note to its file, or below the answer."""
    if output is not None:
        with destination(output) as out:
            out.write(str(signed))
    if call.format == "json":
        emit_document(
            {
                "schema": "cityfund.note/1",
                "seal": str(signed.tree_head),
                "origin": signed.origin,
                "note": str(signed),
                "file": None if output is None else str(output),
            }
        )
    elif output is None:
        emit_lines(str(signed).splitlines())
    else:
        emit_lines([f"Signed by {signed.origin}: {output}"])


def emit_cosigned(call: Call, signed: SignedNote, file: Path, *, compared: bool) -> None:
    """Write a note with one more signature in place of the file, and say what was compared.

    `compared` says whether the ledger was.
    """
    with destination(file) as out:
        out.write(str(signed.note))
    name = signed.note.signatures[-1].name
    before = None if signed.before is None else str(signed.before)
    if call.format == "json":
        document = {"schema": "cityfund.cosigned/1", "origin": signed.note.origin, "by": name}
        head = {"seal": str(signed.note.tree_head), "before": before}
        written = {"note": str(signed.note), "file": str(file)}
        emit_document({**document, **head, "compared_with_ledger": compared, **written})
        return
    emit_lines(
        [
            f"Cosigned by {name}: {file}",
            f"Seal: {signed.note.tree_head}",
            "This is the first seal of this ledger that your key signed."
            if before is None
            else f"It continues what your key signed last: {before}",
        ]
    )
    if not compared:
        note_to(
            call,
            "The ledger itself was not compared: what was sealed before is unchanged, and what is "
            "new was not seen.",
        )


def emit_consistency(call: Call, proof: Consistency, output: Path | None) -> None:
    """Write a consistency proof to its file, or as the answer."""
    if output is not None:
        with destination(output) as out:
            out.write(str(proof))
    head = proof.note.tree_head
    if call.format == "json":
        document = {"schema": "cityfund.consistency/1", "origin": proof.note.origin}
        sizes = {"old": proof.old, "seal": str(head)}
        written = {"proof": str(proof), "file": None if output is None else str(output)}
        emit_document({**document, **sizes, **written})
    elif output is None:
        emit_lines(str(proof).splitlines())
    else:
        emit_lines(
            [f"Proof from {counted(proof.old, 'leaf', 'leaves')} to {head.size:,}: {output}"]
        )


def emit_continued(
    call: Call, proof: Consistency, signer: Sequence[str], stored_seal: TreeHead | None
) -> ExitCode:
    """Verify a consistency proof; exit code 1 unless the older seal and a signer are known."""
    from ledger.evidence.consistency import verify_consistency  # noqa: PLC0415 - help does without
    from ledger.interchange.signing_keys import read_public_keys  # noqa: PLC0415
    from ledger.usecases.signing import verified  # noqa: PLC0415

    keys, head = read_public_keys(signer), proof.note.tree_head
    signed = verified(proof.note, keys) if keys else None
    if stored_seal is not None:
        verify_consistency(proof, stored_seal)
    is_proven = signed is not None and stored_seal is not None
    if call.format == "json":
        document = {"schema": "cityfund.verified-consistency/1", "origin": proof.note.origin}
        sizes = {"before": None if stored_seal is None else str(stored_seal), "seal": str(head)}
        signatures = [] if signed is None else signed_documents([signed])[0]["signatures"]
        emit_document({**document, **sizes, "proven": is_proven, "signatures": signatures})
    else:
        if stored_seal is not None:
            emit_lines([f"Proven: {head} continues {stored_seal}."])
        emit_lines([f"Seal {head} of {proof.note.origin}." if signed is None else signed.sentence])
    if not is_proven:
        missing = "--seal SIZE:ROOT" if stored_seal is None else "--signer KEY"
        note_to(
            call,
            "This proves nothing unless you keep the older seal and know the key that signed the "
            f"newer one: give {missing}",
        )
    return ExitCode.DONE if is_proven else ExitCode.FINDINGS


def signed_documents(notes: Iterable[VerifiedNote]) -> list[dict[str, Any]]:
    """Return verified notes as documents."""
    return [
        {
            "origin": one.origin,
            "seal": str(one.tree_head),
            "signatures": [
                {
                    "name": signature.key.name,
                    "key": str(signature.key),
                    "time": None
                    if signature.time is None
                    else f"{signature.time:%Y-%m-%dT%H:%M:%SZ}",
                }
                for signature in one.signatures
            ],
        }
        for one in notes
    ]
