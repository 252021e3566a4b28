"""The registers of meetings: what a body held, who attended, what was moved, and targets.

The columns follow the event of Popolo (name, start and end, place). Whether a city is present,
effective or deciding is in no column: it is computed from these records for a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec, required

PRESENT_WORDS: Final = ("attended", "part", "online")
"""The words of presence that say that a city was there."""

NOT_THERE: Final = ("apologies", "absent")
PRESENCES: Final = (*PRESENT_WORDS, *NOT_THERE)
CONTRIBUTIONS: Final = ("spoke", "presented", "proposed", "chaired", "hosted")
MEETING_KINDS: Final = ("assembly", "board", "session", "committee", "training", "other")
MOTION_OUTCOMES: Final = ("open", "adopted", "declined", "withdrawn")
PRESENT: Final = "present"
EFFECTIVE: Final = "effective"
DECIDING: Final = "deciding"
MEASURES: Final = (PRESENT, EFFECTIVE, DECIDING)
_LONGEST_PAIR: Final = 129
"""Two codes and the stroke between them."""


def _words(words: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((word, "") for word in words)


_CODE: Final = required("code", Kind.CODE, "the unique code, short and readable", fixed=True)
_NOTE: Final = ColumnSpec("note", Kind.TEXT, "a note")

MEETING: Final = RegisterSpec(
    name="meeting",
    plural="meetings",
    help="Meetings of bodies, and who attended them.",
    record="ledger.meetings.records:Meeting",
    prefix="MT",
    title="name",
    is_event=True,
    is_origin=True,
    dated_by="from",
    columns=(
        _CODE,
        required("body", Kind.CODE, "code of the body that met", fixed=True, register="body"),
        required("name", Kind.TEXT, "the meeting's name"),
        ColumnSpec(
            "kind",
            Kind.CODE,
            ", ".join(MEETING_KINDS),
            words=_words(MEETING_KINDS),
            words_name="kind of meeting",
        ),
        required("from", Kind.DATE, "its first day", past=True),
        ColumnSpec("until", Kind.DATE, "its last day; the first when empty", not_before="from"),
        ColumnSpec("place", Kind.TEXT, "where it was held"),
        ColumnSpec(
            "complete",
            Kind.YES_NO,
            "yes when all who are not listed were absent",
            default="no",
        ),
        ColumnSpec("cancelled", Kind.YES_NO, "yes when it was not held", default="no"),
        ColumnSpec("source", Kind.TEXT, "the source of the data"),
        ColumnSpec("origin", Kind.ORIGIN, "what it came from: approach:AP-0007"),
        _NOTE,
    ),
)

ATTENDANCE: Final = RegisterSpec(
    name="attendance",
    plural="attendance",
    help="Who attended the meetings, and what they did there.",
    record="ledger.meetings.records:Attendance",
    identity=("meeting", "city"),
    parents=("city",),
    exists_with="meeting",
    columns=(
        ColumnSpec(
            "code",
            Kind.CODE,
            "made of the codes of the meeting and the city",
            fixed=True,
            derived=True,
            longest=_LONGEST_PAIR,
        ),
        required("meeting", Kind.CODE, "code of the meeting", fixed=True, register="meeting"),
        required("city", Kind.CODE, "code of the city", fixed=True, register="city"),
        required(
            "presence",
            Kind.CODE,
            ", ".join(PRESENCES),
            words=_words(PRESENCES),
            words_name="presence",
        ),
        ColumnSpec(
            "did",
            Kind.CODES,
            f"what it did there: {', '.join(CONTRIBUTIONS)}",
            words=_words(CONTRIBUTIONS),
            words_name="contribution",
        ),
        ColumnSpec("topics", Kind.TEXTS, "topics of what it presented"),
        _NOTE,
    ),
)

MOTION: Final = RegisterSpec(
    name="motion",
    plural="motions",
    help="Motions of cities at meetings, and what became of them.",
    record="ledger.meetings.records:Motion",
    prefix="MO",
    title="what",
    parents=("by",),
    exists_with="meeting",
    columns=(
        _CODE,
        required("meeting", Kind.CODE, "code of the meeting", register="meeting"),
        required("by", Kind.CODE, "code of the city that moved it", register="city"),
        required("what", Kind.TEXT, "what was moved"),
        ColumnSpec(
            "referred_to", Kind.CODE, "code of the body it was referred to", register="body"
        ),
        ColumnSpec(
            "outcome",
            Kind.CODE,
            f"{', '.join(MOTION_OUTCOMES)}; open when empty",
            words=_words(MOTION_OUTCOMES),
            words_name="outcome",
            default="open",
        ),
        ColumnSpec(
            "decided_at", Kind.CODE, "code of the meeting that decided it", register="meeting"
        ),
        ColumnSpec("reason", Kind.TEXT, "the reason of the decision"),
        ColumnSpec(
            "follows", Kind.CODE, "code of the earlier motion that it follows", register="motion"
        ),
        _NOTE,
    ),
)

TARGET: Final = RegisterSpec(
    name="target",
    plural="targets",
    help="Targets of engagement in a body: of one city, or of every city.",
    record="ledger.meetings.records:Target",
    prefix="TG",
    parents=("city",),
    columns=(
        _CODE,
        required("body", Kind.CODE, "code of the body", fixed=True, register="body"),
        ColumnSpec(
            "city", Kind.CODE, "code of the city; empty: every city", fixed=True, register="city"
        ),
        required(
            "measure",
            Kind.CODE,
            ", ".join(MEASURES),
            fixed=True,
            words=_words(MEASURES),
            words_name="measure",
        ),
        required("value", Kind.DECIMAL, "share from 0 to 1; of deciding, a whole number of seats"),
        ColumnSpec("from", Kind.DATE, "first day on which it counts", past=True),
        required("by", Kind.DATE, "day by which it is to be reached", not_before="from"),
    ),
)
