"""How findings are shown: as rows, and one with all that happened to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cli.views.columns import attributes, columns
from ledger.reports.table import Column
from ledger.statements.findings import FindingEvent

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Snapshot
    from ledger.store.statements.stored_findings import StoredFinding

_EVENT_WORDS = {event.value: event.word for event in FindingEvent}
"""What people read for the stored value of an event."""


def _columns(fields: str) -> list[Column]:
    shown_by_word = {"status": _EVENT_WORDS, "event": _EVENT_WORDS}
    return [replace(one, words=shown_by_word.get(one.key, {})) for one in columns(fields)]


FINDING_COLUMNS = _columns(
    "finding status kind subject ours theirs difference provider statement line~ (deal) "
    "(entry) (office) (opened_at) changed_at (actor) (reason) (command) (said)"
)
FINDING_NARROW = _columns(
    "finding status:5 kind subject:4 ours:2 theirs:2 difference:1 provider statement line~:3"
)
FINDING_TERMS = _columns(
    "finding status kind said ours theirs difference provider statement line~ deal "
    "entry office file_name content_hash (command)"
)
EVENT_COLUMNS = _columns("recorded_at event actor reason")


def finding_row(snapshot: Snapshot, finding: StoredFinding) -> dict[str, Any]:
    """Return the row of a finding: its figures and its status."""
    last = finding.last
    is_open = last.event.leaves_open
    return {
        "finding": finding.code,
        "status": "open" if is_open else last.event.value,
        **attributes(finding, "kind subject ours theirs difference provider statement line"),
        **attributes(finding, "deal entry office file_name content_hash"),
        "opened_at": snapshot.local(finding.events[0].recorded_at),
        "changed_at": snapshot.local(last.recorded_at),
        **attributes(last, "actor reason"),
        "command": finding.resolve_command if is_open else None,
        "said": finding.sentence,
    }


def command_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Give the suggested command of each open finding, on a line of its own."""
    for row in rows:
        if row["command"]:
            yield ""
            yield f"{row['finding']}: suggested command"
            yield row["command"]


def suggestion_lines(row: Mapping[str, Any]) -> Iterator[str]:
    """Give the suggested command of one finding, on a line of its own."""
    if row["command"]:
        yield ""
        yield "Suggested command:"
        yield row["command"]


def finding_document(snapshot: Snapshot, finding: StoredFinding) -> dict[str, Any]:
    """Return the document of a finding, with its events."""
    events = [
        {
            "event": one.event.value,
            "recorded_at": snapshot.local(one.recorded_at),
            **attributes(one, "actor reason"),
        }
        for one in finding.events
    ]
    return {"schema": "cityfund.finding/1", **finding_row(snapshot, finding), "events": events}
