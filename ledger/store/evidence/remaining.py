"""What remains of leaves that held a text as it was, once it is erased: their hashes are recorded.

The sealed hash of such a leaf can no longer be recomputed. The hash of what remains, recorded by
the request that erases, takes its place: the check of seals compares the leaf with it from then on.
The same is recorded of requests whose own hash was made of the salts of their texts, or that have
none: without a salt nothing else compares them before a seal covers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, or_, select

from ledger.evidence.merkle import leaf_hash
from ledger.evidence.tree_head import REQUEST_KIND, ROWS_KIND, Leaf
from ledger.journal.entries import CHAINED_FORMAT, SALTED_FORMAT
from ledger.store.db import night_tables, tables
from ledger.store.erasable import OF_NIGHTS, ROW_PLACES, place_of
from ledger.store.evidence.erasures import LeafKey
from ledger.store.evidence.leaves import stream_leaves
from ledger.store.evidence.seals import find_sealed_leaf

_OF_ROWS: Final = {place: table for table, place in ROW_PLACES.items()}
_WITHOUT_REQUEST: Final = frozenset(map(place_of, OF_NIGHTS))


def remaining_leaves(connection: Connection, by: int | None = None) -> Iterator[dict[str, Any]]:
    """Give the rows that record what remains of leaves: of what a request erased, or of all.

    The rows of `erasure` are written already. A leaf of the request itself is not complete yet.
    """
    for leaf in _leaves_of(connection, *_requests(connection, by)):
        erased_by = leaf.erased_by
        if leaf.content is None or erased_by is None or by not in {None, erased_by}:
            continue
        yield _row(leaf, leaf.content)
    for request in _without_own_hash(connection, by):
        for leaf in stream_leaves(connection, request - 1, request, REQUEST_KIND):
            if leaf.content is not None:
                yield _row(leaf, leaf.content)


def _row(leaf: Leaf, content: bytes) -> dict[str, Any]:
    return {"kind": leaf.kind, "reference": leaf.reference, "hash": leaf_hash(content).hex()}


def _without_own_hash(connection: Connection, by: int | None) -> Sequence[int]:
    """Give the requests of which a salt was erased that their own hash would need, or has not."""
    erasure, request = tables.erasure.c, tables.request.c
    query = (
        select(erasure.erased_request)
        .join(tables.request, request.id == erasure.erased_request)
        .where(
            erasure.hash.is_not(None),
            erasure.kind == place_of(REQUEST_KIND),
            request.format.in_([SALTED_FORMAT, CHAINED_FORMAT]),
        )
    )
    if by is not None:
        query = query.where(erasure.request_id == by)
    return connection.execute(query.distinct().order_by(erasure.erased_request)).scalars().all()


def differing_leaf(connection: Connection, leaves: Iterable[LeafKey]) -> str | None:
    """Name a leaf that is not what was sealed, or what remained of it; None where there is none.

    These are the leaves that hold the texts of `leaves` themselves: once one is erased, no sealed
    hash of theirs can be recomputed.
    """
    held = {(leaf.request, place_of(leaf.kind), leaf.record) for leaf in leaves}
    for leaf in _leaves_of(connection, *_with_adopters(connection, held)):
        found = None if leaf.content is None else leaf_hash(leaf.content).hex()
        due = leaf.remained
        if due is None and leaf.erased_by is None:
            if found is None:  # its rows and disclosures do not agree
                return leaf.name
            sealed = find_sealed_leaf(connection, leaf.kind, leaf.reference)
            due = None if sealed is None else sealed.hash.hex()
        if due is not None and due != found:
            return leaf.name
    return None


def _leaves_of(
    connection: Connection, requests: Iterable[int], adopters: Iterable[int]
) -> Iterator[Leaf]:
    """Give the leaves of some requests, and the rows that others adopted."""
    requests = set(requests)
    for request in sorted(requests.union(adopters)):
        only = None if request in requests else ROWS_KIND
        yield from stream_leaves(connection, request - 1, request, only)


def _requests(connection: Connection, by: int | None) -> tuple[set[int], set[int]]:
    """Give the requests whose leaves held an erased text, and those that adopted such rows."""
    erasure = tables.erasure.c
    query = select(erasure.erased_request, erasure.kind, erasure.record).where(
        erasure.hash.is_(None)
    )
    if by is not None:
        query = query.where(erasure.request_id == by)
    requests, adopters = _with_adopters(connection, connection.execute(query.distinct()))
    return requests, adopters - {by}


def _with_adopters(
    connection: Connection, held: Iterable[Sequence[int]]
) -> tuple[set[int], set[int]]:
    """Give the requests of texts, each with its kind of row and its record, and those adopting."""
    requests, rows = set[int](), set[tuple[int, int]]()
    for request, kind, record in held:
        if kind not in _WITHOUT_REQUEST:
            requests.add(request)
        if kind in _OF_ROWS:
            rows.add((kind, record))
    adopters = {
        adopter
        for kind, record in rows
        for adopter in connection.execute(_adopters(_OF_ROWS[kind], record)).scalars()
    }
    return requests, adopters


def _adopters(table: str, record: int) -> Select[Any]:
    adopted = night_tables.adopted_row.c
    key = str(record)
    named = or_(adopted.key == key, adopted.key.startswith(f"{key}/"))
    return select(adopted.request_id).where(adopted.table_name == table, named).distinct()
