"""Stored findings and their events: opened, reopened and auto-resolved, or resolved by officers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select, tuple_

from ledger.core.errors import NotFound
from ledger.core.numbers import normalise_digits
from ledger.core.text import ERASED
from ledger.statements.describe import FindingRecord, FindingTerms
from ledger.statements.findings import (
    FindingChanges,
    FindingEvent,
    FindingState,
    finding_code,
    finding_number,
)
from ledger.store.db import tables
from ledger.store.db.clock import known_by
from ledger.store.db.night_tables import finding, finding_event, night_step, stored_list
from ledger.store.session.unit_of_work import UnitOfWork

_LONGEST_LINE = 200
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


def finding_states(connection: Connection) -> dict[str, FindingState]:
    """Give how every finding stands, by its key, in the order in which they were opened."""
    query = (
        select(*finding.c["key", "id", "kind"], finding_event.c.event)
        .join_from(finding, finding_event, finding_event.c.finding_id == finding.c.id)
        .where(finding_event.c.number == last_event_number())
        .order_by(finding.c.id)
    )
    return {key: FindingState(*rest) for key, *rest in connection.execute(query)}


def last_event_number() -> Any:
    """Select the number of a finding's last event, within a query of findings."""
    later = finding_event.alias("later")
    query = select(func.max(later.c.number)).where(later.c.finding_id == finding.c.id)
    return query.scalar_subquery()


def store_changes(uow: UnitOfWork, changes: FindingChanges, resolution_reason: str) -> list[int]:
    """Write what a night changes of the findings; give the ids of those that are new."""
    ids = uow.new_ids(finding, len(changes.opened))
    rows = [_row(uow, *one) for one in zip(ids, changes.opened, strict=True)]
    uow.add_rows(finding, rows)
    uow.add_rows(finding_event, [_event(uow, one, 1, FindingEvent.OPENED, None) for one in ids])
    add_events(uow, changes.reopened, FindingEvent.REOPENED, "found again")
    add_events(uow, changes.auto_resolved, FindingEvent.AUTO_RESOLVED, resolution_reason)
    return ids


def add_events(
    uow: UnitOfWork, identities: Sequence[int], event: FindingEvent, reason: str | None
) -> None:
    """Write that the same happened to some findings."""
    if not identities:
        return
    query = (
        select(finding_event.c.finding_id, func.max(finding_event.c.number))
        .where(finding_event.c.finding_id.between(min(identities), max(identities)))
        .group_by(finding_event.c.finding_id)
    )
    last = dict(uow.connection.execute(query).all())
    uow.add_rows(
        finding_event,
        [_event(uow, one, last[one] + 1, event, reason) for one in identities],
    )


def _event(
    uow: UnitOfWork, identity: int, number: int, event: FindingEvent, reason: str | None
) -> dict[str, Any]:
    return {
        "finding_id": identity,
        "number": number,
        "event": event,
        "reason": reason,
        "recorded_at": uow.now,
    }


def _row(uow: UnitOfWork, identity: int, record: FindingRecord) -> dict[str, Any]:
    names = (
        *("kind", "subject", "ours", "theirs", "difference", "command", "statement"),
        *("file_name", "content_hash"),
    )
    line = record.line
    if line is not None and len(line) > _LONGEST_LINE:
        line = f"{line[: _LONGEST_LINE - 1]}…"
    return {
        "id": identity,
        "key": record.key,
        **{name: getattr(record, name) for name in names},
        "said": record.sentence,
        "line": line,
        "provider_id": None if record.provider is None else uow.id_of("provider", record.provider),
        "deal_id": None if record.deal is None else uow.id_of("deal", record.deal),
        "entry_id": record.entry,
        "office": record.office,
        "recorded_at": uow.now,
    }


def parse_finding_number(typed: str) -> int:
    """Read a finding's code as typed: F-0042, in any capitals, or 42. Raises `UnknownFinding`."""
    number = finding_number(normalise_digits(typed))
    if number is None:
        raise UnknownFinding(f"{typed!r} is no finding's code.")
    return number


def read_finding(connection: Connection, number: int) -> StoredFinding:
    """Read one finding with all that happened to it. Raises `UnknownFinding`."""
    stored = next(iter(read_findings(connection, finding.c.id == number)), None)
    if stored is None:
        raise UnknownFinding(f"There is no finding {finding_code(number)}.")
    return stored


def read_findings(connection: Connection, *where: Any) -> list[StoredFinding]:
    """Read findings with what happened to them, those opened first before others."""
    events, suggested = _events(connection), _suggested_commands(connection)
    query = _findings().where(*where)
    findings = (
        StoredFinding(**row._mapping, events=events[row.id])  # noqa: SLF001 - its public name
        for row in connection.execute(query)
        if row.id in events
    )
    return [replace(one, command=suggested.get(one.code, one.command)) for one in findings]


def _suggested_commands(connection: Connection) -> Mapping[str, str]:
    """Give the commands of the last comparison: what was suggested first may be wrong by now."""
    last = (
        select(night_step.c.findings)
        .where(night_step.c.name == STATEMENTS_STEP)
        .order_by(night_step.c.run_id.desc())
        .limit(1)
    )
    findings = stored_list(connection.execute(last).scalar() or "[]")
    kept = (one for one in findings if one != ERASED)
    return {one["code"]: one["command"] for one in kept if one.get("code")}


def resolved_findings(connection: Connection, known_at: datetime | None) -> set[str]:
    """Give the codes of the findings that were no longer open at a moment; now for None."""
    event = finding_event.c
    known = [] if known_at is None else [known_by(finding_event, known_at)]
    last = select(event.finding_id, func.max(event.number)).where(*known)
    query = select(event.finding_id).where(
        tuple_(event.finding_id, event.number).in_(last.group_by(event.finding_id)),
        event.event.in_((FindingEvent.RESOLVED, FindingEvent.AUTO_RESOLVED)),
    )
    return {finding_code(one) for one in connection.execute(query).scalars()}


def read_open_findings(connection: Connection) -> list[StoredFinding]:
    """Read the findings that are open, without asking for what became of all others."""
    last = finding_event.c.number == last_event_number()
    is_open = finding_event.c.event.in_((FindingEvent.OPENED, FindingEvent.REOPENED))
    query = select(finding.c.id).join_from(
        finding, finding_event, finding_event.c.finding_id == finding.c.id
    )
    identities = query.where(last, is_open)
    return [
        StoredFinding(**row._mapping)  # noqa: SLF001 - its public name
        for row in connection.execute(_findings().where(finding.c.id.in_(identities)))
    ]


def _findings() -> Select[Any]:
    own = ("id", "kind", "subject", "ours", "theirs", "difference", "command", "statement")
    return (
        select(*(finding.c[name] for name in own), finding.c.line, finding.c.office)
        .add_columns(finding.c.file_name, finding.c.content_hash)
        .add_columns(
            finding.c.said.label("sentence"),
            finding.c.entry_id.label("entry"),
            tables.provider.c.code.label("provider"),
            tables.deal.c.code.label("deal"),
        )
        .select_from(finding)
        .outerjoin(tables.provider, tables.provider.c.id == finding.c.provider_id)
        .outerjoin(tables.deal, tables.deal.c.id == finding.c.deal_id)
        .order_by(finding.c.id)
    )


def _events(connection: Connection) -> Mapping[int, tuple[StoredEvent, ...]]:
    event_row, request = finding_event.c, tables.request.c
    query = (
        select(*event_row["finding_id", "event", "recorded_at"], request.actor)
        .add_columns(event_row.reason)
        .join_from(finding_event, tables.request, request.id == event_row.request_id)
        .order_by(event_row.finding_id, event_row.number)
    )
    by_finding: dict[int, list[StoredEvent]] = {}
    for identity, event, moment, actor, reason in connection.execute(query):
        stored = StoredEvent(event=event, recorded_at=moment, actor=actor, reason=reason)
        by_finding.setdefault(identity, []).append(stored)
    return {identity: tuple(events) for identity, events in by_finding.items()}
