"""What the registers of activity know of a record, at the end of its screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cli.framework.output import section
from cli.views.columns import attributes, columns

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Reader
    from ledger.usecases.known_of import KnownOf

_OWNERS = columns("kind record owner")
_PEOPLE = columns("name role email phone record:1")
_NOTES = columns("date text code:1", text="Note")
_REMINDERS = columns("date text state code", date="Due", text="Reminder", state="")


def read_known(
    reader: Reader, kind: str, code: str, parties: Mapping[str, str | None] | None = None
) -> KnownOf:
    """Read what is known of a record, and whose people and owners concern it."""
    from ledger.usecases.known_of import known_of  # noqa: PLC0415 - brings the store

    return known_of(reader, kind, code, parties)


def known_document(known: KnownOf) -> dict[str, Any]:
    """Return it as parts of a document."""
    return {
        "owners": [
            {**attributes(one, "kind record code"), "owner": one.actor} for one in known.owners
        ],
        "people": [
            attributes(one, "kind record code name role email phone") for one in known.people
        ],
        "newest_notes": [attributes(one, "date text code") for one in known.notes],
        "notes_in_all": known.notes_in_all,
        "reminders": [
            {
                **attributes(one, "date text code"),
                "state": "overdue" if one.date < known.day else "to come",
            }
            for one in known.reminders
        ],
    }


def known_lines(known: KnownOf) -> Iterator[str]:
    """Lay it out under a record; what is empty is left out."""
    document = known_document(known)
    yield from section("Owner", document["owners"], _OWNERS)
    yield from section("People", document["people"], _PEOPLE)
    more = known.notes_in_all - len(known.notes)
    yield from section("Newest notes", document["newest_notes"], _NOTES)
    if more:
        yield f"  {more:,} older: cityfund note list --where record={known.notes[0].record}"
    yield from section("Open reminders", document["reminders"], _REMINDERS)
