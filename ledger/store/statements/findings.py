"""Write findings and their events: opened, reopened and auto-resolved, or resolved by officers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, tuple_

from ledger.statements.findings import (
    FindingChanges,
    FindingEvent,
    FindingRecord,
    FindingState,
)
from ledger.store.db.clock import known_by
from ledger.store.db.night_tables import finding, finding_event
from ledger.store.session.unit_of_work import UnitOfWork

_LONGEST_LINE = 200


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


def resolved_then(connection: Connection, known_at: datetime) -> list[int]:
    """Give the numbers of the findings that were no longer open at a moment."""
    event = finding_event.c
    last = select(event.finding_id, func.max(event.number)).where(known_by(finding_event, known_at))
    query = select(event.finding_id).where(
        tuple_(event.finding_id, event.number).in_(last.group_by(event.finding_id)),
        event.event.in_((FindingEvent.RESOLVED, FindingEvent.AUTO_RESOLVED)),
    )
    return [*connection.execute(query).scalars()]
