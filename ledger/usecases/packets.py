"""Make an evidence packet of leaves, verify one, and turn one into a provider's statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.core.errors import NotFound
from ledger.core.quantity import Unit, format_amount
from ledger.core.quantity_errors import quote_text
from ledger.evidence.notes import Note, PublicKey
from ledger.evidence.packets import (
    Packet,
    packet_document,
    read_packet,
    stated_lines,
    verify_packet,
)
from ledger.evidence.proofs import DISCLOSABLE
from ledger.evidence.tree_head import ENTRY_KIND
from ledger.store.journal.entries import entry_number
from ledger.store.session.ledger import Ledger
from ledger.usecases.evidence import (
    Paths,
    UnknownDisclosure,
    disclosable,
    field_names,
    prove,
)
from ledger.usecases.leaf_proofs import prove_leaves, sealed_positions
from ledger.usecases.signing import VerifiedNote, verified

STATEMENT_COLUMNS: Final = (
    *("provider", "statement", "line", "date", "kind", "deal", "offer", "need"),
    *("quantity", "unit", "reference"),
)


class UnitOfPacketUnknown(NotFound, code="unit-of-packet-unknown"):
    """A packet states a quantity in a unit that this ledger does not have."""

    default_why = "The number of decimals of the unit is not known here."
    default_next = "Add it: cityfund unit add CODE"


class VerifiedPacket(NamedTuple):
    """A packet whose proofs hold, with the signatures of its note; None where no key was given."""

    packet: Packet
    signed: VerifiedNote | None


def make_packet(
    ledger: Ledger, named: Iterable[str], note: Note, disclosed: Sequence[str] = ()
) -> dict[str, Any]:
    """Give the packet of some leaves against the tree head of a signed note.

    Entries are named by their numbers, others as `prove_leaves` finds them. Each leaf discloses
    those of the fields named that it has. Raises what `prove` and `prove_leaves` raise, and
    `UnknownDisclosure` for a field that no leaf has.
    """
    size = note.tree_head.size
    entries, others = _apart(dict.fromkeys(named))
    fields = field_names(disclosed)
    of_entries = (
        disclosable(fields) if not others else [one for one in fields if one in DISCLOSABLE]
    )
    paths = Paths(sealed_positions(ledger, entries, others, size))
    proofs = [
        prove(ledger, number, size, of_entries, has_all=False, paths=paths) for number in entries
    ]
    proofs += [
        proof for one in others for proof in prove_leaves(ledger, one, size, fields, paths=paths)
    ]
    found = {field for proof in proofs for field in proof.get("disclosed", ())}
    found |= {text["column"] for proof in proofs for text in proof.get("row_texts", ())}
    unknown = [one for one in fields if one not in found and one not in DISCLOSABLE]
    if unknown:
        raise UnknownDisclosure(
            f"No leaf of the packet has a text in the field {quote_text(unknown[0])}.",
            why="A packet discloses who recorded a leaf, and the texts of what was named.",
            next_step="See the fields of a record with its show command, or leave it out.",
        )
    return packet_document(note, proofs)


def _apart(named: Iterable[str]) -> tuple[list[int], list[str]]:
    """Separate the numbers of entries from the names of other leaves."""
    entries, others = [], []
    for one in named:
        kind, _, number = one.strip().rpartition(":")
        if kind.casefold() in {"", ENTRY_KIND}:
            entries.append(entry_number(number))
        else:
            others.append(one)
    return entries, others


def verified_packet(path: Path, known: Sequence[PublicKey]) -> VerifiedPacket:
    """Read a packet and verify it, and its signatures where public keys are known.

    Raises `CannotReadProof`, `MalformedPacket`, `NotProven`, `SealMismatch`, `InvalidSignature` and
    `NoKnownSignature`.
    """
    packet = read_packet(path)
    verify_packet(packet)
    return VerifiedPacket(packet, verified(packet.note, known) if known else None)


def statement_rows(
    packet: Packet, provider: str, units: Mapping[str, Unit]
) -> list[dict[str, str]]:
    """Give what a packet states as lines of a provider's statement.

    Lines name a reference and no deal: the codes of another fund's deals are not ours. Raises
    `NothingToState` and `UnitOfPacketUnknown`.
    """
    statement = f"{packet.note.origin}:{packet.tree_head.size}"
    rows = []
    for number, one in enumerate(stated_lines(packet), start=1):
        if one.unit not in units:
            raise UnitOfPacketUnknown(f"There is no unit {one.unit!r} here.")
        quantity = format_amount(one.amount, units[one.unit].decimals)
        row = {"provider": provider, "statement": statement, "line": str(number)}
        row |= {"date": one.day, "kind": one.kind, "quantity": quantity, "unit": one.unit}
        rows.append({**dict.fromkeys(STATEMENT_COLUMNS, ""), **row, "reference": one.reference})
    return rows
