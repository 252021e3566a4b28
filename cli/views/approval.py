"""How approvals and their rules are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from cli.views.columns import attributes, columns
from ledger.approvals.approval import Approval, State
from ledger.approvals.rules import WORDS, rule_code
from ledger.approvals.standing import StandingApproval
from ledger.core.quantity import Unit, format_quantity

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Snapshot

APPROVAL_COLUMNS = columns(
    "approval status command what~ asked_by (rules) valid_until (answered_by) (reason) key",
    command="Command",
    what="What it would record",
    valid_until="Until",
)
APPROVAL_TERMS = columns(
    "approval status command asked_by rules valid_until answered_by reason key",
    command="Command",
    valid_until="Until",
)
RULE_COLUMNS = columns(
    "rule act above said status recorded_at actor (reason)", said="What needs an approval"
)
STANDING_COLUMNS = columns(
    "approval provider up_to used~ valid_until status given_by",
    approval="Standing approval",
    up_to="Up to",
    used="Recorded by it",
    valid_until="Until",
    given_by="Given by",
)
_PENDING = frozenset({State.WAITING, State.GIVEN})


def is_pending(approval: Approval, today: date) -> bool:
    """Return whether an approval waits for an answer, or for the act that it was given for."""
    return approval.state(today) in _PENDING


def approval_row(approval: Approval, today: date) -> dict[str, Any]:
    """Return the row of an approval as it stands on a day."""
    return {
        "approval": approval.code,
        "status": approval.state(today).value,
        "what": "; ".join(approval.lines[1:] or approval.lines),
        "rules": "; ".join(approval.rules),
        "valid_until": approval.valid_until or approval.expires_on,
        "reason": approval.answer_reason,
        **attributes(approval, "command asked_by answered_by key"),
    }


def approvals_for(approvals: Sequence[Approval], identity: str) -> dict[str, Any]:
    """Return what waits for the answer of an identity, and what was given to it."""
    theirs = [one for one in approvals if one.asked_by != identity and one.answer is None]
    given = [one for one in approvals if one.asked_by == identity and one.answer is not None]
    return {
        "approvals_waiting": [_brief(one) for one in theirs],
        "approvals_given": [_brief(one) for one in given],
    }


def _brief(approval: Approval) -> dict[str, Any]:
    what = "; ".join(approval.lines[1:] or approval.lines)
    return {
        "approval": approval.code,
        "what": what,
        "until": approval.valid_until or approval.expires_on,
        **attributes(approval, "command asked_by key"),
    }


def approval_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Describe the approvals of the status: those to be answered, and those to be used."""
    yield from ("", "Approvals:")
    for one in document["approvals_waiting"]:
        yield (
            f"  {one['approval']} waits for your answer: {one['asked_by']} asks for "
            f"`{one['command']}`: {one['what']}. See cityfund approval show {one['approval']}"
        )
    for one in document["approvals_given"]:
        yield (
            f"  {one['approval']} is given: repeat `{one['command']}` with --key {one['key']} "
            f"by {one['until']}"
        )


def approval_document(approval: Approval, today: date) -> dict[str, Any]:
    """Return an approval as a document, with what would be recorded line by line."""
    row = approval_row(approval, today)
    del row["what"]
    return {"schema": "cityfund.approval/1", **row, "lines": list(approval.lines)}


def recorded_lines(approval: Approval) -> list[str]:
    """Return what would be recorded, for people."""
    return ["", "What it would record:", *(f"  {line}" for line in approval.lines)]


def rule_documents(
    snapshot: Snapshot, rows: Sequence[Mapping[str, Any]], *, every: bool
) -> list[dict[str, Any]]:
    """Return the rows of rules by their versions: of each the last, and who recorded it."""
    last = {row["number"]: row for row in rows}
    return [_rule_document(snapshot, row) for row in last.values() if every or row["version"] == 1]


def _rule_document(snapshot: Snapshot, row: Mapping[str, Any]) -> dict[str, Any]:
    above = (
        None
        if row["amount"] is None
        else format_quantity(row["amount"], snapshot.units[row["unit"]])
    )
    return {
        "rule": rule_code(row["number"]),
        "act": row["act"].value,
        "above": above,
        "said": f"{WORDS[row['act']]}{f' above {above}' if above else ''}",
        "status": "in force" if row["version"] == 1 else "ended",
        "recorded_at": snapshot.local(row["recorded_at"]),
        **{name: row[name] for name in ("actor", "identity", "reason")},
    }


def standing_row(approval: StandingApproval, today: date) -> dict[str, Any]:
    """Return the row of a standing approval as it stands on a day."""
    sums: Counter[Unit] = Counter()
    for deed in approval.used:
        if deed.unit is not None:
            sums[deed.unit] += deed.amount
    ended = "ended" if not approval.in_force else "expired"
    return {
        "approval": approval.code,
        "provider": approval.provider,
        "up_to": format_quantity(approval.amount, approval.unit),
        "used": "; ".join(format_quantity(amount, unit) for unit, amount in sums.items()) or None,
        "valid_until": approval.until,
        "status": "in force" if approval.in_force and today <= approval.until else ended,
        "given_by": approval.given_by,
    }
