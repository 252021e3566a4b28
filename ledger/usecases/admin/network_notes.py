"""What `doctor` says of offices, bodies and seats: it is accepted, and yet worth a second look."""

from __future__ import annotations

from ledger.seats.notes import seat_notes
from ledger.store.session.ledger import Ledger
from ledger.usecases.registers.offices import uncovered, uncovered_text
from ledger.usecases.seats import seat_records


def network_notes(ledger: Ledger) -> list[str]:
    """Describe countries of no office, and what is odd about bodies and seats."""
    with ledger.reader() as reader:
        snapshot = reader.snapshot("seat", "body")
        records, day = seat_records(reader, snapshot, outcomes=False), reader.day
    notes = [*seat_notes(records, day)]
    left = uncovered(snapshot.records("office").values())
    if left:
        notes.insert(0, uncovered_text(left, snapshot.records("city").values()))
    return notes
