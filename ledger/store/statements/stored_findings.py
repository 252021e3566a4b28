"""Findings as they are stored, with what happened to each; read without the tables of a write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from ledger.core.errors import NotFound
from ledger.core.numbers import normalise_digits
from ledger.core.text import ERASED
from ledger.statements.differences import FindingKind
from ledger.statements.findings import FindingEvent, FindingTerms, finding_code, finding_number
from ledger.store.db.types import Instant, Word
from ledger.store.nights.stored_runs import stored_list
from ledger.store.stored_registers import Written

STATEMENTS_STEP: Final = "statements"
"""The name of the step of a night that compares statements."""


class UnknownFinding(NotFound, code="unknown-finding"):
    """There is no finding of that code."""

    default_why = "Findings are numbered F-0001, F-0002 as nights open them."
    default_next = "List them with: cityfund finding list"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """What happened to a finding, when, by whom, and why."""

    event: FindingEvent
    recorded_at: datetime
    actor: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFinding(FindingTerms):
    """A finding with what happened to it, in order."""

    id: int
    events: tuple[StoredEvent, ...] = ()

    @property
    def code(self) -> str:
        """Give the code it goes by: F-0042."""
        return finding_code(self.id)

    @property
    def last(self) -> StoredEvent:
        """Give what happened to it last, which is how it stands."""
        return self.events[-1]

    @property
    def resolve_command(self) -> str:
        """Give the suggested command, or the one that resolves the finding with a reason."""
        return self.command or resolve_command_of(self.id)


def resolve_command_of(identity: int) -> str:
    """Give the command by which an officer resolves a finding with a reason."""
    return f"cityfund finding resolve {finding_code(identity)} --reason TEXT"


def parse_finding_number(typed: str) -> int:
    """Read a finding's code as typed: F-0042, in any capitals, or 42. Raises `UnknownFinding`."""
    number = finding_number(normalise_digits(typed))
    if number is None:
        raise UnknownFinding(f"{typed!r} is no finding's code.")
    return number


_STORED_AS: Final = {
    "sentence": "own.said",
    "entry": "own.entry_id",
    "provider": "provider.code",
    "deal": "deal.code",
}
_TERMS: Final = tuple(one.name for one in fields(StoredFinding) if one.name != "events")
_LAST_EVENT: Final = (
    "SELECT max(later.number) FROM finding_event AS later WHERE later.finding_id = event.finding_id"
)
_IS_OPEN: Final = f"event IN ('{FindingEvent.OPENED}', '{FindingEvent.REOPENED}')"


def _findings(where: str = "") -> Written:
    columns = (_STORED_AS.get(name, f'own."{name}"') for name in _TERMS)
    joined = ", ".join(columns)
    return Written(
        lambda: (
            f"SELECT {joined} FROM finding AS own "  # noqa: S608 - names of the schema
            "LEFT JOIN provider ON provider.id = own.provider_id "
            f"LEFT JOIN deal ON deal.id = own.deal_id {where} ORDER BY own.id"
        ),
        {_TERMS.index("kind"): Word(FindingKind)},
    )


def _events(where: str = "") -> Written:
    return Written(
        lambda: (
            "SELECT event.finding_id, event.event, event.recorded_at, request.actor, event.reason "  # noqa: S608 - as above
            "FROM finding_event AS event JOIN request ON request.id = event.request_id "
            f"{where} ORDER BY event.finding_id, event.number"
        ),
        {1: Word(FindingEvent), 2: Instant},
    )


_ALL, _ONE = _findings(), _findings("WHERE own.id = :number")
_WITH_OPEN_EVENT: Final = f"event.number = ({_LAST_EVENT}) AND event.{_IS_OPEN}"
_OPEN: Final = _findings(
    "JOIN finding_event AS event ON event.finding_id = own.id WHERE " + _WITH_OPEN_EVENT
)
_EVENTS, _EVENTS_OF_ONE = _events(), _events("WHERE event.finding_id = :number")
_SUGGESTED: Final = Written(
    lambda: (
        f"SELECT findings FROM night_step WHERE name = '{STATEMENTS_STEP}' "  # noqa: S608 - as above
        "ORDER BY run_id DESC LIMIT 1"
    )
)
_RESOLVED: Final = Written(
    lambda: (
        "SELECT event.finding_id FROM finding_event AS event "  # noqa: S608 - as above
        f"WHERE event.number = ({_LAST_EVENT}) AND NOT event.{_IS_OPEN}"
    )
)


def read_finding(connection: Connection, number: int) -> StoredFinding:
    """Read one finding with all that happened to it. Raises `UnknownFinding`."""
    rows = _ONE.rows(connection, number=number)
    events = _EVENTS_OF_ONE.rows(connection, number=number)
    stored = _with_events(connection, rows, events)
    if not stored:
        raise UnknownFinding(f"There is no finding {finding_code(number)}.")
    return stored[0]


def read_findings(connection: Connection) -> list[StoredFinding]:
    """Read findings with what happened to them, those opened first before others."""
    rows = _ALL.rows(connection)
    return _with_events(connection, rows, _EVENTS.rows(connection))


def read_open_findings(connection: Connection) -> list[StoredFinding]:
    """Read the findings that are open, without asking for what became of all others."""
    return [_finding(row) for row in _OPEN.rows(connection)]


def _with_events(
    connection: Connection, rows: Iterable[Any], of_findings: Iterable[Any]
) -> list[StoredFinding]:
    events = _by_finding(of_findings)
    suggested = _suggested_commands(connection)
    findings = map(_finding, rows)
    return [
        replace(one, command=suggested.get(one.code, one.command), events=events[one.id])
        for one in findings
        if one.id in events
    ]


def _finding(row: tuple[Any, ...]) -> StoredFinding:
    return StoredFinding(**dict(zip(_TERMS, row, strict=True)))


def _by_finding(rows: Iterable[Any]) -> Mapping[int, tuple[StoredEvent, ...]]:
    by_finding: dict[int, list[StoredEvent]] = {}
    for identity, event, moment, actor, reason in rows:
        stored = StoredEvent(event=event, recorded_at=moment, actor=actor, reason=reason)
        by_finding.setdefault(identity, []).append(stored)
    return {identity: tuple(events) for identity, events in by_finding.items()}


def _suggested_commands(connection: Connection) -> Mapping[str, str]:
    """Give the commands of the last comparison: what was suggested first may be wrong by now."""
    steps = _SUGGESTED.values(connection)
    findings = stored_list(steps[0]) if steps else []
    kept = (one for one in findings if one != ERASED)
    return {one["code"]: one["command"] for one in kept if one.get("code")}


def resolved_findings(connection: Connection, known_at: datetime | None) -> set[str]:
    """Give the codes of the findings that were no longer open at a moment; now for None."""
    if known_at is None:
        numbers = _RESOLVED.values(connection)
    else:
        from ledger.store.statements.findings import (  # noqa: PLC0415 - brings the tables
            resolved_then,
        )

        numbers = resolved_then(connection, known_at)
    return {finding_code(one) for one in numbers}
