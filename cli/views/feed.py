"""The feed of changes as lines of JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from cli.framework.terminal import is_unicode
from cli.views.columns import attributes
from cli.views.journal import proposal_row
from ledger.core.quantity import Unit, format_amount
from ledger.registers.spec import Kind
from ledger.registers.table import REGISTERS
from ledger.reports.formats import ndjson_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledger.journal.entries import Entry
    from ledger.usecases.feed import Feed, FeedEvent

SCHEMA = "cityfund.event/1"


def write_events(feed: Feed) -> None:
    """Write the events that were not given yet, a line each, so that a reader gets whole ones."""
    ascii_only = not is_unicode(sys.stdout)
    for line in ndjson_chunks(_documents(feed), ascii_only=ascii_only):
        sys.stdout.write(line)
    sys.stdout.flush()


def _documents(feed: Feed) -> Iterator[dict[str, Any]]:
    return (event_document(one, feed.units) for one in feed.read())


def event_document(event: FeedEvent, units: Mapping[str, Unit]) -> dict[str, Any]:
    """Return the document of an event."""
    return {
        "schema": SCHEMA,
        "cursor": str(event.cursor),
        "kind": event.kind,
        "reference": event.reference,
        "position": event.position,
        "leaf_hash": None if event.hash is None else event.hash.hex(),
        "recorded_at": event.request.recorded_at,
        "actor": event.request.actor,
        "command": event.request.command,
        "key": event.request.key,
        **_content(event, units),
    }


def _content(event: FeedEvent, units: Mapping[str, Unit]) -> dict[str, Any]:
    """Return what an event says, under the name of what it is."""
    if event.entry is not None:
        return {"entry": _entry(event.entry, units)}
    if event.version is not None:
        return {"version": _version(event)}
    return {event.kind: event.terms} if event.terms else {}


def _entry(entry: Entry, units: Mapping[str, Unit]) -> dict[str, Any]:
    return {
        "entry": entry.number,
        **attributes(entry, "act effective_on deal reference reverses reason override"),
        "exemptions": list(entry.exemptions),
        **proposal_row(entry),
        "movements": [
            {
                "side": one.side,
                "code": one.account,
                "from": one.from_stage,
                "to": one.to_stage,
                "quantity": format_amount(one.amount, units[one.unit].decimals),
                "unit": one.unit,
                "deal": one.deal,
            }
            for one in entry.movements
        ],
    }


def _version(event: FeedEvent) -> dict[str, Any]:
    version = event.version
    assert version is not None
    columns = (one for one in REGISTERS[event.kind].columns if one.kind is not Kind.SHOWN)
    terms = {
        one.name: getattr(version.record, one.attribute) for one in columns if not one.in_journal
    }
    return {
        "version": version.version,
        "reason": version.reason,
        "in_error": version.in_error,
        **{name: value for name, value in terms.items() if value not in (None, ())},
    }
