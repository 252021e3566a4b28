"""Evidence packets as shown to people, as documents, and as statements."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.framework.call_options import ReadOptions
from cli.framework.command import Call
from cli.framework.files import destination
from cli.framework.output import emit_document, emit_lines
from cli.framework.session import ledger_of
from cli.framework.signing import require_signer
from cli.framework.terminal import note
from cli.views.signing import signed_documents
from ledger.core.errors import ExitCode
from ledger.core.text import counted

if TYPE_CHECKING:
    from ledger.evidence.proofs import Proof
    from ledger.evidence.tree_head import TreeHead


def emit_packet(
    call: Call, file: Path, signer: Sequence[str], stored_seal: TreeHead | None
) -> ExitCode:
    """Verify a packet and write what it proves; exit code 1 where nothing outside it was given."""
    from ledger.evidence.proofs import verify  # noqa: PLC0415 - help does without
    from ledger.interchange.signing_keys import read_public_keys  # noqa: PLC0415
    from ledger.usecases.packets import verified_packet  # noqa: PLC0415

    packet, signed = verified_packet(file, read_public_keys(signer))
    for proof in packet.proofs:
        verify(proof, stored_seal)
    is_proven = signed is not None or stored_seal is not None
    if call.format == "json":
        document = {"schema": "cityfund.verified-packet/1", "origin": packet.note.origin}
        proven = {"seal": str(packet.tree_head), "proven": is_proven}
        signatures = [] if signed is None else signed_documents([signed])[0]["signatures"]
        leaves = [_leaf(one) for one in packet.proofs]
        emit_document({**document, **proven, "signatures": signatures, "leaves": leaves})
    else:
        emit_lines(
            f"Proven: {one.name} is leaf {one.position} of {one.size}." for one in packet.proofs
        )
        emit_lines(
            f"Disclosed of {proof.name}: {one.field}: {one.text}"
            for proof in packet.proofs
            for one in proof.disclosed
        )
        emit_lines(f"Row of {one.name}: {row}" for one in packet.proofs for row in one.rows)
        emit_lines(
            f"Disclosed of row {one.row + 1} of {proof.name}: {one.column}: {one.text}"
            for proof in packet.proofs
            for one in proof.row_texts
        )
        of_ledger = f"Seal {packet.tree_head} of {packet.note.origin}."
        emit_lines([of_ledger if signed is None else signed.sentence])
    if not is_proven:
        note(
            call,
            "This proves nothing unless you know the key that signed the seal, or the seal itself: "
            "give --signer KEY or --seal SIZE:ROOT",
        )
    return ExitCode.DONE if is_proven else ExitCode.FINDINGS


def _leaf(proof: Proof) -> dict[str, Any]:
    disclosed = {one.field: one.text for one in proof.disclosed}
    proven = {"position": proof.position, "leaf": proof.leaf_document(), "disclosed": disclosed}
    if not proof.rows:
        return proven
    rows = [json.loads(row) for row in proof.rows]
    texts = [{"row": one.row, "column": one.column, "text": one.text} for one in proof.row_texts]
    return {**proven, "rows": rows, "row_texts": texts}


def emit_statement(
    call: Call, file: Path, provider: str, signer: Sequence[str], output: str | None
) -> None:
    """Verify a packet and write it as the canonical table of statements. Raises BadUsage."""
    from ledger.interchange.signing_keys import read_public_keys  # noqa: PLC0415
    from ledger.store.db.queries import read_units  # noqa: PLC0415
    from ledger.usecases.packets import (  # noqa: PLC0415
        STATEMENT_COLUMNS,
        statement_rows,
        verified_packet,
    )

    require_signer(signer)
    packet, _ = verified_packet(file, read_public_keys(signer))
    with ledger_of(call).read() as connection:
        rows = statement_rows(packet, provider, read_units(connection))
    path = None if output is None else Path(output)
    if call.format == "json":
        head = {"schema": "cityfund.stated/1", "origin": packet.note.origin}
        emit_document({**head, "rows": rows}, ReadOptions(format="json", output=path))
        return
    with destination(path) as out:
        writer = csv.DictWriter(out, STATEMENT_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    note(call, f"{counted(len(rows), 'line')} from {packet.note.origin}.")
