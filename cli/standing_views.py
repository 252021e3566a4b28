"""Where needs and offers stand, drawn and said: bars, amounts by stage, deals."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cli.deal_views import deal_row
from cli.output import Column
from cli.terminal import is_unicode
from ledger.factors import Side
from ledger.gaps import coverage
from ledger.quantity import format_amount, format_quantity
from ledger.reports.bars import legend, stage_bar
from ledger.reports.cells import grouped
from ledger.reports.text_table import table_chunks
from ledger.standing import Standing

if TYPE_CHECKING:
    from ledger.buckets import EligibleCount
    from ledger.standing import DealStanding
    from ledger.store.picture import Picture

BAR_WIDTH = 30
_SHOWN = {
    Side.NEED: ("delivered", "committed", "held", "open", "withdrawn"),
    Side.OFFER: ("delivered", "committed", "held", "available", "withdrawn", "expired"),
}
_DEAL_COLUMNS = [
    Column("deal", "Deal", kind="code"),
    Column("offer", "Offer", kind="code"),
    Column("need", "Need", kind="code"),
    Column("provider_name", "Provider"),
    Column("held", "Held", kind="amount"),
    Column("committed", "Committed", kind="amount"),
    Column("delivered", "Delivered", kind="amount"),
    Column("unit", "Unit", kind="code"),
    Column("held_until", "Held until", kind="date"),
]


def bar_of(standing: Standing) -> str:
    """Draw where a quantity stands; an empty text where there is none to draw."""
    stages = {stage.value: amount for stage, amount in standing.stages.items()}
    return stage_bar(stages, BAR_WIDTH, unicode=is_unicode(sys.stdout))


def bar_legend() -> str:
    """Say what the characters of the bars mean."""
    return legend(unicode=is_unicode(sys.stdout))


def stages_said(standing: Standing) -> str:
    """Say the stages that hold anything: `committed 20.00 · open 80.00 EUR`."""
    named = {stage.value: amount for stage, amount in standing.stages.items()}
    decimals = standing.unit.decimals
    parts = [
        f"{name} {grouped(format_amount(named[name], decimals))}"
        for name in _SHOWN[standing.side]
        if named.get(name)
    ]
    return f"{' · '.join(parts)} {standing.unit.code}" if parts else "nothing"


def standing_lines(standing: Standing, indent: str = "") -> Iterator[str]:
    """Draw a standing and say it below, or say that its amount is unknown."""
    if not standing.quantified:
        yield f"{indent}amount not known yet (counted in {standing.unit.code})"
        return
    drawn = bar_of(standing)
    if drawn:
        yield f"{indent}{drawn}"
    yield f"{indent}{stages_said(standing)}"


def need_facts_row(standing: Standing, found: EligibleCount | None) -> dict[str, Any]:
    """Lay out what a need lacks and who could give it; None is unknown."""
    closed = standing.committed + standing.delivered
    known = standing.quantified
    return {
        "gap": format_amount(standing.gap, standing.unit.decimals) if known else None,
        "coverage": coverage(closed, standing.net) if known else None,
        "eligible_offers": None if found is None else found.eligible,
        "main_obstacle": None if found is None else found.obstacle,
    }


def lack_said(standing: Standing, found: EligibleCount) -> str:
    """Say a need's gap, how many offers could help, and what most stands in the way."""
    if standing.quantified and standing.net == 0:
        return "withdrawn"
    if standing.quantified and standing.gap == 0:
        return "covered"
    gap = f"gap {format_quantity(standing.gap, standing.unit)}" if standing.quantified else ""
    offers = f"{found.eligible} of {found.of} offers eligible" if found.of else ""
    return " · ".join(part for part in (gap, offers, found.obstacle or "") if part)


def deals_of(picture: Picture, deals: Iterable[DealStanding]) -> list[dict[str, Any]]:
    """Lay deals out with the names of their providers."""
    rows = []
    for one in deals:
        provider = picture.offer_facts[one.deal.offer].provider
        rows.append(
            {
                **deal_row(picture, one),
                "provider": provider.code,
                "provider_name": provider.name,
            }
        )
    return rows


def deal_lines(rows: list[dict[str, Any]], *, without: str = "", indent: str = "") -> Iterator[str]:
    """Tell deals as a small table, leaving out the column that is the same for all."""
    columns = [column for column in _DEAL_COLUMNS if column.key != without]
    if without == "offer":
        columns = [column for column in columns if column.key != "provider_name"]
    if rows:
        yield from (f"{indent}{line.rstrip()}" for line in table_chunks(rows, columns))
