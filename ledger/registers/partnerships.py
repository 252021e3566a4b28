"""The registers of partnerships between two cities, and of what their sides undertake.

A partnership is a dated fact: whether it is in force, active or sleeping, and what came of it, are
answers for a day. An undertaking is what one side is to do, or has done, under it.
"""

from __future__ import annotations

from typing import Final

from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec, required

PARTNERSHIP_KINDS: Final = (
    ("twinning", "two sister cities"),
    ("city-to-city", "experience passed from one city to another"),
    ("reciprocal-office", "an office of each city in the other"),
    ("memorandum", "a memorandum of understanding"),
)
_CODE: Final = required("code", Kind.CODE, "the unique code, short and readable", fixed=True)
_NOTE: Final = ColumnSpec("note", Kind.TEXT, "a note")

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
        _CODE,
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
        ColumnSpec("source", Kind.TEXT, "the source of the data"),
        ColumnSpec("origin", Kind.ORIGIN, "what it came from: meeting:MT-0001"),
        _NOTE,
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
        _CODE,
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
        _NOTE,
    ),
)
