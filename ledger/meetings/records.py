"""Records of meetings, attendance, motions and targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.registers.network import PRESENT_WORDS

OPEN: Final = "open"
"""The outcome of a motion that is not decided."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A dated gathering of a body. `complete` says that all who are not listed were absent."""

    code: str
    body: str
    name: str
    from_: date
    kind: str | None = None
    until: date | None = None
    place: str | None = None
    complete: bool = False
    cancelled: bool = False
    source: str | None = None
    origin: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Attendance:
    """One city at one meeting: its presence, what it did there, and on which topics.

    The code is made of the meeting's and the city's. An empty `did` says that nothing is recorded.
    """

    code: str
    meeting: str
    city: str
    presence: str
    did: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    note: str | None = None

    @property
    def is_present(self) -> bool:
        """Say whether the city was there."""
        return self.presence in PRESENT_WORDS


@dataclass(frozen=True, slots=True)
class Motion:
    """What a city moved at a meeting, the body it was referred to, and what became of it."""

    code: str
    meeting: str
    by: str
    what: str
    referred_to: str | None = None
    outcome: str = OPEN
    decided_at: str | None = None
    reason: str | None = None
    follows: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What a city, or every city where none is named, is to reach in a body by a day."""

    code: str
    body: str
    measure: str
    value: Decimal
    by: date
    city: str | None = None
    from_: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether the target is in force on a day."""
        return (self.from_ is None or self.from_ <= day) and day <= self.by
