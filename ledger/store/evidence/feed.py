"""What was recorded under a span of requests, for the feed of changes: as read for its events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ledger.evidence.merkle import leaf_hash
from ledger.evidence.tree_head import REQUEST_KIND
from ledger.journal.entries import Entry
from ledger.statements.findings import finding_code
from ledger.store.db import night_tables, tables
from ledger.store.evidence.leaves import stream_leaves
from ledger.store.evidence.seals import find_sealed_leaf, last_seal
from ledger.store.evidence.sources import within
from ledger.store.journal.entries import read_entries
from ledger.store.registers import STORED_REGISTERS, columns_of, later_versions


class PlacedLeaf(NamedTuple):
    """A leaf in its place of the tree; without a hash if its rows are unreadable or erased."""

    request: int
    kind: str
    reference: str
    position: int
    hash: bytes | None


class RecordedRequest(NamedTuple):
    """A request with who made it and when."""

    key: str
    command: str
    actor: str
    recorded_at: datetime


class RecordedVersion(NamedTuple):
    """One version of a record, as it was recorded."""

    version: int
    reason: str | None
    in_error: bool
    record: Any


def place_before(connection: Connection, request: int) -> tuple[int, int]:
    """Give after which request to read the leaves of one, and the place of the first of them."""
    sealed = find_sealed_leaf(connection, REQUEST_KIND, str(request))
    if sealed is not None:
        return request - 1, sealed.position
    seal = last_seal(connection)
    after, position = (0, 0) if seal is None else (seal.last_request, seal.size)
    waiting = stream_leaves(connection, after, request - 1)
    return request - 1, position + sum(1 for _ in waiting)


def placed_leaves(
    connection: Connection, after: int, through: int, position: int
) -> Iterator[PlacedLeaf]:
    """Give the leaves of a span of requests, each with its place; `position` is the first's."""
    for place, leaf in enumerate(stream_leaves(connection, after, through), start=position):
        content = leaf.content if leaf.erased_by is None else None
        leaf_hash_now = None if content is None else leaf_hash(content)
        yield PlacedLeaf(leaf.request, leaf.kind, leaf.reference, place, leaf_hash_now)


def requests_within(connection: Connection, after: int, through: int) -> dict[int, RecordedRequest]:
    """Read the requests of a span by number."""
    request = tables.request.c
    query = select(*request["id", "key", "command", "actor", "recorded_at"])
    rows = connection.execute(query.where(request.id > after, request.id <= through))
    return {number: RecordedRequest(*rest) for number, *rest in rows}


def request_at(connection: Connection, after: int, count: int, through: int) -> int:
    """Give the number of the request that ends a span of so many after one, `through` at most."""
    request = tables.request.c.id
    query = select(request).where(request > after, request <= through).order_by(request)
    last = connection.execute(query.offset(count - 1).limit(1)).scalar()
    return through if last is None else int(last)


def entries_within(connection: Connection, after: int, through: int) -> dict[str, Entry]:
    """Read the entries of a span of requests by the numbers that their leaves have."""
    span = within(tables.entry, after, through)
    return {str(one.number): one for one in read_entries(connection, *span)}


def versions_within(
    connection: Connection, kind: str, after: int, through: int
) -> dict[int, Iterator[RecordedVersion]]:
    """Read the versions of a register by request, in the order of their leaves."""
    register = STORED_REGISTERS[kind]
    versions = register.versions
    columns, source = columns_of(register, own=later_versions(register))
    head = versions.c["request_id", "version", "reason", "in_error"]
    query = (
        select(*head, *columns)
        .select_from(source)
        .where(*within(versions, after, through))
        .order_by(versions.c.request_id, versions.c[register.owner], versions.c.version)
    )
    found: dict[int, list[RecordedVersion]] = {}
    for request, version, reason, in_error, *terms in connection.execute(query):
        one = RecordedVersion(version, reason, in_error, register.record(*terms))
        found.setdefault(request, []).append(one)
    return {request: iter(own) for request, own in found.items()}


def findings_within(
    connection: Connection, after: int, through: int
) -> dict[int, list[dict[str, Any]]]:
    """Read what happened to findings under a span of requests, by request."""
    finding, event = night_tables.finding, night_tables.finding_event
    names = ("kind", "subject", "said", "ours", "theirs", "difference", "command", "office")
    query = (
        select(event.c.request_id, *event.c["finding_id", "number", "event", "reason"])
        .add_columns(*finding.c[names])
        .join_from(event, finding, finding.c.id == event.c.finding_id)
        .where(*within(event, after, through))
        .order_by(event.c.request_id, event.c.finding_id, event.c.number)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for request, identity, number, what, reason, *terms in connection.execute(query):
        own = {"finding": finding_code(identity), "number": number, "event": what.word}
        described = {**own, "reason": reason, **dict(zip(names, terms, strict=True))}
        found.setdefault(request, []).append(described)
    return found


def seals_within(
    connection: Connection, after: int, through: int
) -> dict[int, list[dict[str, Any]]]:
    """Read the seals made under a span of requests, by request."""
    seal = night_tables.seal
    query = select(*seal.c["request_id", "number", "size", "root"])
    found: dict[int, list[dict[str, Any]]] = {}
    rows = connection.execute(query.where(*within(seal, after, through)).order_by(seal.c.number))
    for request, number, size, root in rows:
        made = {"seal": number, "size": size, "root": root.hex(), "mark": f"{size}:{root.hex()}"}
        found.setdefault(request, []).append(made)
    return found
