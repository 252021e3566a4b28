"""How a deal is shown: as a row of a list, and by itself with every act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_rows, lines_below
from cli.framework.register_commands import asks_for_state
from cli.framework.terminal import note
from cli.views.columns import attributes, columns
from cli.views.journal import proposal_row
from ledger.core.factors import DEAL_STAGES, Side
from ledger.core.quantity import Unit, format_amount
from ledger.deals.deal import exact_text, significant_rate
from ledger.deals.instalments import DuePart, overdue
from ledger.reports.table import grouped
from ledger.usecases.due import parts_by_deal

if TYPE_CHECKING:
    from datetime import date

    from ledger.journal.balance import DealBalance
    from ledger.journal.entries import Entry
    from ledger.reports.table import Column
    from ledger.store.session.snapshot import Reader, Snapshot

_HEADINGS = {"stands": "Quantities", "project": "Project code", "provider": "Provider code"}
DEAL_COLUMNS = columns(
    "deal offer need project factor held committed delivered unit held_until due_on "
    "(instrument) (rate) (rate_exact) (offer_held) (offer_committed) (offer_delivered) "
    "(offer_unit) (note) (origin) (city) (office) (not_before) (state) (provider) "
    "(provider_name) (title) (city_name) (overdue)",
    **_HEADINGS,
)
_LISTED = "deal state provider_name city_name title need offer stands held_until due_on"
DEAL_LISTED = [
    *columns(_LISTED, **_HEADINGS),
    *(replace(one, table=False) for one in DEAL_COLUMNS if one.key not in _LISTED.split()),
]
"""The columns of the list on a screen; filters take those of machine formats too."""
DEAL_NARROW = columns(
    "deal state provider_name:1 city_name:1 title need:4 offer:5 stands held_until:3 due_on:2",
    **_HEADINGS,
)
DEAL_TERMS = columns(
    "deal offer provider_name need title city_name factor instrument rate_said held[unit] "
    "committed[unit] delivered[unit] held_until due_on not_before note",
    title="Project",
)
_ACT_COLUMNS = columns(
    "entry effective_on act quantity unit offer_quantity offer_unit reference:1 reverses "
    "proposal:2 actor:3 reason",
    offer_unit="Unit",
)


_PART_COLUMNS = columns("due_on quantity delivered committed held unit state", state="")


def deal_row(
    snapshot: Snapshot, balance: DealBalance, parts: Sequence[DuePart] = ()
) -> dict[str, Any]:
    """Return the row of a deal: both sides' stages in their own units, and what is overdue."""
    deal = balance.deal
    need, offer = snapshot.need_facts[deal.need], snapshot.offer_facts[deal.offer]
    return {
        "deal": deal.code,
        "offer": deal.offer,
        "need": deal.need,
        "project": need.project.code,
        "factor": need.need.factor.value,
        **_stages(balance, Side.NEED, need.balance.unit),
        "unit": need.balance.unit.code,
        **attributes(deal, "held_until due_on not_before instrument"),
        "rate": significant_rate(deal.rate),
        "rate_exact": exact_text(deal.exact_rate),
        **_stages(balance, Side.OFFER, offer.balance.unit, "offer_"),
        "offer_unit": offer.balance.unit.code,
        "note": deal.note,
        "origin": deal.origin,
        "city": need.city.code,
        "office": need.city.office,
        "state": balance.state,
        "provider": offer.provider.code,
        "provider_name": offer.provider.name,
        "title": need.project.title,
        "city_name": need.city.name,
        "overdue": format_amount(overdue(parts, snapshot.day), need.balance.unit.decimals),
    }


def parties_of(snapshot: Snapshot, balance: DealBalance) -> dict[str, str]:
    """Return the records on both sides of a deal, whose people and owners it concerns."""
    need, offer = snapshot.need_facts[balance.deal.need], snapshot.offer_facts[balance.deal.offer]
    return {
        "project": need.project.code,
        "city": need.city.code,
        "provider": offer.provider.code,
    }


def emit_deals(call: Call, reader: Reader, *, every: bool) -> None:
    """Write the list of deals; people get the finished ones only where they ask for them."""
    whole = every or asks_for_state(call.read) or not call.for_people
    columns_of_all = DEAL_LISTED if call.for_people else DEAL_COLUMNS

    def rows_of(snapshot: Snapshot) -> tuple[list[dict[str, Any]], list[Column]]:
        deals = [one for one in snapshot.deals.values() if whole or not one.is_finished]
        parts = parts_by_deal(snapshot)
        rows = [deal_row(snapshot, one, parts[one.deal.code]) for one in deals]
        if call.for_people:
            rows = [{**row, "stands": stage_text(row)} for row in rows]
        return rows, columns_of_all

    narrowed = None
    if call.read.where:
        from cli.views.narrowed import narrowed_read  # noqa: PLC0415 - where rows are kept

        narrowed = narrowed_read(call, reader, "deal", ("instalment",), rows_of, {"deal": "code"})
    snapshot = reader.snapshot("deal", "instalment") if narrowed is None else narrowed.snapshot
    rows, shown = rows_of(snapshot)
    head = {"schema": "cityfund.deals/1"}
    narrow = DEAL_NARROW if call.for_people else ()
    options = call.read if narrowed is None else narrowed.options
    emit_rows(rows, shown, options, head=head, narrow=narrow)
    if len(rows) < len(snapshot.deals) and call.format == "table":
        note(call, f"{len(snapshot.deals) - len(rows):,} finished hidden; --all shows them.")


def part_rows(snapshot: Snapshot, balance: DealBalance, parts: Iterable[DuePart]) -> list[Any]:
    """Return the rows of the parts of a deal that are due on days, in the unit of the need."""
    unit = snapshot.need_facts[balance.deal.need].balance.unit
    return [
        {
            "instalment": part.instalment,
            "due_on": part.due_on,
            **{
                name: format_amount(getattr(part, name), unit.decimals)
                for name in ("quantity", "delivered", "committed", "held")
            },
            "unit": unit.code,
            "state": _part_state(part, snapshot.day),
        }
        for part in parts
    ]


def _part_state(part: DuePart, day: date) -> str:
    if part.is_overdue(day):
        return "overdue"
    if part.delivered == part.quantity:
        return "delivered"
    return "due" if part.committed else "held"


def part_lines(document: dict[str, Any]) -> Iterator[str]:
    """Lay out when the parts of a deal are due, where it has instalments."""
    if any(part["instalment"] for part in document["due"]):
        yield from lines_below(document["due"], _PART_COLUMNS)


def _stages(balance: DealBalance, side: Side, unit: Unit, prefix: str = "") -> dict[str, str]:
    stages = balance.need if side is Side.NEED else balance.offer
    return {
        f"{prefix}{stage}": format_amount(stages.get(stage, 0), unit.decimals)
        for stage in DEAL_STAGES
    }


def deal_document(
    snapshot: Snapshot, balance: DealBalance, entries: Iterable[Entry]
) -> dict[str, Any]:
    """Return the document of a deal, with its entries in recorded order."""
    parts = parts_by_deal(snapshot)[balance.deal.code]
    return {
        "schema": "cityfund.deal/1",
        **deal_row(snapshot, balance, parts),
        "due": part_rows(snapshot, balance, parts),
        "acts": list(_acts(snapshot, entries)),
    }


def _acts(snapshot: Snapshot, entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        moved = {one.side: one for one in reversed(entry.movements) if one.deal is not None}
        row: dict[str, Any] = {
            "entry": entry.number,
            **attributes(entry, "effective_on act reference actor reason override"),
            **proposal_row(entry),
            "reverses": entry.reverses,
        }
        for side, prefix in ((Side.NEED, ""), (Side.OFFER, "offer_")):
            if side in moved:
                unit = snapshot.units[moved[side].unit]
                row[f"{prefix}quantity"] = format_amount(moved[side].amount, unit.decimals)
                row[f"{prefix}unit"] = unit.code
        yield row


def stage_text(row: dict[str, Any]) -> str:
    """Describe the quantities of a deal: `held 60.00, delivered 40.00 person-day`."""
    stages = [(stage, row[stage]) for stage in DEAL_STAGES]
    parts = [f"{stage} {grouped(text)}" for stage, text in stages if text.strip("0.")]
    return f"{', '.join(parts)} {row['unit']}" if parts else "nothing outstanding"


def rate_text(document: dict[str, Any]) -> str | None:
    """Describe the rate of a deal; None within one unit."""
    need, offer = document["unit"], document["offer_unit"]
    return None if need == offer else f"1 {need} = {document['rate']} {offer}"


def act_lines(document: dict[str, Any]) -> Iterator[str]:
    """Lay out the acts of a deal as a small table; a common unit is shown once."""
    one_unit = document["unit"] == document["offer_unit"]
    shown = [one for one in _ACT_COLUMNS if not (one_unit and one.key.startswith("offer_"))]
    return lines_below(document["acts"], shown)
