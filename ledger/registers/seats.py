"""The registers of bodies outside the fund, and of the seats that cities hold in them.

A body is an organisation of Popolo, a seat a membership: what a city is in a body or in one of
the fund's offices over a time. A city that joined, left and joined again has two seats.
"""

from __future__ import annotations

from typing import Final

from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec, required

BODY_KINDS: Final = (
    *("association", "board", "committee", "network", "initiative", "office", "other"),
)
MOST_SEATS: Final = 10_000
MEMBER: Final = "member"
HOST: Final = "host"

_CODE: Final = required("code", Kind.CODE, "the unique code, short and readable", fixed=True)
_UNTIL: Final = ColumnSpec(
    "until", Kind.PARTIAL_DATE, "last year, month or day; empty: without end", not_before="from"
)
_SOURCE: Final = ColumnSpec("source", Kind.TEXT, "the source of the data")
_NOTE: Final = ColumnSpec("note", Kind.TEXT, "a note")

BODY: Final = RegisterSpec(
    name="body",
    plural="bodies",
    help="Bodies outside the fund: associations, boards, committees, networks, initiatives.",
    record="ledger.registers.records:Body",
    prefix="BD",
    title="name",
    arguments=("name",),
    columns=(
        _CODE,
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
        _SOURCE,
        _NOTE,
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
        _CODE,
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
        _SOURCE,
        ColumnSpec("origin", Kind.ORIGIN, "what it came from: approach:AP-0007"),
        _NOTE,
    ),
)
