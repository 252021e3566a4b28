"""What the registers of activity know of a record: owners, people, notes and reminders.

They are found by what they are about, so that no register is read whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.registers.activity import (
    CONTACT,
    DATED_NOTE,
    OWNER,
    REMINDER,
    Contact,
    DatedNote,
    Owner,
    Reminder,
)
from ledger.store.named_records import records_about
from ledger.store.session.snapshot import Reader

NEWEST: Final = 3
"""How many notes are shown of a record, the newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOf:
    """The owners and people of a record and its parties, its own notes and open reminders.

    `notes` are the newest first, of `notes_in_all`; `reminders` those due first ahead. `day` is
    that of the reader.
    """

    day: date
    owners: Sequence[Owner]
    people: Sequence[Contact]
    notes: Sequence[DatedNote]
    notes_in_all: int
    reminders: Sequence[Reminder]


def known_of(
    reader: Reader, kind: str, code: str, parties: Mapping[str, str | None] | None = None
) -> KnownOf:
    """Read what is known of a record as of the day of the reader.

    `parties` are the records whose people and owners concern it too, such as the city of a
    project: codes by register.
    """
    own = {kind: code}
    every = own | {other: one for other, one in (parties or {}).items() if one is not None}
    known_at = reader.times.known_at
    asked = {
        **dict.fromkeys((OWNER.name, CONTACT.name), every.keys()),
        **dict.fromkeys((DATED_NOTE.name, REMINDER.name), own.keys()),
    }
    found = records_about(reader.connection, every, asked, known_at)
    notes = [one for one in found[DATED_NOTE.name] if one.date <= reader.day]
    notes = sorted(notes, key=lambda note: note.date)[::-1]  # of one day, the last recorded first
    reminders = [
        one for one in found[REMINDER.name] if one.done_on is None or one.done_on > reader.day
    ]
    return KnownOf(
        day=reader.day,
        owners=[one for one in found[OWNER.name] if not one.withdrawn],
        people=[one for one in found[CONTACT.name] if not one.withdrawn],
        notes=notes[:NEWEST],
        notes_in_all=len(notes),
        reminders=sorted(reminders, key=lambda reminder: reminder.date),
    )
