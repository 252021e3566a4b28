"""Providers' statements as they are kept: what was read, and the lines that are in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from ledger.statements.facts import Line, ReadLine
from ledger.store import tables
from ledger.store.queries import read_units
from ledger.store.statement_tables import statement, statement_line
from ledger.store.unit_of_work import UnitOfWork


class KeptStatement(NamedTuple):
    """A statement as it was read, with its lines in their order."""

    provider: str
    code: str
    lines: tuple[Line, ...]


def known_hashes(connection: Connection) -> set[str]:
    """Give the digests of all files that were read."""
    return set(connection.execute(select(statement.c.content_hash).distinct()).scalars())


def keep_file(uow: UnitOfWork, name: str, digest: str, read_lines: Sequence[ReadLine]) -> None:
    """Write the statements of a file with their lines."""
    groups: dict[tuple[str, str], list[ReadLine]] = {}
    for read in read_lines:
        groups.setdefault((read.line.provider, read.line.statement), []).append(read)
    ids = uow.new_ids(statement, len(groups))
    for identity, ((provider, code), lines) in zip(ids, groups.items(), strict=True):
        uow.add_rows(
            statement,
            [
                {
                    "id": identity,
                    "provider_id": uow.id_of("provider", provider),
                    "code": code,
                    "content_hash": digest,
                    "file_name": name,
                    "lines": len(lines),
                    "recorded_at": uow.now,
                }
            ],
        )
        uow.add_plain_rows(
            statement_line, [_row(identity, at, one) for at, one in _numbered(lines)]
        )


def _numbered(lines: Sequence[ReadLine]) -> Iterable[tuple[int, ReadLine]]:
    return enumerate(lines, start=1)


def _row(identity: int, position: int, read: ReadLine) -> dict[str, Any]:
    line = read.line
    return {
        "statement_id": identity,
        "position": position,
        "number": line.number,
        "day": line.day,
        "kind": line.kind,
        "deal": line.deal,
        "offer": line.offer,
        "need": line.need,
        "amount": line.amount,
        "unit": line.unit.code,
        "reference": line.reference,
        "file_line": read.file_line,
    }


def read_statements(connection: Connection) -> list[KeptStatement]:
    """Read every statement with its lines, in the order in which they came."""
    units = read_units(connection)
    kept, one, provider = statement_line.c, statement.c, tables.provider.c
    query = (
        select(one.id, provider.code.label("provider"), one.code.label("statement"))
        .add_columns(*(column for column in kept if column.name != "statement_id"))
        .join_from(statement, tables.provider, provider.id == one.provider_id)
        .join(statement_line, kept.statement_id == one.id)
        .order_by(one.id, kept.position)
    )
    found: dict[int, tuple[str, str, list[Line]]] = {}
    for row in connection.execute(query):
        line = Line(
            provider=row.provider,
            statement=row.statement,
            number=row.number,
            day=row.day,
            kind=row.kind,
            amount=row.amount,
            unit=units[row.unit],
            deal=row.deal,
            offer=row.offer,
            need=row.need,
            reference=row.reference,
        )
        found.setdefault(row.id, (row.provider, row.statement, []))[2].append(line)
    return [KeptStatement(name, code, tuple(lines)) for name, code, lines in found.values()]


def last_read(connection: Connection) -> Mapping[str, datetime]:
    """Give when each provider's last statement was read."""
    query = (
        select(tables.provider.c.code, func.max(statement.c.recorded_at))
        .join_from(statement, tables.provider, tables.provider.c.id == statement.c.provider_id)
        .group_by(tables.provider.c.code)
    )
    return dict(connection.execute(query).all())


def living_since(connection: Connection) -> Mapping[str, date]:
    """Give the providers with something held or committed, and the day of their first such deal."""
    stands, deal, offer = tables.deal_balance, tables.deal, tables.offer
    query = (
        select(tables.provider.c.code, func.min(tables.entry.c.effective_on))
        .select_from(stands)
        .join(deal, deal.c.id == stands.c.deal_id)
        .join(offer, offer.c.id == deal.c.offer_id)
        .join(tables.provider, tables.provider.c.id == offer.c.provider_id)
        .join(tables.entry, tables.entry.c.deal_id == deal.c.id)
        .where(stands.c.side == "need", stands.c.held + stands.c.committed > 0)
        .group_by(tables.provider.c.code)
    )
    return dict(connection.execute(query).all())
