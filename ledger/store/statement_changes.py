"""Which providers have to be compared again: those of whom anything was recorded since the last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, tzinfo
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select, union

from ledger import __version__
from ledger.dating import day_of
from ledger.statements.keeping import Event
from ledger.store import tables
from ledger.store.book import settled
from ledger.store.findings import last_number
from ledger.store.night_tables import night_run, night_step
from ledger.store.statement_tables import finding, finding_event, statement

STATEMENTS_STEP: Final = "statements"


def recorded_through(connection: Connection) -> int:
    """Give a request's number: all of its number or a lower one are recorded, and none will be."""
    number, moment = tables.request.c.id, tables.request.c.recorded_at
    last = connection.execute(select(func.max(number))).scalar() or 0
    before = settled(connection)
    if before is None:
        return int(last)
    unsettled = connection.execute(select(func.min(number)).where(moment > before)).scalar()
    return int(last if unsettled is None else unsettled - 1)


def unchanged_providers(
    connection: Connection, day: date, basis: Mapping[str, int | str], zone: tzinfo
) -> frozenset[str]:
    """Give the providers whose comparison cannot come to anything else than it did the last time.

    That is: all agreed then, on the same `basis`; no statement of theirs and no act of their
    deals was recorded since; and no act was dated after the night that was compared for.
    """
    last = _last_compared(connection)
    if last is None or last.day > day or day_of(last.ended_at, zone) != last.day:
        return frozenset()
    figures = json.loads(last.figures)
    through = figures.get("through_request")
    if last.program != f"cityfund {__version__}" or not isinstance(through, int):
        return frozenset()
    if any(figures.get(name) != value for name, value in basis.items()):
        return frozenset()
    sent = select(tables.provider.c.code).join(statement)
    changed = connection.execute(union(_changed_since(through), _differing())).scalars()
    return frozenset(connection.execute(sent.distinct()).scalars()) - frozenset(changed)


def _last_compared(connection: Connection) -> Any:
    query = (
        select(night_run.c.day, night_run.c.program, night_step.c.figures, night_step.c.ended_at)
        .join(night_step, night_step.c.run_id == night_run.c.id)
        .where(night_step.c.name == STATEMENTS_STEP)
        .order_by(night_run.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def _changed_since(request: int) -> Select[Any]:
    """Select the providers with new statements, or with new acts of their deals."""
    provider, offer, deal, entry = tables.provider, tables.offer, tables.deal, tables.entry
    acts = (
        select(offer.c.provider_id)
        .join(deal, deal.c.offer_id == offer.c.id)
        .join(entry, entry.c.deal_id == deal.c.id)
        .where(entry.c.request_id > request)
    )
    sent = select(statement.c.provider_id).where(statement.c.request_id > request)
    return select(provider.c.code).where(provider.c.id.in_(acts.union(sent)))


def _differing() -> Select[Any]:
    """Select the providers with a finding that no night found gone, open or settled."""
    provider, event = tables.provider, finding_event.c
    return (
        select(provider.c.code)
        .join(finding, finding.c.provider_id == provider.c.id)
        .join(finding_event, event.finding_id == finding.c.id)
        .where(event.number == last_number(), event.event != Event.HEALED)
    )
