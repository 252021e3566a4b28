"""How a deal is shown: as a row of a list, and by itself with every act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cli.framework.output import Column, table_lines
from ledger.core.factors import DEAL_STAGES, Side
from ledger.core.quantity import Unit, format_amount
from ledger.reports.table import grouped

if TYPE_CHECKING:
    from ledger.journal.balance import DealBalance
    from ledger.journal.entries import Entry
    from ledger.store.session.snapshot import Snapshot

DEAL_COLUMNS = [
    Column("deal", "Deal", kind="code"),
    Column("offer", "Offer", kind="code"),
    Column("need", "Need", kind="code"),
    Column("project", "Project", kind="code"),
    Column("factor", "Factor"),
    Column("held", "Held", kind="amount"),
    Column("committed", "Committed", kind="amount"),
    Column("delivered", "Delivered", kind="amount"),
    Column("unit", "Unit", kind="code"),
    Column("held_until", "Held until", kind="date"),
    Column("due_on", "Due", kind="date"),
    Column("instrument", "Instrument", table=False),
    Column("rate", "Rate", kind="number", table=False),
    Column("offer_held", kind="amount", table=False, measured_in="offer_unit"),
    Column("offer_committed", kind="amount", table=False, measured_in="offer_unit"),
    Column("offer_delivered", kind="amount", table=False, measured_in="offer_unit"),
    Column("offer_unit", kind="code", table=False),
    Column("note", "Note", table=False),
]
DEAL_NARROW = [
    Column("deal", "Deal", kind="code"),
    Column("offer", "Offer", kind="code"),
    Column("need", "Need", kind="code"),
    Column("project", "Project", kind="code", spare=1),
    Column("stands", "Quantities"),
    Column("held_until", "Held until", kind="date"),
    Column("due_on", "Due", kind="date", spare=2),
]
DEAL_TERMS = [
    Column("deal", "Deal"),
    Column("offer", "Offer"),
    Column("provider_name", "Provider"),
    Column("need", "Need"),
    Column("title", "Project"),
    Column("city_name", "City"),
    Column("factor", "Factor"),
    Column("instrument", "Instrument"),
    Column("rate_said", "Rate"),
    Column("held", "Held", kind="amount", unit="unit"),
    Column("committed", "Committed", kind="amount", unit="unit"),
    Column("delivered", "Delivered", kind="amount", unit="unit"),
    Column("held_until", "Held until"),
    Column("due_on", "Due"),
    Column("note", "Note"),
]
_ACT_COLUMNS = [
    Column("entry", "Entry", kind="number"),
    Column("effective_on", "Date", kind="date"),
    Column("act", "Act"),
    Column("quantity", "Quantity", kind="amount"),
    Column("unit", "Unit"),
    Column("offer_quantity", "Offer quantity", kind="amount"),
    Column("offer_unit", "Unit"),
    Column("reference", "Reference", spare=1),
    Column("proposal", "Proposal", kind="code", spare=2),
    Column("actor", "By", spare=3),
    Column("reason", "Reason"),
]


def deal_row(snapshot: Snapshot, balance: DealBalance) -> dict[str, Any]:
    """Lay one deal out as a row: both sides' stages in their own units."""
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
        "held_until": deal.held_until,
        "due_on": deal.due_on,
        "instrument": deal.instrument,
        "rate": deal.rate,
        **_stages(balance, Side.OFFER, offer.balance.unit, "offer_"),
        "offer_unit": offer.balance.unit.code,
        "note": deal.note,
    }


def _stages(balance: DealBalance, side: Side, unit: Unit, prefix: str = "") -> dict[str, str]:
    stages = balance.need if side is Side.NEED else balance.offer
    return {
        f"{prefix}{stage}": format_amount(stages.get(stage, 0), unit.decimals)
        for stage in DEAL_STAGES
    }


def deal_document(
    snapshot: Snapshot, balance: DealBalance, entries: Iterable[Entry]
) -> dict[str, Any]:
    """Give all there is to know of one deal, with its entries in recorded order."""
    deal = balance.deal
    need, offer = snapshot.need_facts[deal.need], snapshot.offer_facts[deal.offer]
    return {
        "schema": "cityfund.deal/1",
        **deal_row(snapshot, balance),
        "title": need.project.title,
        "city_name": need.city.name,
        "provider": offer.provider.code,
        "provider_name": offer.provider.name,
        "acts": list(_acts(snapshot, entries)),
    }


def _acts(snapshot: Snapshot, entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        moved = {one.side: one for one in reversed(entry.movements) if one.deal is not None}
        row: dict[str, Any] = {
            "entry": entry.number,
            "effective_on": entry.effective_on,
            "act": entry.act.value,
            "reference": entry.reference,
            "actor": entry.actor,
            "reason": entry.reason,
            "override": entry.override,
            "proposal": None if entry.proposed is None else entry.proposed.proposal,
            "proposal_line": None if entry.proposed is None else entry.proposed.line,
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
    columns = [one for one in _ACT_COLUMNS if not (one_unit and one.key.startswith("offer_"))]
    yield ""
    yield from table_lines(document["acts"], columns)
