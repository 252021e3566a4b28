"""What the check of proposals reads: values as the database holds them, taken on no trust."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, and_, func, select

from ledger.checks.proposals import IntroducedRow, ProposedLineRow, ProposedRow
from ledger.journal import PROPOSED_FORMAT
from ledger.store.check_reading import decimal_held, raw, stream
from ledger.store.tables import (
    deal,
    entry,
    introduced_line,
    movement,
    need,
    proposal,
    proposal_line,
    proposal_project,
)

_LEVELS: Final = ("complete_value", "complete_bound", "coverage_value", "coverage_bound")


def read_proposed(connection: Connection) -> Iterator[ProposedRow]:
    """Read every proposal with its lines and projects, and what names one that is not there."""
    columns = (raw(proposal.c[name]) for name in _LEVELS)
    query = select(proposal.c.id, proposal.c.code, raw(proposal.c.lines), *columns)
    heads = {row[0]: tuple(row[1:]) for row in connection.execute(query)}
    lines = _grouped(connection, proposal_line)
    projects = _grouped(connection, proposal_project)
    for identity in sorted({*heads, *lines, *projects}, key=str):
        code, announced, *levels = heads.get(identity, (None, 0, *(None for _ in _LEVELS)))
        yield ProposedRow(
            name=f"proposal {code or f'with id {identity}'}",
            code=code,
            announced=announced,
            levels=tuple(decimal_held(one, least=0) for one in levels),
            lines=tuple(_line(row) for row in lines.get(identity, ())),
            weights=tuple(row[-1] for row in projects.get(identity, ())),
        )


def _grouped(connection: Connection, table: Table) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    query = select(*map(raw, table.columns)).order_by(*table.primary_key.columns)
    for identity, *rest in stream(connection, query):
        found.setdefault(identity, []).append(rest)
    return found


def _line(row: Iterable[Any]) -> ProposedLineRow:
    *parts, rate = row
    return ProposedLineRow._make((*parts, decimal_held(rate)))


def read_introduced(connection: Connection) -> Iterator[IntroducedRow]:
    """Read every line that was taken up beside the entry that names it."""
    for row in stream(connection, _introduced()):
        named = row.code or f"the proposal with id {row.proposal_id}"
        yield IntroducedRow(
            entry=row.entry_id,
            proposal=named,
            line=row.line,
            act=row.act,
            format=row.format,
            sides=(row.deal_offer, row.deal_need),
            proposed_sides=(row.offer_id, row.need_id),
            rates=(decimal_held(row.deal_rate), decimal_held(row.rate)),
            amounts=(row.amount, row.need_amount),
        )


def _introduced() -> Select[Any]:
    part, line = introduced_line.c, proposal_line.c
    return (
        select(
            part.entry_id,
            part.proposal_id,
            part.line,
            proposal.c.code,
            raw(entry.c.act).label("act"),
            raw(entry.c.format).label("format"),
            deal.c.offer_id.label("deal_offer"),
            deal.c.need_id.label("deal_need"),
            raw(deal.c.rate).label("deal_rate"),
            line.offer_id,
            line.need_id,
            raw(line.rate).label("rate"),
            line.need_amount,
            _moved().label("amount"),
        )
        .select_from(introduced_line)
        .outerjoin(
            proposal_line, and_(line.proposal_id == part.proposal_id, line.line == part.line)
        )
        .outerjoin(proposal, proposal.c.id == part.proposal_id)
        .outerjoin(entry, entry.c.id == part.entry_id)
        .outerjoin(deal, deal.c.id == entry.c.deal_id)
        .order_by(part.entry_id)
    )


def _moved() -> Any:
    """Give what an entry moved of its need."""
    return (
        select(func.max(movement.c.amount))
        .join(need, need.c.id == movement.c.holder_id)
        .where(movement.c.entry_id == introduced_line.c.entry_id)
        .scalar_subquery()
    )


def read_unnamed(connection: Connection) -> Iterable[int]:
    """Find entries laid out as naming the line of a proposal that name none."""
    named = select(introduced_line.c.entry_id)
    query = select(entry.c.id).where(entry.c.format == PROPOSED_FORMAT, entry.c.id.not_in(named))
    return connection.execute(query.order_by(entry.c.id)).scalars().all()
