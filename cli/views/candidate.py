"""Candidates: each pair with its verdict, what it could take now, and every rule it fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_rows
from cli.framework.register_commands import resolve_code
from cli.framework.session import ledger_of, rate_days_of, times_of
from cli.framework.terminal import note
from cli.views.columns import columns
from cli.views.rate import note_old_rates
from ledger.core.quantity import format_amount, format_quantity
from ledger.reports.table import Column

if TYPE_CHECKING:
    from ledger.usecases.candidates import Candidate

_OFFER = columns("offer provider_name")
_NEED = columns("need project_title city_name", project_title="Project")
_VERDICT = columns("eligible takes why_not")
_MORE = columns("quantity unit offer_quantity offer_unit provider project")
_SAID = frozenset({"takes", "why_not"})


def emit_candidates(call: Call, side: str, typed: str, *, every: bool) -> None:
    """Write every offer for a need, or every need for an offer, nearest first."""
    from ledger.usecases.candidates import (  # noqa: PLC0415 - brings the store
        candidates_for_need,
        candidates_for_offer,
        needs_before,
        old_rates_between,
    )

    find = candidates_for_need if side == "need" else candidates_for_offer
    with ledger_of(call).reader(times_of(call)) as reader:
        code = resolve_code(reader, side, typed)
        candidates = find(reader, code, everything=every)
        old = old_rates_between(reader, candidates, rate_days_of(call))
        waited_for = []
        if side == "need":
            need = reader.some(side, [code]).records(side)[code]
            waited_for = [one for one in needs_before(reader, need) if one.is_waited_for]
    rows = list(_rows(candidates))
    if call.as_documents:
        rows = [{key: row[key] for key in row if key not in _SAID} for row in rows]
    head = {
        "schema": "cityfund.candidates/1",
        side: code,
        "old_rates": [one.to_dict() for one in old],
    }
    if side == "need":
        head["waits_for"] = [one.need for one in waited_for]
    emit_rows(rows, _columns(call, side), call.read, head=head)
    if waited_for:
        others = "; ".join(one.text for one in waited_for)
        note(call, f"{code} can be held now; it is committed after others: {others}")
    note_old_rates(call, old)


def _columns(call: Call, side: str) -> list[Column]:
    first, other = (_OFFER, _NEED) if side == "need" else (_NEED, _OFFER)
    if call.for_people:
        return [*first, *_VERDICT, *(replace(one, table=False) for one in (*other, *_MORE))]
    return [*_OFFER, *_NEED, _VERDICT[0], *_MORE, _VERDICT[-1]]


def _rows(candidates: Iterable[Candidate]) -> Iterable[dict[str, Any]]:
    for one in candidates:
        need, offer = one.need, one.offer
        yield {
            "offer": offer.offer.code,
            "need": need.need.code,
            "eligible": one.eligible,
            "quantity": _amount(one.need_amount, need.balance.unit.decimals),
            "unit": need.balance.unit.code,
            "offer_quantity": _amount(one.offer_amount, offer.balance.unit.decimals),
            "offer_unit": offer.balance.unit.code,
            "failures": [
                {"rule": failure.rule, "sentence": failure.sentence} for failure in one.failures
            ],
            "provider": offer.provider.code,
            "provider_name": offer.provider.name,
            "project": need.project.code,
            "project_title": need.project.title,
            "city_name": need.city.name,
            "takes": _takes(one),
            "why_not": _why_not(one),
        }


def _why_not(one: Candidate) -> str:
    """Describe the failed rules of a pair, or why its amount is unknown."""
    if one.failures:
        return "; ".join(f"{failure.rule}: {failure.sentence}" for failure in one.failures)
    here, there = one.need.balance.unit.code, one.offer.balance.unit.code
    if one.need_amount is None and here != there:
        return f"no rate from {here} to {there} yet"
    return ""


def _takes(one: Candidate) -> str:
    """Return the possible amount of an eligible pair."""
    if not one.eligible:
        return ""
    if one.need_amount is None:
        return "unknown"
    return format_quantity(one.need_amount, one.need.balance.unit)


def _amount(amount: int | None, decimals: int) -> str | None:
    return None if amount is None else format_amount(amount, decimals)
