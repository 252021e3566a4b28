"""Proving that an entry is in the journal: what it says, and the way from it to a seal's root."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from ledger.errors import NotFound, RefusedByRule
from ledger.evidence import ENTRY_KIND, Seal, SealedLeaf
from ledger.merkle import inclusion_spans, leaf_hash, node_hash, span_roots
from ledger.store.book import Ledger
from ledger.store.journal import request_of_entry
from ledger.store.leaf_rows import stream_leaves
from ledger.store.seals import find_sealed, read_seals, stream_hashes

PROOF_SCHEMA: Final = "cityfund.proof/1"


class NotSealedYet(RefusedByRule):
    """An entry that no seal covers, or none of the size that was asked for."""

    code = "not-sealed-yet"
    default_why = "Only what a seal covers can be proven."
    default_next = (
        "Seal it: cityfund journal seal. On a shared ledger that takes in what is older than a "
        "minute."
    )


class UnknownSeal(NotFound):
    """No seal covers that many leaves."""

    code = "unknown-seal"
    default_next = "List the seals with: cityfund journal seals"


class NotAsSealed(RefusedByRule):
    """What was sealed is no longer what it was, so nothing is proven by it."""

    code = "not-as-sealed"
    default_why = "Somebody changed the ledger past its guards."
    default_next = "Find out what differs: cityfund check seals"


def prove(ledger: Ledger, number: int, size: int | None = None) -> dict[str, Any]:
    """Give the proof of an entry as a document, against the newest seal or the one of a size.

    Raises `UnknownEntry`, `NotSealedYet`, `UnknownSeal` and `NotAsSealed`.
    """
    with ledger.read() as connection:
        request = request_of_entry(connection, number)
        leaf = _leaf(connection, request, number)
        place = find_sealed(connection, ENTRY_KIND, str(number))
        seal = _seal(connection, size)
        if place is None or seal is None or place.position >= seal.size:
            covers = "no seal yet" if seal is None else f"seal {seal.number} covers what was before"
            raise NotSealedYet(
                f"Entry {number} is not sealed.",
                why=f"{NotSealedYet.default_why} There is {covers}.",
            )
        return _document(connection, leaf, place, seal)


def _leaf(connection: Connection, request: int, number: int) -> bytes:
    leaves = stream_leaves(connection, request - 1, request)
    wanted = (ENTRY_KIND, str(number))
    found = next((leaf for leaf in leaves if (leaf.kind, leaf.reference) == wanted), None)
    if found is None or found.content is None:
        raise NotAsSealed(f"Entry {number} cannot be read as it was written.")
    return found.content


def _seal(connection: Connection, size: int | None) -> Seal | None:
    seals = read_seals(connection)
    if size is None:
        return seals[-1] if seals else None
    found = next((seal for seal in seals if seal.size == size), None)
    if found is None:
        sizes = ", ".join(str(seal.size) for seal in seals[-5:]) or "none"
        raise UnknownSeal(f"No seal covers {size} leaves.", why=f"The newest sizes are: {sizes}.")
    return found


def _document(
    connection: Connection, content: bytes, place: SealedLeaf, seal: Seal
) -> dict[str, Any]:
    """Lay the proof out, after going its way once: what does not lead to the root is none."""
    spans = inclusion_spans(place.position, seal.size)
    path = span_roots(spans, stream_hashes(connection, seal.size))
    root = leaf_hash(content)
    for span, step in zip(spans, path, strict=True):
        root = node_hash(root, step) if span.first > place.position else node_hash(step, root)
    if root != seal.root:
        raise NotAsSealed(f"{place.name.capitalize()} is not what was sealed.")
    return {
        "schema": PROOF_SCHEMA,
        "leaf": content.decode(),
        "position": place.position,
        "size": seal.size,
        "path": [step.hex() for step in path],
        "root": seal.root.hex(),
        "seal": seal.number,
        "sealed_at": seal.sealed_at,
    }
