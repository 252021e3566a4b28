"""How a proposal is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.output import Column

if TYPE_CHECKING:
    from ledger.matching.proposal import Proposal

LINE_COLUMNS = [
    Column("project", "Project", kind="code"),
    Column("need", "Need", kind="code"),
    Column("factor", "Factor", spare=1),
    Column("offer", "Offer", kind="code"),
    Column("quantity", "Quantity", kind="amount", unit="unit"),
    Column("unit", "Unit", kind="code", table=False),
    Column("offer_quantity", "Of the offer", kind="amount", table=False),
    Column("offer_unit", "Offer unit", kind="code", table=False),
    Column("rate", "Rate", kind="number", table=False),
]


def match_head(proposal: Proposal, seconds: float) -> dict[str, Any]:
    """Give what stands before the lines in `cityfund.match/1`."""
    return {
        "schema": "cityfund.match/1",
        "as_of": proposal.day,
        "solver": proposal.solver,
        "seconds": round(seconds, 3),
        "limited": proposal.limited,
        "levels": proposal.levels(),
        "complete": list(proposal.complete),
        "without_rate": [
            {"need_unit": need, "offer_unit": offer} for need, offer in proposal.without_rate
        ],
    }
