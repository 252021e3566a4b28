"""The status of the ledger: a document, or lines and small tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cli.framework.output import table_lines
from cli.views.columns import attributes, columns
from cli.views.night import night_document, night_lines
from cli.views.worklist import others_lines, work_document, work_lines
from ledger.core.quantity import format_amount

if TYPE_CHECKING:
    from datetime import date

    from ledger.registers.pairs import Approach
    from ledger.store.session.snapshot import Snapshot
    from ledger.usecases.due import DeliveryDue
    from ledger.usecases.status import HoldDue, OfferDue, Status
    from ledger.usecases.worklist import WorkRow

SCHEMA = "cityfund.status/1"
STATUS_TERMS = columns(
    "database office as_of time_zone cities providers projects needs offers deals last",
    database="Ledger",
    office="For office",
    last="Last entry",
)
_WORDS = {
    "withdrawn": "withdrawn",
    "sample": "sample data",
    "complete": "complete (nothing open)",
    "covered": "covered (nothing missing)",
    "open": "with an open quantity",
    "unknown": "with an unknown amount",
    "available": "with an available quantity",
    "over": "ended (withdrawn or expired)",
    "others": "without membership",
    "held": "on hold",
    "committed": "awaiting delivery",
    "delivered": "delivered",
    "ended": "released",
}
_NOT_COUNTED = {"withdrawn", "over", "others"}
"""What is counted beside the total and not inside it."""
_ALWAYS = {"complete", "covered", "open", "available"}
_KINDS = ("cities", "providers", "projects", "needs", "offers", "deals")
_OF_NO_OFFICE = ("providers", "offers")
"""What no office has of its own."""
OFFICE_COLUMNS = columns(
    "office name:1 cities projects complete covered needs unknown deals (others)"
)


def status_document(
    status: Status,
    database: str,
    snapshot: Snapshot,
    work: Sequence[WorkRow],
    others: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the status as the JSON answer has it; worklist and counts may be of one office."""
    return {
        "schema": SCHEMA,
        "database": database,
        "as_of": status.day,
        "known_at": snapshot.times.known_at,
        "time_zone": status.time_zone,
        "time_zone_change": _zone_to_come(status),
        "base_currency": status.base_currency,
        "counts": status.counts,
        "days": status.days,
        "holds_lapsing": [_hold(one) for one in status.holds_soon],
        "holds_past": [_hold(one) for one in status.holds_past],
        "offers_lapsing": [_ending(one) for one in status.offers_soon],
        "offers_past": [_ending(one) for one in status.offers_past],
        "deliveries_overdue": [_delivery(one, status.day) for one in status.overdue],
        "deliveries_due": [_delivery(one, status.day) for one in status.due_soon],
        "approaches_waiting": [_approach(one) for one in status.waiting],
        "approaches_silent": [_approach(one) for one in status.silent],
        "worklist": work_document(work),
        "others": others,
        "last_entry": _last(status, snapshot),
        "night": night_document(status.night, snapshot),
        "offices": [
            {"office": one.code, **{k: v for k, v in asdict(one).items() if k != "code"}}
            for one in status.offices
        ],
    }


def _zone_to_come(status: Status) -> dict[str, Any] | None:
    period = status.zone_to_come
    return None if period is None else {"time_zone": period.name, "from": period.first_day}


def _hold(hold: HoldDue) -> dict[str, Any]:
    return {
        **attributes(hold, "deal offer need project"),
        "held": format_amount(hold.amount, hold.unit.decimals),
        "unit": hold.unit.code,
        "held_until": hold.until,
    }


def _ending(ending: OfferDue) -> dict[str, Any]:
    return {
        **attributes(ending, "offer provider_name"),
        "available": format_amount(ending.amount, ending.unit.decimals),
        "unit": ending.unit.code,
        "valid_until": ending.until,
    }


def _delivery(due: DeliveryDue, day: date) -> dict[str, Any]:
    return {
        **attributes(due, "deal instalment offer need project provider provider_name"),
        "committed": format_amount(due.amount, due.unit.decimals),
        "unit": due.unit.code,
        "due_on": due.due_on,
        "days_late": due.days_overdue(day),
    }


def _approach(approach: Approach) -> dict[str, Any]:
    terms = attributes(approach, "need provider sent_on answer_by")
    return {"approach": approach.code, **terms}


def _last(status: Status, snapshot: Snapshot) -> dict[str, Any] | None:
    if status.last is None:
        return None
    return {
        "entry": status.last.number,
        "act": status.last.act.value,
        "deal": status.last.deal,
        "effective_on": status.last.effective_on,
        "recorded_at": snapshot.local(status.last.recorded_at),
        "actor": status.last.actor,
    }


def status_row(document: Mapping[str, Any], profile: str | None = None) -> dict[str, Any]:
    """Return the document's counts and last entry as one line of words each.

    `profile` names the ledger.
    """
    counts = {kind: _counted(document["counts"][kind]) for kind in _KINDS}
    if document["office"] is not None:
        counts |= {kind: f"{counts[kind]} (of all offices)" for kind in _OF_NO_OFFICE}
    last = document["last_entry"]
    summary = None
    if last is not None:
        about = f" {last['deal']}" if last["deal"] else ""
        summary = (
            f"{last['entry']}: {last['act']}{about}, {last['effective_on']}, by {last['actor']}"
        )
    head = {name: document[name] for name in ("database", "office", "as_of", "time_zone")}
    if profile is not None:
        head["database"] = f"{profile} ({head['database']})"
    change = document["time_zone_change"]
    if change is not None:
        head["time_zone"] += f"; {change['time_zone']} from {change['from']} on"
    return {**head, **counts, "last": summary}


def _counted(counts: Mapping[str, int]) -> str:
    always = _ALWAYS if counts["total"] else set()
    parts = {
        name: f"{counts[name]:,} {words}"
        for name, words in _WORDS.items()
        if name in counts and (counts[name] or name in always)
    }
    inside = ", ".join(text for name, text in parts.items() if name not in _NOT_COUNTED)
    not_counted = "".join(
        f"; not counted: {text}" for name, text in parts.items() if name in _NOT_COUNTED
    )
    return f"{counts['total']:,}{': ' if inside else ''}{inside}{not_counted}"


def status_lines(document: Mapping[str, Any], *, every: bool = False) -> Iterator[str]:
    """Describe what is to be done, what others recorded, the last night, and the offices."""
    if document["gone_back"] is not None:
        yield from ("", f"Warning: {document['gone_back']}")
    approvals = _approval_lines(document)
    yield from approvals
    if document["worklist"] or not approvals:
        yield from work_lines(document["worklist"], document["days"], every=every)
    yield from others_lines(document["others"], every=every)
    yield from night_lines(document["night"])
    yield ""
    yield from table_lines(document["offices"], OFFICE_COLUMNS)


def _approval_lines(document: Mapping[str, Any]) -> list[str]:
    if not (document["approvals_waiting"] or document["approvals_given"]):
        return []
    from cli.views.approval import approval_lines  # noqa: PLC0415 - where one waits

    return [*approval_lines(document)]
