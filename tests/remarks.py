"""A note, a contact, an owner, a reminder and a limit, with what is always said of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from ledger.registers.activity import Contact, DatedNote, Owner, Reminder
from ledger.registers.records import Limit


def a_note(code: str = "NT-1", record: str = "MHD", kind: str = "city", **terms: Any) -> DatedNote:
    """Give a note on a city."""
    said = {"date": dt.date(2026, 11, 20), "text": "The mayor asks for a metro", **terms}
    return DatedNote(code, record, kind, **said)


def a_contact(code: str = "CN-1", record: str = "MHD", kind: str = "city", **terms: Any) -> Contact:
    """Give a person of a city."""
    said = {"name": "A. Karimi", "role": "mayor", "email": "mayor@mashhad.ir", **terms}
    return Contact(code, record, kind, **said)


def an_owner(code: str = "OW-1", record: str = "MHD", kind: str = "city", **terms: Any) -> Owner:
    """Give the officer who looks after a city."""
    return Owner(code, record, kind, **{"actor": "sara", **terms})


def a_reminder(
    code: str = "R-1", record: str = "MHD", kind: str = "city", **terms: Any
) -> Reminder:
    """Give what is to be remembered of a city."""
    told = {"date": dt.date(2026, 11, 25), "text": "Call the mayor", **terms}
    return Reminder(code, record, kind, **told)


def a_limit(code: str = "LIM-1", **terms: Any) -> Limit:
    """Give a cap that is far above what a test places."""
    told = {"measure": "quantity", "kind": "cap", "value": Decimal(10**9), "unit": "EUR", **terms}
    return Limit(code, **told)
