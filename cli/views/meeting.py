"""How meetings are shown: with their attendance and motions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_record, section
from cli.framework.register_commands import Listing
from cli.views.columns import columns
from cli.views.origin import outcome_document, outcome_lines, read_outcome
from cli.views.register import record_row

if TYPE_CHECKING:
    from ledger.meetings.records import Motion
    from ledger.store.session.snapshot import Reader, Snapshot

_MEETING = columns(
    "code body_said name kind from until place state_said source note", code="Meeting"
)
_MEETING_LIST = columns("code body name kind from place:4 present:2 listed:3", code="Meeting")
_ATTENDANCE = columns("city city_name presence did topics note", did="Did")
MOTIONS = columns(
    "code meeting when by what outcome decided_at referred_to reason follows", code="Motion"
)


def list_meetings(snapshot: Snapshot) -> Listing:
    """List the meetings, with how many cities were there and how many are listed."""
    listed = Counter(one.meeting for one in snapshot.records("attendance").values())
    present = Counter(
        one.meeting for one in snapshot.records("attendance").values() if one.is_present
    )
    rows = [
        {**record_row("meetings", one), "present": present[code], "listed": listed[code]}
        for code, one in snapshot.records("meeting").items()
    ]
    rows.sort(key=lambda row: (row["from"], row["code"]))
    return Listing(rows, _MEETING_LIST, more=["present", "listed"])


def emit_meeting(call: Call, reader: Reader, code: str) -> None:
    """Write one meeting with who attended it, what they did, and the motions made there."""
    snapshot = reader.around("meeting", code)
    record = snapshot.records("meeting")[code]
    body = snapshot.records("body")[record.body]
    attendance = [
        {**record_row("attendance", one), "city_name": snapshot.records("city")[one.city].name}
        for one in snapshot.records("attendance").values()
        if one.meeting == code
    ]
    motions = motion_rows(
        snapshot, (one for one in snapshot.records("motion").values() if one.meeting == code)
    )
    outcome = read_outcome(reader, "meeting", code)
    document = {
        "schema": "cityfund.meeting/1",
        **record_row("meetings", record),
        "body_name": body.name,
        "attendance": attendance,
        "motions": motions,
        **outcome_document(outcome),
    }
    row = {**document, "body_said": f"{body.name} ({body.code})", "state_said": _state(record)}
    below = [
        *section("Attendance", attendance, _ATTENDANCE),
        *section("Motions", motions, MOTIONS),
        *outcome_lines(outcome),
    ]
    emit_record(row, _MEETING, call.read, document=document, below=below)


def _state(record: Any) -> str | None:
    if record.cancelled:
        return "cancelled: expected of nobody"
    return "complete: all who are not listed were absent" if record.complete else None


def motion_rows(snapshot: Snapshot, motions: Iterable[Motion]) -> list[dict[str, Any]]:
    """Return the rows of motions, in the order of their days; open until they were decided."""
    meetings = snapshot.records("meeting")
    rows = []
    for one in motions:
        row = {**record_row("motions", one), "when": meetings[one.meeting].from_}
        if one.decided_at is not None and one.decided_at not in meetings:
            # The meeting that decided it is later than the day asked for.
            row |= {"outcome": "open", "decided_at": None, "reason": None}
        rows.append(row)
    return sorted(rows, key=lambda row: (row["when"], row["code"]))
