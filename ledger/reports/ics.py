"""Days as an iCalendar file (RFC 5545): one event for each, in lines of 75 octets at most."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

MOST_OCTETS: Final = 75
"""How many octets a line has at most, without its end."""

_PRODUCT: Final = "-//cityfund//cityfund//EN"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """What happens on a day. The `uid` stays when the day or the texts change."""

    uid: str
    day: date
    kind: str
    summary: str
    description: str


def calendar_text(events: Iterable[CalendarEvent], name: str, moment: datetime) -> str:
    """Write a calendar of events as of a moment; lines end in CR and LF."""
    lines = _lines(events, name, moment.astimezone(UTC))
    return "".join(f"{part}\r\n" for line in lines for part in _lines_within(line))


def _lines(events: Iterable[CalendarEvent], name: str, moment: datetime) -> Iterator[str]:
    yield "BEGIN:VCALENDAR"
    yield "VERSION:2.0"
    yield f"PRODID:{_PRODUCT}"
    yield "CALSCALE:GREGORIAN"
    yield f"X-WR-CALNAME:{_text(name)}"
    for one in events:
        yield "BEGIN:VEVENT"
        yield f"UID:{_text(one.uid)}"
        yield f"DTSTAMP:{moment:%Y%m%dT%H%M%SZ}"
        # A day is all of the event: without an end it lasts through it.
        yield f"DTSTART;VALUE=DATE:{one.day.isoformat().replace('-', '')}"
        yield f"SUMMARY:{_text(one.summary)}"
        yield f"DESCRIPTION:{_text(one.description)}"
        yield f"CATEGORIES:{_text(one.kind)}"
        yield "TRANSP:TRANSPARENT"
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def _text(value: str) -> str:
    """Escape a text; what no text may hold is a space."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub(" ", lines).translate(_ESCAPED)


def _lines_within(line: str) -> Iterator[str]:
    """Break a line so that no part is longer than allowed, and no character is broken."""
    part, octets = "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > MOST_OCTETS:
            yield part
            part, octets = " ", 1
        part += character
        octets += size
    yield part
