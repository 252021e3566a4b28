"""How the journal is shown: entries as rows, and one entry with its movements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from cli.output import Column
from ledger.quantity import format_amount
from ledger.reports.text_table import table_chunks

if TYPE_CHECKING:
    from ledger.journal import Entry
    from ledger.store.picture import Picture

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
    Column("actor", "By"),
    Column("recorded_at", "Recorded", kind="date", table=False),
    Column("reason", "Why"),
    Column("override", "Override", table=False),
    Column("key", "Request key", table=False),
]
ENTRY_TERMS = [
    *(column for column in ENTRY_COLUMNS[:4]),
    Column("reference", "Reference"),
    Column("reason", "Why"),
    Column("override", "Outside the mandate because"),
    Column("reverses", "Reverses entry"),
    Column("reversed_by", "Reversed by entry"),
    Column("recorded_at", "Recorded"),
    Column("actor", "By"),
    Column("system_user", "System user"),
    Column("host", "On"),
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
    picture: Picture,
    *,
    deal: str | None,
    need: str | None,
    offer: str | None,
    since: date | None,
) -> Iterator[dict[str, Any]]:
    """Give the entries that were asked for as rows, read as they are written out."""
    for entry in picture.entries(deal=deal, need=need, offer=offer, since=since):
        yield entry_row(picture, entry)


def entry_row(picture: Picture, entry: Entry) -> dict[str, Any]:
    """Lay one entry out as a row; its quantity is the need's side, else the offer's."""
    first = {one.side.value: one for one in reversed(entry.movements)}
    main = first.get("need") or first["offer"]
    unit = picture.units[main.unit]
    return {
        "entry": entry.number,
        "effective_on": entry.effective_on,
        "act": entry.act.value,
        "deal": entry.deal,
        "need": first["need"].holder if "need" in first else None,
        "offer": first["offer"].holder if "offer" in first else None,
        "quantity": format_amount(main.amount, unit.decimals),
        "unit": unit.code,
        "reference": entry.reference,
        "reverses": entry.reverses,
        "actor": entry.actor,
        "recorded_at": picture.local(entry.recorded_at),
        "reason": entry.reason,
        "override": entry.override,
        "key": entry.request_key,
    }


def entry_document(picture: Picture, entry: Entry, reversed_by: int | None) -> dict[str, Any]:
    """Give all there is to know of one entry."""
    return {
        "schema": "cityfund.entry/1",
        **entry_row(picture, entry),
        "system_user": entry.system_user,
        "host": entry.host,
        "database_user": entry.database_user,
        "reversed_by": reversed_by,
        "movements": [
            {
                "side": one.side.value,
                "code": one.holder,
                "from": one.from_stage.value,
                "to": one.to_stage.value,
                "quantity": format_amount(one.amount, picture.units[one.unit].decimals),
                "unit": one.unit,
                "deal": one.deal,
            }
            for one in entry.movements
        ],
    }


def movement_lines(document: dict[str, Any]) -> Iterator[str]:
    """Tell the movements of an entry as a small table for people."""
    yield ""
    yield from (line.rstrip() for line in table_chunks(document["movements"], _MOVEMENT_COLUMNS))
