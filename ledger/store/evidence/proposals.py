"""Leaves of proposals, with their lines and the projects they complete."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Select, select

from ledger.core.text import code_number, normalised_code
from ledger.evidence.canonical import (
    InvalidLeafValue,
    Part,
    PlainTexts,
    number_or_none,
    object_text,
    proposal_bytes,
    quoted,
    text_or_none,
)
from ledger.evidence.tree_head import PROPOSAL_KIND
from ledger.registers.table import code_prefixes
from ledger.store.checks.journal import raw, stream
from ledger.store.db import tables
from ledger.store.db.queries import distinct_code
from ledger.store.evidence.sources import Source, within
from ledger.store.evidence.versions import Writer, writer_of
from ledger.store.registers import STORED_REGISTERS, value_before

_COLUMNS: Final = tables.proposal.c

_TERM_NAMES: Final = (
    *("complete_bound", "complete_value", "cost", "cost_unit", "cost_unknown"),
    *("coverage_bound", "coverage_value", "day", "limited", "milliseconds"),
    *("selection", "solved_on", "solver", "without_rate"),
)
_TERMS: Final[dict[str, tuple[ColumnElement[Any], Writer]]] = {
    name: (raw(_COLUMNS[name]), writer_of(_COLUMNS[name])) for name in _TERM_NAMES
}
"""The terms of a proposal in the order of their names: where each stands, and how it is written."""


def proposal_leaves(connection: Connection, after: int, through: int) -> Source:
    """Give proposals in the order of their ids, each whole."""
    query = (
        select(
            _COLUMNS.request_id,
            _COLUMNS.id,
            _COLUMNS.code,
            raw(_COLUMNS.recorded_at),
            _COLUMNS.reason,
            _COLUMNS.lines,
            _COLUMNS.folded,
            _COLUMNS.number,
            *(column for column, _ in _TERMS.values()),
        )
        .where(*within(tables.proposal, after, through))
        .order_by(_COLUMNS.request_id, _COLUMNS.id)
    )

    def encode(row: Any, texts: PlainTexts, provenance: str) -> bytes:
        _, identity, code, recorded_at, reason, count, plain, number, *terms = row
        due = code_number(code_prefixes()[PROPOSAL_KIND], code)
        if (plain, number) != (normalised_code(code), due):
            raise InvalidLeafValue(code)
        record = _record(connection, identity, count, terms)
        return proposal_bytes(texts, provenance, code, record, recorded_at, reason)

    rows = stream(connection, query)
    return Source(PROPOSAL_KIND, rows, lambda row: str(row[2]), encode, lambda row: (row[1], 0))


def _record(connection: Connection, identity: int, count: int, terms: list[Any]) -> str:
    """Write a proposal's terms with its lines and projects, all keys in order."""
    lines = [_line(row) for row in connection.execute(_lines(identity))]
    projects = [_project(row) for row in connection.execute(_projects(identity))]
    if len(lines) != count:
        raise InvalidLeafValue(count)
    written = zip(_TERMS.items(), terms, strict=True)
    parts: list[Part] = [(quoted(name), write(value)) for (name, (_, write)), value in written]
    for name, ones in (("lines", lines), ("projects", projects)):
        parts.append((quoted(name), f"[{','.join(ones)}]" if ones else None))
    return object_text(sorted(parts))


def _line(row: Any) -> str:
    line, need, need_amount, need_unit, offer, offer_amount, offer_unit, rate, rate_exact = row
    return object_text(
        (
            ('"line"', number_or_none(line)),
            ('"need"', quoted(need)),
            ('"need_amount"', number_or_none(need_amount)),
            ('"need_unit"', quoted(need_unit)),
            ('"offer"', quoted(offer)),
            ('"offer_amount"', number_or_none(offer_amount)),
            ('"offer_unit"', quoted(offer_unit)),
            ('"rate"', quoted(rate)),
            ('"rate_exact"', text_or_none(rate_exact)),
        )
    )


def _project(row: Any) -> str:
    project, weight = row
    return object_text((('"project"', quoted(project)), ('"weight"', number_or_none(weight))))


def _lines(identity: int) -> Select[Any]:
    line, need, offer = tables.proposal_line.c, tables.need, tables.offer
    return (
        select(
            line.line,
            distinct_code(need),
            line.need_amount,
            line.need_unit,
            distinct_code(offer),
            *map(raw, line["offer_amount", "offer_unit", "rate", "rate_exact"]),
        )
        .join(need, need.c.id == line.need_id, isouter=True)
        .join(offer, offer.c.id == line.offer_id, isouter=True)
        .where(line.proposal_id == identity)
        .order_by(line.line)
    )


def _projects(identity: int) -> Select[Any]:
    stored, project = tables.proposal_project.c, tables.project

    def later_request(changes: FromClause) -> ColumnElement[bool]:
        return changes.c.request_id > _COLUMNS.request_id

    code = value_before(STORED_REGISTERS["project"], project, "code", later_request)
    return (
        select(distinct_code(project, code), stored.weight)
        .join(project, project.c.id == stored.project_id, isouter=True)
        .join(tables.proposal, _COLUMNS.id == stored.proposal_id)
        .where(stored.proposal_id == identity)
        .order_by(stored.project_id)
    )
