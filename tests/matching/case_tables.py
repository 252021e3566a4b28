"""A Case as canonical tables, so that a real ledger can be filled with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from judge import written
from match_cases import Case, CaseDeal, CaseNeed, CaseOffer

Row = dict[str, str]
DECLARED, WITHDRAWN, ACTED = "2026-01-01", "2026-01-15", "2026-02-01"
HELD_UNTIL = "2027-12-31"


def tables_of(case: Case) -> dict[str, list[Row]]:
    """Write every canonical table of a Case that has rows."""
    tables = {
        "cities": [_row(code=c.code, name=c.code.title(), country=c.country) for c in case.cities],
        "providers": [_row(code="FUND", name="Fund", kind="fund")],
        "projects": [
            _row(
                code=p.code,
                title=p.code.title(),
                city=p.city,
                sector=p.sector,
                status=p.status,
                weight=p.weight,
            )
            for p in case.projects
        ],
        "needs": [_need(need) for need in case.needs],
        "offers": [_offer(offer) for offer in case.offers],
        "changes": list(_withdrawals(case)),
        "deals": [row for deal in case.deals for row in _acts(case, deal)],
        "rates": [
            _row(date=r.day, base=r.base, quote=r.quote, rate=f"{r.rate:f}") for r in case.rates
        ],
    }
    return {name: rows for name, rows in tables.items() if rows}


def _row(**cells: Any) -> Row:
    return {name: _cell(value) for name, value in cells.items()}


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ";".join(value)
    return "" if value is None else str(value)


def _amount(amount: int | None, unit: str) -> str:
    return "" if amount is None else written(amount, unit)


def _need(need: CaseNeed) -> Row:
    return _row(
        code=need.code,
        project=need.project,
        factor=need.factor,
        topic=need.topic,
        quantity=_amount(need.required, need.unit),
        unit=need.unit,
        declared_on=DECLARED,
        needed_by=need.needed_by,
        divisible=need.divisible,
        instruments=need.instruments,
    )


def _offer(offer: CaseOffer) -> Row:
    same = (
        *("code", "factor", "unit", "topics", "valid_from", "valid_until", "available_from"),
        *("sectors", "countries", "regions", "cities", "excluded_countries", "instruments"),
        "max_share",
    )
    return _row(
        **{name: getattr(offer, name) for name in same},
        provider="FUND",
        declared_on=DECLARED,
        quantity=_amount(offer.capacity, offer.unit),
        min_ticket=_amount(offer.min_ticket, offer.unit),
        max_ticket=_amount(offer.max_ticket, offer.unit),
        condition="complete" if offer.only_complete else None,
        rate=offer.cost,
    )


def _withdrawals(case: Case) -> Iterator[Row]:
    sides: Iterable[tuple[str, CaseNeed | CaseOffer]]
    sides = [*(("need", one) for one in case.needs), *(("offer", one) for one in case.offers)]
    for table, one in sides:
        if not one.withdrawn:
            continue
        total = one.required if isinstance(one, CaseNeed) else one.capacity
        for act, amount, day in (
            ("declared", total, DECLARED),
            ("withdrawn", one.withdrawn, WITHDRAWN),
        ):
            yield _row(
                table=table,
                code=one.code,
                act=act,
                quantity=_amount(amount, one.unit),
                unit=one.unit,
                effective_on=day,
            )


def _acts(case: Case, deal: CaseDeal) -> Iterator[Row]:
    """Give the acts that bring a deal to where it stands, whatever the offer's mandate says."""
    unit = case.need[deal.need].unit
    same = _row(offer=deal.offer, need=deal.need, code=deal.code, unit=unit, effective_on=ACTED)
    same |= {"rate": f"{deal.rate:f}" if unit != case.offer[deal.offer].unit else ""}
    same |= {"override": "it lived before the offer's terms were these"}
    if deal.held[0]:
        quantity = written(deal.held[0], unit)
        yield {**same, "act": "introduced", "quantity": quantity, "held_until": HELD_UNTIL}
    if signed := deal.committed[0] + deal.delivered[0]:
        yield {**same, "act": "committed", "quantity": written(signed, unit)}
    if deal.delivered[0]:
        later = {name: same[name] for name in ("code", "offer", "need", "unit", "effective_on")}
        yield {**later, "act": "delivered", "quantity": written(deal.delivered[0], unit)}
