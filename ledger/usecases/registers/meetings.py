"""Rules of the registers of meetings that one row alone does not show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Final

from ledger.core.errors import RefusedByRule
from ledger.core.text import name_key
from ledger.meetings.records import Attendance, Meeting, Motion
from ledger.registers.network import NOT_THERE
from ledger.store.register_codes import load_matching
from ledger.store.registers import AlreadyThere, load_all
from ledger.store.session.unit_of_work import UnitOfWork


class NotThere(RefusedByRule, code="not-there"):
    """A city was to have done something at a meeting that it did not attend."""

    default_why = "Who sent apologies or was absent did nothing at the meeting."
    default_next = "Correct the presence, or leave out what it did."


class NotEarlier(RefusedByRule, code="not-earlier"):
    """A motion was to follow one that is not earlier, or to be decided before it was made."""

    default_why = "A motion follows an earlier one, and is decided when it was made or later."
    default_next = "Check the meetings of both motions: cityfund motion list"


class MeetingRules:
    """The rules, with the meetings there are; records are told as they are added or edited."""

    def __init__(self, uow: UnitOfWork, *, of_many: bool = False) -> None:
        """Read no meeting before one is asked for; for one record, only those of its day.

        `of_many` says that all are read at once, for thousands of records.
        """
        self._uow, self._of_many = uow, of_many

    def require(self, kind: str, record: Any) -> None:
        """Refuse a record that breaks a rule of its register.

        Raises `AlreadyThere`, `NotThere` and `NotEarlier`.
        """
        if kind in _RULES:
            _RULES[kind](self, record)

    @cached_property
    def _meetings(self) -> dict[tuple[str, str, date], str]:
        """The code of each meeting by its body, its name and its first day."""
        return {identity: code for code, identity in self._identities.items()}

    @cached_property
    def _identities(self) -> dict[str, tuple[str, str, date]]:
        """What makes each meeting the same meeting again, by its code."""
        self._uow.flush_registers()
        stored = load_all(self._uow.connection, "meeting")
        return {code: _identity(one.record) for code, one in stored.items()}

    def _require_one(self, meeting: Meeting) -> None:
        """Refuse a meeting that is recorded already under another code."""
        identity = _identity(meeting)
        code = self._code_of(meeting, identity)
        if code != meeting.code:
            name = self._uow.record("meeting", code).name
            raise AlreadyThere(
                f"Meeting {code} of {meeting.body} is there already: {name}, {meeting.from_}.",
                why="A body holds one meeting of a name that begins on a day.",
                next_step=f"Change it with: cityfund meeting edit {code}; or give another name.",
            )
        if self._of_many:
            self._note(meeting, identity)

    def _code_of(self, meeting: Meeting, identity: tuple[str, str, date]) -> str:
        """Give the code that a meeting is recorded under, its own where there is no other."""
        if self._of_many:
            return self._meetings.get(identity, meeting.code)
        self._uow.flush_registers()
        body = self._uow.id_of("body", meeting.body)
        terms = {"body": body, "from": meeting.from_}
        every = load_matching(self._uow.connection, "meeting", **terms)
        alike = (one.record.code for one in every if _identity(one.record) == identity)
        return min((code for code in alike if code != meeting.code), default=meeting.code)

    def _note(self, meeting: Meeting, identity: tuple[str, str, date]) -> None:
        self._meetings.pop(self._identities.get(meeting.code, identity), None)
        self._meetings[identity], self._identities[meeting.code] = meeting.code, identity

    def _require_presence(self, row: Attendance) -> None:
        if row.did and row.presence in NOT_THERE:
            raise NotThere(
                f"City {row.city} did nothing at meeting {row.meeting}: its presence is "
                f"{row.presence}."
            )

    def _require_order(self, motion: Motion) -> None:
        day = self._day(motion.meeting)
        if motion.decided_at is not None and self._day(motion.decided_at) < day:
            raise NotEarlier(
                f"Motion {motion.code} was made on {day}, after meeting {motion.decided_at}, "
                "which is to have decided it."
            )
        before, chain = motion.follows, {motion.code}
        while before is not None:
            earlier = None if before in chain else self._uow.record("motion", before)
            if earlier is None or self._day(earlier.meeting) > day:
                raise NotEarlier(f"Motion {motion.follows} is not earlier than {motion.code}.")
            chain.add(before)
            before = earlier.follows

    def _day(self, meeting: str) -> date:
        day: date = self._uow.record("meeting", meeting).from_
        return day


def _identity(meeting: Meeting) -> tuple[str, str, date]:
    return meeting.body, name_key(meeting.name), meeting.from_


_RULES: Final[Mapping[str, Callable[[MeetingRules, Any], None]]] = {
    "meeting": MeetingRules._require_one,  # noqa: SLF001 - the table of its own rules
    "attendance": MeetingRules._require_presence,  # noqa: SLF001
    "motion": MeetingRules._require_order,  # noqa: SLF001
}
OF_MEETINGS: Final = frozenset(_RULES)
"""The registers that have such rules."""
