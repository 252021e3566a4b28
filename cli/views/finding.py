"""How findings are shown: as rows, and one with all that happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cli.framework.output import Column, table_lines
from ledger.statements.findings import FindingEvent

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Snapshot
    from ledger.store.statements.findings import StoredFinding

_EVENT_WORDS = {event.value: event.word for event in FindingEvent}
"""What people read for the stored value of an event."""

FINDING_COLUMNS = [
    Column("finding", "Finding", kind="code"),
    Column("status", "Status", words=_EVENT_WORDS),
    Column("kind", "Kind", kind="code"),
    Column("subject", "Subject", kind="code"),
    Column("ours", "Ours", kind="code"),
    Column("theirs", "Theirs", kind="code"),
    Column("difference", "Difference", kind="code"),
    Column("provider", "Provider", kind="code"),
    Column("statement", "Statement"),
    Column("line", "Line"),
    Column("deal", "Deal", kind="code", table=False),
    Column("entry", "Entry", kind="number", table=False),
    Column("office", "Office", kind="code", table=False),
    Column("opened_at", "Opened", kind="date", table=False),
    Column("changed_at", "Since", kind="date"),
    Column("actor", "By", table=False),
    Column("reason", "Reason", table=False),
    Column("command", "Suggested command"),
    Column("said", "Description", table=False),
]
FINDING_NARROW = [
    Column("finding", "Finding", kind="code"),
    Column("status", "Status", words=_EVENT_WORDS),
    Column("kind", "Kind", kind="code"),
    Column("subject", "Subject", kind="code"),
    Column("ours", "Ours", kind="code", spare=3),
    Column("theirs", "Theirs", kind="code", spare=3),
    Column("difference", "Difference", kind="code", spare=1),
    Column("line", "Line", spare=4),
]
FINDING_TERMS = [
    Column("finding", "Finding"),
    Column("status", "Status", words=_EVENT_WORDS),
    Column("kind", "Kind"),
    Column("said", "Description"),
    Column("ours", "Ours"),
    Column("theirs", "Theirs"),
    Column("difference", "Difference"),
    Column("provider", "Provider"),
    Column("statement", "Statement"),
    Column("line", "Line"),
    Column("deal", "Deal"),
    Column("entry", "Entry"),
    Column("office", "Office"),
    Column("command", "Suggested command"),
]
_EVENT_COLUMNS = [
    Column("recorded_at", "Recorded", kind="date"),
    Column("event", "Event", words=_EVENT_WORDS),
    Column("actor", "By"),
    Column("reason", "Reason"),
]


def finding_row(snapshot: Snapshot, finding: StoredFinding) -> dict[str, Any]:
    """Lay a finding out as a row: what it is, and how it stands."""
    last = finding.last
    is_open = last.event.leaves_open
    return {
        "finding": finding.code,
        "status": "open" if is_open else last.event.value,
        "kind": finding.kind.value,
        "subject": finding.subject,
        "ours": finding.ours,
        "theirs": finding.theirs,
        "difference": finding.difference,
        "provider": finding.provider,
        "statement": finding.statement,
        "line": finding.line,
        "deal": finding.deal,
        "entry": finding.entry,
        "office": finding.office,
        "opened_at": snapshot.local(finding.events[0].recorded_at),
        "changed_at": snapshot.local(last.recorded_at),
        "actor": last.actor,
        "reason": last.reason,
        "command": finding.resolve_command if is_open else None,
        "said": finding.sentence,
    }


def finding_document(snapshot: Snapshot, finding: StoredFinding) -> dict[str, Any]:
    """Give all there is to know of one finding."""
    events = [
        {
            "event": one.event.value,
            "recorded_at": snapshot.local(one.recorded_at),
            "actor": one.actor,
            "reason": one.reason,
        }
        for one in finding.events
    ]
    return {"schema": "cityfund.finding/1", **finding_row(snapshot, finding), "events": events}


def event_lines(document: dict[str, Any]) -> Iterator[str]:
    """Lay out the events of a finding as a small table."""
    yield ""
    yield from table_lines(document["events"], _EVENT_COLUMNS)
