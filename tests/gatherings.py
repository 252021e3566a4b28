"""Meetings and what hangs under them, with what is always said of each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ledger.meetings.records import Attendance, Meeting, Motion, Target
from ledger.store.session.unit_of_work import UnitOfWork


def gather(uow: UnitOfWork, city: str, body: str = "METROPOLIS") -> None:
    """Add a meeting of a body that a city attended and moved something at, and a target."""
    uow.add("meeting", a_meeting(body=body))
    uow.add("attendance", an_attendance(city=city))
    uow.add("motion", a_motion(by=city))
    uow.add("target", a_target(body=body))


def a_meeting(code: str = "MT-1", **terms: Any) -> Meeting:
    """Give a meeting of the association."""
    usual = {"body": "METROPOLIS", "name": "Assembly", "from_": date(2025, 11, 3)}
    return Meeting(**{**usual, **terms}, code=code)


def an_attendance(meeting: str = "MT-1", city: str = "MHD", **terms: Any) -> Attendance:
    """Give the attendance of a city that spoke."""
    usual = {"presence": "attended", "did": ("spoke",)}
    return Attendance(**{**usual, **terms}, code=f"{meeting}/{city}", meeting=meeting, city=city)


def a_motion(code: str = "MO-1", **terms: Any) -> Motion:
    """Give an open motion."""
    usual = {"meeting": "MT-1", "by": "MHD", "what": "a bank for members"}
    return Motion(**{**usual, **terms}, code=code)


def a_target(code: str = "TG-1", **terms: Any) -> Target:
    """Give a target of every city: to be present at nine of ten meetings."""
    usual = {"body": "METROPOLIS", "measure": "present", "value": Decimal("0.9")}
    return Target(**{**usual, "by": date(2027, 12, 31), **terms}, code=code)
