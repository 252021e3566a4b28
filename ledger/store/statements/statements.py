"""Stored statements of providers and their lines, and which providers are unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, func, select, union

from ledger import __version__
from ledger.core.dates import day_of
from ledger.statements.findings import FindingEvent
from ledger.statements.lines import ReadLine, StatementLine
from ledger.store.db import tables
from ledger.store.db.night_tables import (
    finding,
    finding_event,
    night_run,
    night_step,
    statement,
    statement_line,
)
from ledger.store.db.queries import read_units
from ledger.store.session.ledger import stable_moment
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.statements.findings import last_event_number
from ledger.store.statements.stored_findings import STATEMENTS_STEP


class StoredStatement(NamedTuple):
    """A statement as it was read, with its lines in their order."""

    provider: str
    code: str
    lines: tuple[StatementLine, ...]


def known_hashes(connection: Connection) -> set[str]:
    """Give the digests of all files that were read."""
    return set(connection.execute(select(statement.c.content_hash).distinct()).scalars())


def store_file(
    uow: UnitOfWork,
    name: str,
    digest: str,
    read_lines: Sequence[ReadLine],
    empty_lines: Sequence[ReadLine] = (),
) -> None:
    """Write the statements of a file with their lines; what has only empty lines has none."""
    groups: dict[tuple[str, str], list[ReadLine]] = {}
    for read_line in read_lines:
        groups.setdefault((read_line.line.provider, read_line.line.statement), []).append(read_line)
    for read_line in empty_lines:
        groups.setdefault((read_line.line.provider, read_line.line.statement), [])
    ids = uow.new_ids(statement, len(groups))
    for identity, ((provider, code), lines) in zip(ids, groups.items(), strict=True):
        head = {
            "id": identity,
            "provider_id": uow.id_of("provider", provider),
            "code": code,
            "content_hash": digest,
            "file_name": name,
            "lines": len(lines),
            "recorded_at": uow.now,
        }
        uow.add_rows(statement, [head])
        rows = [_row(identity, position, line) for position, line in enumerate(lines, start=1)]
        if rows:
            uow.add_plain_rows(statement_line, rows)


def _row(identity: int, position: int, read_line: ReadLine) -> dict[str, Any]:
    line = read_line.line
    return {
        **{name: getattr(line, name) for name in _LINE_TERMS},
        "statement_id": identity,
        "position": position,
        "unit": line.unit.code,
        "file_line": read_line.file_line,
    }


_LINE_TERMS: Final = ("number", "day", "kind", "deal", "offer", "need", "amount", "reference")


def read_statements(connection: Connection) -> list[StoredStatement]:
    """Read every statement with its lines, in the order in which they came."""
    units = read_units(connection)
    line_columns, head, provider = statement_line.c, statement.c, tables.provider.c
    query = (
        select(head.id, provider.code.label("provider"), head.code.label("statement"))
        .add_columns(head.file_name, head.content_hash)
        .add_columns(*(column for column in line_columns if column.name != "statement_id"))
        .join_from(statement, tables.provider, provider.id == head.provider_id)
        .join(statement_line, line_columns.statement_id == head.id)
        .order_by(head.id, line_columns.position)
    )
    by_statement: dict[int, tuple[str, str, list[StatementLine]]] = {}
    for row in connection.execute(query):
        line = StatementLine(
            provider=row.provider,
            statement=row.statement,
            unit=units[row.unit],
            file=row.file_name,
            digest=row.content_hash,
            **{name: getattr(row, name) for name in _LINE_TERMS},
        )
        by_statement.setdefault(row.id, (row.provider, row.statement, []))[2].append(line)
    return [
        StoredStatement(name, code, tuple(lines)) for name, code, lines in by_statement.values()
    ]


def last_read_at(connection: Connection) -> Mapping[str, datetime]:
    """Give when each provider's last statement was read."""
    query = (
        select(tables.provider.c.code, func.max(statement.c.recorded_at))
        .join_from(statement, tables.provider, tables.provider.c.id == statement.c.provider_id)
        .group_by(tables.provider.c.code)
    )
    return dict(connection.execute(query).all())


def outstanding_since(connection: Connection) -> Mapping[str, date]:
    """Give the providers with something held or committed, and the day of their first such deal."""
    balances, deal, offer = tables.deal_balance, tables.deal, tables.offer
    query = (
        select(tables.provider.c.code, func.min(tables.entry.c.effective_on))
        .select_from(balances)
        .join(deal, deal.c.id == balances.c.deal_id)
        .join(offer, offer.c.id == deal.c.offer_id)
        .join(tables.provider, tables.provider.c.id == offer.c.provider_id)
        .join(tables.entry, tables.entry.c.deal_id == deal.c.id)
        .where(balances.c.side == "need", balances.c.held + balances.c.committed > 0)
        .group_by(tables.provider.c.code)
    )
    return dict(connection.execute(query).all())


def recorded_through(connection: Connection) -> int:
    """Give a request's number: all of its number or a lower one are recorded, and none will be."""
    number, moment = tables.request.c.id, tables.request.c.recorded_at
    last = connection.execute(select(func.max(number))).scalar() or 0
    stable_until = stable_moment(connection)
    if stable_until is None:
        return int(last)
    first_unstable = connection.execute(
        select(func.min(number)).where(moment > stable_until)
    ).scalar()
    return int(last if first_unstable is None else first_unstable - 1)


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
    with_statements = select(tables.provider.c.code).join(statement)
    changed = connection.execute(
        union(_changed_since(through), _providers_with_findings(), _with_lines_after(last.day))
    ).scalars()
    return frozenset(connection.execute(with_statements.distinct()).scalars()) - frozenset(changed)


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
    with_statements = select(statement.c.provider_id).where(statement.c.request_id > request)
    return select(provider.c.code).where(provider.c.id.in_(acts.union(with_statements)))


def _with_lines_after(day: date) -> Select[Any]:
    """Select the providers with lines that were dated ahead when they were last compared."""
    line = statement_line.c
    return (
        select(tables.provider.c.code)
        .join(statement, statement.c.provider_id == tables.provider.c.id)
        .join(statement_line, line.statement_id == statement.c.id)
        .where(line.day > day)
    )


def _providers_with_findings() -> Select[Any]:
    """Select the providers with a finding that no night found gone, open or settled."""
    provider, event = tables.provider, finding_event.c
    return (
        select(provider.c.code)
        .join(finding, finding.c.provider_id == provider.c.id)
        .join(finding_event, event.finding_id == finding.c.id)
        .where(event.number == last_event_number(), event.event != FindingEvent.AUTO_RESOLVED)
    )
