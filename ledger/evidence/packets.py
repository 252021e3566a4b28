"""Evidence packets: chosen leaves with their proofs, and the signed tree head that they lead to.

Another fund verifies a packet without the ledger: the signatures of the note by keys that it knows,
and the path from each leaf to the root that was signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.evidence.notes import MalformedNote, Note, parse_note
from ledger.evidence.proofs import MalformedProof, Proof, proof_of, read_document, verify
from ledger.evidence.tree_head import TreeHead

PACKET_SCHEMA: Final = "cityfund.packet/1"
_KEYS: Final = frozenset({"schema", "note", "proofs"})
_MOST_PROOFS: Final = 10_000


class MalformedPacket(InvalidInput, code="malformed-packet"):
    """The file is not an evidence packet, or no longer one."""

    default_why = f"A packet is one JSON object of the schema {PACKET_SCHEMA}."
    default_next = "Ask for the file again, or create it: cityfund audit packet WHAT..."


class NothingToState(RefusedByRule, code="nothing-to-state"):
    """No entry of a packet commits or delivers anything."""

    default_why = "A statement has commitments and deliveries, and what takes them back."
    default_next = "Ask for a packet of the entries that commit or deliver."


class Packet(NamedTuple):
    """A packet as in its file."""

    note: Note
    proofs: tuple[Proof, ...]

    @property
    def tree_head(self) -> TreeHead:
        """Return the tree head that the note is about."""
        return self.note.tree_head


def packet_document(note: Note, proofs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a packet as the document of its file."""
    return {"schema": PACKET_SCHEMA, "note": str(note), "proofs": list(proofs)}


def is_packet(path: Path) -> bool:
    """Say whether a file calls itself a packet; raises `CannotReadProof` and `MalformedProof`."""
    document = read_document(path)
    return isinstance(document, dict) and document.get("schema") == PACKET_SCHEMA


def read_packet(path: Path) -> Packet:
    """Read a packet's file; raises `CannotReadProof` and `MalformedPacket`."""
    try:
        document = read_document(path)
        if not isinstance(document, dict) or document.keys() != _KEYS:
            raise MalformedPacket(f"{path} is not a packet.")
        proofs, note = document["proofs"], document["note"]
        if document["schema"] != PACKET_SCHEMA or not isinstance(note, str):
            raise MalformedPacket(f"{path} is not a packet.")
        if not isinstance(proofs, list) or not 0 < len(proofs) <= _MOST_PROOFS:
            why = f"It has no proofs, or over {_MOST_PROOFS}."
            raise MalformedPacket(f"{path} is not a packet.", why=why)
        packet = Packet(parse_note(note.encode()), tuple(proof_of(path, one) for one in proofs))
        _ = packet.tree_head
    except (MalformedProof, MalformedNote, UnicodeEncodeError) as error:
        why = error.what if isinstance(error, InvalidInput) else "Its note is not text."
        raise MalformedPacket(f"{path} is not a packet.", why=why) from error
    return packet


def verify_packet(packet: Packet) -> None:
    """Verify that every leaf leads to the tree head of the note.

    Raises `NotProven` and `SealMismatch`. Who signed the note is verified apart.
    """
    for proof in packet.proofs:
        verify(proof, packet.tree_head)


class StatedLine(NamedTuple):
    """A commitment or a delivery that a leaf proves: its amount counts the unit's smallest part."""

    entry: str
    day: str
    kind: str
    amount: int
    unit: str
    reference: str


_COMMITTED: Final = "committed"
_DELIVERED: Final = "delivered"


def stated_lines(packet: Packet) -> list[StatedLine]:
    """Return what the entries of a packet commit and deliver; raises `NothingToState`."""
    lines = [line for proof in packet.proofs for line in _lines_of(packet, proof)]
    if not lines:
        raise NothingToState("No entry of the packet commits or delivers anything.")
    return lines


def _lines_of(packet: Packet, proof: Proof) -> Iterator[StatedLine]:
    leaf = proof.leaf_document()
    number, movements = str(leaf.get("number")), leaf.get("movements")
    disclosed = {one.field: one.text for one in proof.disclosed}
    reference = disclosed.get("reference") or f"{packet.note.origin} entry {number}"
    for one in movements if isinstance(movements, list) else ():
        sense = _sense(one.get("from"), one.get("to"))
        if one.get("side") == "need" and sense is not None:
            kind, sign = sense
            amount, unit = sign * int(one["amount"]), str(one["unit"])
            yield StatedLine(number, str(leaf["effective_on"]), kind, amount, unit, reference)


def _sense(before: Any, after: Any) -> tuple[str, int] | None:
    """Return what a movement between two stages is in a statement, and its sign."""
    if _DELIVERED in {before, after}:
        return "delivery", 1 if after == _DELIVERED else -1
    if _COMMITTED in {before, after}:
        return "commitment", 1 if after == _COMMITTED else -1
    return None
