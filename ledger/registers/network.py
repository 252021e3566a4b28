"""The registers of the network around the fund: bodies and seats, meetings, partnerships, evidence.

Each is a dated fact. Whether a city is a member, present or deciding, whether a partnership is
active or asleep, and who leads in a topic, are answers for a day: see `ledger.seats`,
`ledger.meetings`, `ledger.partnerships` and `ledger.exchanges`. A body is an organisation of
Popolo, a seat a membership, a meeting an event. Help loads this module, so it stays one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from ledger.registers.spec import CODE, NOTE, SOURCE, ColumnSpec, Kind, RegisterSpec, required

if TYPE_CHECKING:
    from ledger.core.partial_dates import PartialDate

BODY_KINDS: Final = (
    *("association", "board", "committee", "network", "initiative", "office", "other"),
)
MOST_SEATS: Final = 10_000
MEMBER: Final = "member"
HOST: Final = "host"

_UNTIL: Final = ColumnSpec(
    "until", Kind.PARTIAL_DATE, "last year, month or day; empty: without end", not_before="from"
)

BODY: Final = RegisterSpec(
    name="body",
    plural="bodies",
    help="Bodies outside the fund: associations, boards, committees, networks, initiatives.",
    record="ledger.registers.records:Body",
    prefix="BD",
    title="name",
    arguments=("name",),
    columns=(
        CODE,
        required("name", Kind.TEXT, "the body's name"),
        required(
            "kind",
            Kind.CODE,
            "association, board, committee, network, initiative, office or other",
            words=tuple((kind, "") for kind in BODY_KINDS),
            words_name="kind of body",
        ),
        ColumnSpec("parent", Kind.CODE, "the body that it is a part of", register="body"),
        ColumnSpec(
            "seats",
            Kind.WHOLE,
            "how many deciding seats there are to hold; empty: not known",
            bounds=(1, MOST_SEATS),
        ),
        ColumnSpec("from", Kind.PARTIAL_DATE, "year, month or day of its beginning", past=True),
        _UNTIL,
        SOURCE,
        NOTE,
    ),
)

SEAT: Final = RegisterSpec(
    name="seat",
    plural="seats",
    help="Seats of cities in bodies and offices: member, board, host, candidate.",
    record="ledger.registers.records:Seat",
    prefix="ST",
    parents=("city", "office"),
    arguments=("city",),
    is_origin=True,
    dated_by="from",
    columns=(
        CODE,
        required("city", Kind.CODE, "code of the city", fixed=True, register="city"),
        ColumnSpec("body", Kind.CODE, "code of the body", fixed=True, register="body"),
        ColumnSpec("office", Kind.CODE, "code of the fund office", fixed=True, register="office"),
        ColumnSpec(
            "role",
            Kind.CODE,
            "member, board, host and others; member when empty",
            fixed=True,
            vocabulary="seat_roles",
            default=MEMBER,
        ),
        ColumnSpec(
            "from",
            Kind.PARTIAL_DATE,
            "first year, month or day; empty: not known",
            past=True,
        ),
        _UNTIL,
        SOURCE,
        ColumnSpec("origin", Kind.ORIGIN, "what it came from: approach:AP-0007"),
        NOTE,
    ),
)

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
        CODE,
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
        SOURCE,
        ColumnSpec("origin", Kind.ORIGIN, "what it came from: approach:AP-0007"),
        NOTE,
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
        NOTE,
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
        CODE,
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
        NOTE,
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
        CODE,
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

PARTNERSHIP_KINDS: Final = (
    ("twinning", "two sister cities"),
    ("city-to-city", "experience passed from one city to another"),
    ("reciprocal-office", "an office of each city in the other"),
    ("memorandum", "a memorandum of understanding"),
)

PARTNERSHIP: Final = RegisterSpec(
    name="partnership",
    plural="partnerships",
    help="Partnerships: lasting ties between two cities.",
    record="ledger.partnerships.records:Partnership",
    prefix="PA",
    parents=("city", "with_city"),
    arguments=("city", "with_city"),
    is_origin=True,
    dated_by="signed",
    columns=(
        CODE,
        required("city", Kind.CODE, "code of one of the two cities", fixed=True, register="city"),
        ColumnSpec("city_name", Kind.SHOWN, "the city's name", name_of="city"),
        required("with_city", Kind.CODE, "code of the other city", fixed=True, register="city"),
        ColumnSpec("with_city_name", Kind.SHOWN, "the other city's name", name_of="with_city"),
        required(
            "kind",
            Kind.CODE,
            "twinning, city-to-city, reciprocal-office or memorandum",
            fixed=True,
            words=PARTNERSHIP_KINDS,
            words_name="kind of partnership",
        ),
        ColumnSpec("topics", Kind.TEXTS, "what it is about"),
        ColumnSpec("signed", Kind.PARTIAL_DATE, "year, month or day of signing", past=True),
        ColumnSpec(
            "ended",
            Kind.PARTIAL_DATE,
            "year, month or day of its end; empty: in force",
            past=True,
            not_before="signed",
        ),
        ColumnSpec("aim", Kind.TEXT, "what both cities are after"),
        SOURCE,
        ColumnSpec("origin", Kind.ORIGIN, "what it came from: meeting:MT-0001"),
        NOTE,
    ),
)

UNDERTAKING: Final = RegisterSpec(
    name="undertaking",
    plural="undertakings",
    help="Undertakings: what a side of a partnership is to do, or has done.",
    record="ledger.partnerships.records:Undertaking",
    prefix="UT",
    parents=("partnership",),
    arguments=("partnership", "what"),
    columns=(
        CODE,
        required(
            "partnership",
            Kind.CODE,
            "code of the partnership",
            fixed=True,
            register="partnership",
        ),
        required("by", Kind.CODE, "the city that undertakes it, one of the two", register="city"),
        required("what", Kind.TEXT, "what it is"),
        ColumnSpec("host", Kind.CODE, "the city that hosts it, of any", register="city"),
        ColumnSpec("payer", Kind.CODE, "the city at whose expense it is, of any", register="city"),
        ColumnSpec("due_on", Kind.DATE, "day on which it is due"),
        ColumnSpec(
            "done_on", Kind.PARTIAL_DATE, "year, month or day on which it was done", past=True
        ),
        ColumnSpec(
            "lasts", Kind.YES_NO, "yes for what goes on once done, as an office", default="no"
        ),
        ColumnSpec(
            "until",
            Kind.PARTIAL_DATE,
            "year, month or day until which it lasts",
            not_before="done_on",
        ),
        NOTE,
    ),
)

HIGHER: Final = "higher"
LOWER: Final = "lower"
BETTER: Final = (
    (HIGHER, "the higher value is the better one"),
    (LOWER, "the lower value is the better one"),
)
MEASURED: Final = ("measure", "value", "unit", "better")
"""The columns of a credential that is a figure; one that is a grade has none of them."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Outside evidence of a city's standing in a topic: a grade, or one figure of a measure.

    `as_of` and `until` are years, months or days, as written; a credential without
    `as_of` is of a time that is not known.
    """

    code: str
    city: str
    topic: str
    what: str
    source: str
    grade: str | None = None
    measure: str | None = None
    value: Decimal | None = None
    unit: str | None = None
    better: str | None = None
    as_of: PartialDate | None = None
    until: PartialDate | None = None


CREDENTIAL: Final = RegisterSpec(
    name="credential",
    plural="credentials",
    help="Credentials: outside evidence of a city's standing in a topic.",
    record="ledger.registers.network:Credential",
    prefix="CR",
    title="what",
    is_origin=True,
    dated_by="as_of",
    parents=("city",),
    arguments=("city", "topic", "what"),
    columns=(
        required("code", Kind.CODE, "the unique code, short and readable", fixed=True),
        required("city", Kind.CODE, "code of the city", fixed=True, register="city"),
        ColumnSpec("city_name", Kind.SHOWN, "the city's name", name_of="city"),
        required("topic", Kind.TEXT, "topic, e.g. bus-rapid-transit"),
        required("what", Kind.TEXT, "what was graded or measured, e.g. a corridor"),
        ColumnSpec("grade", Kind.TEXT, "the grade that was given, e.g. gold; or a measure instead"),
        ColumnSpec("measure", Kind.TEXT, "what is measured, e.g. passengers a day"),
        ColumnSpec("value", Kind.DECIMAL, "the figure, exactly as it was published"),
        ColumnSpec("unit", Kind.TEXT, "the unit of the figure, e.g. passengers"),
        ColumnSpec(
            "better",
            Kind.CODE,
            "higher or lower: which value of the measure is the better one",
            words=BETTER,
            words_name="direction",
        ),
        ColumnSpec(
            "as_of",
            Kind.PARTIAL_DATE,
            "year, month or date that it is about",
            past=True,
        ),
        ColumnSpec(
            "until",
            Kind.PARTIAL_DATE,
            "year, month or date after which it no longer holds",
            not_before="as_of",
        ),
        required("source", Kind.TEXT, "who published it, and where"),
    ),
)
