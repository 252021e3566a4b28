"""How seals and proofs are shown: what was sealed, the list of seals, what a proof proves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_document, emit_lines
from cli.framework.terminal import note
from cli.views.columns import columns

if TYPE_CHECKING:
    from ledger.checks import CheckResult
    from ledger.evidence.proofs import Proof
    from ledger.evidence.tree_head import TreeHead

SEAL_COLUMNS = columns("seal sealed_at leaves size root (mark)")
SEAL_NARROW = columns("seal sealed_at mark")


def emit_sealed(call: Call, receipts: Sequence[Mapping[str, Any]]) -> None:
    """Write the newest seal, to be stored outside the ledger."""
    from ledger.usecases.evidence import NOTHING_NEW  # noqa: PLC0415

    made = [one["seal"] for one in receipts]
    if call.format == "json":
        replayed = bool(receipts) and all(one["replayed"] for one in receipts)
        document = {"schema": "cityfund.sealed/1", "replayed": replayed, "seals": made}
        emit_document({**document, "dry_run": any(one.get("dry_run") for one in receipts)})
        return
    if not made:
        emit_lines([NOTHING_NEW])
        return
    emit_lines(_sealed_lines(made))
    if any(one["replayed"] for one in receipts):
        note(call, "Already recorded; these are the original receipts.")
    if any(one.get("dry_run") for one in receipts):
        note(call, "Dry run: nothing was written.")


def _sealed_lines(made: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    last = made[-1]
    leaves = sum(one["leaves"] for one in made)
    new = "1 new leaf" if leaves == 1 else f"{leaves} new leaves"
    yield f"seal {last['number']} · {new}, {last['size']} in all"
    yield f"Store this outside the ledger: {last['size']}:{last['root']}"


def emit_proven(call: Call, proof: Proof, stored_seal: TreeHead | None) -> None:
    """Write what a proof proves, and its limits."""
    leaf = proof.leaf_document()
    if call.format == "json":
        document = {"schema": "cityfund.verified/1", "seal": str(proof.tree_head)}
        place = {
            "position": proof.position,
            "kept": None if stored_seal is None else str(stored_seal),
        }
        emit_document({**document, **place, "leaf": leaf})
        return
    what = leaf.get("number") or leaf.get("code") or "?"
    kind = str(leaf.get("$", "leaf")).partition("/")[0].removeprefix("cityfund.")
    emit_lines(
        [
            f"Proven: {kind} {what} is leaf {proof.position} of the {proof.size} under this seal.",
            f"Seal: {proof.tree_head}",
        ]
    )
    if stored_seal is None:
        note(
            call,
            "This proves nothing unless the seal is one stored outside the ledger: compare it, or "
            "give that seal with --seal SIZE:ROOT",
        )


def check_notes(results: Sequence[CheckResult]) -> Iterator[str]:
    """Return the notes of checks, other than their failures."""
    for one in results:
        yield from (f"{one.name}: {words}" for words in one.notes)
