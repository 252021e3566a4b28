"""The balances of needs and offers: bars, amounts by stage, deals."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cli.framework.terminal import draws_blocks, fitted
from cli.views.deal import deal_row
from ledger.core.factors import Side
from ledger.core.quantity import Unit, format_amount, format_quantity, short_quantity
from ledger.core.text import counted
from ledger.gaps.rows import coverage_ratio
from ledger.journal.balance import Balance
from ledger.reports.bars import ASCII_GLYPHS, GLYPHS, legend, stage_bar
from ledger.usecases.due import parts_by_deal

if TYPE_CHECKING:
    from ledger.eligibility.counts import EligibleCount
    from ledger.journal.balance import DealBalance
    from ledger.store.session.snapshot import Snapshot

BAR_WIDTH = 30
_SHOWN = {
    Side.NEED: ("delivered", "committed", "held", "open", "withdrawn"),
    Side.OFFER: ("delivered", "committed", "held", "available", "withdrawn", "expired"),
}


def brief(amount: int, unit: Unit) -> str:
    """Write an amount in short where that is exact, else in full: `40M EUR`, `1,234.56 EUR`."""
    short = short_quantity(amount, unit)
    return format_quantity(amount, unit) if short.startswith("≈") else short


def bar_of(balance: Balance) -> str:
    """Draw the stages of a quantity as a bar; empty if there is none."""
    stages = {stage.value: amount for stage, amount in balance.stages.items()}
    return stage_bar(stages, BAR_WIDTH, unicode=draws_blocks(sys.stdout))


def bar_legend() -> str:
    """Return the legend of the bars."""
    return legend(unicode=draws_blocks(sys.stdout))


def stages_text(balance: Balance) -> str:
    """Describe the stages that are not zero: `committed 20M · open 80M EUR`."""
    return _stages_text(balance, _SHOWN[balance.side]) or f"0 {balance.unit.code}"


def _stages_text(balance: Balance, names: Iterable[str]) -> str:
    """Describe the named stages that are not zero, with the unit at the end."""
    unit = balance.unit
    named = {stage.value: amount for stage, amount in balance.stages.items()}
    parts = [
        f"{name} {brief(named[name], unit).removesuffix(unit.code).rstrip()}"
        for name in names
        if named.get(name)
    ]
    return f"{' · '.join(parts)} {unit.code}" if parts else ""


def stage_lines(balance: Balance) -> Iterator[str]:
    """Draw a standing, then each stage that holds anything on a line of its own, exactly."""
    if not balance.declared:
        yield f"Not declared: its declaration was reversed (unit: {balance.unit.code})."
        return
    if not balance.quantified:
        yield f"The amount is not known yet (unit: {balance.unit.code})."
        return
    if bar := bar_of(balance):
        yield bar
    glyphs = GLYPHS if draws_blocks(sys.stdout) else ASCII_GLYPHS
    named = {stage.value: amount for stage, amount in balance.stages.items()}
    shown = [name for name in _SHOWN[balance.side] if named.get(name)]
    texts = [format_quantity(named[name], balance.unit) for name in shown]
    wide = max(map(len, texts), default=0)
    for name, text in zip(shown, texts, strict=True):
        yield f"{glyphs.get(name, ' ')} {name:<9}  {text:>{wide}}"


def wrapped(text: str, indent: str = "", hanging: str = "  ") -> list[str]:
    """Break a long line between words on a terminal; later lines are indented by `hanging` more."""
    indented = len(indent) + len(hanging)
    return fitted(text, sys.stdout, start=indent, indent=indented).splitlines()


def need_facts_row(balance: Balance, fit: EligibleCount | None) -> dict[str, Any]:
    """Return the gap, coverage and eligible offers of a need; None is unknown."""
    closed = balance.committed + balance.delivered
    known = balance.quantified
    return {
        "gap": format_amount(balance.gap, balance.unit.decimals) if known else None,
        "coverage": coverage_ratio(closed, balance.net) if known else None,
        "eligible_offers": None if fit is None else fit.eligible,
        "main_obstacle": None if fit is None else fit.obstacle,
    }


def gap_text(balance: Balance, fit: EligibleCount) -> str:
    """Describe a need's gap, its eligible offers and, if there are none, the main obstacle.

    Empty for a withdrawn need.
    """
    if balance.quantified and balance.net == 0:
        return ""
    if balance.quantified and balance.gap == 0:
        return "covered"
    if not balance.quantified:
        return "offers cannot be checked until the amount is known"
    gap = f"gap {format_quantity(balance.gap, balance.unit)}"
    offers = f"{fit.eligible:,} of {counted(fit.total, 'offer')} eligible" if fit.total else ""
    obstacle = "" if fit.eligible else fit.obstacle or ""
    return " · ".join(part for part in (gap, offers, obstacle) if part)


def deals_of(snapshot: Snapshot, deals: Iterable[DealBalance]) -> list[dict[str, Any]]:
    """Return the rows of deals, with their providers."""
    parts = parts_by_deal(snapshot)
    return [
        {
            **deal_row(snapshot, one, parts[one.deal.code]),
            "provider": snapshot.offer_facts[one.deal.offer].provider.code,
            "provider_name": snapshot.offer_facts[one.deal.offer].provider.name,
        }
        for one in deals
    ]


def deal_section(snapshot: Snapshot, deals: Sequence[DealBalance]) -> Iterator[str]:
    """List deals under a heading; nothing if there are none."""
    if deals:
        yield ""
        yield "DEALS"
        yield from deal_lines(snapshot, deals, "  ")


def deal_lines(
    snapshot: Snapshot,
    deals: Iterable[DealBalance],
    indent: str = "",
    *,
    include_empty: bool = True,
) -> Iterator[str]:
    """Describe each deal in a line: offer, provider, need and quantities.

    Without `include_empty`, deals with nothing outstanding are omitted.
    """
    for one in deals:
        need = snapshot.need_facts[one.deal.need].balance
        amounts = Balance(Side.NEED, one.deal.need, need.unit, one.need)
        if not (include_empty or any(one.need.values())):
            continue
        provider = snapshot.offer_facts[one.deal.offer].provider
        stage_text = (
            _stages_text(amounts, ("delivered", "committed", "held")) or "nothing outstanding"
        )
        until = f", until {one.deal.held_until}" if amounts.held and one.deal.held_until else ""
        text = f"{one.deal.code}  {one.deal.offer} {provider.name} → {one.deal.need}: {stage_text}"
        yield from wrapped(f"{text}{until}", indent, "        ")
