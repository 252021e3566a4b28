"""Keys, signed notes and cosignatures, as shown to people and as documents."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.files import destination
from cli.framework.output import emit_document, emit_lines
from cli.framework.terminal import note as note_to

if TYPE_CHECKING:
    from ledger.evidence.notes import Note
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


def emit_cosigned(call: Call, signed: SignedNote, file: Path) -> None:
    """Write a note with one more signature in place of the note, and say what was compared."""
    with destination(file) as out:
        out.write(str(signed.note))
    name = signed.note.signatures[-1].name
    before = None if signed.before is None else str(signed.before)
    if call.format == "json":
        document = {"schema": "cityfund.cosigned/1", "origin": signed.note.origin, "by": name}
        head = {"seal": str(signed.note.tree_head), "before": before}
        emit_document({**document, **head, "note": str(signed.note), "file": str(file)})
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
