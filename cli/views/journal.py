"""How the journal is shown: entries as rows, and one entry with its movements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cli.framework.output import Column, table_lines
from ledger.core.quantity import format_amount
from ledger.journal.entries import Act

if TYPE_CHECKING:
    from ledger.journal.entries import Entry
    from ledger.store.session.snapshot import Snapshot

ENTRY_COLUMNS = [
    Column("entry", "Entry", kind="number"),
    Column("effective_on", "Date", kind="date"),
    Column("act", "Act"),
    Column("deal", "Deal", kind="code"),
    Column("need", "Need", kind="code"),
    Column("offer", "Offer", kind="code"),
    Column("quantity", "Quantity", kind="amount"),
    Column("unit", "Unit", kind="code"),
    Column("reference", "Reference"),
    Column("reverses", "Reverses", kind="number"),
    Column("proposal", "Proposal", kind="code", table=False),
    Column("proposal_line", "Proposal line", kind="number", table=False),
    Column("actor", "By"),
    Column("recorded_at", "Recorded", kind="date", table=False),
    Column("reason", "Reason"),
    Column("override", "Override", table=False),
    Column("key", "Request key", table=False),
]
ENTRY_NARROW = [
    Column("entry", "Entry", kind="number"),
    Column("effective_on", "Date", kind="date"),
    Column("act", "Act", kind="code"),
    Column("about", "Subject"),
    Column("quantity", "Quantity", kind="amount", unit="unit"),
    Column("reference", "Reference", spare=2),
    Column("actor", "By", spare=3),
    Column("reason", "Reason", spare=1),
]
ENTRY_TERMS = [
    *(column for column in ENTRY_COLUMNS[:4]),
    Column("reference", "Reference"),
    Column("reason", "Reason"),
    Column("override", "Mandate exception"),
    Column("reverses", "Reverses entry"),
    Column("reversed_by", "Reversed by entry"),
    Column("proposed", "From proposal"),
    Column("recorded_at", "Recorded"),
    Column("actor", "By"),
    Column("system_user", "System user"),
    Column("host", "Host"),
    Column("key", "Request key"),
]
_MOVEMENT_COLUMNS = [
    Column("side", "Side"),
    Column("code", "Code"),
    Column("from", "From"),
    Column("to", "To"),
    Column("quantity", "Quantity", kind="amount"),
    Column("unit", "Unit"),
    Column("deal", "Deal"),
]


def list_rows(
    snapshot: Snapshot, entries: Iterable[Entry], *, subjects: bool = False
) -> Iterator[dict[str, Any]]:
    """Give entries as rows, one by one as they are read.

    With `subjects`, a row also names the subject of its entry, for a narrow screen.
    """
    for entry in entries:
        row = entry_row(snapshot, entry)
        yield {**row, "about": _about(entry)} if subjects else row


def _about(entry: Entry) -> str:
    """Describe the subject of an entry on a narrow screen: `D-0001`, `N-0002; reverses 7`."""
    accounts = dict.fromkeys(one.account for one in entry.movements)
    if entry.act is Act.INTRODUCE:
        of = f" ({entry.proposed.proposal})" if entry.proposed else ""
        about = f"{entry.deal}: {' with '.join(accounts)}{of}"
    else:
        about = entry.deal or ", ".join(accounts)
    return f"{about}; reverses {entry.reverses}" if entry.reverses else about


def entry_row(snapshot: Snapshot, entry: Entry) -> dict[str, Any]:
    """Lay one entry out as a row; its quantity is the need's side, else the offer's."""
    first = {one.side.value: one for one in reversed(entry.movements)}
    main = first.get("need") or first["offer"]
    unit = snapshot.units[main.unit]
    return {
        "entry": entry.number,
        "effective_on": entry.effective_on,
        "act": entry.act.value,
        "deal": entry.deal,
        "need": first["need"].account if "need" in first else None,
        "offer": first["offer"].account if "offer" in first else None,
        "quantity": format_amount(main.amount, unit.decimals),
        "unit": unit.code,
        "reference": entry.reference,
        "reverses": entry.reverses,
        "proposal": None if entry.proposed is None else entry.proposed.proposal,
        "proposal_line": None if entry.proposed is None else entry.proposed.line,
        "actor": entry.actor,
        "recorded_at": snapshot.local(entry.recorded_at),
        "reason": entry.reason,
        "override": entry.override,
        "key": entry.request_key,
    }


def entry_document(snapshot: Snapshot, entry: Entry, reversed_by: int | None) -> dict[str, Any]:
    """Give all there is to know of one entry."""
    return {
        "schema": "cityfund.entry/1",
        **entry_row(snapshot, entry),
        "system_user": entry.system_user,
        "host": entry.host,
        "database_user": entry.database_user,
        "reversed_by": reversed_by,
        "movements": [
            {
                "side": one.side.value,
                "code": one.account,
                "from": one.from_stage.value,
                "to": one.to_stage.value,
                "quantity": format_amount(one.amount, snapshot.units[one.unit].decimals),
                "unit": one.unit,
                "deal": one.deal,
            }
            for one in entry.movements
        ],
    }


def proposal_text(document: dict[str, Any]) -> str | None:
    """Describe the proposal line of an introduction."""
    if document["proposal"] is None:
        return None
    return f"{document['proposal']}, line {document['proposal_line']}"


def movement_lines(document: dict[str, Any]) -> Iterator[str]:
    """Lay out the movements of an entry as a small table."""
    yield ""
    yield from table_lines(document["movements"], _MOVEMENT_COLUMNS)
