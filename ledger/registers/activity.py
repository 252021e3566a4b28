"""The registers of an officer's day: notes, people, reminders, and who looks after a record.

Each names a record of another register by its kind and code, so that one register serves all.
Names, addresses and texts are free text: leaves have salted hashes of them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec, required

_OWNED: Final = ("city", "provider", "project", "deal")
_WITH_PEOPLE: Final = ("city", "provider")
_NOTED: Final = (
    *("office", "city", "provider", "project", "need", "offer", "deal", "restriction"),
    *("exemption", "body", "seat", "approach", "partnership", "undertaking", "credential"),
    *("meeting", "motion", "target"),
)
_CODE: Final = ColumnSpec(
    "code", Kind.CODE, "the unique code; the next free one when empty", fixed=True, filled=True
)
_WITHDRAWN: Final = ColumnSpec(
    "withdrawn", Kind.YES_NO, "yes when it is no longer in use", default="no"
)


def _about(kinds: tuple[str, ...]) -> tuple[ColumnSpec, ColumnSpec]:
    """Make the columns that name the record: its code, and the register where several have it."""
    return (
        required("record", Kind.CODE, "code of the record, also as KIND:CODE", fixed=True),
        ColumnSpec(
            "kind",
            Kind.CODE,
            f"{', '.join(kinds[:-1])} or {kinds[-1]}; empty where one alone has the code",
            fixed=True,
            filled=True,
            words=tuple((kind, "") for kind in kinds),
            words_name="kind of record",
        ),
    )


def _put(
    code: ColumnSpec, about: tuple[ColumnSpec, ColumnSpec], *terms: ColumnSpec
) -> tuple[ColumnSpec, ...]:
    record, kind = about
    return (record, *terms, kind, code)


DATED_NOTE: Final = RegisterSpec(
    name="note",
    plural="notes",
    help="Dated notes on any record.",
    record="ledger.registers.activity:DatedNote",
    prefix="NT",
    title="text",
    arguments=("record", "text"),
    found_by=("kind", "record", "date", "text"),
    dated_by="date",
    columns=_put(
        _CODE,
        _about(_NOTED),
        ColumnSpec("date", Kind.DATE, "day of the note; today when empty", default="today"),
        required("text", Kind.TEXT, "what is noted"),
    ),
)
CONTACT: Final = RegisterSpec(
    name="contact",
    plural="contacts",
    help="People of cities and providers: role, email, phone.",
    record="ledger.registers.activity:Contact",
    prefix="CN",
    title="name",
    arguments=("record", "name"),
    found_by=("kind", "record", "name"),
    columns=(
        *_put(
            _CODE,
            _about(_WITH_PEOPLE),
            required("name", Kind.TEXT, "the person's name"),
            ColumnSpec("role", Kind.TEXT, "the person's role there, such as mayor"),
            ColumnSpec("email", Kind.TEXT, "email address"),
            ColumnSpec("phone", Kind.TEXT, "telephone number"),
        ),
        _WITHDRAWN,
    ),
)
OWNER: Final = RegisterSpec(
    name="owner",
    plural="owners",
    help="Who looks after a city, provider, project or deal.",
    record="ledger.registers.activity:Owner",
    prefix="OW",
    title="actor",
    arguments=("record", "actor"),
    found_by=("kind", "record"),
    columns=(
        *_put(
            _CODE,
            _about(_OWNED),
            required("actor", Kind.TEXT, "the officer, by the name that acts have"),
        ),
        _WITHDRAWN,
    ),
)


REMINDER: Final = RegisterSpec(
    name="reminder",
    plural="reminders",
    help="What is to be remembered of a record on a day.",
    record="ledger.registers.activity:Reminder",
    prefix="R",
    title="text",
    arguments=("record", "date", "text"),
    found_by=("kind", "record", "date", "text"),
    columns=(
        *_put(
            _CODE,
            _about(_NOTED),
            required("date", Kind.DATE, "day on which it is due"),
            required("text", Kind.TEXT, "what is to be remembered"),
        ),
        ColumnSpec("done_on", Kind.DATE, "day on which it was done", past=True),
    ),
)


@dataclass(frozen=True, slots=True)
class DatedNote:
    """What an officer noted on a record, of a day."""

    code: str
    record: str
    kind: str
    date: dt.date
    text: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of a city or a provider, and how to reach them."""

    code: str
    record: str
    kind: str
    name: str
    role: str | None = None
    email: str | None = None
    phone: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """The officer who looks after a record."""

    code: str
    record: str
    kind: str
    actor: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is to be remembered of a record on a day, until it is done."""

    code: str
    record: str
    kind: str
    date: dt.date
    text: str
    done_on: dt.date | None = None


ACTIVITY: Final = (DATED_NOTE, CONTACT, OWNER, REMINDER)


def kinds_of(spec: RegisterSpec) -> tuple[str, ...]:
    """Name the registers whose records one of these can be about."""
    return tuple(word for word, _ in spec.column["kind"].words)
