"""Stored proposals: their rows, read back with the lines introduced since."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, case, func, select

from ledger.core.factors import Stage
from ledger.core.quantity import Unit
from ledger.core.text import code_number, normalised_code
from ledger.deals.deal import exact_rate, recorded_rate
from ledger.matching.plan import QUICK_PLAN_SOLVER, Level
from ledger.matching.proposal import Cost, Line, Proposal
from ledger.matching.stored import AcceptedLine, StoredProposal, decimal_of, rounded, rounded_cost
from ledger.registers.table import code_prefixes
from ledger.store.db import tables
from ledger.store.db.clock import known_by
from ledger.store.db.queries import StoredUnits
from ledger.store.db.tables import (
    deal,
    entry,
    introduced_line,
    movement,
    need,
    offer,
    project,
    proposal,
    proposal_line,
    proposal_project,
    receipt,
    request,
)
from ledger.store.journal.balances import Times
from ledger.store.registers import in_error

_SEPARATOR = "/"


def proposal_rows(
    identity: int,
    stored: StoredProposal,
    id_of: Callable[[str, str], int],
    written: Mapping[str, Any],
) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Build the rows of a proposal. `id_of` gives a record's id by its kind and code.

    `written` are the request that it is written under, and its timestamp.
    """
    yield proposal, {**_row(identity, stored), **written}
    for number, line in stored.numbered_lines:
        rate, rate_exact = recorded_rate(line.rate)
        row = {
            "proposal_id": identity,
            "line": number,
            "offer_id": id_of("offer", line.offer),
            "need_id": id_of("need", line.need),
            "need_amount": line.amount,
            "need_unit": line.unit.code,
            "offer_amount": line.offer_amount,
            "offer_unit": line.offer_unit.code,
            "rate": rate,
            "rate_exact": rate_exact,
        }
        yield proposal_line, row
    for code, weight in stored.weights.items():
        row = {"proposal_id": identity, "project_id": id_of("project", code), "weight": weight}
        yield proposal_project, row


def _row(identity: int, stored: StoredProposal) -> dict[str, Any]:
    rounded_proposal = rounded(stored.proposal)
    return {
        "id": identity,
        "code": stored.code,
        "folded": normalised_code(stored.code),
        "number": code_number(code_prefixes()["proposal"], stored.code),
        "day": rounded_proposal.day,
        "selection": json.dumps(stored.selection, ensure_ascii=False),
        "solver": rounded_proposal.solver,
        "limited": rounded_proposal.limit_reached,
        "milliseconds": stored.milliseconds,
        "complete_value": decimal_of(rounded_proposal.complete_level.value),
        "complete_bound": decimal_of(rounded_proposal.complete_level.bound),
        "coverage_value": decimal_of(rounded_proposal.coverage_level.value),
        "coverage_bound": decimal_of(rounded_proposal.coverage_level.bound),
        "cost": rounded_cost(rounded_proposal.cost),
        "cost_unit": rounded_proposal.cost.unit.code,
        "cost_unknown": rounded_proposal.cost.unknown,
        "without_rate": tuple(_SEPARATOR.join(pair) for pair in rounded_proposal.without_rate),
        "solved_on": stored.solved_on,
        "lines": len(rounded_proposal.lines),
        "reason": stored.reason,
    }


def latest_code(connection: Connection) -> str | None:
    """Give the code of the proposal that was stored last; None where there is none."""
    newest = select(func.max(proposal.c.id)).scalar_subquery()
    return connection.execute(select(proposal.c.code).where(proposal.c.id == newest)).scalar()


def latest_pairs(
    connection: Connection, known_at: datetime | None = None
) -> tuple[str, list[tuple[str, str]]] | None:
    """Give the code of the last proposal known, and the offer and need of each of its lines."""
    newest = select(proposal.c.id, proposal.c.code).order_by(proposal.c.id.desc()).limit(1)
    if known_at is not None:
        newest = newest.where(known_by(proposal, known_at))
    row = connection.execute(newest).first()
    if row is None:
        return None
    lines = (
        select(offer.c.code, need.c.code)
        .join_from(proposal_line, offer, offer.c.id == proposal_line.c.offer_id)
        .join(need, need.c.id == proposal_line.c.need_id)
        .where(proposal_line.c.proposal_id == row.id)
        .order_by(proposal_line.c.line)
    )
    return row.code, [(one, other) for one, other in connection.execute(lines)]


def read_proposal(connection: Connection, code: str) -> StoredProposal:
    """Read a proposal by its exact code, with its lines and what was taken up of them."""
    return next(iter(_read(connection, code)))


def receipt_of(connection: Connection, code: str) -> dict[str, Any]:
    """Read the receipt with which a proposal was stored; empty where none is kept."""
    query = (
        select(receipt.c.body)
        .join(proposal, proposal.c.request_id == receipt.c.request_id)
        .where(proposal.c.code == code)
    )
    body = connection.execute(query).scalar()
    return {} if body is None else dict(json.loads(body))


def read_proposals(connection: Connection) -> list[StoredProposal]:
    """Read every proposal, oldest first, in a handful of statements."""
    return list(_read(connection, None))


def last_proposal(
    connection: Connection, selection: Sequence[str], day: date, times: Times
) -> StoredProposal | None:
    """Read the last proposal of the same filters, known then and dated on or before a day."""
    query = (
        select(proposal.c.code, proposal.c.selection)
        .where(proposal.c.day <= day)
        .order_by(proposal.c.id.desc())
    )
    if times.known_at is not None:
        query = query.where(known_by(proposal, times.known_at))
    asked = set(selection)
    for code, filters in connection.execute(query):
        if set(json.loads(filters)) == asked:
            return read_proposal(connection, code)
    return None


def introduced_since(
    connection: Connection, last_entry: int | None, times: Times
) -> dict[tuple[str, str], int]:
    """Sum what was introduced after an entry and not released, by the codes of need and offer."""
    query = (
        select(need.c.code, offer.c.code)
        .add_columns(movement.c.from_stage, movement.c.to_stage, movement.c.amount)
        .select_from(movement)
        .join(entry, entry.c.id == movement.c.entry_id)
        .join(deal, deal.c.id == movement.c.deal_id)
        .join(need, (need.c.id == deal.c.need_id) & (need.c.id == movement.c.holder_id))
        .join(offer, offer.c.id == deal.c.offer_id)
        .where(movement.c.entry_id > (last_entry or 0))
    )
    if times.as_of is not None:
        query = query.where(movement.c.effective_on <= times.as_of)
    if times.known_at is not None:
        query = query.where(known_by(entry, times.known_at))
    amounts: Counter[tuple[str, str]] = Counter()
    for need_code, offer_code, from_stage, to_stage, amount in connection.execute(query):
        leaves, returns = from_stage is Stage.OPEN, to_stage is Stage.OPEN
        amounts[need_code, offer_code] += amount * (leaves - returns)
    return {pair: amount for pair, amount in amounts.items() if amount > 0}


def _read(connection: Connection, code: str | None) -> Iterator[StoredProposal]:
    units = StoredUnits(connection)
    lines = _by_proposal(connection, _lines(), code)
    weights = _by_proposal(connection, _projects(), code)
    introduced = _by_proposal(connection, _introduced_query(), code)
    for row in connection.execute(_restrict_to_code(_proposals(), code)):
        projects = sorted(tuple(one) for one in weights.get(row.id, []))
        yield StoredProposal(
            code=row.code,
            proposal=_proposal(row, lines.get(row.id, []), [one for one, _ in projects], units),
            weights=dict(projects),
            selection=tuple(json.loads(row.selection)),
            milliseconds=row.milliseconds,
            solved_on=row.solved_on,
            recorded_at=row.recorded_at,
            actor=row.actor,
            reason=row.reason,
            accepted={
                line: AcceptedLine(number, by) for line, number, by in introduced.get(row.id, [])
            },
        )


def _proposal(
    row: Any, lines: list[Any], complete: list[str], units: Mapping[str, Unit]
) -> Proposal:
    unit = units[row.cost_unit]
    return Proposal(
        day=row.day,
        solver=row.solver,
        complete_level=_level(row.complete_value, row.complete_bound, row.solver),
        coverage_level=_level(row.coverage_value, row.coverage_bound, row.solver),
        cost=Cost(Fraction(row.cost) * 10**unit.decimals, row.cost_unknown, unit),
        complete=tuple(complete),
        lines=tuple(_line(one, units) for one in lines),
        without_rate=tuple(_pair(pair) for pair in row.without_rate),
        limit_reached=row.limited,
    )


def _level(value: Decimal, bound: Decimal, solver: str) -> Level:
    return Level(Fraction(value), Fraction(bound), solver != QUICK_PLAN_SOLVER)


def _pair(text: str) -> tuple[str, str]:
    need_unit, _, offer_unit = text.partition(_SEPARATOR)
    return need_unit, offer_unit


def _line(row: Any, units: Mapping[str, Unit]) -> Line:
    offer_code, need_code, project_code, factor, amount, unit, *rest = row
    offer_amount, offer_unit, rate, rate_exact = rest
    return Line(
        offer=offer_code,
        need=need_code,
        project=project_code,
        factor=factor.value,
        amount=amount,
        unit=units[unit],
        offer_amount=offer_amount,
        offer_unit=units[offer_unit],
        rate=exact_rate(rate, rate_exact),
    )


def _restrict_to_code(query: Select[Any], code: str | None) -> Select[Any]:
    return query if code is None else query.where(proposal.c.code == code)


def _by_proposal(
    connection: Connection, query: Select[Any], code: str | None
) -> dict[int, list[Any]]:
    by_identity: dict[int, list[Any]] = {}
    for identity, *rest in connection.execute(_restrict_to_code(query, code)):
        by_identity.setdefault(identity, []).append(rest)
    return by_identity


def _proposals() -> Select[Any]:
    return (
        select(proposal, request.c.actor)
        .join(request, request.c.id == proposal.c.request_id)
        .order_by(proposal.c.id)
    )


def _lines() -> Select[Any]:
    line = proposal_line.c
    return (
        select(
            line.proposal_id,
            _shown_code(offer),
            _shown_code(need),
            _shown_code(project),
            need.c.factor,
            *line["need_amount", "need_unit", "offer_amount", "offer_unit", "rate", "rate_exact"],
        )
        .join_from(proposal, proposal_line, line.proposal_id == proposal.c.id)
        .join(offer, offer.c.id == line.offer_id)
        .join(need, need.c.id == line.need_id)
        .join(project, project.c.id == need.c.project_id)
        .order_by(line.proposal_id, line.line)
    )


def _shown_code(table: Table) -> ColumnElement[str]:
    """Select a code; that of a record in error is marked, for another may have the code now."""
    marked = in_error(table.name, table.c.id)
    return case((marked, table.c.code.concat(" (in error)")), else_=table.c.code)


def _projects() -> Select[Any]:
    part = proposal_project.c
    return (
        select(part.proposal_id, _shown_code(project), part.weight)
        .join_from(proposal, proposal_project, part.proposal_id == proposal.c.id)
        .join(project, project.c.id == part.project_id)
    )


def _introduced_query() -> Select[Any]:
    part = introduced_line.c
    return (
        select(*part["proposal_id", "line", "entry_id"], deal.c.code)
        .join_from(proposal, introduced_line, part.proposal_id == proposal.c.id)
        .join(entry, entry.c.id == part.entry_id)
        .join(deal, deal.c.id == entry.c.deal_id)
        .order_by(part.proposal_id, part.line)
    )


def last_position(connection: Connection) -> tuple[int | None, int | None]:
    """Give the numbers of the last entry and of the last request; None where there is none."""
    newest = (
        select(func.max(table.c.id)).scalar_subquery() for table in (tables.entry, tables.request)
    )
    last_entry, last_request = connection.execute(select(*newest)).one()
    return last_entry, last_request
