"""Make an evidence packet of entries, verify one, and turn one into a provider's statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.core.errors import NotFound
from ledger.core.quantity import Unit, format_amount
from ledger.evidence.notes import Note, PublicKey
from ledger.evidence.packets import (
    Packet,
    packet_document,
    read_packet,
    stated_lines,
    verify_packet,
)
from ledger.store.session.ledger import Ledger
from ledger.usecases.evidence import prove
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
    ledger: Ledger, entries: Iterable[int], note: Note, disclosed: Sequence[str] = ()
) -> dict[str, Any]:
    """Give the packet of some entries against the tree head of a signed note.

    Each discloses those of the fields named that it has. Raises what `prove` raises.
    """
    size = note.tree_head.size
    numbers = dict.fromkeys(entries)
    proofs = [prove(ledger, number, size, disclosed, has_all=False) for number in numbers]
    return packet_document(note, proofs)


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
