"""Requests as they are stored: who recorded what, when, and what the answer was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, or_, select

from ledger.core.factors import Side
from ledger.journal.entries import Entry
from ledger.store.db import tables
from ledger.store.db.queries import chunked
from ledger.store.journal.entries import read_entries
from ledger.store.registers import STORED_REGISTERS

_SIDES = frozenset(side.value for side in Side)


class RecordedAct(NamedTuple):
    """One request with its receipt, which is empty where none was kept."""

    request: int
    recorded_at: datetime
    actor: str
    command: str
    key: str
    given: Mapping[str, Any]
    receipt: Mapping[str, Any]


def read_acts(
    connection: Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    actor: str | None = None,
    among: set[int] | None = None,
) -> Iterator[RecordedAct]:
    """Read requests in the order of recording; of those `among` some, by their numbers."""
    request = tables.request.c
    where: list[ColumnElement[bool]] = []
    if since is not None:
        where.append(request.recorded_at >= since)
    if until is not None:
        where.append(request.recorded_at <= until)
    if actor is not None:
        where.append(request.actor == actor)
    if among is None:
        yield from _acts(connection, where)
        return
    for some in chunked(sorted(among)):
        yield from _acts(connection, [*where, request.id.in_(some)])


def _acts(connection: Connection, where: list[ColumnElement[bool]]) -> Iterator[RecordedAct]:
    request, receipt = tables.request.c, tables.receipt
    query = (
        select(*request["id", "recorded_at", "actor", "command", "key", "input"], receipt.c.body)
        .outerjoin(receipt, receipt.c.request_id == request.id)
        .where(*where)
        .order_by(request.id)
        .execution_options(yield_per=500)
    )
    rows: Iterable[Any] = connection.execute(query)
    for number, recorded_at, actor, command, key, given, body in rows:
        answer = json.loads(body) if body else {}
        yield RecordedAct(number, recorded_at, actor, command, key, json.loads(given), answer)


def requests_about(connection: Connection, records: Mapping[str, set[int]]) -> set[int]:
    """Give the numbers of the requests that recorded something of some records, by register."""
    found: set[int] = set()
    for kind, ids in records.items():
        register = STORED_REGISTERS[kind]
        versions = register.versions
        for some in chunked(sorted(ids)):
            own = versions.c[register.owner].in_(some)
            found |= {*connection.execute(select(versions.c.request_id).where(own)).scalars()}
            found |= _moving(connection, kind, some)
            if kind == "provider":
                found |= _stating(connection, some)
    return found


def _moving(connection: Connection, kind: str, ids: Any) -> set[int]:
    """Give the requests whose entries move what a need or an offer has, or are of a deal."""
    entry, movement = tables.entry.c, tables.movement.c
    if kind == "deal":
        query = select(entry.request_id).where(entry.deal_id.in_(ids))
    elif kind in _SIDES:
        query = (
            select(entry.request_id)
            .join(tables.movement, movement.entry_id == entry.id)
            .where(movement.holder_id.in_(ids))
        )
    else:
        return set()
    return {*connection.execute(query.distinct()).scalars()}


def _stating(connection: Connection, providers: Any) -> set[int]:
    """Give the requests that recorded statements of providers."""
    from ledger.store.db import night_tables  # noqa: PLC0415 - where statements are asked for

    statement = night_tables.statement.c
    query = select(statement.request_id).where(statement.provider_id.in_(providers))
    return {*connection.execute(query).scalars()}


def referenced_or_reversing(connection: Connection, deals: Iterable[int]) -> Iterator[Entry]:
    """Read the entries of some deals, by their ids, that name a paper or reverse another entry."""
    entry = tables.entry.c
    for some in chunked(sorted(deals)):
        named = or_(entry.reference.is_not(None), entry.reverses.is_not(None))
        yield from read_entries(connection, entry.deal_id.in_(some), named)
